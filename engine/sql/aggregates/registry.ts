/**
 * All aggregate functions of Sandpiper's SQL: the lists of this folder, joined, and the combinators that may follow
 * their names. Also tells physical.ts how columns of AggregateFunction types are held.
 */
import { SandpiperError } from '../../errors.ts';
import { bound, type Bound } from '../bound.ts';
import { duckDouble, duckInteger, duckString, type DuckSql } from '../duck.ts';
import { holdStatesAs } from '../physical.ts';
import { FLOAT64, INT64, printType, STRING, UINT64, type AggregateStateType } from '../types.ts';
import { BITMAPS } from './bitmaps.ts';
import { DRAWINGS } from './charts.ts';
import { COMBINATORS, distinctRows, withMerge } from './combinators.ts';
import { stateOf, type Combine } from './combine.ts';
import type { AggregateDefinition, AggregateState } from './definition.ts';
import { DISTINCT_COUNTS } from './distinct.ts';
import { ONE_VALUE } from './extremes.ts';
import { GROUPED_VALUES } from './group-array.ts';
import { HYPOTHESES } from './hypothesis.ts';
import { QUANTILES } from './quantile.ts';
import { REFUSED_AGGREGATES } from './refused.ts';
import { SEQUENCE_FUNCTIONS } from './sequence.ts';
import { STATISTICS } from './statistics.ts';
import { mapSums } from './sum-map.ts';
import { SUMS } from './sums.ts';
import { TEXTS } from './texts.ts';
import { TIME_SERIES } from './time-grid.ts';

/** One line for each file of this folder. */
const LISTS: readonly (readonly AggregateDefinition[])[] = [
  SUMS,
  ONE_VALUE,
  DISTINCT_COUNTS,
  QUANTILES,
  STATISTICS,
  HYPOTHESES,
  GROUPED_VALUES,
  SEQUENCE_FUNCTIONS,
  DRAWINGS,
  BITMAPS,
  TEXTS,
  TIME_SERIES,
  mapSums((name) => {
    const found = [...SUMS, ...ONE_VALUE].find((definition) => definition.name === name);
    if (!found) throw new Error(`There is no aggregate ${name}`);
    return found;
  }),
];

const EXACT = new Map<string, AggregateDefinition>();
const ANY_CASE = new Map<string, AggregateDefinition>();

/** Names that ClickHouse takes in any case besides the definitions' own. */
const ANY_CASE_ALIASES = new Set(['any_value', 'first_value', 'last_value', 'max_by', 'min_by', 'array_agg', 'group_concat', 'string_agg', 'approx_top_k', 'approx_top_count', 'approx_top_sum', 'kolmogorovSmirnovTest', 'analysisOfVariance', 'anova']);

for (const definition of [...LISTS.flat(), ...REFUSED_AGGREGATES]) {
  for (const name of [definition.name, ...(definition.aliases ?? [])]) {
    if (EXACT.has(name)) throw new Error(`Two aggregate functions are called ${name}`);
    EXACT.set(name, definition);
    const isSqlName = name === name.toUpperCase() || ANY_CASE_ALIASES.has(name) || /_respect_nulls$/.test(name);
    if (isSqlName || (definition.caseInsensitive && name === definition.name)) ANY_CASE.set(name.toLowerCase(), definition);
  }
}

/** Constants written in a state's type: `0.9`, `10`, `'text'`. */
function constantsOf(texts: readonly string[]): readonly Bound[] {
  const span = { start: 0, end: 0 };
  return texts.map((text): Bound => {
    const quoted = /^'(.*)'$/s.exec(text)?.[1];
    if (quoted !== undefined) {
      const value = quoted.replace(/\\(.)/gs, '$1');
      return { ...bound(STRING, duckString(value), span), constant: { kind: 'text', value } };
    }
    if (/^-?\d+$/.test(text)) {
      const value = BigInt(text);
      return { ...bound(value < 0n ? INT64 : UINT64, duckInteger(value), span), constant: { kind: 'integer', value } };
    }
    return { ...bound(FLOAT64, duckDouble(Number(text)), span), constant: { kind: 'float', value: Number(text) } };
  });
}

