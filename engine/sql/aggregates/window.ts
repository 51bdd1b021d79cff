/**
 * Functions that only make sense with OVER: row numbers, ranks, and the values of rows before and after. Aggregates
 * with OVER, first_value and last_value among them, are in registry.ts. Rows that are not there give the default of the
 * type, as in ClickHouse, not NULL.
 */
import { SandpiperError, type Span } from '../../errors.ts';
import { bound, type Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { defaultSql, plainSql } from '../physical.ts';
import { FLOAT64, isNullable, sameType, UINT64, type ClickHouseType } from '../types.ts';
import type { AggregateCall } from './definition.ts';
import { typeError, withoutDictionary } from './rule.ts';
import { FADING } from './window-decay.ts';

export interface WindowCall extends AggregateCall {
  /** The whole clause, the word OVER included. */
  readonly over: DuckSql;
}

export interface WindowFunction {
  readonly name: string;
  readonly signature: string;
  readonly help: string;
  readonly aliases?: readonly string[];
  readonly bind: (call: WindowCall) => Bound;
}

function ranking(name: string, aliases: readonly string[], type: ClickHouseType, duckdb: DuckSql, help: string): WindowFunction {
  return {
    name, aliases, signature: `${name}()`, help,
    bind: (call) => {
      plain(call);
      if (call.arguments.length > 0) throw typeError(`${name} takes no arguments.`, call.span);
      const sql = duck`${duckdb}() ${call.over}`;
      return bound(type, sameType(type, UINT64) ? duck`CAST(${sql} AS UBIGINT)` : sql, call.span);
    },
  };
}

function plain(call: WindowCall): void {
  if (call.filter || call.distinct) throw typeError(`${call.name} takes neither DISTINCT nor FILTER.`, call.span);
  if (call.parameters.length > 0) throw typeError(`${call.name} takes no parameters.`, call.span);
}

const NTILE: WindowFunction = {
  name: 'ntile', signature: 'ntile(buckets)', help: 'The number of the row’s bucket when the rows are cut into equal buckets.',
  bind: (call) => {
    plain(call);
    const buckets = wholeAt(call, 0);
    if (buckets === undefined || buckets < 1n) throw typeError('ntile takes the number of buckets, a constant greater than 0.', call.span);
    return bound(UINT64, duck`CAST(ntile(${duckInteger(buckets)}) ${call.over} AS UBIGINT)`, call.span);
  },
};

const NTH_VALUE: WindowFunction = {
  name: 'nth_value', signature: 'nth_value(x, n)', help: 'The value of the nth row of the frame.',
  bind: (call) => {
    plain(call);
    const value = first(call);
    const place = wholeAt(call, 1);
    if (place === undefined || place < 1n) throw typeError('nth_value takes a value and its place in the frame, a constant greater than 0.', call.span);
    return filled(value, duck`nth_value(${plainSql(value)}, ${duckInteger(place)}) ${call.over}`, call.span);
  },
};

/** lag and lead look at the whole partition, lagInFrame and leadInFrame only into the frame. */
function neighbour(name: string, direction: 'lag' | 'lead', inFrame: boolean): WindowFunction {
  return {
    name, signature: `${name}(x[, offset[, default]])`, help: `The value of x so many rows ${direction === 'lag' ? 'before' : 'after'} this one${inFrame ? ', within the frame' : ''}.`,
    bind: (call) => {
      plain(call);
      const value = first(call);
      const offset = call.arguments.length < 2 ? 1n : wholeAt(call, 1);
      if (call.arguments.length > 3 || offset === undefined || offset < 0n) throw typeError(`${name} takes a value, a constant offset and a default.`, call.span);
      const type = withoutDictionary(value.type);
      const given = call.arguments[2];
      const missing = given ? plainSql(cast(given, type)) : defaultSql(type);
      const reachable = !inFrame || reaches(call.over.text, direction, offset, name, call.span);
      const sql = reachable ? duck`${direction === 'lag' ? duck`lag` : duck`lead`}(${plainSql(value)}, ${duckInteger(offset)}, ${missing}) ${call.over}` : missing;
      return bound(type, sql, call.span);
    },
  };
}

/** Whether the frame, as window-clause.ts writes it, holds the row that is so many rows away. */
function reaches(over: string, direction: 'lag' | 'lead', offset: bigint, name: string, span: Span): boolean {
  if (offset === 0n) return true;
  const frame = /(ROWS|RANGE|GROUPS) BETWEEN (.+?) AND (.+)\)$/.exec(over);
  const edge = frame ? frame[direction === 'lag' ? 2 : 3] ?? '' : direction === 'lag' ? 'UNBOUNDED PRECEDING' : 'CURRENT ROW';
  if (edge.startsWith('UNBOUNDED')) return true;
  if (edge === 'CURRENT ROW') return false;
  const width = /^(?:CAST\()?(\d+)(?: AS \w+\))? (PRECEDING|FOLLOWING)$/.exec(edge);
  if (frame?.[1] !== 'ROWS' || width?.[1] === undefined) throw new SandpiperError('unsupported', `${name} is supported with frames of ROWS whose bounds are constants.`, { span });
  const looksThere = width[2] === (direction === 'lag' ? 'PRECEDING' : 'FOLLOWING');
  return looksThere && BigInt(width[1]) >= offset;
}

function first(call: WindowCall): Bound {
  const value = call.arguments[0];
  if (!value) throw typeError(`${call.name} takes a value.`, call.span);
  return value;
}

function wholeAt(call: WindowCall, index: number): bigint | undefined {
  const constant = call.arguments[index]?.constant;
  return constant?.kind === 'integer' ? constant.value : undefined;
}

function filled(value: Bound, sql: DuckSql, span: Span): Bound {
  const type = withoutDictionary(value.type);
  return bound(type, isNullable(type) ? sql : duck`coalesce(${sql}, ${defaultSql(type)})`, span);
}

const FUNCTIONS: readonly WindowFunction[] = [
  ranking('row_number', [], UINT64, duck`row_number`, 'The number of the row in its partition, from 1.'),
  ranking('rank', [], UINT64, duck`rank`, 'The rank of the row, with gaps after equal rows.'),
  ranking('dense_rank', ['denseRank'], UINT64, duck`dense_rank`, 'The rank of the row, without gaps.'),
  ranking('percent_rank', ['percentRank'], FLOAT64, duck`percent_rank`, 'The rank of the row between 0 and 1.'),
  ranking('cume_dist', [], FLOAT64, duck`cume_dist`, 'The share of rows that come no later than this one.'),
  NTILE,
  NTH_VALUE,
  neighbour('lag', 'lag', false),
  neighbour('lead', 'lead', false),
  neighbour('lagInFrame', 'lag', true),
  neighbour('leadInFrame', 'lead', true),
];

/** Those of this file and of window-decay.ts. */
const ALL: readonly WindowFunction[] = [...FUNCTIONS, ...FADING];

const BY_NAME = new Map<string, WindowFunction>(ALL.flatMap((item) => [item.name, ...(item.aliases ?? [])].map((name) => [name, item] as const)));
const ANY_CASE = new Map<string, WindowFunction>(FUNCTIONS.filter((item) => !/[A-Z]/.test(item.name)).map((item) => [item.name, item]));

/** The window function that this name means. */
export function findWindowFunction(name: string): WindowFunction | undefined {
  return BY_NAME.get(name) ?? ANY_CASE.get(name.toLowerCase());
}

export function listWindowFunctions(): readonly WindowFunction[] {
  return ALL;
}
