/** Random aggregate calls: functions of the registry with parameters, combinators, DISTINCT and FILTER; states and what merges them. */
import type { AggregateDefinition } from '../../../engine/sql/aggregates/definition.ts';
import { listAggregates } from '../../../engine/sql/aggregates/registry.ts';
import { bare } from '../../../engine/sql/types.ts';
import type { ExpressionMaker } from './expression-maker.ts';
import type { Random } from './random.ts';
import { readSignature, type Signature } from './signatures.ts';
import type { Expression } from './tree.ts';
import { ANY, ARRAY_WANT, CONDITION_WANT, ORDERABLE, wantFor, type Want } from './wants.ts';

/** Answers that are approximations, or hang on which rows come first, and so on chance. */
const UNSTEADY = /^(anyHeavy|groupArrayLast|largestTriangle|studentTTestOneSample|approx|topK|groupArraySample|quantileDD|quantilesDD|quantileGK|quantilesGK|quantileTDigest|quantilesTDigest|uniqCombined|uniqHLL12|uniqTheta|exponential|sumKahan|quantileDeterministic|quantilesDeterministic|quantileTiming|quantilesTiming|groupBitmap|entropy|singleValueOrNull)/;
/** Answers that hang on the order of rows; fine over a table, whose rows have one. */
const ORDER_MATTERS = /^(any|anyLast|any_respect_nulls|anyLast_respect_nulls|groupArray|groupArrayLast|groupArrayMoving|groupConcat|deltaSum|argMin|argMax|argAnd|groupArrayInsertAt|quantile$|quantiles$|simpleLinear)/;

const COMMON = new Map([['count', 12], ['sum', 10], ['avg', 6], ['min', 6], ['max', 6], ['any', 4], ['uniq', 4], ['uniqExact', 4], ['groupArray', 5], ['groupUniqArray', 3], ['argMax', 5], ['argMin', 4], ['quantile', 3], ['quantiles', 1.5], ['sumMap', 1]]);
const FITS_ANY = /^(count|uniq|groupArray$|groupUniqArray|any|min$|max$|groupArrayLast)/;

interface Candidate {
  readonly definition: AggregateDefinition;
  readonly signature: Signature;
}

const CANDIDATES: readonly Candidate[] = listAggregates().filter((definition) => !UNSTEADY.test(definition.name)).map((definition) => ({ definition, signature: readSignature(definition.signature) }));

export interface AggregateParts {
  readonly name: string;
  readonly parameters: string;
  readonly arguments: readonly Expression[];
}

export function aggregatesInUse(): readonly string[] {
  return CANDIDATES.map(({ definition }) => definition.name);
}

/** The parts of a call without combinators. `steady`: the rows have no order that both engines share. */
export function aggregateParts(maker: ExpressionMaker, random: Random, steady: boolean): AggregateParts {
  const usable = steady ? CANDIDATES.filter(({ definition }) => !ORDER_MATTERS.test(definition.name)) : CANDIDATES;
  const { definition, signature } = random.weighted(usable.map((one) => [COMMON.get(one.definition.name) ?? 0.5, one] as const));
  const places = signature.places.filter((place) => !place.optional || random.chance(0.5));
  // Which values a limited set keeps is chance.
  const limited = definition.name === 'groupUniqArray';
  const parameters = signature.parameters.filter((place) => !(limited && place.optional)).filter((place) => !place.optional || random.chance(0.4)).map((place) => wantFor(place.word, 'aggregate').literal(random));
  const wants = places.map((place): Want => {
    if (place.word === 'x' && FITS_ANY.test(definition.name)) return /^(min|max)$/.test(definition.name) ? ORDERABLE : ANY;
    if (place.word === 'x' && /^arg/.test(definition.name)) return ANY;
    // Of several rows with the least key any may answer.
    if (place.word === 'by') return UNIQUE;
    if (/^(time|start|end)$/.test(place.word)) return wantFor('weight', 'aggregate');
    return wantFor(place.word, 'aggregate');
  });
  return { name: definition.name, parameters: parameters.length === 0 ? '' : `(${parameters.join(', ')})`, arguments: wants.map((want) => columnsFirst(maker, want, random)) };
}

const UNIQUE: Want = { fits: (_type, text) => text === 'id' || text === 'number', literal: () => '1' };

/** Constants in aggregates teach little. */
function columnsFirst(maker: ExpressionMaker, want: Want, random: Random): Expression {
  return (random.chance(0.95) ? maker.find(want) : undefined) ?? maker.take(want);
}

/** A call with random combinators. Undefined when the translator refuses it; the maker remembers it then. */
export function makeAggregate(maker: ExpressionMaker, random: Random, steady: boolean): Expression | undefined {
  // DISTINCT feeds the values in the order of a hash table.
  const isDistinct = random.chance(0.09);
  const parts = aggregateParts(maker, random, steady || isDistinct);
  const call = (name: string, args: readonly Expression[]) => maker.add(name, args, (texts) => inOrder(`${name}${parts.parameters}(${texts.join(', ')})`));
  const distinct = (text: string, short: string) => (random.chance(0.6) ? maker.add(parts.name, parts.arguments, (texts) => inOrder(`${parts.name}${parts.parameters}(${text}${texts.join(', ')})`)) : call(short, parts.arguments));
  const condition = () => columnsFirst(maker, CONDITION_WANT, random);
  if (isDistinct) return distinct('DISTINCT ', `${parts.name}Distinct`);
  return random.weighted<() => Expression | undefined>([
    [10, () => call(parts.name, parts.arguments)],
    [4, () => call(`${parts.name}If`, [...parts.arguments, condition()])],
    [1.5, () => call(`${parts.name}OrNull`, parts.arguments)],
    [0.7, () => call(`${parts.name}OrDefault`, parts.arguments)],
    [0.7, () => call(`${parts.name}OrNullIf`, [...parts.arguments, condition()])],
    [1, () => maker.add(`${parts.name} FILTER`, [...parts.arguments, condition()], (texts) => inOrder(`${parts.name}${parts.parameters}(${texts.slice(0, -1).join(', ')}) FILTER (WHERE ${texts.at(-1) ?? ''})`))],
    [1.5, () => call(`${parts.name}Array`, parts.arguments.map(() => maker.find(ARRAY_WANT) ?? maker.take(ARRAY_WANT)).slice(0, 1))],
    [0.4, () => call(`${parts.name}ForEach`, parts.arguments.map(() => maker.find(ARRAY_WANT) ?? maker.take(ARRAY_WANT)).slice(0, 1))],
    [0.4, () => call(`${parts.name}ArrayIf`, [maker.find(ARRAY_WANT) ?? maker.take(ARRAY_WANT), condition()])],
    [0.3, () => call(`${parts.name}Map`, [maker.find(wantFor('map', '')) ?? maker.take(wantFor('map', ''))])],
  ])();
}

/** Sets that come as arrays have no order of their own. */
export function inOrder(call: string): string {
  return /^groupUniqArray(?!.*ForEach|.*Map)|^groupArrayIntersect/.test(call) ? `arraySort(${call})` : call;
}

/** Whether an expression is a number, for HAVING and arithmetic on aggregates. */
export function isNumber(one: Expression): boolean {
  return ['Integer', 'Float', 'Decimal'].includes(bare(one.type).kind);
}
