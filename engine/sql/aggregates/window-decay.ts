/** Window functions of values in time: sums, counts and means that fade exponentially, and growth without decreases. */
import { bound } from '../bound.ts';
import { duck, duckDouble, duckInteger, type DuckSql } from '../duck.ts';
import { booleanSql, plainSql } from '../physical.ts';
import { bare, FLOAT64, printType, type IntervalUnit } from '../types.ts';
import { using, variable } from './fold.ts';
import { constantNumber } from './hypothesis.ts';
import { typeError } from './rule.ts';
import type { WindowCall, WindowFunction } from './window.ts';

/** The argument at a place as DOUBLE; a time in seconds. */
function numberAt(call: WindowCall, index: number): DuckSql {
  const argument = call.arguments[index];
  if (!argument) throw typeError(`${call.name} takes ${index + 1} arguments.`, call.span);
  const type = bare(argument.type);
  switch (type.kind) {
    case 'DateTime':
    case 'DateTime64':
      return duck`(CAST(epoch_ns(${plainSql(argument)}) AS DOUBLE) / 1e9)`;
    case 'Integer':
    case 'Float':
    case 'Decimal':
    case 'BFloat16':
      return duck`CAST(${plainSql(argument)} AS DOUBLE)`;
    case 'Bool':
      return duck`CAST(${booleanSql(argument)} AS DOUBLE)`;
    default:
      throw typeError(`${call.name} takes numbers and times, not ${printType(argument.type)}.`, argument.span);
  }
}

/** What the frame's rows and their weights give; each row is struct(v, w). */
type Faded = (rows: DuckSql, row: DuckSql) => DuckSql;

function fading(name: string, help: string, takesValue: boolean, result: Faded): WindowFunction {
  return {
    name, signature: `${name}(length)(${takesValue ? 'value, ' : ''}time)`, help: `${help}, each counting e times less for each length of time that has passed.`,
    bind: (call) => {
      if (call.arguments.length !== (takesValue ? 2 : 1)) throw typeError(`${name} takes ${takesValue ? 'a value and a time' : 'a time'}.`, call.span);
      const length = constantNumber(call.parameters[0], 'the length of time', call);
      if (!(length > 0)) throw typeError(`${name} takes a length of time greater than 0.`, call.span);
      const time = numberAt(call, takesValue ? 1 : 0);
      const filter = call.filter ? duck` FILTER (WHERE ${call.filter})` : duck``;
      const frame = duck`list(struct_pack(v := ${takesValue ? numberAt(call, 0) : duck`CAST(1 AS DOUBLE)`}, t := ${time}))${filter} ${call.over}`;
      const [one, row] = [variable(call), variable(call)];
      const weighted = using(call, duck`struct_pack(rows := coalesce(${frame}, []), now := ${time})`, (all) =>
        duck`list_transform(${all}.rows, lambda ${one}: struct_pack(v := ${one}.v, w := exp((${one}.t - ${all}.now) / ${duckDouble(length)})))`);
      return bound(FLOAT64, duck`coalesce(${using(call, weighted, (rows) => result(rows, row))}, CAST(0 AS DOUBLE))`, call.span);
    },
  };
}

const SECONDS: Readonly<Partial<Record<IntervalUnit, number>>> = { Nanosecond: 1e-9, Microsecond: 1e-6, Millisecond: 1e-3, Second: 1, Minute: 60, Hour: 3600, Day: 86_400, Week: 604_800 };

const NON_NEGATIVE_DERIVATIVE: WindowFunction = {
  name: 'nonNegativeDerivative', signature: 'nonNegativeDerivative(value, time[, interval])', help: 'How much the value grows per second, or per interval, since the row before; 0 when it falls.',
  bind: (call) => {
    const [value, time, interval] = [numberAt(call, 0), numberAt(call, 1), call.arguments[2]];
    const type = interval && bare(interval.type);
    const unit = type?.kind === 'Interval' ? SECONDS[type.unit] : undefined;
    if (interval && unit === undefined) throw typeError('nonNegativeDerivative takes an interval of seconds to weeks, such as INTERVAL 1 MINUTE.', interval.span);
    const scale = interval ? duck`${plainSql(interval)} * ${duckDouble(unit ?? 1)}` : duckInteger(1);
    const over = duck`${call.over}`;
    const [grown, passed] = [duck`(${value} - lag(${value}) ${over})`, duck`(${time} - lag(${time}) ${over})`];
    return bound(FLOAT64, duck`CASE WHEN ${grown} > 0 AND ${passed} > 0 THEN ${grown} / ${passed} * ${scale} ELSE CAST(0 AS DOUBLE) END`, call.span);
  },
};

const sum = (rows: DuckSql, row: DuckSql, term: DuckSql): DuckSql => duck`list_sum(list_transform(${rows}, lambda ${row}: ${term}))`;

export const FADING: readonly WindowFunction[] = [
  fading('exponentialTimeDecayedSum', 'The sum of the values', true, (rows, row) => sum(rows, row, duck`${row}.v * ${row}.w`)),
  fading('exponentialTimeDecayedCount', 'The number of rows', false, (rows, row) => sum(rows, row, duck`${row}.w`)),
  fading('exponentialTimeDecayedAvg', 'The mean of the values', true, (rows, row) => duck`${sum(rows, row, duck`${row}.v * ${row}.w`)} / ${sum(rows, row, duck`${row}.w`)}`),
  fading('exponentialTimeDecayedMax', 'The greatest of the values', true, (rows, row) => duck`list_max(list_transform(${rows}, lambda ${row}: ${row}.v * ${row}.w))`),
  NON_NEGATIVE_DERIVATIVE,
];
