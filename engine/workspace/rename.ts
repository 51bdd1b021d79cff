/**
 * Renaming inside of one file: a node, a column alias, a WITH query, the alias of a table, a parameter or a variable of
 * the template. The places are found by the outline; then the file is translated as it was and as it would be, and the
 * rename is refused where the answers of its nodes would change in anything but the name.
 */
import { placeOf, SandpiperError, type Place, type Span } from '../errors.ts';
import { isNodeName, type Pipe, type PipeNode } from '../project/pipe.ts';
import { allSelects, findCte, outlineSql, type SelectItem, type SelectOutline } from '../project/sql-outline.ts';
import { nameOf, piecesOf, type SqlPiece } from '../project/sql-pieces.ts';
import { symbolAt, type EditorPlace, type EditorSymbol } from './editor-symbol.ts';
import { variableSpans } from './template-names.ts';
import type { Understanding } from './sql-scope.ts';

export interface TextEdit {
  readonly place: Place;
  readonly text: string;
}

/** What a rename would touch, with spans in the file. */
interface Change {
  readonly span: Span;
  readonly text: string;
}

/** What each node is translated to, with several sets of parameters; empty for a node that has errors. */
export type Answers = ReadonlyMap<string, readonly { readonly sql: string; readonly columns: readonly string[] }[]>;

/** The project's view of the file with another text. */
export type WithText = (text: string) => { readonly world: Understanding; readonly answers: () => Answers };

/** The word that a rename would replace; throws SandpiperError 'bad-request' with the reason where nothing can be renamed. */
export function renamedWord(place: EditorPlace, world: Understanding): { readonly place: Place; readonly text: string } {
  const symbol = symbolAt(place, world);
  const refusal = symbol ? refusalOf(symbol, place) : 'There is nothing to rename here: put the cursor on a node, an alias or a parameter.';
  if (!symbol || refusal !== undefined) throw new SandpiperError('bad-request', refusal ?? 'There is nothing to rename here.');
  return { place: placeOf(place.text, symbol.span, place.path), text: symbol.name };
}

/** The edits of a rename; throws SandpiperError with one sentence where it would not be safe. */
export function rename(place: EditorPlace, to: string, withText: WithText): readonly TextEdit[] {
  const before = withText(place.text);
  const symbol = symbolAt(place, before.world);
  const refusal = symbol ? refusalOf(symbol, place) : 'There is nothing to rename here.';
  if (!symbol || refusal !== undefined) throw new SandpiperError('bad-request', refusal ?? 'There is nothing to rename here.');
  if (!isNodeName(to)) throw new SandpiperError('bad-request', `\`${to}\` is no name: use letters, digits and underscores, and begin with a letter.`);
  if (to === symbol.name) return [];
  const changes = [...new Map(changesOf(symbol, to, before.world, place).map((change) => [change.span.start, change])).values()].sort((a, b) => a.span.start - b.span.start);
  const text = changes.toReversed().reduce((whole, { span, text: put }) => whole.slice(0, span.start) + put + whole.slice(span.end), place.text);
  const answers = before.answers();
  const nodes = before.world.project.pipes.find(({ path }) => path === place.path)?.nodes ?? [];
  const broken = nodes.find((node) => changes.some(({ span }) => span.start >= node.sqlOffset && span.end <= node.sqlOffset + node.sql.length) && (answers.get(node.name) ?? []).length === 0);
  if (broken) throw taken(`The node ${broken.name} has an error, so nobody can tell whether the rename is safe: mend it first.`);
  compare(symbol, to, answers, withText(text).answers());
  return changes.map(({ span, text: put }) => ({ place: placeOf(place.text, span, place.path), text: put }));
}

function refusalOf(symbol: EditorSymbol, place: EditorPlace): string | undefined {
  switch (symbol.kind) {
    case 'data source':
      return `${symbol.name} is a data source: rename its file, and then the pipes that read it.`;
    case 'node':
      if (symbol.asPipe) return `${symbol.name} is a pipe: rename its file, and then the pipes that read it.`;
      return symbol.pipe.path === place.path ? undefined : `The node ${symbol.name} belongs to ${symbol.pipe.path}: rename it there.`;
    case 'column':
      return symbol.table.means?.kind === 'datasource' ? `${symbol.name} is a column of the ${symbol.table.what}: its name is in ${symbol.table.means.dataSource.path}. Give it an alias here instead.` : `${symbol.name} is a column of the ${symbol.table.what}: rename it where it is made.`;
    case 'connection':
      return `${symbol.name} is a connection: rename its file.`;
    case 'function':
    case 'template function':
      return `${symbol.name} is a function of the language.`;
    case 'keyword':
      return `${symbol.name} is a keyword.`;
    default:
      return undefined;
  }
}

