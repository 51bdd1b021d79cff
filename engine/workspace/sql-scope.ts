/**
 * What the names in a query mean while it is being written: the tables of a SELECT with their columns and types, and
 * where each comes from. Types are found by translating the parts around the place (the table, the subquery, the WITH
 * query) on their own, so a mistake elsewhere in the query hides nothing.
 */
import type { Span } from '../errors.ts';
import type { Pipe, PipeNode } from '../project/pipe.ts';
import type { Project, Resource } from '../project/project.ts';
import { findCte, type SelectOutline, type SqlOutline, type TableUse } from '../project/sql-outline.ts';
import { piecesOf, nameOf } from '../project/sql-pieces.ts';

export interface KnownColumn {
  readonly name: string;
  /** '' where the part cannot be understood yet. */
  readonly type: string;
}

/** One table of FROM as the query sees it. */
export interface KnownTable {
  /** What columns are qualified with: the alias, else the name; '' for a subquery without one. */
  readonly label: string;
  /** In words: `data source visits`. */
  readonly what: string;
  readonly columns: readonly KnownColumn[];
  readonly use: TableUse;
  readonly means: Resource | { readonly kind: 'query'; readonly query: SelectOutline; readonly name?: Span } | undefined;
}

/** How the types of a text are found: the columns that this query gives in the place of the node's own SQL. */
export interface Understanding {
  readonly project: Project;
  readonly columnsOfNode: (pipe: Pipe, node: PipeNode) => readonly KnownColumn[] | undefined;
  readonly columnsOfText: (pipe: Pipe, node: PipeNode, sql: string) => readonly KnownColumn[] | undefined;
}

/** The SQL of one node with its outline. */
export interface SqlPlace {
  readonly pipe: Pipe;
  readonly node: PipeNode;
  readonly sql: string;
  /** Where `sql` begins in the file. */
  readonly offset: number;
  readonly outline: SqlOutline;
}

export class SqlScope {
  readonly #place: SqlPlace;
  readonly #understanding: Understanding;
  readonly #columns = new Map<SelectOutline, readonly KnownColumn[]>();

  constructor(place: SqlPlace, understanding: Understanding) {
    this.#place = place;
    this.#understanding = understanding;
  }

  tablesOf(select: SelectOutline): readonly KnownTable[] {
    return select.tables.map((use) => this.#table(select, use));
  }

  /** What a name means that stands where a table may, as behind IN; undefined when it is no table. */
  tableNamed(select: SelectOutline, name: string, span: Span): KnownTable | undefined {
    const table = this.#table(select, { name: { text: name, span } });
    return table.means ? table : undefined;
  }

  /** The columns that a SELECT gives; from its outline where it cannot be translated. */
  columnsOf(select: SelectOutline): readonly KnownColumn[] {
    const known = this.#columns.get(select);
    if (known) return known;
    this.#columns.set(select, []);
    const { pipe, node, sql } = this.#place;
    const found = this.#understanding.columnsOfText(pipe, node, `${this.#before(select)}SELECT * FROM (${sql.slice(select.span.start, select.span.end)})`) ?? this.#guessed(select);
    this.#columns.set(select, found);
    return found;
  }

  /** The type of an expression in a SELECT, as if it were selected alone; '' when unknown. */
  typeOf(select: SelectOutline, expression: string): string {
    const { pipe, node, sql } = this.#place;
    const from = select.from ? sql.slice(select.from.start, select.from.end) : '';
    const others = select.aliases.filter(({ name }) => new RegExp(`\\b${name.text}\\b`).test(expression)).map((alias) => `(${sql.slice(alias.expression.start, alias.expression.end)}) AS \`${alias.name.text}\``);
    return this.#understanding.columnsOfText(pipe, node, `${this.#before(select, true)}SELECT (${expression}) AS \`the type of this\`${others.map((one) => `, ${one}`).join('')} ${from}`)?.[0]?.type ?? '';
  }

  /** WITH queries and WITH expressions that are seen here, and what the template sets, as text in front of a query. */
  #before(select: SelectOutline, withOwn = false): string {
    const { sql, outline } = this.#place;
    const sets = outline.pieces.filter(({ kind, text, start }) => kind === 'tag' && /^\{%\s*set\b/.test(text) && start < select.span.start).map(({ text }) => text).join('');
    const items: string[] = [];
    for (let around = withOwn ? select : select.parent; around; around = around.parent) {
      const before = select.span.start;
      const own = around.ctes.filter((cte) => around === select || cte.span.end < before).map((cte) => `\`${cte.name.text}\` AS (${sql.slice(cte.query.span.start, cte.span.end - 1)})`);
      const withEnd = around.clauses.find(({ clause }) => clause === 'select')?.start ?? around.span.end;
      const values = around.aliases.filter(({ name }) => name.span.end <= withEnd && name.span.end < before && around.clauses[0]?.clause === 'with').map(({ name, expression }) => `${sql.slice(expression.start, expression.end)} AS \`${name.text}\``);
      items.unshift(...own, ...values);
    }
    return `${sets}${items.length === 0 ? '' : `WITH ${items.join(', ')} `}`;
  }

  #table(select: SelectOutline, use: TableUse): KnownTable {
    const label = use.alias?.text ?? use.name?.text ?? '';
    if (use.query) return { label, what: label === '' ? 'the subquery' : `the subquery ${label}`, columns: this.columnsOf(use.query), use, means: { kind: 'query', query: use.query } };
    if (!use.name) return { label, what: 'a table', columns: [], use, means: undefined };
    const name = use.name.text;
    const cte = findCte(select, name, use.name.span.start);
    if (cte) return { label, what: `the WITH query ${name}`, columns: this.columnsOf(cte.query), use, means: { kind: 'query', query: cte.query, name: cte.name.span } };
    const { pipe, node } = this.#place;
    const means = this.#understanding.project.resolve(name, pipe, node);
    if (!means) return { label, what: name, columns: [], use, means };
    if (means.kind === 'datasource') return { label, what: `data source ${means.dataSource.name}`, columns: means.dataSource.columns.map((column) => ({ name: column.name, type: column.typeText })), use, means };
    const what = means.pipe === pipe ? `node ${means.node.name}` : `pipe ${name}`;
    return { label, what, columns: this.#understanding.columnsOfNode(means.pipe, means.node) ?? namesIn(means.node.sql), use, means };
  }

  /** Names as they stand in the list of SELECT. */
  #guessed(select: SelectOutline): readonly KnownColumn[] {
    const { sql } = this.#place;
    return select.items.flatMap(({ span, alias }): readonly KnownColumn[] => {
      if (alias) return [{ name: alias.text, type: '' }];
      const pieces = piecesOf(sql.slice(span.start, span.end));
      const last = pieces.at(-1);
      if (last?.text === '*') return this.tablesOf(select).filter(({ label }) => pieces.length === 1 || label === pieces[0]?.text).flatMap(({ columns }) => columns);
      const isName = (last?.kind === 'word' || last?.kind === 'quoted') && pieces.every((piece, index) => (index % 2 === 0 ? piece.kind === 'word' || piece.kind === 'quoted' : piece.text === '.'));
      return last && isName ? [{ name: nameOf(last), type: '' }] : [];
    });
  }
}

/** The names behind AS in a node that cannot be translated now. */
function namesIn(sql: string): readonly KnownColumn[] {
  const pieces = piecesOf(sql);
  return pieces.flatMap((piece, index) => (pieces[index - 1]?.upper === 'AS' && (piece.kind === 'word' || piece.kind === 'quoted') && pieces[index + 1]?.text !== '(' ? [{ name: nameOf(piece), type: '' }] : []));
}
