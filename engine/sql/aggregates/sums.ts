/** Counting, sums and averages. Integer sums wrap at 64 bits and averages of 64-bit integers with them, as in ClickHouse. */
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { duckTypeSql } from '../physical.ts';
import { decimal, FLOAT64, INT64, tuple, uint, UINT64, type ClickHouseType } from '../types.ts';
import type { AggregateCall, AggregateDefinition } from './definition.ts';
import { collect, countRows, fold, foldBy, using } from './fold.ts';
import { aggregate, argument, defaultOf, typeAt, type Outcome, type Rule, type RuleCall, type RuleState } from './rule.ts';
import { sumsState } from './sums-state.ts';

const NUMBERS = 'a number';

export function isNumber(type: ClickHouseType): boolean {
  return ['Integer', 'Float', 'BFloat16', 'Decimal', 'Bool'].includes(type.kind);
}

/** The type that a sum is kept in: 64 bits at least, Decimal with 38 digits, Float64. */
export function sumType(type: ClickHouseType): ClickHouseType | undefined {
  switch (type.kind) {
    case 'Integer':
      return type.bits > 64 ? type : type.signed ? INT64 : UINT64;
    case 'Bool':
      return UINT64;
    case 'Float':
    case 'BFloat16':
      return FLOAT64;
    case 'Decimal':
      return decimal(type.precision > 38 ? 76 : 38, type.scale);
    default:
      return undefined;
  }
}

/** DuckDB's sum in the widest form, before wrapping: HUGEINT, DECIMAL or DOUBLE. */
function wideSum(call: AggregateCall, value: DuckSql, type: ClickHouseType): DuckSql {
  switch (type.kind) {
    case 'Bool':
      return fold(call, 'sum', duck`CAST(${value} AS UTINYINT)`);
    case 'Integer':
      return fold(call, 'sum', type.bits > 64 && !type.signed ? duck`CAST(${value} AS HUGEINT)` : value);
    case 'Float':
    case 'BFloat16':
      return fold(call, 'sum', duck`CAST(${value} AS DOUBLE)`);
    default:
      return fold(call, 'sum', value);
  }
}

/** A HUGEINT wrapped into an integer type, as unsigned or two's-complement arithmetic would. */
export function wrapped(sum: DuckSql, type: ClickHouseType): DuckSql {
  if (type.kind !== 'Integer' || type.bits > 64) return duck`CAST(${sum} AS ${duckTypeSql(type)})`;
  const size = duckInteger(2n ** BigInt(type.bits));
  const shift = type.signed ? duckInteger(2n ** BigInt(type.bits - 1)) : duckInteger(0);
  return duck`CAST(((${sum} + ${shift}) % ${size} + ${size}) % ${size} - ${shift} AS ${duckTypeSql(type)})`;
}

function mayWrap(type: ClickHouseType): boolean {
  return type.kind === 'Integer' && type.bits === 64;
}

/** NULL over no rows. */
export function sumSql(call: RuleCall, value: DuckSql, type: ClickHouseType): DuckSql {
  const result = sumType(type) ?? FLOAT64;
  const sum = wideSum(call, value, type);
  return mayWrap(type) ? wrapped(sum, result) : duck`CAST(${sum} AS ${duckTypeSql(result)})`;
}

const countState = (): RuleState => ({
  duckdbType: duck`UBIGINT`,
  accumulate: (call) => duck`CAST(${call.args[0] ? fold(call, 'count', call.args[0]) : countRows(call)} AS UBIGINT)`,
  merge: (call, state) => duck`CAST(${fold(call, 'sum', state)} AS UBIGINT)`,
  finish: (state) => ({ sql: state, empty: duck`CAST(0 AS UBIGINT)` }),
  empty: duck`CAST(0 AS UBIGINT)`,
});

