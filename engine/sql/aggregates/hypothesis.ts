/** Tests of statistics and measures of association, computed over the lists of all values of a group. */
import type { Bound } from '../bound.ts';
import { CONTINGENCY, CRAMERS_V, CRAMERS_V_CORRECTED, THEILS_U } from '../computed/association.ts';
import { callComputed, type ComputedFunction } from '../computed/definition.ts';
import {
  ANALYSIS_OF_VARIANCE, KOLMOGOROV_SMIRNOV_TEST, MANN_WHITNEY_TEST, MEAN_Z_TEST, ONE_SAMPLE_T_TEST, RANK_CORRELATION, STUDENT_T_TEST, WELCH_T_TEST,
} from '../computed/hypothesis-tests.ts';
import { duck, duckDouble, duckInteger, duckName, duckString, DUCK_FALSE, DUCK_TRUE, type DuckSql } from '../duck.ts';
import { array, FLOAT64, type ClickHouseType } from '../types.ts';
import type { AggregateDefinition } from './definition.ts';
import { collect, countRows, fold, using } from './fold.ts';
import { aggregate, argument, typeError, type Rule, type RuleCall } from './rule.ts';
import { foldPair } from './statistics.ts';
import { isNumber } from './sums.ts';

function numbers(call: RuleCall, index: number): DuckSql {
  return collect(call, duck`CAST(${argument(call, index)} AS DOUBLE)`);
}

/** A number for each different value, or combination of values, that stands for it. */
function categories(call: RuleCall, index: number): DuckSql {
  return collect(call, duck`CAST(hash(${argument(call, index)}) AS DOUBLE)`);
}

function named(...names: readonly string[]): ClickHouseType {
  return { kind: 'Tuple', elements: names.map((name) => ({ name, type: FLOAT64 })) };
}

/** The list as a tuple with these names. */
function asTuple(call: RuleCall, values: DuckSql, names: readonly string[]): DuckSql {
  return using(call, values, (list) => duck`struct_pack(${names.map((name, index) => duck`${duckName(name)} := ${list}[${duckInteger(index + 1)}]`)})`);
}

const INTERVAL = ['confidence_interval_low', 'confidence_interval_high'];

export function constantNumber(parameter: Bound | undefined, what: string, call: Pick<RuleCall, 'name' | 'span'>): number {
  const constant = parameter?.constant;
  if (constant?.kind === 'integer') return Number(constant.value);
  if (constant?.kind === 'float') return constant.value;
  throw typeError(`${call.name} takes ${what} as a constant number.`, parameter?.span ?? call.span);
}

function confidenceOf(parameter: Bound | undefined, call: Pick<RuleCall, 'name' | 'span'>): number {
  if (!parameter) return 0;
  const level = constantNumber(parameter, 'its confidence level', call);
  if (level > 0 && level < 1) return level;
  throw typeError(`The confidence level of ${call.name} must be between 0 and 1.`, parameter.span);
}

function wordOf(parameter: Bound | undefined, allowed: readonly string[], call: RuleCall): string {
  if (!parameter) return allowed[0] ?? '';
  const word = parameter.constant?.kind === 'text' ? parameter.constant.value : '';
  if (!allowed.includes(word)) throw typeError(`${call.name} takes one of ${allowed.map((one) => `'${one}'`).join(', ')} here.`, parameter.span);
  return word;
}

const T_TESTS: readonly Rule[] = ([
  ['studentTTest', STUDENT_T_TEST, 'Student’s t-test of two samples', 'sample_index'],
  ['welchTTest', WELCH_T_TEST, 'Welch’s t-test of two samples', 'sample_index'],
  ['studentTTestOneSample', ONE_SAMPLE_T_TEST, 'Student’s t-test of one sample against an expected mean', 'mean'],
] as const).map(([name, test, help, second]) => {
  const names = (parameters: readonly Bound[]) => ['t_statistic', 'p_value', ...(parameters.length > 0 ? INTERVAL : [])];
  return {
    name, signature: `${name}([confidence])(x, ${second})`, help: `${help}: the t-statistic, the p-value and, with a confidence level, the interval.`, takes: [2, 2], parameters: [0, 1],
    type: (types, parameters, refuse) => (types.every(isNumber) ? named(...names(parameters)) : refuse('two numbers')),
    aggregate: (call) => {
      const other = test === ONE_SAMPLE_T_TEST ? duck`coalesce(${fold(call, 'any_value', duck`CAST(${argument(call, 1)} AS DOUBLE)`)}, 0)` : numbers(call, 1);
      return { sql: asTuple(call, callComputed(test, numbers(call, 0), other, duckDouble(confidenceOf(call.parameters[0], call))), names(call.parameters)) };
    },
  };
});

