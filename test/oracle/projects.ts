/**
 * Runs every node of a project in real ClickHouse and in Sandpiper over the same made-up rows, end to end, with default
 * and with given parameters, and tells where the answers differ. An answer that ClickHouse itself gives differently when
 * the same rows are stored in another order is counted as undetermined, not as a difference.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandpiperError } from '../../engine/errors.ts';
import type { Pipe, PipeNode } from '../../engine/project/pipe.ts';
import { loadProject, type Project } from '../../engine/project/project.ts';
import { parseQuery } from '../../engine/sql/parse.ts';
import { translate } from '../../engine/sql/translate.ts';
import { printType } from '../../engine/sql/types.ts';
import { discoverParameters, sampleValue, type TemplateParameter } from '../../engine/template/parameters.ts';
import { openDatabase, type Database } from '../../engine/workspace/database.ts';
import { ProjectFolder } from '../../engine/workspace/project-folder.ts';
import { Queries } from '../../engine/workspace/queries.ts';
import { syncTables } from '../../engine/workspace/tables.ts';
import { askClickHouse, canonical, type Answer } from '../sql/two-engines.ts';
import { isChoiceOf, withoutLimit } from './chosen-rows.ts';
import { openClickHouse, type ClickHouse } from './clickhouse.ts';
import { findHints } from './made-rows.ts';
import { fillTables, type Filling } from './filled-tables.ts';
import { difference } from './same-answer.ts';
import { wholeText } from './whole-text.ts';

export interface NodeDifference {
  readonly pipe: string;
  readonly node: string;
  readonly parameters: 'default' | 'given';
  readonly kind: 'refused' | 'failed' | 'columns' | 'types' | 'values' | 'order' | 'fill';
  readonly ours: string;
  readonly theirs: string;
  readonly sql: string;
}

export interface ProjectReport {
  readonly project: string;
  readonly nodes: number;
  /** Node and parameters; the same text is not counted twice. */
  readonly cases: number;
  readonly notRendered: readonly string[];
  readonly refusedByClickHouse: readonly { readonly pipe: string; readonly node: string; readonly reason: string }[];
  /** Of those that ClickHouse accepts. */
  readonly ran: number;
  readonly equal: number;
  readonly nonEmpty: number;
  readonly nonEmptyEqual: number;
  readonly undetermined: readonly string[];
  readonly notes: readonly string[];
  readonly differences: readonly NodeDifference[];
}

interface Case {
  readonly pipe: Pipe;
  readonly node: PipeNode;
  readonly label: 'default' | 'given';
  readonly parameters: Readonly<Record<string, string>>;
  readonly text: string;
}