/** A state that is the partial sum itself: NULL for no rows. */
function sumState(types: readonly ClickHouseType[]): RuleState | undefined {
  const type = sumType(typeAt(types));
  if (!type) return undefined;
  return {
    duckdbType: duckTypeSql(type),
    accumulate: (call) => sumSql(call, argument(call), typeAt(types)),
    merge: (call, state) => (mayWrap(type) ? wrapped(fold(call, 'sum', state), type) : duck`CAST(${fold(call, 'sum', state)} AS ${duckTypeSql(type)})`),
    finish: (state) => ({ sql: state, empty: duck`CAST(0 AS ${duckTypeSql(type)})` }),
    empty: duck`CAST(NULL AS ${duckTypeSql(type)})`,
  };
}

const COUNT: Rule = {
  name: 'count', signature: 'count([x])', help: 'The number of rows, or of values that are not NULL.', caseInsensitive: true,
  takes: [0, 1], nullableResult: false, skipsNulls: true,
  type: () => UINT64,
  aggregate: (call) => ({ sql: duck`CAST(${call.args[0] ? fold(call, 'count', call.args[0]) : countRows(call)} AS UBIGINT)` }),
  state: countState,
};

const SUM: Rule = {
  name: 'sum', signature: 'sum(x)', help: 'The sum of numbers; integers wrap at 64 bits.', caseInsensitive: true, skipsNulls: true,
  type: ([type], _parameters, refuse) => (type && sumType(type)) ?? refuse(NUMBERS),
  aggregate: (call) => ({ sql: sumSql(call, argument(call), typeAt(call.types)), empty: defaultOf(call) }),
  state: sumState,
};

const SUM_WITH_OVERFLOW: Rule = {
  name: 'sumWithOverflow', signature: 'sumWithOverflow(x)', help: 'The sum of numbers in the type of the numbers, wrapping at its size.', skipsNulls: true,
  type: ([type], _parameters, refuse) => (type && isNumber(type) ? type : refuse(NUMBERS)),
  aggregate: (call) => ({ sql: wrapped(wideSum(call, argument(call), typeAt(call.types)), typeAt(call.types)), empty: defaultOf(call) }),
  state: ([type = UINT64]) => ({
    duckdbType: duckTypeSql(type),
    accumulate: (call) => wrapped(wideSum(call, argument(call), type), type),
    merge: (call, state) => wrapped(wideSum(call, state, type), type),
    finish: (state) => ({ sql: state, empty: defaultOf({ resultType: type }) }),
    empty: duck`CAST(NULL AS ${duckTypeSql(type)})`,
  }),
};

const SUM_KAHAN: Rule = {
  name: 'sumKahan', signature: 'sumKahan(x)', help: 'The sum of numbers, keeping the small parts that plain addition of floats loses.', skipsNulls: true,
  type: ([type], _parameters, refuse) => (type && isNumber(type) && type.kind !== 'Decimal' ? FLOAT64 : refuse(NUMBERS)),
  aggregate: (call) => ({ sql: fold(call, 'kahan_sum', duck`CAST(${argument(call)} AS DOUBLE)`), empty: defaultOf(call) }),
  state: () => ({
    duckdbType: duck`DOUBLE`,
    accumulate: (call) => fold(call, 'kahan_sum', duck`CAST(${argument(call)} AS DOUBLE)`),
    merge: (call, state) => fold(call, 'kahan_sum', state),
    finish: (state) => ({ sql: state, empty: duck`CAST(0 AS DOUBLE)` }),
    empty: duck`CAST(NULL AS DOUBLE)`,
  }),
};

const SUM_COUNT: Rule = {
  name: 'sumCount', signature: 'sumCount(x)', help: 'The sum of numbers and how many there are, as a tuple.', nullableResult: false,
  type: ([type], _parameters, refuse) => tuple((type && sumType(type)) ?? refuse(NUMBERS), UINT64),
  aggregate: (call) => {
    const type = sumType(typeAt(call.types)) ?? UINT64;
    const sum = sumSql(call, argument(call), typeAt(call.types));
    return { sql: sumAndCount(sum, countRows(call), type) };
  },
  state: (types) => {
    const type = sumType(typeAt(types));
    const sum = sumState(types);
    if (!type || !sum) return undefined;
    return {
      duckdbType: duck`STRUCT("1" ${duckTypeSql(type)}, "2" UBIGINT)`,
      accumulate: (call) => sumAndCount(sumSql(call, argument(call), typeAt(types)), countRows(call), type),
      merge: (call, state) => sumAndCount(sum.merge(call, duck`${state}."1"`), duck`coalesce(${fold(call, 'sum', duck`${state}."2"`)}, 0)`, type),
      finish: (state) => ({ sql: state }),
      empty: sumAndCount(duck`NULL`, duck`0`, type),
    };
  },
};

