/** Who did what, and in which order: funnels, retention and patterns of events. */
import { callComputed } from '../computed/definition.ts';
import { FUNNEL, parsePattern, SEQUENCE_COUNT, SEQUENCE_MATCH, SEQUENCE_TIMES } from '../computed/event-sequences.ts';
import { duck, duckInteger, duckString, joined, type DuckSql } from '../duck.ts';
import { array, UINT64, UINT8, type ClickHouseType } from '../types.ts';
import type { AggregateDefinition } from './definition.ts';
import { both, collect, fold } from './fold.ts';
import { aggregate, argument, typeAt, typeError, type Rule, type RuleCall } from './rule.ts';
import { fromUnits } from './summaries.ts';

/** A time as a whole number, in the unit of the type: what windows are counted in. */
function timeNumber(value: DuckSql, type: ClickHouseType): DuckSql {
  switch (type.kind) {
    case 'Date':
    case 'Date32':
      return duck`CAST(${value} - DATE '1970-01-01' AS BIGINT)`;
    case 'DateTime':
      return duck`CAST(epoch_us(${value}) // 1000000 AS BIGINT)`;
    case 'DateTime64':
      return duck`CAST(epoch_us(${value}) // ${duckInteger(10 ** Math.max(0, 6 - type.precision))} AS BIGINT)`;
    default:
      return duck`CAST(${value} AS BIGINT)`;
  }
}

function isTimed(type: ClickHouseType | undefined): boolean {
  return type !== undefined && ['Integer', 'Date', 'Date32', 'DateTime', 'DateTime64'].includes(type.kind);
}

function isCondition(type: ClickHouseType): boolean {
  return type.kind === 'Bool' || type.kind === 'Integer';
}

function holds(call: RuleCall, index: number): DuckSql {
  return call.types[index]?.kind === 'Bool' ? argument(call, index) : duck`(${argument(call, index)} <> 0)`;
}

const RETENTION: Rule = {
  name: 'retention', signature: 'retention(condition1, condition2, …)', help: 'Whether the first condition was met, and each other one together with it, as an array.', takes: [2, 32], nullableResult: false,
  type: (types, _parameters, refuse) => (types.every(isCondition) ? array(UINT8) : refuse('conditions')),
  aggregate: (call) => {
    return { sql: together(call.args.map((_, index) => duck`coalesce(${fold(call, 'bool_or', holds(call, index))}, FALSE)`)) };
  },
  state: (types) => {
    const places = types.map((_, index) => duckInteger(index + 1));
    return {
      duckdbType: duck`BOOLEAN[]`,
      accumulate: (call) => duck`[${call.args.map((_, index) => duck`coalesce(${fold(call, 'bool_or', holds(call, index))}, FALSE)`)}]`,
      merge: (call, state) => duck`[${places.map((place) => duck`coalesce(${fold(call, 'bool_or', duck`${state}[${place}]`)}, FALSE)`)}]`,
      finish: (state) => ({ sql: together(places.map((place) => duck`coalesce(${state}[${place}], FALSE)`)) }),
      empty: duck`CAST([] AS BOOLEAN[])`,
    };
  },
};

function together(met: readonly DuckSql[]): DuckSql {
  const [first] = met;
  return duck`[${met.map((one, index) => duck`CAST(${index === 0 ? one : duck`(${first ?? one} AND ${one})`} AS UTINYINT)`)}]`;
}

const FUNNEL_MODES = ['strict', 'strict_deduplication', 'strict_order', 'strict_increase', 'strict_once', 'allow_reentry'];

/** The conditions that a row meets, as the bits of a number. */
function bits(call: RuleCall): DuckSql {
  return duck`CAST(${joined(call.args.slice(1).map((_, index) => duck`CASE WHEN ${holds(call, index + 1)} THEN ${duckInteger(2 ** index)} ELSE 0 END`), ' + ')} AS DOUBLE)`;
}

/** Times and conditions of the rows that meet any condition, or of all. */
function events(call: RuleCall, isEachKept: boolean): readonly [DuckSql, DuckSql] {
  const anyMet = duck`(${joined(call.args.slice(1).map((_, index) => holds(call, index + 1)), ' OR ')})`;
  const kept = isEachKept ? call : { ...call, filter: both(call.filter, anyMet) ?? anyMet };
  return [collect(kept, duck`CAST(${timeNumber(argument(call), typeAt(call.types))} AS DOUBLE)`), collect(kept, bits(call))];
}