const MEAN_Z: Rule = {
  name: 'meanZTest', signature: 'meanZTest(variance_x, variance_y, confidence)(x, sample_index)', help: 'The z-test of two samples whose variances are known.', takes: [2, 2], parameters: [3, 3],
  type: (types, _parameters, refuse) => (types.every(isNumber) ? named('z_statistic', 'p_value', ...INTERVAL) : refuse('two numbers')),
  aggregate: (call) => {
    const [x, y, confidence] = call.parameters;
    const variances = [x, y].map((variance) => duckDouble(constantNumber(variance, 'the variances', call)));
    return { sql: asTuple(call, callComputed(MEAN_Z_TEST, numbers(call, 0), numbers(call, 1), ...variances, duckDouble(confidenceOf(confidence, call))), ['z_statistic', 'p_value', ...INTERVAL]) };
  },
};

const ALTERNATIVES = ['two-sided', 'less', 'greater'];

const MANN_WHITNEY: Rule = {
  name: 'mannWhitneyUTest', signature: "mannWhitneyUTest(['alternative'[, continuity_correction]])(x, sample_index)", help: 'The Mann-Whitney rank test of two samples.', takes: [2, 2], parameters: [0, 2],
  type: (types, _parameters, refuse) => (types.every(isNumber) ? named('u_statistic', 'p_value') : refuse('two numbers')),
  aggregate: (call) => {
    const [alternative, correction] = call.parameters;
    const isCorrected = !correction || constantNumber(correction, 'its continuity correction', call) !== 0;
    const test = callComputed(MANN_WHITNEY_TEST, numbers(call, 0), numbers(call, 1), duckString(wordOf(alternative, ALTERNATIVES, call)), isCorrected ? DUCK_TRUE : DUCK_FALSE);
    return { sql: asTuple(call, test, ['u_statistic', 'p_value']) };
  },
};

const KOLMOGOROV_SMIRNOV: Rule = {
  name: 'kolmogorovSmirnovTest', signature: "kolmogorovSmirnovTest(['alternative'[, 'method']])(x, sample_index)", help: 'The Kolmogorov-Smirnov test of two samples.', takes: [2, 2], parameters: [0, 2],
  type: (types, _parameters, refuse) => (types.every(isNumber) ? named('d_statistic', 'p_value') : refuse('two numbers')),
  aggregate: (call) => {
    const [alternative, method] = call.parameters;
    const test = callComputed(KOLMOGOROV_SMIRNOV_TEST, numbers(call, 0), numbers(call, 1), duckString(wordOf(alternative, ALTERNATIVES, call)), duckString(wordOf(method, ['auto', 'exact', 'asymp', 'asymptotic'], call)));
    return { sql: asTuple(call, test, ['d_statistic', 'p_value']) };
  },
};

const ANOVA: Rule = {
  name: 'analysisOfVariance', aliases: ['anova'], signature: 'analysisOfVariance(x, group)', help: 'Whether the means of groups differ: the F-statistic and the p-value.', takes: [2, 2],
  type: (types, _parameters, refuse) => (types.every(isNumber) ? named('f_statistic', 'p_value') : refuse('a number and the number of its group')),
  aggregate: (call) => ({ sql: asTuple(call, callComputed(ANALYSIS_OF_VARIANCE, numbers(call, 0), numbers(call, 1)), ['f_statistic', 'p_value']) }),
};

