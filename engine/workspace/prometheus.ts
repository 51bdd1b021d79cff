/**
 * Results in the format that Prometheus scrapes, as ClickHouse writes it: a row is a measurement of the metric `name`,
 * with `value` and perhaps `labels`, `timestamp`, `help` and `type`. Rows of one name that follow each other are one
 * metric; those of a histogram or a summary get the endings that their labels call for.
 */
import { SandpiperError } from '../errors.ts';
import { bare, printType, type ClickHouseType } from '../sql/types.ts';
import { pairsOf, textWriter } from './cell-text.ts';
import type { DuckDBValue } from './database.ts';
import type { QueryResult } from './result-format.ts';

interface Measurement {
  readonly labels: ReadonlyMap<string, string>;
  readonly value: string;
  readonly timestamp: string;
}

interface Metric {
  readonly name: string;
  help: string;
  type: string;
  readonly measurements: Measurement[];
}

/** Throws SandpiperError 'bad-request' when a column that it needs is not there or has another type. */
export function prometheusText(result: QueryResult, timeZone: string): string {
  return metricsOf(result, timeZone).map(metricText).join('');
}

function metricsOf(result: QueryResult, timeZone: string): readonly Metric[] {
  const name = columnOf(result, timeZone, 'name', ['String', 'FixedString'], true);
  const value = columnOf(result, timeZone, 'value', ['Integer', 'Float', 'Decimal'], true);
  const [help, type] = [columnOf(result, timeZone, 'help', ['String', 'FixedString']), columnOf(result, timeZone, 'type', ['String', 'FixedString'])];
  const timestamp = columnOf(result, timeZone, 'timestamp', ['Integer', 'Float', 'Decimal']);
  const labels = labelsOf(result, timeZone);
  const metrics: Metric[] = [];
  for (let row = 0; row < result.rowCount; row += 1) {
    let metric = metrics.at(-1);
    if (metric?.name !== name(row)) metrics.push((metric = { name: name(row), help: '', type: '', measurements: [] }));
    metric.help ||= help(row).replaceAll('\n', ' ');
    metric.type ||= type(row);
    metric.measurements.push({ labels: labels(row), value: VALUES[value(row)] ?? value(row), timestamp: timestamp(row) === '0' ? '' : timestamp(row) });
  }
  return metrics;
}

const VALUES: Readonly<Record<string, string>> = { nan: 'NaN', inf: '+Inf', '-inf': '-Inf' };

/** The text of each row's cell; '' for NULL, and for a column that is not there. */
function columnOf(result: QueryResult, timeZone: string, name: string, kinds: readonly ClickHouseType['kind'][], isNeeded = false): (row: number) => string {
  const index = result.columns.findIndex((column) => column.name === name);
  const column = result.columns[index];
  if (!column) {
    if (isNeeded) throw new SandpiperError('bad-request', `The format Prometheus needs a column ${name}.`);
    return () => '';
  }
  if (!kinds.includes(bare(column.type).kind)) throw new SandpiperError('bad-request', `The format Prometheus cannot write ${name} of type ${printType(column.type)}: it is ${kinds.includes('String') ? 'a text' : 'a number'}.`);
  const write = textWriter(column.type, timeZone);
  const values = result.values[index] ?? [];
  return (row) => textOf(values[row] ?? null, write);
}

function textOf(value: DuckDBValue, write: (value: DuckDBValue) => string): string {
  return value === null ? '' : write(value);
}

function labelsOf(result: QueryResult, timeZone: string): (row: number) => ReadonlyMap<string, string> {
  const index = result.columns.findIndex((column) => column.name === 'labels');
  const type = result.columns[index]?.type;
  if (!type) return () => new Map();
  if (type.kind !== 'Map') throw new SandpiperError('bad-request', `The format Prometheus cannot write labels of type ${printType(type)}: they are a Map(String, String).`);
  const [writeKey, writeValue] = [textWriter(type.key, timeZone), textWriter(type.value, timeZone)];
  const values = result.values[index] ?? [];
  return (row) => new Map(pairsOf(values[row] ?? null).map(({ key, value }) => [textOf(key, writeKey), textOf(value, writeValue)]));
}

function metricText({ name, help, type, measurements }: Metric): string {
  const lines = [
    ...(help === '' ? [] : [`# HELP ${name} ${help}`]),
    ...(type === '' ? [] : [`# TYPE ${name} ${type}`]),
    ...sorted(type, measurements).map((one) => measurementText(name, type, one)),
  ];
  return `${lines.join('\n')}\n\n`;
}

/** Buckets of a histogram rise, then come sum and count. */
function sorted(type: string, measurements: readonly Measurement[]): readonly Measurement[] {
  if (type !== 'histogram') return measurements;
  const rank = ({ labels }: Measurement): number => (labels.has('count') ? 2 : labels.has('sum') ? 1 : 0);
  return measurements.toSorted((one, other) => rank(one) - rank(other) || bound(one) - bound(other));
}

function bound({ labels }: Measurement): number {
  const text = labels.get('le') ?? '';
  return text === '+Inf' ? Number.MAX_VALUE : Number(text);
}

function measurementText(name: string, type: string, { labels, value, timestamp }: Measurement): string {
  const isCompound = type === 'histogram' || type === 'summary';
  const ending = !isCompound ? '' : ['sum', 'count'].find((label) => labels.has(label)) ?? (type === 'histogram' && labels.has('le') ? 'bucket' : '');
  const shown = [...labels].filter(([label]) => label !== ending).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const braces = shown.length === 0 ? '' : `{${shown.map(([label, text]) => `${label}="${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`).join(',')}}`;
  return `${name}${ending === '' ? '' : `_${ending}`}${braces} ${value}${timestamp === '' ? '' : ` ${timestamp}`}`;
}