function sumAndCount(sum: DuckSql, count: DuckSql, type: ClickHouseType): DuckSql {
  return duck`struct_pack("1" := CAST(coalesce(${sum}, 0) AS ${duckTypeSql(type)}), "2" := CAST(${count} AS UBIGINT))`;
}

const NAN = duck`CAST('nan' AS DOUBLE)`;

function averageOf(call: RuleCall): Outcome {
  const type = typeAt(call.types);
  const value = argument(call);
  switch (type.kind) {
    case 'Date':
    case 'Date32':
      return { sql: duck`DATE '1970-01-01' + CAST(trunc(${fold(call, 'avg', duck`${value} - DATE '1970-01-01'`)}) AS INTEGER)`, empty: defaultOf(call) };
    case 'DateTime':
    case 'DateTime64': {
      const micros = duckInteger(10 ** (type.kind === 'DateTime' ? 6 : Math.max(0, 6 - type.precision)));
      const units = duck`${fold(call, 'avg', duck`epoch_us(${value})`)} / ${micros}`;
      const mean = duck`CAST(${type.kind === 'DateTime' ? duck`trunc(${units})` : duck`round_even(${units}, 0)`} AS BIGINT) * ${micros}`;
      return { sql: duck`CAST(make_timestamp(${mean}) AS ${duckTypeSql(call.resultType)})`, empty: defaultOf(call) };
    }
    case 'Integer':
      if (mayWrap(type)) return { sql: duck`${sumSql(call, value, type)} / CAST(${fold(call, 'count', value)} AS DOUBLE)`, empty: NAN };
      return { sql: fold(call, 'avg', value), empty: NAN };
    case 'Bool':
      return { sql: fold(call, 'avg', duck`CAST(${value} AS UTINYINT)`), empty: NAN };
    case 'Decimal':
      return { sql: duck`CAST(${fold(call, 'avg', value)} AS DOUBLE)`, empty: NAN };
    default:
      return { sql: fold(call, 'avg', duck`CAST(${value} AS DOUBLE)`), empty: NAN };
  }
}

/** Sum and count, which any number of states add up to. */
function averageState(types: readonly ClickHouseType[]): RuleState | undefined {
  const type = typeAt(types);
  const sum = sumType(type);
  if (!sum) return undefined;
  const sumSqlType = type.kind === 'Decimal' ? duck`DOUBLE` : duckTypeSql(sum);
  const partial = (total: DuckSql, rows: DuckSql) => duck`struct_pack(total := coalesce(CAST(${total} AS ${sumSqlType}), 0), rows := CAST(${rows} AS UBIGINT))`;
  const added = (call: Parameters<RuleState['merge']>[0], field: DuckSql) => {
    const total = fold(call, 'sum', field);
    return mayWrap(sum) ? wrapped(total, sum) : total;
  };
  return {
    duckdbType: duck`STRUCT(total ${sumSqlType}, rows UBIGINT)`,
    accumulate: (call) => {
      const value = argument(call);
      return partial(sumSql(call, value, type), fold(call, 'count', value));
    },
    merge: (call, state) => partial(added(call, duck`${state}.total`), duck`coalesce(${fold(call, 'sum', duck`${state}.rows`)}, 0)`),
    finish: (state) => ({ sql: duck`CASE WHEN ${state}.rows > 0 THEN CAST(${state}.total AS DOUBLE) / ${state}.rows END`, empty: NAN }),
    empty: duck`struct_pack(total := CAST(0 AS ${sumSqlType}), rows := CAST(0 AS UBIGINT))`,
  };
}

