/** Measures of arrays as a whole: rankings of scores, weighted distances, correlation with itself, parts of an array aggregated. */
import { bound, type Bound, type BoundLambda } from '../bound.ts';
import { AUTOCORRELATION, NORMALIZED_GINI, PRECISION_RECALL_AREA, ROC_AREA, WEIGHTED_DISTANCE } from '../computed/array-measure.ts';
import { callComputed } from '../computed/definition.ts';
import { duck, duckInteger, duckName, DUCK_FALSE, DUCK_TRUE, type DuckSql } from '../duck.ts';
import { plainSql, tupleFieldNames } from '../physical.ts';
import { array, bare, FLOAT64, printType, tuple, type ClickHouseType } from '../types.ts';
import { at, constantInteger, constantText, define, once, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { elementType, sameLists } from './list-argument.ts';

const NUMBERS = ['Integer', 'Float', 'BFloat16', 'Decimal', 'Bool', 'Nothing'];

function doubles(call: FunctionCall, value: Bound): DuckSql {
  const element = elementType(call, value);
  if (!NUMBERS.includes(element.kind)) throw typeError(`${call.name} takes arrays of numbers, not of ${printType(element)}.`, value.span);
  return duck`CAST(${plainSql(value)} AS DOUBLE[])`;
}

function rocArea(args: readonly Bound[], call: FunctionCall): Bound {
  const scale = args[2];
  if (scale && scale.constant?.kind !== 'integer') throw typeError(`${call.name} takes true or false as its third argument.`, scale.span);
  const scaled = scale?.constant?.kind === 'integer' && scale.constant.value === 0n ? DUCK_FALSE : DUCK_TRUE;
  return bound(FLOAT64, callComputed(ROC_AREA, doubles(call, at(args, 0)), doubles(call, at(args, 1)), scaled), call.span);
}

function weighted(similarity: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const { lists } = sameLists(call, args.slice(0, 2));
    const weights = args.slice(2).map((value) => doubles(call, value));
    const [left, right] = [lists[0] ?? duck`[]`, lists[1] ?? duck`[]`];
    const [own, other] = [weights[0] ?? duck`[]`, weights[1] ?? duck`[]`];
    // The elements become numbers: the place where each is first.
    const sql = once(call, duck`(${left} || ${right})`, (both) => {
      const numbered = (list: DuckSql) => {
        const name = duckName(call.context.freshName());
        return duck`list_transform(${list}, lambda ${name}: CAST(list_position(${both}, ${name}) AS BIGINT))`;
      };
      return callComputed(WEIGHTED_DISTANCE, numbered(left), numbered(right), own, other);
    });
    if (!similarity) return bound(FLOAT64, sql, call.span);
    const total = duck`(coalesce(list_sum(${own}), 0) + coalesce(list_sum(${other}), 0))`;
    return bound(FLOAT64, duck`coalesce(1 - ${sql} / nullif(${total}, 0), 1::DOUBLE)`, call.span);
  };
}

/** The aggregate over each range (first element, number of elements) of the array. */
function reduceInRanges(args: readonly Bound[], call: FunctionCall): Bound {
  const [name, ranges, ...arrays] = args;
  const type = ranges && elementType(call, ranges);
  if (!name || !ranges || type?.kind !== 'Tuple' || type.elements.length !== 2) throw typeError(`${call.name} takes the name of an aggregate, an array of tuples (start, length), and arrays.`, call.span);
  constantText(call, name, 'the name of an aggregate function');
  const fields = tupleFieldNames(type.elements);
  const body: BoundLambda = {
    kind: 'lambda', parameterNames: ['range'], span: call.span,
    body: ([range]) => {
      if (!range) throw new Error('A lambda without its parameter');
      const [start, length] = type.elements.map((element, index): Bound => bound(element.type, duck`${range.sql}.${duckName(fields[index] ?? '')}`, ranges.span));
      const parts = arrays.map((value) => (start && length ? call.context.call('arraySlice', [value, start, length], call.span) : value));
      return call.context.call('arrayReduce', [name, ...parts], call.span);
    },
  };
  return call.context.call('arrayMap', [body, ranges], call.span);
}

/** Numbers the elements that lie `depth` arrays deep, anew in each array that lies `clear` deep. */
function ranked(enumerator: 'arrayEnumerateUniq' | 'arrayEnumerateDense') {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const place = args.findIndex((arg) => bare(arg.type).kind === 'Array');
    const list = args[place];
    if (!list || place > 1 || args.length > place + 2) throw typeError(`${call.name} takes [how deep numbers begin anew, ] an array [, how deep the elements lie].`, call.span);
    const clear = place === 1 ? Number(constantInteger(call, at(args, 0), 'how deep numbers begin anew')) : 1;
    const depth = args[place + 1] ? Number(constantInteger(call, at(args, place + 1), 'how deep the elements lie')) : depthOf(list.type);
    if (clear < 1 || depth < clear || depth > depthOf(list.type)) throw typeError(`${call.name} takes depths from 1 to ${depthOf(list.type)}, the first not above the second.`, call.span);
    return numberedAt(enumerator, list, clear, depth, call);
  };
}

