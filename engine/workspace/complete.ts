/**
 * What may stand at a place in a data file: in SQL the tables, columns with their types, aliases and the keywords of the
 * clause; in tags template functions and parameters; elsewhere keywords of the file and the values they take.
 */
import { contextAt } from '../project/cursor-context.ts';
import { dataFileKind } from '../project/datafile.ts';
import { findKeyword, keywordsOf, type DataFileKind } from '../project/keyword.ts';
import type { Pipe } from '../project/pipe.ts';
import { clauseAt, findCte, selectAt, type Clause, type SelectOutline } from '../project/sql-outline.ts';
import { listAggregates } from '../sql/aggregates/registry.ts';
import { listFunctions } from '../sql/functions/registry.ts';
import { templateFunctions } from '../template/function-table.ts';
import { offsetOf, sqlPlaceAt, tagAt, type EditorPlace } from './editor-symbol.ts';
import { CLAUSE_WORDS, CRON_EXAMPLES, EXPRESSION_WORDS, START_WORDS, TABLE_ENGINES, TEMPLATE_WORDS, TYPES } from './editor-words.ts';
import { parametersOf } from './outline.ts';
import { SqlScope, type KnownTable, type SqlPlace, type Understanding } from './sql-scope.ts';

export interface CompletionItem {
  readonly label: string;
  readonly kind: 'table' | 'column' | 'function' | 'aggregate' | 'template-function' | 'parameter' | 'node' | 'keyword' | 'type' | 'value';
  readonly detail: string;
  readonly documentation?: string;
  readonly insert?: string;
}

export function complete(place: EditorPlace, world: Understanding): readonly CompletionItem[] {
  const offset = offsetOf(place);
  const inSql = sqlPlaceAt(place, offset, world);
  if (inSql) return inQuery(inSql.place, inSql.at, world);
  const kind = dataFileKind(place.path);
  return kind === undefined || kind === 'include' ? [] : inDirectives(place, offset, kind, world);
}

function inQuery(place: SqlPlace, at: number, world: Understanding): readonly CompletionItem[] {
  const { pipe, sql, outline } = place;
  const tag = tagAt(sql, at);
  if (tag) return inTag(pipe, sql.slice(0, at), tag.isOutput, world);
  const before = sql.slice(0, at).replace(/[\w$]*$/, '');
  const holding = outline.pieces.find(({ kind, start, end }) => (kind === 'comment' || kind === 'string') && start < at && at < end);
  if (holding) return [];
  const select = selectAt(outline.queries, at);
  if (!select) return words(START_WORDS);
  const scope = new SqlScope(place, world);
  const tables = scope.tablesOf(select);
  const qualifier = /([A-Za-z_]\w*|`[^`]*`)\.$/.exec(before)?.[1]?.replaceAll('`', '');
  const clause = clauseAt(select, at);
  const wantsTable = /\b(?:from|join)\s+$/i.test(before) || (clause === 'from' && /,\s*$/.test(before) && !/\bon\b|\busing\b/i.test(sql.slice(select.from?.start ?? at, at)));
  if (qualifier !== undefined) {
    if (wantsTable || /\b(?:from|join)\s+[\w`]+\.$/i.test(before)) return nodesOfPipe(qualifier, world);
    for (let around: SelectOutline | undefined = select; around; around = around.parent) {
      const table = scope.tablesOf(around).find(({ label }) => label === qualifier);
      if (table) return columnsOf(table);
    }
    return [];
  }
  if (wantsTable) return tableItems(place, select, at, world);
  return [
    ...columnItems(tables),
    ...aliasItems(select, sql, at, clause),
    ...tables.filter(({ label }) => label !== '').map(({ label, what, use }): CompletionItem => ({ label, kind: 'table', detail: use.alias ? `alias of ${what}` : what })),
    ...functionItems(),
    ...words(clause === undefined ? START_WORDS : [...CLAUSE_WORDS[clause], ...EXPRESSION_WORDS]),
    ...(/\bin\s+$/i.test(before) ? tableItems(place, select, at, world) : []),
  ];
}

function columnsOf({ columns, what }: KnownTable): readonly CompletionItem[] {
  return columns.map(({ name, type }) => ({ label: name, kind: 'column', detail: type, documentation: `of ${what}`, insert: written(name) }));
}

/** Columns of all tables; a name that two tables have is offered with its table, once for each. */
function columnItems(tables: readonly KnownTable[]): readonly CompletionItem[] {
  const owners = new Map<string, number>();
  for (const { columns } of tables) for (const name of new Set(columns.map((column) => column.name))) owners.set(name, (owners.get(name) ?? 0) + 1);
  const items = tables.flatMap((table) => columnsOf(table).map((item): CompletionItem => {
    if ((owners.get(item.label) ?? 0) < 2 || table.label === '') return item;
    return { ...item, label: `${table.label}.${item.label}`, insert: `${written(table.label)}.${written(item.label)}` };
  }));
  return [...new Map(items.map((item) => [item.label, item])).values()];
}

/** Aliases of the SELECT and the WITH expressions around it, but for the one being written. */
function aliasItems(select: SelectOutline, sql: string, at: number, clause: Clause | undefined): readonly CompletionItem[] {
  const items: CompletionItem[] = [];
  for (let around: SelectOutline | undefined = select; around; around = around.parent) {
    const selectStart = around.clauses.find((one) => one.clause === 'select')?.start ?? 0;
    for (const { name, expression } of around.aliases) {
      const isOwn = expression.start <= at && at <= name.span.end;
      if (isOwn || (around !== select && name.span.end > selectStart) || clause === 'settings') continue;
      items.push({ label: name.text, kind: 'column', detail: 'alias', documentation: `\`${shortened(sql.slice(expression.start, expression.end))}\``, insert: written(name.text) });
    }
  }
  return [...new Map(items.map((item) => [item.label, item])).values()];
}