const AVG: Rule = {
  name: 'avg', signature: 'avg(x)', help: 'The mean of numbers, dates or times; nan over no rows.', caseInsensitive: true, skipsNulls: true,
  type: ([type], _parameters, refuse) => {
    if (type && isNumber(type)) return FLOAT64;
    return type && ['Date', 'Date32', 'DateTime', 'DateTime64'].includes(type.kind) ? type : refuse('a number, a date or a time');
  },
  aggregate: averageOf,
  state: averageState,
};

/** Value and weight as DOUBLE; ClickHouse adds in the type of the weights, so whole weights make whole values. */
function weightedPair(call: RuleCall): readonly [DuckSql, DuckSql] {
  const value = duck`CAST(${argument(call)} AS DOUBLE)`;
  return [typeAt(call.types).kind === 'Float' && typeAt(call.types, 1).kind === 'Integer' ? duck`trunc(${value})` : value, duck`CAST(${argument(call, 1)} AS DOUBLE)`];
}

const AVG_WEIGHTED: Rule = {
  name: 'avgWeighted', signature: 'avgWeighted(x, weight)', help: 'The mean of numbers, each counted as often as its weight says.', takes: [2, 2],
  type: (types, _parameters, refuse) => (types.every(isNumber) ? FLOAT64 : refuse('two numbers')),
  aggregate: (call) => {
    const [value, weight] = weightedPair(call);
    return { sql: duck`${fold(call, 'sum', duck`${value} * ${weight}`)} / ${fold(call, 'sum', weight)}`, empty: NAN };
  },
  state: () => sumsState((call) => {
    const [value, weight] = weightedPair(call);
    return [duck`${value} * ${weight}`, weight];
  }, 2, ([total = NAN, weights = NAN]) => ({ sql: duck`${total} / ${weights}`, empty: NAN })),
};

/** Sum of increases from row to row. */
const DELTA_SUM: Rule = {
  name: 'deltaSum', signature: 'deltaSum(x)', help: 'The sum of the increases from each row to the next; decreases count as nothing.', nullableResult: false,
  type: ([type], _parameters, refuse) => (type && (type.kind === 'Integer' || type.kind === 'Float') ? type : refuse('an integer or a float')),
  aggregate: (call) => ({ sql: increases(call, collect(call, argument(call))) }),
};

const DELTA_SUM_TIMESTAMP: Rule = {
  name: 'deltaSumTimestamp', signature: 'deltaSumTimestamp(x, time)', help: 'The sum of the increases from each row to the next in the order of time.', takes: [2, 2], nullableResult: false,
  type: ([type], _parameters, refuse) => (type && (type.kind === 'Integer' || type.kind === 'Float') ? type : refuse('an integer or a float, and a time')),
  aggregate: (call) => {
    const rows = collect(call, duck`struct_pack(t := ${argument(call, 1)}, v := ${argument(call)})`);
    return { sql: increases(call, duck`list_transform(list_sort(${rows}), lambda "@r": "@r".v)`) };
  },
};

function increases(call: RuleCall, list: DuckSql): DuckSql {
  const wide = typeAt(call.types).kind === 'Float' ? duck`DOUBLE` : duck`HUGEINT`;
  const sum = using(call, list, (values) =>
    duck`coalesce(list_sum(list_transform(range(2, len(${values}) + 1), lambda "@i": greatest(CAST(${values}["@i"] AS ${wide}) - ${values}["@i" - 1], 0))), 0)`);
  return wrapped(sum, call.resultType);
}