function depthOf(type: ClickHouseType): number {
  const inner = bare(type);
  return inner.kind === 'Array' ? 1 + depthOf(inner.of) : 0;
}

function numberedAt(enumerator: string, list: Bound, clear: number, depth: number, call: FunctionCall): Bound {
  if (clear > 1) return each(list, call, (part) => numberedAt(enumerator, part, clear - 1, depth - 1, call));
  if (depth === 1) return call.context.call(enumerator, [list], call.span);
  const inner = elementType(call, list);
  const flat = numberedAt(enumerator, bound(inner, duck`flatten(${plainSql(list)})`, list.span), 1, depth - 1, call);
  const sql = once(call, plainSql(list), (parts) => once(call, flat.sql, (numbers) => {
    const before = duck`CAST(coalesce(list_sum(list_transform(${parts}[1:i - 1], lambda p: len(p))), 0) AS BIGINT)`;
    return duck`list_transform(${parts}, lambda x, i: ${numbers}[${before} + 1:${before} + len(x)])`;
  }));
  return bound(array(flat.type), sql, call.span);
}

function each(list: Bound, call: FunctionCall, body: (part: Bound) => Bound): Bound {
  const lambda: BoundLambda = { kind: 'lambda', parameterNames: ['part'], span: call.span, body: ([part]) => body(part ?? list) };
  return call.context.call('arrayMap', [lambda, list], call.span);
}

const describe = (name: string, signature: string, help: string, aliases: readonly string[] = []) => ({ name, signature, help, category: 'array' as const, aliases });

export const ARRAY_MEASURES: readonly FunctionDefinition[] = [
  define(describe('arrayROCAUC', 'arrayROCAUC(scores, labels[, scale])', 'The area under the ROC curve of scores for labels of 0 and 1.', ['arrayAUC']), 2, 3, rocArea),
  define(describe('arrayAUCPR', 'arrayAUCPR(scores, labels)', 'The area under the curve of precision over recall.', ['arrayPRAUC']), 2, 2, (args, call) =>
    bound(FLOAT64, callComputed(PRECISION_RECALL_AREA, doubles(call, at(args, 0)), doubles(call, at(args, 1))), call.span)),
  define(describe('arrayNormalizedGini', 'arrayNormalizedGini(predicted, labels)', 'The Gini indexes of predictions and labels, and the one over the other.'), 2, 2, (args, call) => {
    const sql = once(call, callComputed(NORMALIZED_GINI, doubles(call, at(args, 0)), doubles(call, at(args, 1))), (numbers) => duck`struct_pack("1" := ${numbers}[1], "2" := ${numbers}[2], "3" := ${numbers}[3])`);
    return bound(tuple(FLOAT64, FLOAT64, FLOAT64), sql, call.span);
  }),
  define(describe('arrayAutocorrelation', 'arrayAutocorrelation(array[, lags])', 'How the numbers correlate with themselves, shifted by 0, 1, 2 and more places.'), 1, 2, (args, call) => {
    const lags = args[1] ? constantInteger(call, args[1], 'the number of lags') : 2n ** 62n;
    return bound(array(FLOAT64), callComputed(AUTOCORRELATION, doubles(call, at(args, 0)), duckInteger(lags)), call.span);
  }),
  define(describe('arrayLevenshteinDistanceWeighted', 'arrayLevenshteinDistanceWeighted(from, to, from_weights, to_weights)', 'What it costs to make one array of the other, by the weights of their elements.'), 4, 4, weighted(false)),
  define(describe('arraySimilarity', 'arraySimilarity(from, to, from_weights, to_weights)', 'How alike two arrays are, from 0 to 1, by the weights of their elements.'), 4, 4, weighted(true)),
  define(describe('arrayReduceInRanges', "arrayReduceInRanges('aggregate', ranges, array, …)", 'The aggregate over each range (start, length) of the array.'), 3, Infinity, reduceInRanges),
  define(describe('arrayEnumerateUniqRanked', 'arrayEnumerateUniqRanked([clear, ]array[, depth])', 'For each element of nested arrays, the how-manieth of its value it is.'), 1, 3, ranked('arrayEnumerateUniq')),
  define(describe('arrayEnumerateDenseRanked', 'arrayEnumerateDenseRanked([clear, ]array[, depth])', 'For the elements of nested arrays a number for each different value.'), 1, 3, ranked('arrayEnumerateDense')),
];
