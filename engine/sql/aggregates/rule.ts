/**
 * Makes an aggregate's definition out of a short rule that never sees NULL: ClickHouse skips rows where an argument is
 * NULL and makes the result Nullable, and that is done here once for all. Also the state that every aggregate has that
 * names no better one: the list of its rows' values, which is exact but as long as the data.
 */
import { SandpiperError, type Span } from '../../errors.ts';
import { bound, type Bound } from '../bound.ts';
import { duck, DUCK_NULL, joined, type DuckSql } from '../duck.ts';
import { defaultSql, plainSql } from '../physical.ts';
import { bare, isNullable, NOTHING, nullable, printType, sameType, type AggregateStateType, type ClickHouseType } from '../types.ts';
import type { AggregateCall, AggregateDefinition, AggregateState } from './definition.ts';
import { both, countRows } from './fold.ts';
import { earlierRows, keptRows, mergeCall } from './kept-rows.ts';

export interface Outcome {
  readonly sql: DuckSql;
  /** ClickHouse's answer over no rows, where `sql` gives NULL. Absent: `sql` itself is right over no rows. */
  readonly empty?: DuckSql;
}

export interface RuleState {
  readonly duckdbType: DuckSql;
  readonly accumulate: (call: RuleCall) => DuckSql;
  readonly merge: (call: AggregateCall, state: DuckSql) => DuckSql;
  /** `empty` must be given when a Nullable argument makes the result NULL over no rows. */
  readonly finish: (state: DuckSql) => Outcome;
  readonly empty: DuckSql;
  /** The answer over a group of states at once, where that is cheaper than merging and finishing. */
  readonly mergedResult?: (call: AggregateCall, state: DuckSql) => Outcome;
}

export interface Rule {
  readonly name: string;
  readonly signature: string;
  readonly help: string;
  readonly aliases?: readonly string[];
  readonly caseInsensitive?: boolean;
  /** Least and most arguments; [1, 1] when absent. */
  readonly takes?: readonly [number, number];
  /** Least and most parameters; none when absent. */
  readonly parameters?: readonly [number, number];
  /** The result's type from types without Nullable and LowCardinality. Calls `refuse` for those that do not fit. */
  readonly type: (types: readonly ClickHouseType[], parameters: readonly Bound[], refuse: (expected: string) => never) => ClickHouseType;
  /** The result is the first argument, or a list of it, and keeps its SimpleAggregateFunction. */
  readonly keepsArgument?: boolean;
  /** False when a Nullable argument leaves the result as it is (count, uniq). */
  readonly nullableResult?: boolean;
  /** Rows with NULL are counted in (any_respect_nulls). Types are then given with their Nullable. */
  readonly seesNulls?: boolean;
  /** The DuckDB aggregates that `aggregate` uses skip NULL by themselves, so that one Nullable argument needs no filter. */
  readonly skipsNulls?: boolean;
  readonly aggregate: (call: RuleCall) => Outcome;
  /** The type of the state, when it is another aggregate's. */
  readonly heldAs?: (types: readonly ClickHouseType[]) => AggregateStateType;
  readonly state?: (types: readonly ClickHouseType[], parameters: readonly Bound[]) => RuleState | undefined;
}

/** A call as a rule sees it: arguments in the plain representation, never NULL. */
export interface RuleCall extends AggregateCall {
  readonly args: readonly DuckSql[];
  readonly types: readonly ClickHouseType[];
  readonly resultType: ClickHouseType;
}