function changesOf(symbol: EditorSymbol, to: string, world: Understanding, place: EditorPlace): readonly Change[] {
  switch (symbol.kind) {
    case 'node':
      return nodeChanges(symbol.pipe, symbol.node, to, world);
    case 'parameter':
      return variableChanges(symbol.pipe, symbol.name, to, world, place.text);
    case 'with query':
    case 'table alias':
      return tableNameChanges(symbol, to);
    case 'alias':
      return aliasChanges(symbol, to, world);
    default:
      return [];
  }
}

function nodeChanges(pipe: Pipe, node: PipeNode, to: string, { project }: Understanding): readonly Change[] {
  if (pipe.nodes.some(({ name }) => name === to)) throw taken(`There is a node ${to} in this pipe already.`);
  const other = project.findDataSource(to) ?? project.findPipe(to);
  if (other) throw taken(`${to} is the name of ${other.path}: a node of that name would hide it in this pipe.`);
  const reader = project.pipes.find((one) => one !== pipe && one.nodes.some(({ reads }) => reads.includes(`${pipe.name}.${node.name}`)));
  if (reader) throw taken(`${reader.path} reads ${pipe.name}.${node.name}: rename it there first, or both by hand.`);
  const inTag = pipe.nodes.find(({ sql }) => piecesOf(sql).some(({ kind, text }) => (kind === 'tag' || kind === 'output') && new RegExp(`['"]${node.name}['"]`).test(text)));
  if (inTag) throw taken(`A template tag of the node ${inTag.name} names ${node.name} in quotes, perhaps this node: rename it by hand.`);
  const uses = pipe.nodes.filter((one) => !one.sqlIncluded).flatMap((one) => {
    const { pieces, queries } = outlineSql(one.sql);
    return allSelects(queries).flatMap((select): readonly Change[] => {
      const meant = select.tables.filter(({ name }) => name?.text === node.name && one !== node && !findCte(select, node.name, name.span.start));
      const names = meant.flatMap(({ name }) => (name ? [inFile(one, name.span)] : []));
      // `node.column` where the table has no alias.
      const qualifiers = meant.some(({ alias }) => !alias) ? qualifierPieces(pieces, select, node.name).map((piece) => inFile(one, piece)) : [];
      const members = pieces.filter((piece, index) => piece.kind === 'word' && piece.text === node.name && pieces[index - 1]?.upper === 'IN' && within(select, piece)).map((piece) => inFile(one, piece));
      return [...names, ...qualifiers, ...members].map((span) => ({ span, text: to }));
    });
  });
  return [{ span: node.nameSpan, text: to }, ...uses];
}

function variableChanges(pipe: Pipe, name: string, to: string, { project }: Understanding, text: string): readonly Change[] {
  if (pipe.nodes.some(({ sqlIncluded }) => sqlIncluded)) throw taken('A part of this pipe comes from an included file: rename by hand.');
  if (pipe.nodes.some(({ sql }) => variableSpans(sql, to).length > 0)) throw taken(`There is a parameter ${to} in this pipe already.`);
  const isSet = pipe.nodes.some(({ sql }) => variableSpans(sql, name).some((use) => use.isSet));
  const sharing = project.pipes.find((one) => one !== pipe && (one.nodes.some(({ reads }) => reads.includes(pipe.name)) || pipe.nodes.some(({ reads }) => reads.includes(one.name))) && one.nodes.some(({ sql }) => variableSpans(sql, name).length > 0));
  if (sharing && !isSet) throw taken(`${sharing.path} has the parameter ${name} too, and one request gives both their values: rename by hand.`);
  const quoted = pipe.nodes.some(({ sql }) => piecesOf(sql).some(({ kind, text: piece }) => (kind === 'tag' || kind === 'output') && new RegExp(`['"]${name}['"]`).test(piece)));
  if (quoted) throw taken(`A template tag names ${name} in quotes: rename by hand.`);
  const changes = pipe.nodes.flatMap((node) => variableSpans(node.sql, name).map(({ span }) => ({ span: inFile(node, span), text: to })));
  return changes.filter(({ span }) => text.slice(span.start, span.end) === name);
}