const RANK_CORR: Rule = {
  name: 'rankCorr', signature: 'rankCorr(x, y)', help: 'Spearman’s correlation of the ranks of two numbers.', takes: [2, 2],
  type: (types, _parameters, refuse) => (types.every(isNumber) ? FLOAT64 : refuse('two numbers')),
  aggregate: (call) => ({ sql: callComputed(RANK_CORRELATION, numbers(call, 0), numbers(call, 1)) }),
};

const ASSOCIATIONS: readonly Rule[] = ([
  ['cramersV', CRAMERS_V, 'Cramér’s V of two categories: 0 when they are unrelated, 1 when one follows from the other.'],
  ['cramersVBiasCorrected', CRAMERS_V_CORRECTED, 'Cramér’s V of two categories, corrected for few rows.'],
  ['theilsU', THEILS_U, 'How much the second category tells of the first, from 0 to 1.'],
  ['contingency', CONTINGENCY, 'The contingency coefficient of two categories.'],
] as const satisfies readonly (readonly [string, ComputedFunction, string])[]).map(([name, measure, help]) => ({
  name, signature: `${name}(x, y)`, help, takes: [2, 2],
  type: () => FLOAT64,
  aggregate: (call) => ({ sql: callComputed(measure, categories(call, 0), categories(call, 1)) }),
}));

const MATRICES: readonly Rule[] = ([
  ['corrMatrix', 'corr', 'The correlations'], ['covarPopMatrix', 'covar_pop', 'The covariances'], ['covarSampMatrix', 'covar_samp', 'The covariances, from a sample,'],
] as const).map(([name, folded, help]) => ({
  name, signature: `${name}(x, y, …)`, help: `${help} of each number with each other, as an array of arrays.`, takes: [1, Infinity], nullableResult: false,
  type: (types, _parameters, refuse) => (types.every(isNumber) ? array(array(FLOAT64)) : refuse('numbers')),
  aggregate: (call) => {
    const values = call.args.map((value) => duck`CAST(${value} AS DOUBLE)`);
    const cell = (x: DuckSql, y: DuckSql) => duck`coalesce(${foldPair(call, folded, x, y)}, CAST('nan' AS DOUBLE))`;
    return { sql: duck`[${values.map((x) => duck`[${values.map((y) => cell(x, y))}]`)}]` };
  },
}));

const INFORMATION_VALUE: Rule = {
  name: 'categoricalInformationValue', signature: 'categoricalInformationValue(category1, …, target)', help: 'For each category how much it tells of the target, as an array.', takes: [2, Infinity], nullableResult: false,
  type: (types, _parameters, refuse) => (types.every((type) => type.kind === 'Bool' || (type.kind === 'Integer' && !type.signed && type.bits === 8)) ? array(FLOAT64) : refuse('conditions')),
  aggregate: (call) => {
    const holds = call.args.map((value, index) => (call.types[index]?.kind === 'Bool' ? value : duck`(${value} <> 0)`));
    const target = holds.at(-1) ?? DUCK_TRUE;
    const rows = (condition: DuckSql) => duck`CAST(${countRows({ ...call, filter: call.filter ? duck`(${call.filter} AND ${condition})` : condition })} AS DOUBLE)`;
    const shares = (category: DuckSql) => duck`[${rows(duck`(${category} AND ${target})`)} / ${rows(target)}, ${rows(duck`(${category} AND NOT ${target})`)} / ${rows(duck`(NOT ${target})`)}]`;
    const nan = duck`CAST('nan' AS DOUBLE)`;
    return { sql: duck`[${holds.slice(0, -1).map((category) => using(call, shares(category), (share) => duck`coalesce((${share}[1] - ${share}[2]) * ln(TRY(${share}[1] / ${share}[2])), ${nan})`))}]` };
  },
};

export const HYPOTHESES: readonly AggregateDefinition[] = [...T_TESTS, MEAN_Z, MANN_WHITNEY, KOLMOGOROV_SMIRNOV, ANOVA, RANK_CORR, ...ASSOCIATIONS, ...MATRICES, INFORMATION_VALUE].map(aggregate);