export async function compareProject(path: string, rows: number): Promise<ProjectReport> {
  const clickHouse = openClickHouse();
  if (!clickHouse) throw new Error('ClickHouse is not installed: npm install --no-package-lock --prefix test/oracle');
  const files = new ProjectFolder(path).dataFiles();
  const texts = new Map(files.map((file) => [file.path, file.text]));
  const project = loadProject(files);
  const scratch = mkdtempSync(join(tmpdir(), 'sandpiper-oracle-'));
  const database = await openDatabase(join(scratch, 'oracle.duckdb'), { threads: 1 });
  try {
    const notes: string[] = project.files.flatMap((file) => file.diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => `${file.path}: ${message}`));
    const tables = await syncTables(database, project.dataSources, (_severity, message) => notes.push(message));
    const queries = new Queries(() => ({ project, tables, fileText: (file) => texts.get(file) ?? '', database, timeZone: 'UTC', environment: {}, rowCount: () => 0 }));
    const { cases, notRendered } = casesOf(project, queries);
    const filling: Filling = { project, tables, queries, database, clickHouse, rows, hints: findHints(cases.map(({ text }) => text)), wholeText: (pipe, node) => wholeText(project, queries, pipe, node, {}) };
    const filled = await fillTables(filling);
    const outcomes: Outcome[] = [];
    for (const one of cases) {
      if (process.stderr.isTTY) process.stderr.write(`\r${outcomes.length}/${cases.length} ${`${one.pipe.name}.${one.node.name}`.slice(0, 60).padEnd(60)}`);
      outcomes.push(await judge(one, queries, database, clickHouse));
    }
    if (process.stderr.isTTY) process.stderr.write(`\r${' '.repeat(80)}\r`);
    const accepted = outcomes.flatMap((outcome) => (outcome.kind === 'accepted' ? [outcome] : []));
    const labels = accepted.filter(({ isUndetermined }) => isUndetermined).map(({ of }) => `${of.pipe.name}.${of.node.name} (${of.label})`);
    const isEqual = (outcome: Accepted) => outcome.difference === undefined && !outcome.isUndetermined;
    return {
      project: path,
      nodes: project.pipes.reduce((sum, pipe) => sum + pipe.nodes.length, 0),
      cases: cases.length,
      notRendered,
      refusedByClickHouse: outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [{ pipe: outcome.of.pipe.name, node: outcome.of.node.name, reason: outcome.reason }] : [])),
      ran: accepted.filter(({ difference: found }) => found?.kind !== 'refused' && found?.kind !== 'failed').length,
      equal: accepted.filter(isEqual).length,
      nonEmpty: accepted.filter(({ isEmpty }) => !isEmpty).length,
      nonEmptyEqual: accepted.filter((outcome) => !outcome.isEmpty && isEqual(outcome)).length,
      undetermined: labels,
      notes: [...notes, ...filled.notes],
      differences: [
        ...filled.failures.map((failure): NodeDifference => ({ ...failure, parameters: 'default', kind: 'fill', theirs: '' })),
        ...accepted.flatMap(({ of, difference: found }): NodeDifference[] => (found ? [{ pipe: of.pipe.name, node: of.node.name, parameters: of.label, ...found, sql: of.text }] : [])),
      ],
    };
  } finally {
    await database.close();
    clickHouse.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The numbers and the differences, a line each. */
export function table(report: ProjectReport): string {
  const { nodes, cases, refusedByClickHouse, ran, equal, nonEmpty, nonEmptyEqual, undetermined, notRendered, differences, notes } = report;
  const counts = `${nodes} nodes, ${cases} cases, ${notRendered.length} not rendered, ${refusedByClickHouse.length} refused by ClickHouse, ${ran} ran, ${equal} equal, ${nonEmpty} not empty (${nonEmptyEqual} equal), ${undetermined.length} undetermined`;
  const lines = differences.map(({ pipe, node, parameters, kind, ours, theirs }) => `  ${kind.padEnd(8)} ${pipe}.${node} (${parameters}): ${ours.slice(0, 240)}${theirs === '' ? '' : ` FOR ${theirs.slice(0, 240)}`}`);
  return `${[report.project, counts, ...notes.map((note) => `  note     ${note.slice(0, 240)}`), ...lines].join('\n')}\n`;
}

function casesOf(project: Project, queries: Queries): { readonly cases: readonly Case[]; readonly notRendered: readonly string[] } {
  const cases: Case[] = [];
  const notRendered: string[] = [];
  for (const pipe of project.pipes) {
    const known = parametersOf(pipe, project, new Set());
    const given = (wanted: readonly TemplateParameter[]) => Object.fromEntries(wanted.map((one) => [one.name, valueFor(one)]));
    for (const node of pipe.nodes) {
      const found: Case[] = [];
      let reason = '';
      for (const [label, parameters] of [['default', {}], ['given', given(known)], ['given', given(known.filter(({ required }) => required))]] as const) {
        if (found.some((one) => one.label === label)) continue;
        try {
          const text = wholeText(project, queries, pipe, node, parameters);
          if (!found.some((one) => one.text === text)) found.push({ pipe, node, label, parameters, text });
        } catch (error) {
          if (!(error instanceof SandpiperError)) throw error;
          reason = error.message;
        }
      }
      if (found.length === 0) notRendered.push(`${pipe.name}.${node.name}: ${reason}`);
      cases.push(...found);
    }
  }
  return { cases, notRendered };
}

/** Of the pipe and of the pipes that it reads: one request gives them all. */
function parametersOf(pipe: Pipe, project: Project, seen: Set<string>): readonly TemplateParameter[] {
  seen.add(pipe.name);
  const own = discoverParameters(pipe.nodes.filter((node) => node.isRenderable).map((node) => node.template));
  const read = pipe.nodes.flatMap((node) => node.reads.flatMap((name) => {
    const found = project.resolve(name, pipe, node);
    return found?.kind === 'node' && !seen.has(found.pipe.name) ? parametersOf(found.pipe, project, seen) : [];
  }));
  return [...own, ...read.filter(({ name }) => !own.some((one) => one.name === name))];
}

/** As for checks, but that times without a default span what the rows hold, texts that are named like times too. */
function valueFor(parameter: TemplateParameter): string {
  const { name, type } = parameter;
  const sample = sampleValue(parameter);
  const isInvented = parameter.defaultValue === undefined && parameter.example === undefined && parameter.enum === undefined;
  const isTime = type.startsWith('Date') || (type === 'String' && /(?:^|_)(?:date|day|from|to|start|end|since|until)(?:_|$)/i.test(name));
  if (!isInvented || !isTime) return sample;
  const day = /(?:^|_)(?:end|to|until|before|max)/i.test(name) ? '2024-12-31' : '2023-01-01';
  return type.startsWith('Date') ? sample.replace('2024-01-01', day) : day;
}

interface Accepted {
  readonly kind: 'accepted';
  readonly of: Case;
  readonly isEmpty: boolean;
  readonly isUndetermined: boolean;
  readonly difference?: Pick<NodeDifference, 'kind' | 'ours' | 'theirs'>;
}

type Outcome = Accepted | { readonly kind: 'refused'; readonly of: Case; readonly reason: string };

async function judge(of: Case, queries: Queries, database: Database, clickHouse: ClickHouse): Promise<Outcome> {
  const readable = await withoutStates(of.text, clickHouse);
  const text = readable ? readable(of.text) : of.text;
  let last: Outcome | undefined;
  // What holds the current time may be asked on either side of a second.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const theirs = await askClickHouse(text, clickHouse);
    if ('error' in theirs) return { kind: 'refused', of, reason: theirs.error.slice(0, 300) };
    const isEmpty = theirs.rows.length === 0;
    const { answer: ours, readsClock } = await askSandpiper(of, queries, database, readable);
    if ('error' in ours) return { kind: 'accepted', of, isEmpty, isUndetermined: false, difference: { kind: ours.isBug ? 'failed' : 'refused', ours: `${ours.error}${ours.sql === undefined ? '' : ` IN ${ours.sql}`}`, theirs: '' } };
    const found = difference(ours, theirs, text);
    if (!found) return { kind: 'accepted', of, isEmpty, isUndetermined: false };
    last = { kind: 'accepted', of, isEmpty, isUndetermined: false, difference: found };
    if (readsClock && attempt < 2) continue;
    const whole = found.kind === 'values' ? withoutLimit(text, theirs.names) : undefined;
    const all = whole === undefined ? undefined : await askClickHouse(whole, clickHouse);
    if (all && !('error' in all) && isChoiceOf(ours, theirs, all, text)) return { kind: 'accepted', of, isEmpty, isUndetermined: false };
    if (found.kind === 'values') {
      await clickHouse.text('USE turned');
      const again = await askClickHouse(text, clickHouse);
      await clickHouse.text('USE stored');
      if (!('error' in again) && difference(again, theirs, text)?.kind === 'values') return { kind: 'accepted', of, isEmpty, isUndetermined: true };
    }
    break;
  }
  if (!last) throw new Error('No attempt was made');
  return last;
}

