/**
 * Counting different values. Over rows all of the uniq family count exactly here, where ClickHouse estimates from some
 * thousand values on; their states are bounded and estimate too (see sketch.ts), but for uniqExact.
 */
import type { Bound } from '../bound.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { duckTypeSql } from '../physical.ts';
import { UINT64, type ClickHouseType } from '../types.ts';
import type { AggregateCall, AggregateDefinition } from './definition.ts';
import { collect, fold, packed } from './fold.ts';
import { joinedLists, mergeCall } from './kept-rows.ts';
import { aggregate, typeAt, type Rule, type RuleState } from './rule.ts';
import { bounded, estimated, fingerprint } from './sketch.ts';
import { wrapped } from './sums.ts';

export function countDistinct(call: AggregateCall, values: readonly DuckSql[]): DuckSql {
  const value = packed(values);
  return call.rows ? duck`len(list_distinct(${collect(call, value)}))` : fold({ ...call, distinct: true }, 'count', value);
}

function isSmallInteger(types: readonly ClickHouseType[]): boolean {
  const type = typeAt(types);
  return types.length === 1 && type.kind === 'Integer' && type.bits <= 64;
}

/** The different values; `size` bounds them, and beyond it their number is estimated. */
function setState(types: readonly ClickHouseType[], size?: number): RuleState {
  const holdsIntegers = isSmallInteger(types);
  const type = typeAt(types);
  const sketch = size === undefined ? undefined : { size, holdsIntegers, isNarrow: type.kind === 'Integer' && !type.signed && type.bits <= 32 };
  const duckdbType = duck`${holdsIntegers ? duckTypeSql(typeAt(types)) : duck`UBIGINT`}[]`;
  return {
    duckdbType,
    accumulate: (call) => {
      const value = packed(call.args);
      const member = holdsIntegers ? value : fingerprint(value);
      const members = call.rows ? duck`list_distinct(${collect(call, member)})` : collect({ ...call, distinct: true }, member);
      return sketch ? bounded(call, members, sketch) : members;
    },
    merge: (call, state) => {
      const members = duck`list_distinct(${joinedLists(call, state)})`;
      return sketch ? bounded(call, members, sketch) : members;
    },
    ...(sketch ? { mergedResult: (call: AggregateCall, state: DuckSql) => ({ sql: duck`CAST(${estimated(call, joinedLists(call, state), sketch)} AS UBIGINT)` }) } : {}),
    finish: (state) => {
      const count = sketch ? estimated(mergeCall(), duck`coalesce(${state}, [])`, sketch) : duck`coalesce(len(${state}), 0)`;
      return { sql: duck`CAST(${count} AS UBIGINT)` };
    },
    empty: duck`CAST([] AS ${duckdbType})`,
  };
}

/** How many values a state of the function holds at most: its error is ClickHouse's or less. */
function sizeOf(name: string, parameters: readonly Bound[]): number | undefined {
  const precision = parameters[0]?.constant;
  switch (name) {
    case 'uniqExact':
      return undefined;
    case 'uniqHLL12':
    case 'uniqTheta':
      return 16_384;
    default:
      return precision?.kind === 'integer' && precision.value < 16n ? 2 ** Math.max(12, Number(precision.value)) : 65_536;
  }
}

const UNIQ: readonly Rule[] = (['uniq', 'uniqExact', 'uniqCombined', 'uniqCombined64', 'uniqHLL12', 'uniqTheta'] as const).map((name) => ({
  name, signature: `${name}(x[, …])`, help: 'The number of different values, or of different combinations of values.', takes: [1, Infinity], parameters: name.startsWith('uniqCombined') ? [0, 1] : [0, 0],
  nullableResult: false,
  type: () => UINT64,
  aggregate: (call) => ({ sql: duck`CAST(${countDistinct(call, call.args)} AS UBIGINT)` }),
  state: (types, parameters) => setState(types, sizeOf(name, parameters)),
}));

const UNIQ_UP_TO: Rule = {
  name: 'uniqUpTo', signature: 'uniqUpTo(n)(x[, …])', help: 'The number of different values, counted up to n; n + 1 when there are more.', takes: [1, Infinity], parameters: [1, 1], nullableResult: false,
  type: () => UINT64,
  aggregate: (call) => {
    const limit = call.parameters[0]?.constant;
    const most = limit?.kind === 'integer' ? limit.value : 10n;
    return { sql: duck`CAST(least(${countDistinct(call, call.args)}, ${duckInteger(most + 1n)}) AS UBIGINT)` };
  },
  state: (types, parameters) => {
    const [limit] = parameters;
    const most = limit?.constant?.kind === 'integer' ? Number(limit.constant.value) : 10;
    const state = setState(types);
    const cut = (members: DuckSql) => duck`(${members})[1:${duckInteger(most + 1)}]`;
    return { ...state, accumulate: (call) => cut(state.accumulate(call)), merge: (call, column) => cut(state.merge(call, column)) };
  },
};

const GROUP_BITMAP: Rule = {
  name: 'groupBitmap', signature: 'groupBitmap(x)', help: 'The number of different unsigned integers, in their type.',
  type: ([type], _parameters, refuse) => (type?.kind === 'Integer' ? type : refuse('an unsigned integer')),
  aggregate: (call) => ({ sql: wrapped(duck`CAST(${countDistinct(call, call.args)} AS HUGEINT)`, call.resultType.kind === 'Nullable' ? call.resultType.of : call.resultType) }),
  state: (types) => setState(types),
};

export const DISTINCT_COUNTS: readonly AggregateDefinition[] = [...UNIQ, UNIQ_UP_TO, GROUP_BITMAP].map(aggregate);
