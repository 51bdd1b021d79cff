/**
 * Where the thing under the cursor is made, and every place that names it: data sources and their columns, nodes, pipes,
 * WITH queries, aliases, connections, what a template sets and its parameters; across the files of the project.
 */
import { placeOf, type Place, type Span } from '../errors.ts';
import { placeInFile, type Pipe, type PipeNode } from '../project/pipe.ts';
import type { Project } from '../project/project.ts';
import { allSelects, findCte, outlineSql } from '../project/sql-outline.ts';
import { symbolAt, type EditorPlace, type EditorSymbol } from './editor-symbol.ts';
import { variableSpans } from './template-names.ts';
import type { KnownTable, Understanding } from './sql-scope.ts';

export type FileText = (path: string) => string;

/** Undefined where nothing in the project makes it. */
export function definition(place: EditorPlace, world: Understanding, fileText: FileText): Place | undefined {
  const symbol = symbolAt(place, world);
  return symbol && definitionOf(symbol, world, fileText);
}

function definitionOf(symbol: EditorSymbol, world: Understanding, fileText: FileText): Place | undefined {
  const at = (path: string, span: Span): Place => placeOf(fileText(path), span, path);
  const inNode = (pipe: Pipe, node: PipeNode, span: Span): Place => at(pipe.path, placeInFile(node, span));
  switch (symbol.kind) {
    case 'data source':
      return at(symbol.dataSource.path, { start: 0, end: 0 });
    case 'node':
      return at(symbol.pipe.path, symbol.node.nameSpan);
    case 'connection':
      return at(symbol.connection.path, { start: 0, end: 0 });
    case 'with query':
    case 'table alias':
      return inNode(symbol.place.pipe, symbol.place.node, symbol.at);
    case 'alias':
      return inNode(symbol.place.pipe, symbol.place.node, symbol.alias.name.span);
    case 'column':
      return columnPlace(symbol.name, symbol.table, symbol.place.pipe, symbol.place.node, world, fileText, 0);
    case 'parameter': {
      for (const node of symbol.pipe.nodes) {
        const spans = variableSpans(node.sql, symbol.name);
        const made = spans.find(({ isSet }) => isSet) ?? spans.find(({ isTyped }) => isTyped) ?? spans[0];
        if (made) return inNode(symbol.pipe, node, made.span);
      }
      return undefined;
    }
    case 'function':
    case 'template function':
    case 'keyword':
      return undefined;
  }
}

/** The line that makes a column: in the SCHEMA, or the alias in the node, WITH query or subquery, through `*` too. */
function columnPlace(name: string, table: KnownTable, pipe: Pipe, node: PipeNode, world: Understanding, fileText: FileText, depth: number): Place | undefined {
  const { means } = table;
  if (depth > 20 || !means) return undefined;
  if (means.kind === 'datasource') {
    const column = means.dataSource.columns.find((one) => one.name === name);
    return column && placeOf(fileText(means.dataSource.path), column.span, means.dataSource.path);
  }
  const owner = means.kind === 'node' ? means : { pipe, node };
  const outline = means.kind === 'node' ? outlineSql(owner.node.sql) : undefined;
  const select = means.kind === 'node' ? outline?.queries[0] : means.query;
  const fallback = means.kind === 'node' ? placeOf(fileText(owner.pipe.path), owner.node.nameSpan, owner.pipe.path) : undefined;
  if (!select) return fallback;
  const { sql } = owner.node;
  const inFile = (span: Span): Place => placeOf(fileText(owner.pipe.path), placeInFile(owner.node, span), owner.pipe.path);
  for (const item of select.items) {
    if (item.alias?.text === name) return inFile(item.alias.span);
    const text = sql.slice(item.span.start, item.span.end).trim();
    if (!item.alias && (text === name || text.endsWith(`.${name}`) || text === `\`${name}\``)) return inFile(item.span);
  }
  // Through `*`: whichever table has it.
  for (const use of select.tables) {
    if (!use.name) continue;
    const cte = findCte(select, use.name.text, use.name.span.start);
    const resource = cte ? undefined : world.project.resolve(use.name.text, owner.pipe, owner.node);
    const inner = cte ? { kind: 'query' as const, query: cte.query } : resource;
    const found = inner && columnPlace(name, { label: '', what: '', columns: [], use, means: inner }, owner.pipe, owner.node, world, fileText, depth + 1);
    if (found && found.line > 0 && (resource?.kind !== 'node' || world.columnsOfNode(resource.pipe, resource.node)?.some((one) => one.name === name))) return found;
  }
  return fallback;
}

/** Every place that names it, its own first; empty where the thing has none in files. */
export function references(place: EditorPlace, world: Understanding, fileText: FileText): readonly Place[] {
  const symbol = symbolAt(place, world);
  if (!symbol) return [];
  const own = definitionOf(symbol, world, fileText);
  const uses = usesOf(symbol, world.project, fileText);
  const all = [...(own ? [own] : []), ...uses];
  return [...new Map(all.map((one) => [`${one.path ?? ''}:${one.line}:${one.column}`, one])).values()];
}

function usesOf(symbol: EditorSymbol, project: Project, fileText: FileText): readonly Place[] {
  switch (symbol.kind) {
    case 'data source':
      return tableUses(project, fileText, (means) => means?.kind === 'datasource' && means.dataSource.name === symbol.dataSource.name, symbol.dataSource.name);
    case 'node':
      return tableUses(project, fileText, (means) => means?.kind === 'node' && means.pipe.name === symbol.pipe.name && means.node.name === symbol.node.name, undefined);
    case 'parameter':
      return symbol.pipe.nodes.flatMap((node) => variableSpans(node.sql, symbol.name).map(({ span }) => placeOf(fileText(symbol.pipe.path), placeInFile(node, span), symbol.pipe.path)));
    case 'alias':
    case 'with query':
    case 'table alias':
    case 'column':
      return symbol.place.outline.pieces
        .filter((piece) => (piece.kind === 'word' || piece.kind === 'quoted') && piece.text.replaceAll('`', '') === symbol.name && piece.start >= symbol.select.span.start && piece.end <= symbol.select.span.end)
        .map((piece) => placeOf(fileText(symbol.place.pipe.path), placeInFile(symbol.place.node, piece), symbol.place.pipe.path));
    default:
      return [];
  }
}

/** Places in FROM and JOIN that mean it, and, for a data source, nodes that fill it. */
function tableUses(project: Project, fileText: FileText, isMeant: (means: ReturnType<Project['resolve']>) => boolean, target: string | undefined): readonly Place[] {
  return project.pipes.flatMap((pipe) => pipe.nodes.flatMap((node) => {
    const text = fileText(pipe.path);
    const filled = target !== undefined && node.target === target && node.targetSpan ? [placeOf(text, node.targetSpan, pipe.path)] : [];
    const read = allSelects(outlineSql(node.sql).queries).flatMap((select) => select.tables.flatMap(({ name }) => {
      if (!name || findCte(select, name.text, name.span.start) || !isMeant(project.resolve(name.text, pipe, node))) return [];
      return [placeOf(text, placeInFile(node, name.span), pipe.path)];
    }));
    return [...filled, ...read];
  }));
}
