/**
 * What the word at a place in a file means: a data source, node, pipe, WITH query, column, alias, function, parameter or
 * keyword. Hover, go to definition, references and rename all begin here, so that they agree. Works on unsaved text.
 */
import type { Span } from '../errors.ts';
import type { Connection } from '../project/connection.ts';
import { contextAt } from '../project/cursor-context.ts';
import { dataFileKind } from '../project/datafile.ts';
import type { DataSource } from '../project/datasource.ts';
import { findKeyword, type DataFileKind } from '../project/keyword.ts';
import type { Pipe, PipeNode } from '../project/pipe.ts';
import { isReservedWord, outlineSql, selectAt, type AliasUse, type SelectOutline, type TableUse } from '../project/sql-outline.ts';
import { nameOf, pieceAt, type SqlPiece } from '../project/sql-pieces.ts';
import { splitTemplate } from '../template/split.ts';
import { SqlScope, type KnownColumn, type KnownTable, type SqlPlace, type Understanding } from './sql-scope.ts';

export interface EditorPlace {
  readonly path: string;
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** The word at the place and what it means. Spans of SQL parts are in the node's SQL, `span` is in the file. */
export type EditorSymbol = { readonly span: Span; readonly name: string } & (
  | { readonly kind: 'data source'; readonly dataSource: DataSource }
  | { readonly kind: 'node'; readonly pipe: Pipe; readonly node: PipeNode; /** By the pipe's name. */ readonly asPipe: boolean }
  | { readonly kind: 'connection'; readonly connection: Connection }
  | (InSql & { readonly kind: 'with query'; readonly query: SelectOutline; readonly at: Span })
  | (InSql & { readonly kind: 'table alias'; readonly use: TableUse; readonly at: Span })
  | (InSql & { readonly kind: 'alias'; readonly alias: AliasUse })
  | (InSql & { readonly kind: 'column'; readonly table: KnownTable; readonly column: KnownColumn; readonly others: readonly KnownTable[] })
  | (InSql & { readonly kind: 'function' })
  | { readonly kind: 'parameter' | 'template function'; readonly pipe: Pipe; readonly node: PipeNode }
  | { readonly kind: 'keyword'; readonly file: DataFileKind }
);

export interface InSql {
  readonly place: SqlPlace;
  readonly scope: SqlScope;
  readonly select: SelectOutline;
}

export function offsetOf(place: EditorPlace): number {
  let start = 0;
  for (let line = 1; line < place.line; line += 1) {
    const newline = place.text.indexOf('\n', start);
    if (newline === -1) return place.text.length;
    start = newline + 1;
  }
  return Math.min(place.text.length, start + place.column - 1);
}

/** The node whose SQL the offset is in, white space behind it included. */
export function sqlPlaceAt(place: EditorPlace, offset: number, { project }: Understanding): { readonly at: number; readonly place: SqlPlace } | undefined {
  const pipe = project.pipes.find((one) => one.path === place.path);
  const within = pipe?.nodes.find((one) => !one.sqlIncluded && one.sql !== '' && offset >= one.sqlOffset && offset <= one.sqlOffset + one.sql.length);
  if (pipe && within) return { at: offset - within.sqlOffset, place: { pipe, node: within, sql: within.sql, offset: within.sqlOffset, outline: outlineSql(within.sql) } };
  const context = pipe ? contextAt(place.text, offset, 'pipe') : undefined;
  const node = context?.kind === 'sql' || context?.kind === 'template' ? pipe?.nodes.find(({ name }) => name === context.node) : undefined;
  if (!pipe || !node || (context?.kind !== 'sql' && context?.kind !== 'template')) return undefined;
  return { at: context.sqlOffset, place: { pipe, node, sql: context.sql, offset: offset - context.sqlOffset, outline: outlineSql(context.sql) } };
}

/** The template tag that the place is in, its two characters at each end left out. */
export function tagAt(sql: string, at: number): { readonly span: Span; readonly isOutput: boolean } | undefined {
  for (const piece of splitTemplate(sql, [])) {
    if (piece.kind !== 'text' && piece.span.start + 2 <= at && at <= piece.span.end - 2) return { span: { start: piece.span.start + 2, end: piece.span.end - 2 }, isOutput: piece.kind === 'output' };
  }
  const open = /\{([{%])(?:(?!\}\}|%\}|\{\{|\{%)[\s\S])*$/.exec(sql.slice(0, at));
  return open ? { span: { start: open.index + 2, end: at }, isOutput: open[1] === '{' } : undefined;
}

export function symbolAt(place: EditorPlace, world: Understanding): EditorSymbol | undefined {
  const offset = offsetOf(place);
  const inSql = sqlPlaceAt(place, offset, world);
  if (!inSql) return inDirective(place, offset, world);
  const { at } = inSql;
  const { pipe, node, sql } = inSql.place;
  const inFile = (span: Span): Span => ({ start: inSql.place.offset + span.start, end: inSql.place.offset + span.end });
  const tag = tagAt(sql, at);
  if (tag) {
    const word = wordAt(sql, at);
    if (!word || isInText(sql.slice(tag.span.start, at))) return undefined;
    return { kind: /^\s*\(/.test(sql.slice(word.span.end)) ? 'template function' : 'parameter', name: word.name, span: inFile(word.span), pipe, node };
  }
  const piece = pieceAt(inSql.place.outline.pieces, at);
  const select = selectAt(inSql.place.outline.queries, at);
  if (!piece || !select || (piece.kind !== 'word' && piece.kind !== 'quoted')) return undefined;
  const found = sqlSymbol(piece, { place: inSql.place, scope: new SqlScope(inSql.place, world), select });
  return found && ({ ...found, span: inFile(found.span) } as EditorSymbol);
}

function sqlSymbol(piece: SqlPiece, where: InSql): EditorSymbol | undefined {
  const { place, scope, select } = where;
  const span: Span = { start: piece.start, end: piece.end };
  const name = nameOf(piece);
  const base = { ...where, name, span };
  const holds = (one: Span | undefined): boolean => one !== undefined && one.start <= piece.start && piece.end <= one.end;
  for (let around: SelectOutline | undefined = select; around; around = around.parent) {
    for (const [index, use] of around.tables.entries()) {
      if (holds(use.name?.span)) return tableSymbol(scope.tablesOf(around)[index], { ...base, span: use.name?.span ?? span, select: around }) ?? undefined;
      if (holds(use.alias?.span)) return { ...base, select: around, kind: 'table alias', use, at: use.alias?.span ?? span };
    }
    const cte = around.ctes.find((one) => holds(one.name.span));
    if (cte) return { ...base, select: around, kind: 'with query', query: cte.query, at: cte.name.span };
    const defined = around.aliases.find((alias) => holds(alias.name.span));
    if (defined) return { ...base, select: around, kind: 'alias', alias: defined };
  }
  const { pieces } = place.outline;
  const index = pieces.indexOf(piece);
  const owner = pieces[index - 1]?.text === '.' ? pieces[index - 2] : undefined;
  const next = pieces[index + 1];
  if (next?.text === '(' && !owner) return { ...base, kind: 'function' };
  for (let around: SelectOutline | undefined = select; around; around = around.parent) {
    const tables = scope.tablesOf(around);
    if (owner) {
      const table = tables.find(({ label }) => label === nameOf(owner));
      const column = table?.columns.find((one) => one.name === name);
      if (table && column) return { ...base, select: around, kind: 'column', table, column, others: [] };
      continue;
    }
    const labelled = next?.text === '.' ? tables.find(({ label }) => label === name) : undefined;
    if (labelled) return labelled.use.alias ? { ...base, select: around, kind: 'table alias', use: labelled.use, at: labelled.use.alias.span } : tableSymbol(labelled, { ...base, select: around });
    const alias = around.aliases.find((one) => one.name.text === name);
    const owners = tables.filter(({ columns }) => columns.some((one) => one.name === name));
    const isOwnDefinition = alias !== undefined && alias.expression.start <= piece.start && piece.end <= alias.expression.end;
    if (alias && !(isOwnDefinition && owners.length > 0)) return { ...base, select: around, kind: 'alias', alias };
    const [table, ...others] = owners;
    const column = table?.columns.find((one) => one.name === name);
    if (table && column) return { ...base, select: around, kind: 'column', table, column, others };
  }
  const member = pieces[index - 1]?.upper === 'IN' ? scope.tableNamed(select, name, span) : undefined;
  if (member) return tableSymbol(member, base);
  return piece.kind === 'word' && !owner && !isReservedWord(piece) ? { ...base, kind: 'function' } : undefined;
}

function tableSymbol(table: KnownTable | undefined, base: InSql & { readonly name: string; readonly span: Span }): EditorSymbol | undefined {
  const { name, span } = base;
  switch (table?.means?.kind) {
    case 'datasource':
      return { kind: 'data source', name, span, dataSource: table.means.dataSource };
    case 'node':
      return { kind: 'node', name, span, pipe: table.means.pipe, node: table.means.node, asPipe: table.means.node.name !== name && !name.includes('.') };
    case 'query':
      return table.means.name ? { ...base, kind: 'with query', query: table.means.query, at: table.means.name } : undefined;
    default:
      return undefined;
  }
}

/** Outside of SQL: keywords, names of nodes, and what values refer to. */
function inDirective(place: EditorPlace, offset: number, world: Understanding): EditorSymbol | undefined {
  const kind = dataFileKind(place.path);
  if (kind === undefined || kind === 'include') return undefined;
  const lineStart = place.text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = place.text.indexOf('\n', offset);
  const line = place.text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd);
  const match = /^(\s*)(\w+)(\s+["']?)?([\w.-]+)?/.exec(line);
  const [, indent = '', word = '', gap = '', value = ''] = match ?? [];
  const context = contextAt(place.text, offset, kind);
  if (!match || (context.kind !== 'keyword' && context.kind !== 'value')) return undefined;
  const start = lineStart + indent.length;
  const known = findKeyword(kind, word);
  if (offset <= start + word.length) return known && offset >= start ? { kind: 'keyword', name: word.toUpperCase(), span: { start, end: start + word.length }, file: kind } : undefined;
  const span = { start: start + word.length + gap.length, end: start + word.length + gap.length + value.length };
  if (value === '' || offset < span.start || offset > span.end) return undefined;
  const keyword = word.toUpperCase();
  const { project } = world;
  if (keyword === 'NODE') {
    const pipe = project.pipes.find((one) => one.path === place.path);
    const node = pipe?.nodes.find((one) => one.name === value);
    return pipe && node ? { kind: 'node', name: value, span, pipe, node, asPipe: false } : undefined;
  }
  if (keyword === 'DATASOURCE' || keyword === 'TARGET_DATASOURCE') {
    const dataSource = project.findDataSource(value);
    return dataSource && { kind: 'data source', name: value, span, dataSource };
  }
  if (keyword.endsWith('_CONNECTION_NAME')) {
    const connection = project.connections.find((one) => one.name === value);
    return connection && { kind: 'connection', name: value, span, connection };
  }
  return undefined;
}

function wordAt(text: string, at: number): { readonly name: string; readonly span: Span } | undefined {
  const start = at - (/\w*$/.exec(text.slice(0, at))?.[0].length ?? 0);
  const name = /^[A-Za-z_]\w*/.exec(text.slice(start))?.[0];
  return name === undefined ? undefined : { name, span: { start, end: start + name.length } };
}

/** Whether the code before a place leaves a text open. */
function isInText(code: string): boolean {
  let quote = '';
  for (let at = 0; at < code.length; at += 1) {
    const character = code.charAt(at);
    if (quote !== '' && character === '\\') at += 1;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === "'" || character === '"') quote = character;
  }
  return quote !== '';
}