export function aggregate(rule: Rule): AggregateDefinition {
  const typeOf = (given: readonly ClickHouseType[], parameters: readonly Bound[], span: Span): ClickHouseType => checkedType(rule, given, parameters, span);
  return {
    name: rule.name,
    signature: rule.signature,
    help: rule.help,
    ...(rule.aliases ? { aliases: rule.aliases } : {}),
    ...(rule.caseInsensitive ? { caseInsensitive: true } : {}),
    resultType: typeOf,
    ...(rule.heldAs ? { heldAs: rule.heldAs } : {}),
    bind: (call) => {
      const type = typeOf(call.arguments.map((argument) => argument.type), call.parameters, call.span);
      if (bare(type).kind === 'Nothing') return bound(type, duck`any_value(NULL)${call.over ? duck` ${call.over}` : duck``}`, call.span);
      const ruleCall = withoutNulls(rule, call, type);
      return bound(type, answer(rule.aggregate(ruleCall), type, () => countRows(ruleCall)), call.span);
    },
    state: (given, parameters) => stateOf(rule, given, parameters, typeOf),
  };
}

/** The SQL of an outcome: NULL over no rows when the type is Nullable, else ClickHouse's answer. */
function answer(outcome: Outcome, type: ClickHouseType, rows: () => DuckSql): DuckSql {
  if (isNullable(type)) return outcome.empty ? outcome.sql : duck`CASE WHEN ${rows()} > 0 THEN ${outcome.sql} END`;
  return outcome.empty ? duck`coalesce(${outcome.sql}, ${outcome.empty})` : outcome.sql;
}

/** What ClickHouse gives an aggregate function: the type inside of LowCardinality, SimpleAggregateFunction and Nullable. */
export function valueType(type: ClickHouseType): ClickHouseType {
  return withoutDictionary(bare(type));
}

/** The type of a value without dictionaries, as aggregate functions and their states name it. */
export function withoutDictionary(type: ClickHouseType): ClickHouseType {
  switch (type.kind) {
    case 'LowCardinality':
      return type.of;
    case 'SimpleAggregateFunction':
      return withoutDictionary(type.arguments[0] ?? NOTHING);
    case 'Array':
      return { kind: 'Array', of: withoutDictionary(type.of) };
    case 'Tuple':
      return { kind: 'Tuple', elements: type.elements.map((element) => ({ ...element, type: withoutDictionary(element.type) })) };
    case 'Map':
      return { kind: 'Map', key: withoutDictionary(type.key), value: withoutDictionary(type.value) };
    default:
      return type;
  }
}

/** A SimpleAggregateFunction is a name that the type goes by; a Nullable or LowCardinality inside of it ends it. */
function keptType(rule: Rule, given: ClickHouseType | undefined, result: ClickHouseType): ClickHouseType {
  if (rule.keepsArgument !== true || given?.kind !== 'SimpleAggregateFunction') return result;
  const value = valueType(given);
  if (!sameType(value, given.arguments[0] ?? NOTHING)) return result;
  if (sameType(result, value)) return given;
  return result.kind === 'Array' && sameType(result.of, value) ? { kind: 'Array', of: given } : result;
}

function checkedType(rule: Rule, given: readonly ClickHouseType[], parameters: readonly Bound[], span: Span): ClickHouseType {
  const [least, most] = rule.takes ?? [1, 1];
  if (given.length < least || given.length > most) {
    throw typeError(`${rule.name} takes ${amount(least, most)} argument${most === 1 ? '' : 's'}, not ${given.length}.`, span);
  }
  const [fewest, greatest] = rule.parameters ?? [0, 0];
  if (parameters.length < fewest || parameters.length > greatest) {
    throw typeError(greatest === 0 ? `${rule.name} takes no parameters.` : `${rule.name} takes ${amount(fewest, greatest)} parameter${greatest === 1 ? '' : 's'} in its first brackets, not ${parameters.length}.`, span);
  }
  const types = given.map((type) => (rule.seesNulls ? withoutDictionary(type) : valueType(type)));
  if (given.some((type) => bare(type).kind === 'Nothing') && rule.nullableResult !== false) return nullable(NOTHING);
  const refuse = (expected: string): never => {
    throw typeError(`${rule.name} takes ${expected}, not ${given.map(printType).join(' and ')}.`, span);
  };
  const type = keptType(rule, given[0], rule.type(types, parameters, refuse));
  return rule.nullableResult !== false && !rule.seesNulls && given.some(isNullable) ? nullableAnswer(type) : type;
}

