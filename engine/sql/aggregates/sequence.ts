/** Who did what, and in which order: funnels, retention and patterns of events. */
import { SandpiperError } from '../../errors.ts';
import { duck, duckInteger, duckString, joined, type DuckSql } from '../duck.ts';
import { array, UINT64, UINT8, type ClickHouseType } from '../types.ts';
import type { AggregateDefinition } from './definition.ts';
import { collect, fold, using } from './fold.ts';
import { aggregate, argument, typeAt, typeError, type Rule, type RuleCall } from './rule.ts';

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

const WINDOW_FUNNEL: Rule = {
  name: 'windowFunnel', signature: 'windowFunnel(window)(time, condition1, condition2, …)', help: 'How many of the conditions were met one after another within the window, which begins with the first.', takes: [2, 33], parameters: [1, 8],
  type: ([time, ...conditions], _parameters, refuse) => (isTimed(time) && conditions.every(isCondition) ? UINT8 : refuse('a time and conditions')),
  aggregate: (call) => {
    const [window, ...modes] = call.parameters;
    if (window?.constant?.kind !== 'integer') throw typeError('windowFunnel takes the length of its window as a constant whole number.', call.span);
    const other = modes.find((mode) => mode.constant?.kind !== 'text' || mode.constant.value !== 'strict_increase');
    if (other) throw new SandpiperError('unsupported', 'windowFunnel is supported with the mode strict_increase or with none.', { span: other.span });
    const later = modes.length > 0 ? duck` AND "@b".t > "@a".p["@b".k - 1]` : duck``;
    const count = call.args.length - 1;
    const levels = Array.from({ length: count }, (_, index) => duck`CASE WHEN ${holds(call, index + 1)} THEN ${duckInteger(index + 1)} END`);
    const empty = duck`CAST([${Array.from({ length: count }, () => duck`NULL`)}] AS BIGINT[])`;
    const time = timeNumber(argument(call), typeAt(call.types));
    // One event for each condition that a row meets; l has when the chain of each level began, p when the level was reached.
    const events = duck`flatten(${collect(call, duck`list_transform(list_filter([${levels}], lambda "@k": "@k" IS NOT NULL), lambda "@k": struct_pack(t := ${time}, k := "@k", l := ${empty}, p := ${empty}))`)})`;
    const limit = duckInteger(window.constant.value);
    const follows = duck`"@b".t <= "@a".l["@b".k - 1] + ${limit}${later}`;
    const entered = duck`CASE WHEN "@b".k = 1 THEN "@b".t WHEN ${follows} THEN "@a".l["@b".k - 1] ELSE "@a".l["@b".k] END`;
    const passed = duck`CASE WHEN "@b".k = 1 OR (${follows}) THEN "@b".t ELSE "@a".p["@b".k] END`;
    const start = duck`struct_pack(t := CAST(0 AS BIGINT), k := 0, l := ${empty}, p := ${empty})`;
    const replaced = (field: DuckSql, value: DuckSql) => duck`list_transform(range(1, ${duckInteger(count + 1)}), lambda "@i": CASE WHEN "@i" = "@b".k THEN ${value} ELSE "@a".${field}["@i"] END)`;
    const last = duck`list_reduce(list_sort(${events}), lambda "@a", "@b": struct_pack(t := "@b".t, k := "@b".k, l := ${replaced(duck`l`, entered)}, p := ${replaced(duck`p`, passed)}), ${start}).l`;
    const sql = using(call, last, (reached) => duck`coalesce(list_max(list_filter(range(1, ${duckInteger(count + 1)}), lambda "@i": ${reached}["@i"] IS NOT NULL)), 0)`);
    return { sql: duck`CAST(${sql} AS UTINYINT)` };
  },
};

/** ClickHouse's pattern as a regular expression over events, each of which is written `|` and a 0 or 1 for each condition. */
function patternOf(call: RuleCall, count: number): string {
  const parameter = call.parameters[0];
  if (parameter?.constant?.kind !== 'text') throw typeError(`${call.name} takes its pattern as a constant text, such as '(?1).*(?2)'.`, call.span);
  const text = parameter.constant.value;
  let pattern = '';
  let rest = text.replace(/\s/g, '');
  while (rest !== '') {
    const step = /^\(\?(\d+)\)/.exec(rest);
    if (step?.[1] !== undefined) {
      const number = Number(step[1]);
      if (number < 1 || number > count) throw typeError(`The pattern names condition ${number}, but there are ${count}.`, parameter.span);
      pattern += `\\|[01]{${number - 1}}1[01]{${count - number}}`;
    } else if (rest.startsWith('.*')) {
      pattern += `(?:\\|[01]{${count}})*?`;
    } else if (rest.startsWith('.')) {
      pattern += `\\|[01]{${count}}`;
    } else if (rest.startsWith('(?t')) {
      throw new SandpiperError('unsupported', `${call.name} is supported without conditions on the time between events, such as (?t<=60).`, { span: parameter.span });
    } else {
      throw typeError(`The pattern ${text} is not understood: write (?1) for a condition, . for any event and .* for any number of events.`, parameter.span);
    }
    rest = rest.slice(step?.[0].length ?? (rest.startsWith('.*') ? 2 : 1));
  }
  return pattern;
}

const SEQUENCES: readonly Rule[] = (['sequenceMatch', 'sequenceCount'] as const).map((name) => ({
  name, signature: `${name}(pattern)(time, condition1, condition2, …)`, help: name === 'sequenceMatch' ? 'Whether the events, in the order of time, match the pattern.' : 'How often the events, in the order of time, match the pattern.',
  takes: [2, 33], parameters: [1, 1],
  type: ([time, ...conditions], _parameters, refuse) => (isTimed(time) && conditions.every(isCondition) ? (name === 'sequenceMatch' ? UINT8 : UINT64) : refuse('a time and conditions')),
  aggregate: (call) => {
    const count = call.args.length - 1;
    const marks = Array.from({ length: count }, (_, index) => duck`CASE WHEN ${holds(call, index + 1)} THEN '1' ELSE '0' END`);
    const anyMet = joined(marks.map((_, index) => holds(call, index + 1)), ' OR ');
    const kept = { ...call, filter: call.filter ? duck`(${call.filter} AND (${anyMet}))` : duck`(${anyMet})` };
    const events = collect(kept, duck`struct_pack(t := ${argument(call)}, e := concat('|', ${marks}))`);
    const text = duck`array_to_string(list_transform(list_sort(${events}), lambda "@r": "@r".e), '')`;
    const pattern = duckString(patternOf(call, count));
    return { sql: name === 'sequenceMatch' ? duck`CAST(regexp_matches(${text}, ${pattern}) AS UTINYINT)` : duck`CAST(len(regexp_extract_all(${text}, ${pattern})) AS UBIGINT)` };
  },
}));

export const SEQUENCE_FUNCTIONS: readonly AggregateDefinition[] = [RETENTION, WINDOW_FUNNEL, ...SEQUENCES].map(aggregate);
