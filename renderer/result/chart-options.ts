/**
 * A result and a choice as an ECharts option. Pure: the same result, choice and colours give the same picture.
 * Times are drawn as written (UTC), missing values are gaps, more series than fit are joined into the largest ones.
 */
import type { EChartsCoreOption } from 'echarts/core';
import type { CellValue, RunView } from '../../engine/api/protocol.ts';
import type { ChartChoice, ChartKind } from './chart-choice.ts';
import type { ChartColours } from './chart-palette.ts';
import { momentOf, numberOf, readableNumber, roleOf, textOf } from './column-role.ts';

type Point = readonly [number | string, number | null];

interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

const SERIES_AT_MOST = 12;
const SLICES_AT_MOST = 8;

export function chartOption(result: RunView, choice: ChartChoice, colours: ChartColours): EChartsCoreOption {
  const shared = {
    color: [...colours.series],
    useUTC: true,
    animation: false,
    textStyle: { fontFamily: 'Inter Variable, sans-serif', fontSize: 12, color: colours.text },
    tooltip: {
      trigger: choice.kind === 'scatter' || choice.kind === 'pie' ? 'item' : 'axis',
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { color: colours.text, fontSize: 12 },
      confine: true,
      valueFormatter: (value: unknown) => (typeof value === 'number' ? readableNumber(value) : String(value ?? 'NULL')),
    },
  };
  if (choice.kind === 'pie') return { ...shared, ...pie(result, choice, colours) };
  const series = seriesOf(result, choice);
  const axisKind = xAxisKind(result, choice);
  return {
    ...shared,
    legend: series.length > 1 ? { type: 'scroll', top: 0, textStyle: { color: colours.text }, pageTextStyle: { color: colours.text } } : undefined,
    grid: { left: 8, right: 16, top: series.length > 1 ? 34 : 14, bottom: axisKind === 'time' ? 34 : 8, containLabel: true },
    ...(axisKind === 'time' ? { dataZoom: [{ type: 'inside' }, zoomSlider(colours)] } : { dataZoom: [{ type: 'inside' }] }),
    xAxis: {
      type: axisKind,
      name: axisKind === 'value' && choice.x !== undefined ? result.columns[choice.x]?.name : undefined,
      nameLocation: 'middle',
      nameGap: 26,
      axisLine: { lineStyle: { color: colours.line } },
      axisLabel: { color: colours.faintText, hideOverlap: true, width: 110, overflow: 'truncate' },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      scale: choice.kind === 'scatter' || choice.kind === 'line',
      axisLabel: { color: colours.faintText },
      splitLine: { lineStyle: { color: colours.line } },
    },
    series: series.map((one) => ({ name: one.name, data: one.points, ...drawn(choice.kind, one.points.length) })),
  };
}

/** The strip below a time series that chooses its range. */
function zoomSlider(colours: ChartColours): Record<string, unknown> {
  const accent = colours.series[0] ?? colours.text;
  const quiet = { lineStyle: { color: colours.line, opacity: 1 }, areaStyle: { color: colours.line, opacity: 0.5 } };
  return {
    type: 'slider', height: 18, bottom: 6, borderColor: colours.line, backgroundColor: 'transparent', fillerColor: `${accent}22`,
    dataBackground: quiet, selectedDataBackground: quiet, handleStyle: { color: colours.surface, borderColor: accent }, moveHandleStyle: { color: colours.line },
    emphasis: { handleStyle: { borderColor: accent }, moveHandleStyle: { color: accent } }, brushSelect: false, textStyle: { color: colours.faintText },
  };
}

function drawn(kind: ChartKind, points: number): Record<string, unknown> {
  const line = { type: 'line', symbol: 'circle', showSymbol: points <= 60, symbolSize: 5, lineStyle: { width: 2 }, connectNulls: false };
  switch (kind) {
    case 'area':
      return { ...line, areaStyle: { opacity: 0.18 } };
    case 'bar':
      return { type: 'bar', barMaxWidth: 36 };
    case 'stacked':
      return { type: 'bar', stack: 'all', barMaxWidth: 36 };
    case 'scatter':
      return { type: 'scatter', symbolSize: 7 };
    default:
      return line;
  }
}

function xAxisKind(result: RunView, choice: ChartChoice): 'time' | 'value' | 'category' {
  if (choice.x === undefined) return 'category';
  const role = roleOf(result.columns[choice.x]?.type ?? '');
  if (role === 'time') return 'time';
  return role === 'number' && choice.kind === 'scatter' ? 'value' : 'category';
}

function seriesOf(result: RunView, choice: ChartChoice): readonly Series[] {
  const axisKind = xAxisKind(result, choice);
  const xOf = (row: readonly CellValue[], index: number): number | string | undefined => {
    if (choice.x === undefined) return String(index + 1);
    const cell = row[choice.x] ?? null;
    if (axisKind === 'time') return momentOf(cell);
    return axisKind === 'value' ? numberOf(cell) : textOf(cell);
  };
  if (choice.split === undefined) {
    return choice.measures.map((measure) => ({ name: result.columns[measure]?.name ?? '', points: points(result.rows, xOf, measure) }));
  }
  const measure = choice.measures[0];
  if (measure === undefined) return [];
  const groups = new Map<string, (readonly CellValue[])[]>();
  for (const row of result.rows) {
    const name = textOf(row[choice.split] ?? null);
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return [...groups]
    .sort((left, right) => right[1].length - left[1].length)
    .slice(0, SERIES_AT_MOST)
    .map(([name, rows]) => ({ name, points: points(rows, xOf, measure) }));
}

function points(
  rows: readonly (readonly CellValue[])[],
  xOf: (row: readonly CellValue[], index: number) => number | string | undefined,
  measure: number,
): readonly Point[] {
  const found = rows.flatMap((row, index): Point[] => {
    const x = xOf(row, index);
    return x === undefined ? [] : [[x, numberOf(row[measure] ?? null) ?? null]];
  });
  return typeof found[0]?.[0] === 'number' ? found.sort((left, right) => Number(left[0]) - Number(right[0])) : found;
}

function pie(result: RunView, choice: ChartChoice, colours: ChartColours): Record<string, unknown> {
  const measure = choice.measures[0] ?? 0;
  const slices = result.rows
    .map((row, index) => ({ name: choice.x === undefined ? String(index + 1) : textOf(row[choice.x] ?? null), value: numberOf(row[measure] ?? null) ?? 0 }))
    .filter((slice) => slice.value > 0)
    .sort((left, right) => right.value - left.value);
  const rest = slices.slice(SLICES_AT_MOST - 1);
  const shown = rest.length > 1 ? [...slices.slice(0, SLICES_AT_MOST - 1), { name: `${rest.length} others`, value: rest.reduce((sum, slice) => sum + slice.value, 0) }] : slices;
  return {
    series: [{ type: 'pie', radius: ['42%', '70%'], data: shown, label: { color: colours.text, formatter: '{b}  {d}%' }, itemStyle: { borderColor: colours.surface, borderWidth: 2 } }],
  };
}