function tableItems(place: SqlPlace, select: SelectOutline, at: number, { project }: Understanding): readonly CompletionItem[] {
  const { pipe, node } = place;
  const earlier = pipe.nodes.slice(0, pipe.nodes.indexOf(node));
  const ctes: CompletionItem[] = [];
  for (let around: SelectOutline | undefined = select; around; around = around.parent) for (const cte of around.ctes) if (findCte(select, cte.name.text, at) === cte) ctes.push({ label: cte.name.text, kind: 'node', detail: 'WITH query' });
  return [
    ...ctes,
    ...earlier.map(({ name, description }): CompletionItem => ({ label: name, kind: 'node', detail: 'node of this pipe', documentation: description })),
    ...project.dataSources.map(({ name, description }): CompletionItem => ({ label: name, kind: 'table', detail: 'data source', documentation: description })),
    ...project.pipes.filter((one) => one !== pipe).map(({ name, description }): CompletionItem => ({ label: name, kind: 'table', detail: 'pipe', documentation: description })),
  ];
}

/** `pipe.` in FROM: the nodes of that pipe. */
function nodesOfPipe(name: string, { project }: Understanding): readonly CompletionItem[] {
  return project.findPipe(name)?.nodes.map((node) => ({ label: node.name, kind: 'node', detail: `node of ${name}`, documentation: node.description })) ?? [];
}

