/**
 * One picture of the project: data sources, pipes with their nodes, views, copies, endpoints. A box opens its file;
 * pointing at one (or focusing it) shows what it depends on and what depends on it; boxes that rows have just reached
 * are lit.
 */
import { Rows3, Table2, Workflow } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { DataSourceView, ProjectView } from '../../engine/api/protocol.ts';
import { openFile, openPlace } from '../desk-state.ts';
import { useArrivals } from '../queries.ts';
import { age, counted, shortNumber } from '../readable.ts';
import { lineageGraph, related, type LineageBox, type LineageGraph } from './lineage-graph.ts';
import { BOX_WIDTH, lineagePicture, type PlacedBox } from './lineage-layout.ts';
import css from './lineage-view.module.css';

const LIT_MS = 3_000;

export function LineageView({ project }: { project: ProjectView }) {
  const graph = useMemo(() => lineageGraph(project), [project]);
  // Rows that arrive change the project, but no box.
  const shape = JSON.stringify(graph);
  const picture = useMemo(() => lineagePicture(JSON.parse(shape) as LineageGraph), [shape]);
  const [pointed, setPointed] = useState<string>();
  const near = useMemo(() => (pointed === undefined ? undefined : related(graph, pointed)), [graph, pointed]);
  const lit = useLit();
  const sources = new Map(project.dataSources.map((source) => [source.name, source]));
  if (graph.boxes.length === 0) return <p className={css.empty}>There is nothing to draw yet. Make a data source, and pipes that read it.</p>;
  return (
    <div className={css.scroller} role="region" aria-label="Lineage" tabIndex={0}>
      <div className={css.picture} style={{ width: picture.width, height: picture.height }}>
        <svg width={picture.width} height={picture.height} aria-hidden>
          <defs>
            <marker id="lineage-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z" className={css.head} /></marker>
          </defs>
          {picture.arrows.map(({ arrow, path }) => (
            <path key={`${arrow.from} ${arrow.to}`} d={path} className={css.arrow} data-kind={arrow.kind} data-faded={near && !(near.has(arrow.from) && near.has(arrow.to)) ? '' : undefined} data-lit={arrow.kind === 'fills' && (lit.has(arrow.to) || (lit.has(arrow.from) && arrow.to.startsWith('pipe '))) ? '' : undefined} markerEnd="url(#lineage-arrow)" />
          ))}
        </svg>
        <ul>
          {picture.boxes.map((placed) => (
            <Box key={placed.box.id} placed={placed} source={sources.get(placed.box.name)} isLit={lit.has(placed.box.id)} isFaded={near !== undefined && !near.has(placed.box.id)} onPoint={setPointed} neighbours={neighbours(graph.arrows, placed.box.id)} />
          ))}
        </ul>
      </div>
    </div>
  );
}

function Box({ placed: { box, left, top, height }, source, isLit, isFaded, neighbours: said, onPoint }: {
  readonly placed: PlacedBox;
  readonly source: DataSourceView | undefined;
  readonly isLit: boolean;
  readonly isFaded: boolean;
  readonly neighbours: string;
  readonly onPoint: (id: string | undefined) => void;
}) {
  const Icon = box.kind === 'data-source' ? Table2 : Workflow;
  const pointing = { onMouseEnter: () => onPoint(box.id), onMouseLeave: () => onPoint(undefined), onFocus: () => onPoint(box.id), onBlur: () => onPoint(undefined) };
  return (
    <li className={css.box} data-kind={box.pipeType ?? box.kind} data-lit={isLit ? '' : undefined} data-faded={isFaded ? '' : undefined} style={{ left, top, width: BOX_WIDTH, height }} {...pointing}>
      <button type="button" className={css.name} onClick={() => openFile(box.path)} title={box.path}>
        <span className={css.line}><Icon size={14} aria-hidden /><strong>{box.name}</strong></span>
        <span className={css.role}>{box.kind === 'data-source' && source ? <Rows source={source} /> : box.role}</span>
        <span className="visually-hidden">{said}</span>
      </button>
      {box.nodes.length > 1 && <Nodes box={box} />}
    </li>
  );
}

function Rows({ source }: { source: DataSourceView }) {
  const lastAt = useArrivals((state) => state.lastAt[source.name]) ?? (source.lastRowsAt === undefined ? undefined : Date.parse(source.lastRowsAt));
  const now = useNow(lastAt !== undefined);
  return (
    <>
      <span title={`${counted(source.rowCount, 'row')}, ${source.tableEngine}`}>{shortNumber(source.rowCount)} rows</span>
      {source.quarantinedCount > 0 && <span className={css.bad}> · {shortNumber(source.quarantinedCount)} rejected</span>}
      {lastAt !== undefined && <span> · {age(Math.max(0, now - lastAt))}</span>}
      {source.tableEngine !== 'MergeTree' && <span> · {source.tableEngine.replace('MergeTree', '')}</span>}
    </>
  );
}

function Nodes({ box }: { box: LineageBox }) {
  return (
    <ul className={css.nodes} aria-label={`Nodes of ${box.name}`}>
      {box.nodes.map(({ name, line }) => (
        <li key={name}><button type="button" onClick={() => openPlace({ path: box.path, line, column: 1, endLine: line, endColumn: 1 })}><Rows3 size={12} aria-hidden />{name}</button></li>
      ))}
    </ul>
  );
}

function neighbours(arrows: ReturnType<typeof lineageGraph>['arrows'], id: string): string {
  const names = (ids: readonly string[]) => ids.map((one) => one.replace(/^\w+ /, '')).join(', ');
  const before = arrows.filter(({ to }) => to === id).map(({ from }) => from);
  const after = arrows.filter(({ from }) => from === id).map(({ to }) => to);
  return [before.length > 0 ? `After ${names(before)}.` : '', after.length > 0 ? `Before ${names(after)}.` : ''].filter((part) => part !== '').join(' ');
}

/** Boxes of data sources that rows have reached in the last seconds. */
function useLit(): ReadonlySet<string> {
  const lastAt = useArrivals((state) => state.lastAt);
  const newest = Math.max(0, ...Object.values(lastAt));
  const now = useNow(newest > 0);
  return new Set(Object.entries(lastAt).filter(([, at]) => Math.max(now, newest) - at < LIT_MS).map(([name]) => `source ${name}`));
}

/** The time, each second while it matters. */
function useNow(matters: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!matters) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [matters]);
  return now;
}