function tableNameChanges(symbol: Extract<EditorSymbol, { kind: 'with query' | 'table alias' }>, to: string): readonly Change[] {
  const { place, select, name } = symbol;
  const { node, outline } = place;
  const inside = allSelects([select]);
  if (inside.some((one) => one.tables.some((use) => (use.alias ?? use.name)?.text === to) || one.ctes.some((cte) => cte.name.text === to))) throw taken(`There is a table ${to} in this query already.`);
  const selects = symbol.kind === 'table alias' ? [select] : inside;
  const uses = selects.flatMap((one) => {
    const named = symbol.kind === 'with query' ? one.tables.flatMap((use) => (use.name?.text === name && findCte(one, name, use.name.span.start)?.query === symbol.query ? [use] : [])) : [];
    const qualifiers = symbol.kind === 'table alias' || named.some(({ alias }) => !alias) ? qualifierPieces(outline.pieces, one, name) : [];
    return [...named.flatMap(({ name: used }) => (used ? [used.span] : [])), ...qualifiers];
  });
  return [symbol.at, ...uses].map((span) => ({ span: inFile(node, span), text: to }));
}

/** The alias in its SELECT, and where the queries around and the later nodes of the file read it as a column. */
function aliasChanges(symbol: Extract<EditorSymbol, { kind: 'alias' }>, to: string, world: Understanding): readonly Change[] {
  const { place, select, scope, name, alias } = symbol;
  const { pipe, node, outline } = place;
  if (select.aliases.some((one) => one.name.text === to)) throw taken(`There is an alias ${to} in this query already.`);
  if (select.aliases.filter((one) => one.name.text === name).length > 1) throw taken(`${name} is given as an alias more than once in this query: rename by hand.`);
  const tables = scope.tablesOf(select);
  if (tables.some(({ columns }) => columns.some((column) => column.name === to))) throw taken(`${to} is a column of ${tables.find(({ columns }) => columns.some((column) => column.name === to))?.what ?? 'a table'}: the alias would hide it.`);
  const isColumn = tables.some(({ columns }) => columns.some((column) => column.name === name));
  const own = barePieces(outline.pieces, select, name).filter((piece) => !(isColumn && alias.expression.start <= piece.start && piece.end <= alias.expression.end));
  const changes: Change[] = own.map((piece) => ({ span: inFile(node, piece), text: to }));
  changes.push({ span: inFile(node, alias.name.span), text: to });
  if (!alias.isColumn) return changes;
  for (const reader of readersOf(select, outline.queries)) changes.push(...columnChanges(reader.select, reader.labels, name, to, node, outline.pieces));
  if (outline.queries[0] !== select) return changes;
  if (node.type === 'materialized' || node.type === 'copy') throw taken(`${name} fills the column of that name in ${node.target ?? 'its target'}: rename the column there too, by hand.`);
  const outside = world.project.pipes.find((one) => one !== pipe && one.nodes.some(({ reads, sql }) => (reads.includes(pipe.name) || reads.includes(`${pipe.name}.${node.name}`)) && piecesOf(sql).some((piece) => piece.text === '*' || nameOf(piece) === name)));
  if (outside && pipe.outputNode === node.name) throw taken(`${outside.path} reads the column ${name} of this pipe: rename it there first, or both by hand.`);
  for (const later of pipe.nodes) {
    if (later === node || later.sqlIncluded || !later.reads.includes(node.name)) continue;
    const sql = outlineSql(later.sql);
    for (const one of allSelects(sql.queries)) {
      const labels = one.tables.flatMap((use) => (use.name?.text === node.name && !findCte(one, node.name, use.name.span.start) ? [use.alias?.text ?? node.name] : []));
      if (labels.length > 0) changes.push(...columnChanges(one, labels, name, to, later, sql.pieces));
    }
  }
  return changes;
}

/** The SELECTs that read this one, as a subquery or by its name in WITH, and what they call it. */
function readersOf(select: SelectOutline, queries: readonly SelectOutline[]): readonly { readonly select: SelectOutline; readonly labels: readonly string[] }[] {
  return allSelects(queries).flatMap((one) => {
    const labels = one.tables.flatMap((use) => {
      if (use.query === select) return [use.alias?.text ?? ''];
      return use.name && findCte(one, use.name.text, use.name.span.start)?.query === select ? [use.alias?.text ?? use.name.text] : [];
    });
    return labels.length === 0 ? [] : [{ select: one, labels }];
  });
}