function inTag(pipe: Pipe, before: string, isOutput: boolean, { project }: Understanding): readonly CompletionItem[] {
  const sets = [...new Set(pipe.nodes.flatMap(({ sql }) => [...sql.matchAll(/\{%\s*(?:set|for)\s+([A-Za-z_]\w*)/g)].map((match) => match[1] ?? '')))];
  const code = /\{[{%]\s*([^{}%]*)$/.exec(before)?.[1] ?? '';
  return [
    ...(!isOutput && /^\w*$/.test(code) ? words(TEMPLATE_WORDS) : []),
    ...parametersOf(pipe, project.pipes).filter(({ name }) => !sets.includes(name)).map(({ name, type, description }): CompletionItem => ({ label: name, kind: 'parameter', detail: type, ...(description === undefined ? {} : { documentation: description }) })),
    ...sets.map((name): CompletionItem => ({ label: name, kind: 'parameter', detail: 'set in this pipe' })),
    ...templateFunctions().map(({ name, signature, help }): CompletionItem => ({ label: name, kind: 'template-function', detail: signature, documentation: help, insert: `${name}($0)` })),
  ];
}

function inDirectives(place: EditorPlace, offset: number, kind: DataFileKind, { project }: Understanding): readonly CompletionItem[] {
  const context = contextAt(place.text, offset, kind);
  if (context.kind === 'keyword') return keywordsOf(kind).map((label) => keywordItem(label, kind));
  if (context.kind === 'schema') return context.part === 'type' ? TYPES.map((label) => ({ label, kind: 'type', detail: 'type' })) : context.part === 'default' ? functionItems().filter((item) => item.kind === 'function') : [];
  if (context.kind !== 'value') return [];
  const { keyword } = context;
  const values = (list: readonly string[], detail: string): readonly CompletionItem[] => list.map((label) => ({ label, kind: 'value', detail }));
  const own = project.dataSources.find(({ path }) => path === place.path);
  switch (keyword) {
    case 'TYPE':
      return kind === 'pipe' ? values(['endpoint', 'materialized', 'copy', 'sink', 'standard'], 'type of a node') : values(['kafka', 's3', 'gcs'], 'type of a connection');
    case 'ENGINE':
      return values(TABLE_ENGINES, 'table engine');
    case 'DATASOURCE':
    case 'TARGET_DATASOURCE':
      return project.dataSources.map(({ name, description }) => ({ label: name, kind: 'table', detail: 'data source', documentation: description }));
    case 'COPY_MODE':
    case 'MODE':
      return values(['append', 'replace'], 'copy mode');
    case 'COPY_SCHEDULE':
    case 'IMPORT_SCHEDULE':
    case 'EXPORT_SCHEDULE':
      return values(CRON_EXAMPLES, 'schedule');
    case 'TOKEN':
      return /\s(?:READ|APPEND)?$/i.test(place.text.slice(0, offset)) && /TOKEN\s+\S+\s+\w*$/i.test(place.text.slice(0, offset)) ? values(kind === 'datasource' ? ['READ', 'APPEND'] : ['READ'], 'permission') : project.tokens.map(({ name }) => ({ label: name, kind: 'value', detail: 'token', insert: `"${name}"` }));
    case 'DEPLOYMENT_METHOD':
      return values(['alter'], 'deployment method');
    case 'BACKFILL':
      return values(['skip'], 'backfill');
    default: {
      if (keyword.endsWith('_CONNECTION_NAME')) return values(project.connections.map(({ name }) => name), 'connection');
      const ofColumns = /^ENGINE_(?:.*KEY|TTL|VER|IS_DELETED|SIGN|VERSION|COLUMNS|SUMMING_COLUMNS)$|_KEY$|^TTL$/.test(keyword);
      if (!ofColumns) return [];
      const columns = own?.columns.map(({ name, typeText }): CompletionItem => ({ label: name, kind: 'column', detail: typeText, insert: written(name) })) ?? [];
      const isExpression = /(?:PARTITION|SORTING|PRIMARY|SAMPLING)_KEY|TTL$/.test(keyword);
      return isExpression ? [...columns, ...functionItems().filter((item) => item.kind === 'function')] : columns;
    }
  }
}

function keywordItem(label: string, kind: DataFileKind): CompletionItem {
  const keyword = findKeyword(kind, label);
  return { label, kind: 'keyword', detail: 'keyword of data files', ...(keyword ? { documentation: [keyword.help, keyword.note?.message ?? ''].join(' ').trim() } : {}), insert: keyword?.value === 'block' ? `${label} >\n    $0` : `${label} ` };
}

function words(list: readonly string[]): readonly CompletionItem[] {
  return list.map((label) => ({ label, kind: 'keyword', detail: 'SQL' }));
}

/** The name as SQL writes it. */
function written(name: string): string {
  return /^[A-Za-z_]\w*(?:\.\w+)*$/.test(name) ? name : `\`${name}\``;
}

export function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

let functions: readonly CompletionItem[] | undefined;

function functionItems(): readonly CompletionItem[] {
  functions ??= [
    ...listFunctions().filter(({ help }) => !help.startsWith('Not supported')).map(({ name, signature, help }): CompletionItem => ({ label: name, kind: 'function', detail: signature, documentation: help, insert: `${name}($0)` })),
    ...listAggregates().map(({ name, signature, help }): CompletionItem => ({ label: name, kind: 'aggregate', detail: signature, documentation: help, insert: `${name}($0)` })),
  ];
  return functions;
}