const SUFFIXES: readonly (readonly [string, Combine])[] = [
  ['MergeState', withMerge(constantsOf, false)] as const,
  ['Merge', withMerge(constantsOf, true)] as const,
  ...Object.entries(COMBINATORS),
].sort(([left], [right]) => right.length - left.length);

interface Resolved {
  readonly definition: AggregateDefinition;
  /** The last combinator, which ClickHouse does not take twice in a row. */
  readonly suffix?: string;
}

const RESOLVED = new Map<string, Resolved | undefined>();

/** The aggregate that this name means, with its combinators; `nulls` is IGNORE or RESPECT NULLS behind the call. */
export function findAggregate(name: string, nulls?: 'ignore' | 'respect'): AggregateDefinition | undefined {
  if (!RESOLVED.has(name)) RESOLVED.set(name, resolve(name));
  const found = RESOLVED.get(name)?.definition;
  if (!found || nulls !== 'respect') return found;
  return findAggregate(`${found.name}_respect_nulls`) ?? found;
}

function resolve(name: string, depth = 0): Resolved | undefined {
  const plain = EXACT.get(name) ?? ANY_CASE.get(name.toLowerCase());
  if (name.toLowerCase() === 'array_concat_agg') return resolve('groupArrayArray', depth);
  if (plain) return { definition: distinctly(plain) };
  if (depth > 8) return undefined;
  for (const [suffix, combine] of SUFFIXES) {
    if (!name.endsWith(suffix) || name.length === suffix.length) continue;
    const inner = resolve(name.slice(0, -suffix.length), depth + 1);
    if (inner && inner.suffix !== suffix) return { definition: distinctly(counted(combine(inner.definition, `${inner.definition.name}${suffix}`))), suffix };
  }
  return undefined;
}

/** countDistinct is uniqExact by another name, so it takes several arguments. */
function counted(definition: AggregateDefinition): AggregateDefinition {
  const uniq = definition.name === 'countDistinct' ? EXACT.get('uniqExact') : undefined;
  return uniq ? { ...definition, resultType: uniq.resultType, bind: uniq.bind } : definition;
}

/** Those whose DuckDB form takes DISTINCT as it is. */
const TAKES_DISTINCT = new Set(['count', 'sum', 'avg', 'min', 'max', 'any', 'groupArray']);

/** `f(DISTINCT x)`: count(DISTINCT …) is uniqExact; others aggregate the list of different rows. */
function distinctly(definition: AggregateDefinition): AggregateDefinition {
  return {
    ...definition,
    bind: (call) => {
      if (!call.distinct) return definition.bind(call);
      if (definition.name === 'count' && call.arguments.length > 0) {
        const uniq = EXACT.get('uniqExact');
        if (uniq) return uniq.bind({ ...call, distinct: false });
      }
      if (definition.name === 'countIf' && call.arguments.length > 1) {
        const uniq = findAggregate('uniqExactIf');
        if (uniq) return uniq.bind({ ...call, distinct: false });
      }
      if (TAKES_DISTINCT.has(definition.name) && !call.rows) return definition.bind(call);
      return definition.bind(distinctRows(call));
    },
  };
}

/** All aggregate functions without combinators, each once, by name. */
export function listAggregates(): readonly AggregateDefinition[] {
  return [...new Set(LISTS.flat())].sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The names of the combinators, for completion: `If`, `Array`, … */
export function listCombinators(): readonly string[] {
  return SUFFIXES.map(([suffix]) => suffix);
}

/** How the states of an AggregateFunction column are made, merged and finished. */
export function stateOfType(type: AggregateStateType): AggregateState {
  const definition = findAggregate(type.name);
  if (!definition) throw new SandpiperError('unsupported', `${printType(type)} is not supported: there is no aggregate function ${type.name} in Sandpiper.`);
  return stateOf(definition, type.arguments, constantsOf(type.parameters));
}

/** The DuckDB type of a column of states. */
export function stateDuckdbType(type: AggregateStateType): DuckSql {
  return stateOfType(type).duckdbType;
}

holdStatesAs(stateDuckdbType);
