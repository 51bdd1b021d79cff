/**
 * The chart of a result with its controls: kind, columns, export. Chooses for the result until the person chooses;
 * a choice stays while the result has the same columns.
 */
import { Download } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import type { RunView } from '../../engine/api/protocol.ts';
import { CHART_KINDS, chooseChart, type ChartChoice, type ChartKind } from './chart-choice.ts';
import { chartOption } from './chart-options.ts';
import { chartColours } from './chart-palette.ts';
import css from './chart-view.module.css';
import { Chart, type ChartHandle } from './chart.tsx';
import { readableNumber, roleOf } from './column-role.ts';
import { saveFile } from './save-file.ts';
import { useDarkTheme } from './use-dark-theme.ts';

export function ChartView({ result, name }: { result: RunView; name: string }) {
  const shape = result.columns.map((column) => `${column.name} ${column.type}`).join('\n');
  const [chosen, setChosen] = useState<{ shape: string; choice: ChartChoice }>();
  const suggested = useMemo(() => chooseChart(result), [result]);
  const choice = chosen?.shape === shape ? chosen.choice : suggested;
  const handle = useRef<ChartHandle>(null);
  const dark = useDarkTheme();
  const colours = useMemo(() => chartColours(document.documentElement, dark), [dark]);
  const option = useMemo(() => (choice && choice.kind !== 'number' ? chartOption(result, choice, colours) : undefined), [result, choice, colours]);

  if (!choice) {
    return (
      <p className={css.empty}>
        {result.rows.length === 0 ? 'No rows, so there is nothing to draw. Try other parameters.' : 'This result has no numbers to draw. The table shows it.'}
      </p>
    );
  }
  const change = (part: Partial<ChartChoice>) => setChosen({ shape, choice: { ...choice, ...part } });
  const save = async (form: 'png' | 'svg') => {
    if (!handle.current) return;
    const bytes = form === 'png' ? await handle.current.png() : handle.current.svg();
    await saveFile(`${name}.${form}`, bytes, form === 'png' ? 'image/png' : 'image/svg+xml');
  };
  return (
    <div className={css.view}>
      <div className={css.controls} role="toolbar" aria-label="Chart">
        <label>
          <span className={css.label}>Chart</span>
          <select value={choice.kind} onChange={(event) => change({ kind: kindNamed(event.target.value) })}>
            {CHART_KINDS.map(({ kind, label }) => (
              <option key={kind} value={kind}>{label}</option>
            ))}
          </select>
        </label>
        {choice.kind !== 'number' && <ColumnSelect label="Along x" result={result} value={choice.x} none="row number" onChange={(x) => change({ x })} />}
        <Measures result={result} choice={choice} onChange={(measures) => change({ measures })} />
        {choice.kind !== 'number' && choice.kind !== 'pie' && (
          <ColumnSelect label="Split by" result={result} value={choice.split} none="nothing" onChange={(split) => change({ split })} roles={['category']} />
        )}
        <span className={css.grow} />
        {option && (
          <>
            <button type="button" className={css.export} onClick={() => void save('png')}><Download size={14} aria-hidden /> PNG</button>
            <button type="button" className={css.export} onClick={() => void save('svg')}><Download size={14} aria-hidden /> SVG</button>
          </>
        )}
      </div>
      <div className={css.drawing}>
        {option ? <Chart ref={handle} option={option} background={colours.surface} label={describe(result, choice)} /> : <Figures result={result} measures={choice.measures} />}
      </div>
    </div>
  );
}

function kindNamed(value: string): ChartKind {
  return CHART_KINDS.find(({ kind }) => kind === value)?.kind ?? 'line';
}

function describe(result: RunView, choice: ChartChoice): string {
  const measures = choice.measures.map((measure) => result.columns[measure]?.name ?? '').join(', ');
  const along = choice.x === undefined ? '' : ` along ${result.columns[choice.x]?.name ?? ''}`;
  return `${choice.kind} chart of ${measures}${along}, ${result.rows.length} rows`;
}

function ColumnSelect(props: { label: string; result: RunView; value: number | undefined; none: string; onChange: (value: number | undefined) => void; roles?: readonly string[] }) {
  return (
    <label>
      <span className={css.label}>{props.label}</span>
      <select value={props.value ?? ''} onChange={(event) => props.onChange(event.target.value === '' ? undefined : Number(event.target.value))}>
        <option value="">{props.none}</option>
        {props.result.columns.map((column, index) =>
          !props.roles || props.roles.includes(roleOf(column.type)) ? <option key={`${index} ${column.name}`} value={index}>{column.name}</option> : null,
        )}
      </select>
    </label>
  );
}

/** Check boxes for the number columns; at least one stays chosen. */
function Measures({ result, choice, onChange }: { result: RunView; choice: ChartChoice; onChange: (measures: readonly number[]) => void }) {
  const numbers = result.columns.flatMap((column, index) => (roleOf(column.type) === 'number' ? [{ name: column.name, index }] : []));
  if (numbers.length < 2) return null;
  const toggle = (index: number) => {
    const measures = choice.measures.includes(index) ? choice.measures.filter((measure) => measure !== index) : [...choice.measures, index].sort((left, right) => left - right);
    if (measures.length > 0) onChange(measures);
  };
  return (
    <fieldset className={css.measures}>
      <legend className={css.label}>Values</legend>
      {numbers.map(({ name, index }) => (
        <label key={index}>
          <input type="checkbox" checked={choice.measures.includes(index)} onChange={() => toggle(index)} /> {name}
        </label>
      ))}
    </fieldset>
  );
}

function Figures({ result, measures }: { result: RunView; measures: readonly number[] }) {
  const row = result.rows[result.rows.length - 1] ?? [];
  return (
    <dl className={css.figures}>
      {measures.map((measure) => (
        <div key={measure}>
          <dt>{result.columns[measure]?.name}</dt>
          <dd>{readableNumber(row[measure] ?? null)}</dd>
        </div>
      ))}
    </dl>
  );
}
