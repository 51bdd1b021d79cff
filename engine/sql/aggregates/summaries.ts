/**
 * Quantiles by summaries (computed/quantile-sketches.ts): how rows become one, how several become one, and what they say
 * at given levels. The summary, a list of DOUBLE, is the state. Dates and times count in days, seconds or ticks.
 */
import { callComputed } from '../computed/definition.ts';
import {
  BRAIN_FLOATS, BUCKETS, BUCKETS_AT, COUNTS_AT, COUNTS_MERGED, DIGEST, DIGEST_AT, DIGEST_MERGED, RANKS, RANKS_AT, RANKS_MERGED, TIMINGS, TIMINGS_AT,
} from '../computed/quantile-sketches.ts';
import { duck, duckDouble, duckInteger, type DuckSql } from '../duck.ts';
import { duckTypeSql } from '../physical.ts';
import type { ClickHouseType } from '../types.ts';
import { collect } from './fold.ts';
import { argument, typeAt, type RuleCall } from './rule.ts';

/** `accuracy` is the parameter before the levels, where there is one. */
export interface Summary {
  readonly of: (call: RuleCall, accuracy: DuckSql) => DuckSql;
  readonly merged: (joined: DuckSql, accuracy: DuckSql) => DuckSql;
  readonly at: (summary: DuckSql, levels: DuckSql, accuracy: DuckSql) => DuckSql;
}

/** The values as a list of DOUBLE. */
export function unitsOf(call: RuleCall): DuckSql {
  return collect(call, inUnits(argument(call), typeAt(call.types)));
}

/** The weights as a list of DOUBLE; [] where each value counts once. */
export function weightsOf(call: RuleCall): DuckSql {
  return call.args.length > 1 ? collect(call, duck`CAST(${argument(call, 1)} AS DOUBLE)`) : duck`CAST([] AS DOUBLE[])`;
}

/** A number, or a date or time in its own units, as DOUBLE. */
export function inUnits(value: DuckSql, type: ClickHouseType): DuckSql {
  switch (type.kind) {
    case 'Date':
    case 'Date32':
      return duck`CAST(${value} - DATE '1970-01-01' AS DOUBLE)`;
    case 'DateTime':
      return duck`CAST(epoch(${value}) AS DOUBLE)`;
    case 'DateTime64':
      return duck`CAST(epoch_ns(${value}) / ${duckInteger(10 ** (9 - type.precision))} AS DOUBLE)`;
    case 'Bool':
      return duck`CAST(CAST(${value} AS UTINYINT) AS DOUBLE)`;
    default:
      return duck`CAST(${value} AS DOUBLE)`;
  }
}

/** A number of the result's own units as a value of its type. */
export function fromUnits(number: DuckSql, type: ClickHouseType): DuckSql {
  switch (type.kind) {
    case 'Date':
    case 'Date32':
      return duck`DATE '1970-01-01' + CAST(trunc(${number}) AS INTEGER)`;
    case 'DateTime':
      return duck`CAST(make_timestamp(CAST(trunc(${number}) AS BIGINT) * 1000000) AS TIMESTAMP)`;
    case 'DateTime64':
      return duck`CAST(make_timestamp_ns(CAST(trunc(${number}) AS BIGINT) * ${duckInteger(10 ** (9 - type.precision))}) AS ${duckTypeSql(type)})`;
    case 'Integer':
      return duck`CAST(trunc(${number}) AS ${duckTypeSql(type)})`;
    default:
      return duck`CAST(${number} AS ${duckTypeSql(type)})`;
  }
}

export function levelList(levels: readonly number[]): DuckSql {
  return duck`[${levels.map(duckDouble)}]`;
}

const counts = { merged: (joined: DuckSql) => callComputed(COUNTS_MERGED, joined) };

export const SUMMARIES = {
  digest: { of: (call) => callComputed(DIGEST, unitsOf(call), weightsOf(call)), merged: (joined) => callComputed(DIGEST_MERGED, joined), at: (summary, levels) => callComputed(DIGEST_AT, summary, levels) },
  brainFloats: { ...counts, of: (call) => callComputed(BRAIN_FLOATS, unitsOf(call), weightsOf(call)), at: (summary, levels) => callComputed(COUNTS_AT, summary, levels) },
  timings: { ...counts, of: (call) => callComputed(TIMINGS, unitsOf(call), weightsOf(call)), at: (summary, levels) => callComputed(TIMINGS_AT, summary, levels) },
  buckets: { ...counts, of: (call, accuracy) => callComputed(BUCKETS, unitsOf(call), accuracy), at: (summary, levels, accuracy) => callComputed(BUCKETS_AT, summary, levels, accuracy) },
  ranks: { of: (call, accuracy) => callComputed(RANKS, unitsOf(call), accuracy), merged: (joined, accuracy) => callComputed(RANKS_MERGED, joined, accuracy), at: (summary, levels, accuracy) => callComputed(RANKS_AT, summary, levels, accuracy) },
} satisfies Readonly<Record<string, Summary>>;