const WINDOW_FUNNEL: Rule = {
  name: 'windowFunnel', signature: "windowFunnel(window[, 'mode', …])(time, condition1, condition2, …)", help: 'How many of the conditions were met one after another within the window, which begins with the first.', takes: [2, 33], parameters: [1, 8],
  type: ([time, ...conditions], _parameters, refuse) => (isTimed(time) && conditions.every(isCondition) ? UINT8 : refuse('a time and conditions')),
  aggregate: (call) => {
    const [window, ...modes] = call.parameters;
    if (window?.constant?.kind !== 'integer') throw typeError('windowFunnel takes the length of its window as a constant whole number.', call.span);
    const names = modes.map((mode) => {
      if (mode.constant?.kind === 'text' && FUNNEL_MODES.includes(mode.constant.value)) return mode.constant.value === 'strict' ? 'strict_deduplication' : mode.constant.value;
      throw typeError(`The modes of windowFunnel are ${FUNNEL_MODES.map((name) => `'${name}'`).join(', ')}.`, mode.span);
    });
    if (names.includes('allow_reentry') && !names.includes('strict_order')) throw typeError("The mode 'allow_reentry' of windowFunnel goes with 'strict_order'.", call.span);
    const funnel = callComputed(FUNNEL, duckInteger(window.constant.value), duckString(names.join(',')), duckInteger(call.args.length - 1), ...events(call, names.includes('strict_order')));
    return { sql: duck`CAST(${funnel} AS UTINYINT)` };
  },
};

/** ClickHouse's pattern, checked: each condition that it names is there. */
function patternOf(call: RuleCall, count: number): string {
  const parameter = call.parameters[0];
  if (parameter?.constant?.kind !== 'text') throw typeError(`${call.name} takes its pattern as a constant text, such as '(?1).*(?2)'.`, call.span);
  const text = parameter.constant.value;
  const steps = parsePattern(text);
  if (!steps) throw typeError(`The pattern ${text} is not understood: write (?1) for a condition, . for any event, .* for any number of events and (?t<=60) for the time between events.`, parameter.span);
  for (const step of steps) {
    if (step.kind === 'condition' && (step.number < 1 || step.number > count)) throw typeError(`The pattern names condition ${step.number}, but there are ${count}.`, parameter.span);
  }
  return text;
}

const SEQUENCES: readonly Rule[] = ([
  ['sequenceMatch', UINT8, 'Whether the events, in the order of time, match the pattern.'],
  ['sequenceCount', UINT64, 'How often the events, in the order of time, match the pattern.'],
  ['sequenceMatchEvents', undefined, 'The times of the events that the conditions of the pattern match, or of the longest part of it that matches.'],
] as const).map(([name, type, help]) => ({
  name, signature: `${name}(pattern)(time, condition1, condition2, …)`, help, takes: [2, 33], parameters: [1, 1],
  type: ([time, ...conditions], _parameters, refuse) => (time && isTimed(time) && conditions.every(isCondition) ? (type ?? array(time)) : refuse('a time and conditions')),
  aggregate: (call) => {
    const pattern = duckString(patternOf(call, call.args.length - 1));
    const [times, met] = events(call, false);
    if (name === 'sequenceMatch') return { sql: duck`CAST(${callComputed(SEQUENCE_MATCH, pattern, times, met)} AS UTINYINT)` };
    if (name === 'sequenceCount') return { sql: duck`CAST(${callComputed(SEQUENCE_COUNT, pattern, times, met)} AS UBIGINT)` };
    return { sql: duck`list_transform(${callComputed(SEQUENCE_TIMES, pattern, times, met)}, lambda "@t": ${fromUnits(duck`"@t"`, typeAt(call.types))})` };
  },
}));

export const SEQUENCE_FUNCTIONS: readonly AggregateDefinition[] = [RETENTION, WINDOW_FUNNEL, ...SEQUENCES].map(aggregate);