const BOUNDING_RATIO: Rule = {
  name: 'boundingRatio', signature: 'boundingRatio(x, y)', help: 'The slope between the leftmost and the rightmost point.', takes: [2, 2],
  type: (types, _parameters, refuse) => (types.every(isNumber) ? FLOAT64 : refuse('two numbers')),
  aggregate: (call) => {
    const [x, y] = [duck`CAST(${argument(call)} AS DOUBLE)`, duck`CAST(${argument(call, 1)} AS DOUBLE)`];
    const rise = duck`${foldBy(call, 'max', y, x)} - ${foldBy(call, 'min', y, x)}`;
    return { sql: duck`(${rise}) / (${fold(call, 'max', x)} - ${fold(call, 'min', x)})`, empty: NAN };
  },
  state: () => {
    const ends = (call: AggregateCall, [fromX, fromY]: readonly [DuckSql, DuckSql], [toX, toY]: readonly [DuckSql, DuckSql]) =>
      duck`struct_pack(x1 := ${fold(call, 'min', fromX)}, y1 := ${foldBy(call, 'min', fromY, fromX)}, x2 := ${fold(call, 'max', toX)}, y2 := ${foldBy(call, 'max', toY, toX)})`;
    return {
      duckdbType: duck`STRUCT(x1 DOUBLE, y1 DOUBLE, x2 DOUBLE, y2 DOUBLE)`,
      accumulate: (call) => {
        const point = [duck`CAST(${argument(call)} AS DOUBLE)`, duck`CAST(${argument(call, 1)} AS DOUBLE)`] as const;
        return ends(call, point, point);
      },
      merge: (call, state) => ends(call, [duck`${state}.x1`, duck`${state}.y1`], [duck`${state}.x2`, duck`${state}.y2`]),
      finish: (state) => ({ sql: duck`(${state}.y2 - ${state}.y1) / (${state}.x2 - ${state}.x1)`, empty: NAN }),
      empty: duck`CAST(struct_pack(x1 := NULL, y1 := NULL, x2 := NULL, y2 := NULL) AS STRUCT(x1 DOUBLE, y1 DOUBLE, x2 DOUBLE, y2 DOUBLE))`,
    };
  },
};

const GROUP_BITS: readonly Rule[] = ([['groupBitAnd', 'BIT_AND', 'bit_and', 'AND'], ['groupBitOr', 'BIT_OR', 'bit_or', 'OR'], ['groupBitXor', 'BIT_XOR', 'bit_xor', 'XOR']] as const).map(([name, alias, folded, word]) => ({
  name, aliases: [alias], signature: `${name}(x)`, help: `Bitwise ${word} of integers.`, skipsNulls: true,
  type: ([type], _parameters, refuse) => (type && (type.kind === 'Integer' || type.kind === 'Bool') ? (type.kind === 'Bool' ? uint(8) : type) : refuse('an integer')),
  aggregate: (call) => ({ sql: fold(call, folded, asInteger(argument(call), typeAt(call.types))), empty: noBits(name, typeAt(call.types)) }),
  state: (types) => ({
    duckdbType: duckTypeSql(integerType(typeAt(types))),
    accumulate: (call) => fold(call, folded, asInteger(argument(call), typeAt(types))),
    merge: (call, state) => fold(call, folded, state),
    finish: (state) => ({ sql: state, empty: noBits(name, typeAt(types)) }),
    empty: duck`CAST(NULL AS ${duckTypeSql(integerType(typeAt(types)))})`,
  }),
}));

function integerType(type: ClickHouseType): ClickHouseType {
  return type.kind === 'Bool' ? uint(8) : type;
}

function asInteger(value: DuckSql, type: ClickHouseType): DuckSql {
  return type.kind === 'Bool' ? duck`CAST(${value} AS UTINYINT)` : value;
}

/** The answer over no rows: all bits for AND, none for the others. */
function noBits(name: string, type: ClickHouseType): DuckSql {
  const bits = name !== 'groupBitAnd' || type.kind !== 'Integer' ? 0 : type.signed ? -1 : 2n ** BigInt(Math.min(type.bits, 128)) - 1n;
  return duck`CAST(${duckInteger(bits)} AS ${duckTypeSql(integerType(type))})`;
}

export const SUMS: readonly AggregateDefinition[] = [COUNT, SUM, SUM_WITH_OVERFLOW, SUM_KAHAN, SUM_COUNT, AVG, AVG_WEIGHTED, DELTA_SUM, DELTA_SUM_TIMESTAMP, BOUNDING_RATIO, ...GROUP_BITS].map(aggregate);
