/**
 * Counting different values. All of the uniq family count exactly here, where ClickHouse estimates from some thousand
 * values on. Their state is the list of different values: integers as they are, everything else as 64 bits of MD5,
 * which stay the same across versions of DuckDB.
 */
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { duckTypeSql } from '../physical.ts';
import { UINT64, type ClickHouseType } from '../types.ts';
import type { AggregateCall, AggregateDefinition } from './definition.ts';
import { collect, fold, packed } from './fold.ts';
import { joinedLists } from './kept-rows.ts';
import { aggregate, typeAt, type Rule, type RuleState } from './rule.ts';
import { wrapped } from './sums.ts';

export function countDistinct(call: AggregateCall, values: readonly DuckSql[]): DuckSql {
  const value = packed(values);
  return call.rows ? duck`len(list_distinct(${collect(call, value)}))` : fold({ ...call, distinct: true }, 'count', value);
}

function isSmallInteger(types: readonly ClickHouseType[]): boolean {
  const type = typeAt(types);
  return types.length === 1 && type.kind === 'Integer' && type.bits <= 64;
}

function setState(types: readonly ClickHouseType[]): RuleState {
  const asIs = isSmallInteger(types);
  const duckdbType = duck`${asIs ? duckTypeSql(typeAt(types)) : duck`UBIGINT`}[]`;
  return {
    duckdbType,
    accumulate: (call) => {
      const value = packed(call.args);
      const member = asIs ? value : duck`md5_number_lower(CAST(${value} AS VARCHAR))`;
      return call.rows ? duck`list_distinct(${collect(call, member)})` : collect({ ...call, distinct: true }, member);
    },
    merge: (call, state) => duck`list_distinct(${joinedLists(call, state)})`,
    finish: (state) => ({ sql: duck`CAST(coalesce(len(${state}), 0) AS UBIGINT)` }),
    empty: duck`CAST([] AS ${duckdbType})`,
  };
}

const UNIQ: readonly Rule[] = (['uniq', 'uniqExact', 'uniqCombined', 'uniqCombined64', 'uniqHLL12', 'uniqTheta'] as const).map((name) => ({
  name, signature: `${name}(x[, …])`, help: 'The number of different values, or of different combinations of values.', takes: [1, Infinity], parameters: name.startsWith('uniqCombined') ? [0, 1] : [0, 0],
  nullableResult: false,
  type: () => UINT64,
  aggregate: (call) => ({ sql: duck`CAST(${countDistinct(call, call.args)} AS UBIGINT)` }),
  state: setState,
}));

const UNIQ_UP_TO: Rule = {
  name: 'uniqUpTo', signature: 'uniqUpTo(n)(x[, …])', help: 'The number of different values, counted up to n; n + 1 when there are more.', takes: [1, Infinity], parameters: [1, 1], nullableResult: false,
  type: () => UINT64,
  aggregate: (call) => {
    const limit = call.parameters[0]?.constant;
    const most = limit?.kind === 'integer' ? limit.value : 10n;
    return { sql: duck`CAST(least(${countDistinct(call, call.args)}, ${duckInteger(most + 1n)}) AS UBIGINT)` };
  },
  state: undefined,
};

const GROUP_BITMAP: Rule = {
  name: 'groupBitmap', signature: 'groupBitmap(x)', help: 'The number of different unsigned integers, in their type.',
  type: ([type], _parameters, refuse) => (type?.kind === 'Integer' ? type : refuse('an unsigned integer')),
  aggregate: (call) => ({ sql: wrapped(duck`CAST(${countDistinct(call, call.args)} AS HUGEINT)`, call.resultType.kind === 'Nullable' ? call.resultType.of : call.resultType) }),
  state: setState,
};

export const DISTINCT_COUNTS: readonly AggregateDefinition[] = [...UNIQ, UNIQ_UP_TO, GROUP_BITMAP].map(aggregate);