/** States are compared by what they stand for: the query around a query with states. */
async function withoutStates(sql: string, clickHouse: ClickHouse): Promise<((own: string) => string) | undefined> {
  try {
    const { data } = await clickHouse.query(`DESCRIBE (\n${sql}\n)`);
    const states = data.filter((row) => /^(?:Nullable\()?AggregateFunction\(/.test(String(row[1]))).map((row) => `finalizeAggregation(\`${String(row[0])}\`) AS \`${String(row[0])}\``);
    return states.length === 0 ? undefined : (own) => `SELECT * REPLACE (${states.join(', ')}) FROM (\n${own}\n)`;
  } catch {
    return undefined; // ClickHouse refuses the query itself too, and then says why.
  }
}

async function askSandpiper({ pipe, node, parameters }: Case, queries: Queries, database: Database, around: ((own: string) => string) | undefined): Promise<{ readonly answer: Answer; readonly readsClock: boolean }> {
  let sql: string | undefined;
  try {
    const own = queries.renderNode(pipe, node, parameters).sql.replace(/;\s*$/, '');
    const translation = around === undefined
      ? queries.translateNode(pipe, node, parameters).translation
      : translate(parseQuery(around(own)), { catalog: queries.catalogOf(pipe, node, parameters) });
    sql = translation.duckdbSql;
    const reader = await database.query(sql);
    const answer: Answer = {
      names: translation.columns.map(({ name }) => name),
      types: translation.columns.map(({ type }) => printType(type)),
      rows: reader.getRowsJson().map((row) => row.map((value, index) => canonical(value, translation.columns[index]?.type ?? { kind: 'Nothing' }))),
    };
    return { answer, readsClock: translation.readsClock };
  } catch (error) {
    const isBug = sql !== undefined || !(error instanceof SandpiperError);
    return { answer: { error: error instanceof Error ? error.message : String(error), isBug, ...(sql === undefined ? {} : { sql }) }, readsClock: false };
  }
}