/** An aggregate's answer may be a Nullable tuple, which no column is. */
function nullableAnswer(type: ClickHouseType): ClickHouseType {
  return type.kind === 'Tuple' ? { kind: 'Nullable', of: type } : nullable(type);
}

function amount(least: number, most: number): string {
  if (least === most) return least === 0 ? 'no' : String(least);
  return most === Infinity ? `at least ${least}` : `${least} to ${most}`;
}

function withoutNulls(rule: Rule, call: AggregateCall, resultType: ClickHouseType): RuleCall {
  const args = call.arguments.map(plainSql);
  const mayBeNull = rule.seesNulls ? [] : args.filter((_, index) => isNullable(call.arguments[index]?.type ?? NOTHING));
  const skips = rule.skipsNulls && args.length === 1 && !call.rows;
  const present = mayBeNull.length === 0 || skips ? undefined : joined(mayBeNull.map((arg) => duck`${arg} IS NOT NULL`), ' AND ');
  const filter = both(call.filter, present);
  return {
    ...call,
    ...(filter ? { filter } : {}),
    args,
    types: call.arguments.map((argument) => (rule.seesNulls ? withoutDictionary(argument.type) : valueType(argument.type))),
    resultType,
  };
}

function stateOf(rule: Rule, given: readonly ClickHouseType[], parameters: readonly Bound[], typeOf: AggregateDefinition['resultType']): AggregateState {
  const types = given.map((type) => (rule.seesNulls ? withoutDictionary(type) : valueType(type)));
  const own = rule.state?.(types, parameters);
  const state = own ?? listState(rule, types, parameters);
  const resultOf = (span: Span) => typeOf(given, parameters, span);
  return {
    duckdbType: state.duckdbType,
    accumulate: (call) => state.accumulate(withoutNulls(rule, call, resultOf(call.span))),
    merge: (column, filter, over, within) => state.merge(mergeCall(filter, over, within), column),
    finish: (column) => {
      const type = resultOf({ start: 0, end: 0 });
      if (bare(type).kind === 'Nothing') return DUCK_NULL;
      return answer(state.finish(column), type, () => (own ? duck`1` : duck`len(coalesce(${column}, []))`));
    },
    empty: state.empty,
    ...(own?.mergedResult ? { mergedResult: (column, filter, over, within) => (own.mergedResult ? own.mergedResult(mergeCall(filter, over, within), column).sql : column) } : {}),
    ...(own ? { earlier: earlierRows(types, rule.name, (call) => state.accumulate({ ...call, args: call.arguments.map(plainSql), types, resultType: resultOf(call.span) })) } : {}),
  };
}

/** What the rule answers over rows that a state holds as a list. */
export function answerOver(rule: Rule, types: readonly ClickHouseType[], parameters: readonly Bound[], list: DuckSql): Outcome {
  const call = keptRows(types, false).over(list, rule.name, parameters);
  return rule.aggregate({ ...call, args: call.arguments.map((argument) => argument.sql), types, resultType: checkedType(rule, types, parameters, call.span) });
}

/** The values of all rows: exact, and good for every aggregate. */
function listState(rule: Rule, types: readonly ClickHouseType[], parameters: readonly Bound[]): RuleState {
  const kept = keptRows(types, false);
  return {
    ...kept,
    accumulate: (call) => kept.collected(call, call.args),
    finish: (state) => answerOver(rule, types, parameters, state),
  };
}

export function typeError(message: string, span: Span): SandpiperError {
  return new SandpiperError('type', message, { span });
}

/** The default of the result's type. */
export function defaultOf(call: Pick<RuleCall, 'resultType'>): DuckSql {
  return defaultSql(bare(call.resultType));
}

/** The argument at a position that the rule's `takes` has checked. */
export function argument(call: RuleCall, index = 0): DuckSql {
  const value = call.args[index];
  if (!value) throw new Error(`${call.name} has no argument ${index}`);
  return value;
}

export function typeAt(types: readonly ClickHouseType[], index = 0): ClickHouseType {
  return types[index] ?? NOTHING;
}