/** Uses of a column in a SELECT that reads it. Selected without an alias it keeps its old name towards the outside. */
function columnChanges(select: SelectOutline, labels: readonly string[], name: string, to: string, node: PipeNode, pieces: readonly SqlPiece[]): readonly Change[] {
  if (select.aliases.some((one) => one.name.text === name)) throw taken(`${name} is also an alias in a query that reads it: rename by hand.`);
  const qualified = pieces.filter((piece, index) => isNamed(piece, name) && within(select, piece) && pieces[index - 1]?.text === '.' && labels.includes(nameOf(pieces[index - 2] ?? piece)));
  const isAlone = (item: SelectItem, piece: SqlPiece): boolean => !item.alias && item.span.start <= piece.start && piece.end <= item.span.end && /^(?:[\w`]+\s*\.\s*)?[\w`]+$/.test(node.sql.slice(item.span.start, item.span.end).trim());
  return [...barePieces(pieces, select, name), ...qualified].map((piece) => ({ span: inFile(node, piece), text: select.items.some((item) => isAlone(item, piece)) ? `${to} AS ${name}` : to }));
}

/** Words of a SELECT itself, not of those inside, that may mean a column or alias of this name. */
function barePieces(pieces: readonly SqlPiece[], select: SelectOutline, name: string): readonly SqlPiece[] {
  return pieces.filter((piece, index) => isNamed(piece, name) && within(select, piece) && pieces[index - 1]?.text !== '.' && !(pieces[index + 1]?.text === '(' && piece.kind === 'word') && pieces[index + 1]?.text !== '.' && !isTableName(select, piece));
}

function qualifierPieces(pieces: readonly SqlPiece[], select: SelectOutline, name: string): readonly SqlPiece[] {
  return pieces.filter((piece, index) => isNamed(piece, name) && within(select, piece) && pieces[index + 1]?.text === '.' && pieces[index - 1]?.text !== '.');
}

function isNamed(piece: SqlPiece, name: string): boolean {
  return (piece.kind === 'word' || piece.kind === 'quoted') && nameOf(piece) === name;
}

function within(select: SelectOutline, piece: Span): boolean {
  const holds = ({ span }: SelectOutline): boolean => span.start <= piece.start && piece.end <= span.end;
  return holds(select) && !select.inner.some(holds);
}

function isTableName(select: SelectOutline, piece: Span): boolean {
  return select.tables.some(({ name, alias }) => [name, alias].some((one) => one !== undefined && one.span.start <= piece.start && piece.end <= one.span.end));
}

function inFile(node: PipeNode, span: Span): Span {
  return { start: node.sqlOffset + span.start, end: node.sqlOffset + span.end };
}

/** Nothing but the name may be another. */
function compare(symbol: EditorSymbol, to: string, before: Answers, after: Answers): void {
  const word = new RegExp(`(?<![A-Za-z0-9])${to}(?![A-Za-z0-9])`, 'g');
  const neutral = (text: string): string => text.replace(word, symbol.name);
  for (const [node, olds] of before) {
    const nows = after.get(symbol.kind === 'node' && node === symbol.name ? to : node) ?? [];
    if (nows.length < olds.length) throw taken(`The node ${node} would not run with the name ${to}: rename by hand.`);
    for (const [index, old] of olds.entries()) {
      const now = nows[index];
      const isOwn = symbol.kind === 'alias' && node === symbol.place.node.name;
      const isSameColumn = (column: string, at: number): boolean => column === old.columns[at] || (isOwn && column === to && old.columns[at] === symbol.name) || (isOwn && neutral(column) === neutral(old.columns[at] ?? ''));
      if (now && symbol.kind === 'alias' && !isOwn && now.columns.some((column, at) => column !== old.columns[at])) throw taken(`The node ${node} passes ${symbol.name} on as a column of its own, perhaps by *: give it an alias there first.`);
      if (!now || now.columns.length !== old.columns.length || neutral(shapeOf(now.sql)) !== neutral(shapeOf(old.sql)) || !now.columns.every(isSameColumn)) throw taken(`Renaming ${symbol.name} to ${to} would change the answer of the node ${node}: rename by hand.`);
    }
  }
}

/** The SQL without the numbers of generated names and without the present moment, which are others at each translation. */
function shapeOf(sql: string): string {
  return sql.replace(/_(\d+)"/g, '_"').replace(/'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?'|\b\d{15,}\b/g, "'time'");
}

function taken(message: string): SandpiperError {
  return new SandpiperError('conflict', message);
}
