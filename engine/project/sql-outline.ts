/**
 * The shape of a query that is being written: its SELECTs inside each other, the tables and aliases of each, its WITH
 * queries, and which clause a place is in. Works on text that does not parse and sees all branches of a template at
 * once. A guess for the editor: what is right or wrong, the parser and the binder say.
 */
import type { Span } from '../errors.ts';
import { nameOf, piecesOf, type SqlPiece } from './sql-pieces.ts';

export interface OutlineName {
  readonly text: string;
  readonly span: Span;
}

export interface TableUse {
  /** Absent for a subquery, a table function and a tag. */
  readonly name?: OutlineName;
  readonly alias?: OutlineName;
  readonly query?: SelectOutline;
}

export interface AliasUse {
  readonly name: OutlineName;
  readonly expression: Span;
  /** One of the columns that the SELECT gives; else inside of an expression, in WITH or in ARRAY JOIN. */
  readonly isColumn: boolean;
}

export interface SelectItem {
  readonly span: Span;
  readonly alias?: OutlineName;
}

export type Clause = 'with' | 'select' | 'from' | 'where' | 'group by' | 'having' | 'order by' | 'limit' | 'settings' | 'window' | 'end';

/** One SELECT with its WITH; of a UNION, each part is one of its own. */
export interface SelectOutline {
  readonly parent?: SelectOutline;
  span: Span;
  /** From FROM to the clause behind it. */
  from?: Span;
  readonly tables: TableUse[];
  readonly aliases: AliasUse[];
  readonly ctes: { readonly name: OutlineName; readonly query: SelectOutline; readonly span: Span }[];
  readonly items: SelectItem[];
  readonly inner: SelectOutline[];
  /** In order. */
  readonly clauses: { readonly clause: Clause; readonly start: number }[];
}

export interface SqlOutline {
  readonly pieces: readonly SqlPiece[];
  /** The outermost SELECTs: one, or the parts of a UNION. */
  readonly queries: readonly SelectOutline[];
}

const CLAUSES: Readonly<Record<string, Clause>> = {
  SELECT: 'select', FROM: 'from', PREWHERE: 'where', WHERE: 'where', GROUP: 'group by', HAVING: 'having', QUALIFY: 'having', ORDER: 'order by', LIMIT: 'limit', OFFSET: 'limit', SETTINGS: 'settings', FORMAT: 'end', WINDOW: 'window',
};
const RESERVED = new Set([
  'SELECT', 'FROM', 'FINAL', 'SAMPLE', 'ARRAY', 'LEFT', 'RIGHT', 'INNER', 'FULL', 'CROSS', 'JOIN', 'GLOBAL', 'ANY', 'ALL', 'ASOF', 'SEMI', 'ANTI', 'PASTE', 'ON', 'USING', 'PREWHERE', 'WHERE', 'GROUP', 'WITH', 'HAVING', 'WINDOW',
  'QUALIFY', 'ORDER', 'LIMIT', 'OFFSET', 'SETTINGS', 'FORMAT', 'UNION', 'EXCEPT', 'INTERSECT', 'IS', 'AS', 'AND', 'OR', 'XOR', 'NOT', 'IN', 'LIKE', 'ILIKE', 'BETWEEN', 'ASC', 'DESC', 'NULLS', 'THEN', 'ELSE', 'END', 'WHEN', 'CASE',
  'INTERPOLATE', 'APPLY', 'REPLACE', 'OVER', 'FILTER', 'BY', 'DISTINCT', 'INTERVAL', 'DIV', 'MOD', 'OUTER',
]);

/** `EXTRACT(DAY FROM d)`. */
const TAKES_FROM = new Set(['EXTRACT', 'TRIM', 'LTRIM', 'RTRIM', 'SUBSTRING', 'SUBSTR', 'OVERLAY', 'POSITION']);

export function isReservedWord(piece: SqlPiece): boolean {
  return piece.kind === 'word' && RESERVED.has(piece.upper);
}

export function outlineSql(sql: string): SqlOutline {
  const pieces = piecesOf(sql);
  const reader = new Reader(pieces, sql.length);
  return { pieces, queries: reader.queries(undefined) };
}

/** The innermost SELECT around the place. */
export function selectAt(queries: readonly SelectOutline[], offset: number): SelectOutline | undefined {
  const found = queries.find(({ span }) => span.start <= offset && offset <= span.end) ?? queries.findLast(({ span }) => span.start <= offset);
  if (!found) return undefined;
  const inner = found.inner.find(({ span }) => span.start <= offset && offset <= span.end);
  return inner ? (selectAt([inner], offset) ?? found) : found;
}

export function clauseAt(select: SelectOutline, offset: number): Clause | undefined {
  return select.clauses.findLast(({ start }) => start < offset)?.clause;
}

/** Every SELECT, outer ones first. */
export function allSelects(queries: readonly SelectOutline[]): readonly SelectOutline[] {
  return queries.flatMap((query) => [query, ...allSelects(query.inner)]);
}

/** The WITH query that a table's name means here: the SELECT's own and those around it. */
export function findCte(select: SelectOutline, name: string, at: number): SelectOutline['ctes'][number] | undefined {
  for (let around: SelectOutline | undefined = select; around; around = around.parent) {
    const found = around.ctes.find((cte) => cte.name.text === name && !(cte.query.span.start <= at && at <= cte.query.span.end));
    if (found) return found;
  }
  return undefined;
}

interface Bracket {
  /** `(` behind CAST, where AS is no alias. */
  readonly isCast: boolean;
  /** `(` behind EXTRACT and the like, where FROM opens no clause. */
  readonly takesFrom: boolean;
  /** Where the expression that an alias names began. */
  expressionStart: number;
}

class Reader {
  readonly #pieces: readonly SqlPiece[];
  readonly #end: number;
  #at = 0;
  #depth = 0;
  /** A statement tag stands before the piece: what it follows may belong to another branch. */
  readonly #afterTag: ReadonlySet<SqlPiece>;

  constructor(pieces: readonly SqlPiece[], end: number) {
    const kept = pieces.filter(({ kind }) => kind !== 'comment' && kind !== 'tag');
    this.#pieces = kept;
    this.#end = end;
    this.#afterTag = new Set(pieces.filter((_piece, index) => pieces[index - 1]?.kind === 'tag'));
  }

  /** The parts of one query up to the bracket that closes it, or the end. */
  queries(parent: SelectOutline | undefined): SelectOutline[] {
    const parts: SelectOutline[] = [];
    this.#depth += 1;
    while (this.#at < this.#pieces.length) {
      const piece = this.#piece();
      if (piece?.text === ')') break;
      if (piece?.text === '(') {
        // A part of a UNION in brackets.
        this.#at += 1;
        if (this.#depth < 60) parts.push(...this.queries(parent));
        this.#take(')');
      } else if (this.#isWord('SELECT', 'WITH', 'FROM')) {
        const part = this.#select(parent, parts[0]);
        parts.push(part);
      } else this.#at += 1;
    }
    this.#depth -= 1;
    return parts;
  }

  #select(parent: SelectOutline | undefined, first: SelectOutline | undefined): SelectOutline {
    const start = this.#piece()?.start ?? this.#end;
    // A later part of a UNION sees the WITH of the first.
    const select: SelectOutline = { ...(parent && { parent }), span: { start, end: this.#end }, tables: [], aliases: [], ctes: first ? [...first.ctes] : [], items: [], inner: [], clauses: [] };
    const brackets: Bracket[] = [{ isCast: false, takesFrom: true, expressionStart: start }];
    let clause: Clause | undefined;
    let itemAlias: OutlineName | undefined;
    let wantsTable = false;
    let isArrayJoin = false;
    const top = (): Bracket => brackets.at(-1) ?? { isCast: false, takesFrom: true, expressionStart: start };
    const endItem = (end: number): void => {
      if (clause === 'select' && end > top().expressionStart) select.items.push({ span: { start: top().expressionStart, end }, ...(itemAlias && { alias: itemAlias }) });
      itemAlias = undefined;
    };
    const enter = (next: Clause, at: number, from: number): void => {
      endItem(at);
      if (clause === 'from' && select.from) select.from = { start: select.from.start, end: at };
      if (next === 'from') select.from = { start: at, end: this.#end };
      clause = next;
      select.clauses.push({ clause: next, start: at });
      wantsTable = next === 'from';
      isArrayJoin = false;
      top().expressionStart = from;
    };
    for (; this.#at < this.#pieces.length; this.#at += 1) {
      const piece = this.#piece();
      if (!piece) break;
      // A bracket left open while it is being typed must not swallow the clauses behind it.
      if (piece.upper === 'FROM' && piece.kind === 'word' && brackets.length > 1 && !top().takesFrom) brackets.splice(1);
      const isTop = brackets.length === 1;
      const next = this.#piece(1);
      if (piece.text === ')' && isTop) break;
      if (piece.text === '(' || piece.text === '[' || piece.text === '{') {
        if (piece.text === '(' && this.#opensQuery()) {
          this.#at += 1;
          const queries = this.#depth < 60 ? this.queries(select) : [];
          select.inner.push(...queries);
          const close = this.#piece();
          for (const query of queries) query.span = { start: query.span.start, end: Math.min(query.span.end, close?.start ?? this.#end) };
          if (wantsTable && isTop) this.#table(select, queries[0]);
          wantsTable = wantsTable && !isTop;
          continue;
        }
        const word = this.#piece(-1)?.upper ?? '';
        brackets.push({ isCast: word === 'CAST', takesFrom: TAKES_FROM.has(word) || piece.text !== '(', expressionStart: piece.end });
        continue;
      }
      if ((piece.text === ')' || piece.text === ']' || piece.text === '}') && brackets.length > 1) {
        brackets.pop();
        continue;
      }
      if (piece.text === ',') {
        if (isTop) endItem(piece.start);
        top().expressionStart = piece.end;
        if (isTop && clause === 'from' && !isArrayJoin) wantsTable = true;
        continue;
      }
      const before = this.#piece(-1);
      const isName = (before?.text === '.' && before.end === piece.start) || (next?.text === '.' && next.start === piece.end) || before?.upper === 'AS';
      if (isTop && piece.kind === 'word' && !isName) {
        if (piece.upper === 'WITH' && clause === undefined) {
          enter('with', piece.start, piece.end);
          continue;
        }
        if (piece.upper === 'SELECT' && clause !== undefined && clause !== 'with' && clause !== 'from') break;
        const opened = CLAUSES[piece.upper];
        if (opened !== undefined && !(opened === 'end' && next?.text === '(') && !(piece.upper === 'WINDOW' && next?.kind !== 'word')) {
          enter(opened, piece.start, piece.end);
          if (piece.upper === 'SELECT' && next?.upper === 'DISTINCT') {
            this.#at += 1;
            top().expressionStart = next.end;
          }
          if ((piece.upper === 'GROUP' || piece.upper === 'ORDER') && next?.upper === 'BY') {
            this.#at += 1;
            top().expressionStart = next.end;
          }
          continue;
        }
        if (piece.upper === 'UNION' || piece.upper === 'INTERSECT' || (piece.upper === 'EXCEPT' && this.#beginsPart())) break;
        if (piece.upper === 'JOIN' && (clause === 'from' || clause === undefined)) {
          isArrayJoin = this.#piece(-1)?.upper === 'ARRAY';
          wantsTable = !isArrayJoin;
          top().expressionStart = piece.end;
          continue;
        }
        if (clause === 'from' && (piece.upper === 'ON' || piece.upper === 'USING')) {
          wantsTable = false;
          top().expressionStart = piece.end;
          continue;
        }
      }
      if (wantsTable && isTop && (piece.kind === 'word' || piece.kind === 'quoted' || piece.kind === 'output') && !isReservedWord(piece)) {
        this.#table(select, undefined);
        wantsTable = false;
        continue;
      }
      if (isTop && clause === 'with' && (piece.kind === 'word' || piece.kind === 'quoted') && this.#cte(select)) {
        top().expressionStart = this.#piece()?.end ?? this.#end;
        continue;
      }
      const alias = this.#alias(top(), clause, isTop);
      if (alias) {
        const isColumn = isTop && clause === 'select';
        select.aliases.push({ name: alias.name, expression: { start: top().expressionStart, end: alias.before }, isColumn });
        if (isColumn) itemAlias = alias.name;
      }
    }
    const end = this.#piece()?.start ?? this.#end;
    endItem(this.#piece(-1)?.end ?? end);
    if (clause === 'from' && select.from) select.from = { start: select.from.start, end };
    select.span = { start, end };
    return select;
  }

  /** A table at the cursor, which is left on its last piece. `query` is the subquery just read: the cursor is on its `)`. */
  #table(select: SelectOutline, query: SelectOutline | undefined): void {
    const first = this.#piece();
    if (!first) return;
    let name: OutlineName | undefined;
    if (!query && first.kind !== 'output') {
      let text = nameOf(first);
      let end = first.end;
      while (this.#piece(1)?.text === '.' && isNamePiece(this.#piece(2))) {
        const part = this.#piece(2);
        this.#at += 2;
        text = `${text}.${part ? nameOf(part) : ''}`;
        end = part?.end ?? end;
      }
      if (this.#piece(1)?.text === '(') this.#skipBrackets();
      else name = { text, span: { start: first.start, end } };
    }
    if (this.#piece(1)?.upper === 'FINAL') this.#at += 1;
    let alias: OutlineName | undefined;
    const next = this.#piece(1);
    const isWritten = next?.upper === 'AS' && next.kind === 'word';
    const aliasPiece = isWritten ? this.#piece(2) : next;
    if (aliasPiece && isNamePiece(aliasPiece) && !isReservedWord(aliasPiece) && !this.#afterTag.has(aliasPiece)) {
      this.#at += isWritten ? 2 : 1;
      alias = { text: nameOf(aliasPiece), span: { start: aliasPiece.start, end: aliasPiece.end } };
    }
    if (this.#piece(1)?.upper === 'FINAL') this.#at += 1;
    select.tables.push({ ...(name && { name }), ...(alias && { alias }), ...(query && { query }) });
  }

  #skipBrackets(): void {
    let depth = 0;
    while (this.#at + 1 < this.#pieces.length) {
      this.#at += 1;
      const text = this.#piece()?.text;
      if (text === '(') depth += 1;
      if (text === ')') depth -= 1;
      if (depth === 0) return;
    }
  }

  /** `name AS (SELECT …)`; leaves the cursor on the closing bracket. */
  #cte(select: SelectOutline): boolean {
    const piece = this.#piece();
    if (!piece || this.#piece(1)?.upper !== 'AS' || this.#piece(2)?.text !== '(') return false;
    const word = this.#piece(3)?.upper;
    if (word !== 'SELECT' && word !== 'WITH' && word !== 'FROM' && word !== '(') return false;
    this.#at += 3;
    const queries = this.#depth < 60 ? this.queries(select) : [];
    select.inner.push(...queries);
    const close = this.#piece();
    for (const query of queries) query.span = { start: query.span.start, end: Math.min(query.span.end, close?.start ?? this.#end) };
    const [query] = queries;
    if (query) select.ctes.push({ name: { text: nameOf(piece), span: { start: piece.start, end: piece.end } }, query, span: { start: piece.start, end: close?.end ?? this.#end } });
    return true;
  }

  /** An alias at the cursor: behind AS, or a bare name that ends a column of SELECT. */
  #alias(bracket: Bracket, clause: Clause | undefined, isTop: boolean): { readonly name: OutlineName; readonly before: number } | undefined {
    const piece = this.#piece();
    const before = this.#piece(-1);
    if (!piece || !before || !isNamePiece(piece) || this.#piece(-2)?.text === '.') return undefined;
    const name = { text: nameOf(piece), span: { start: piece.start, end: piece.end } };
    if (before.kind === 'word' && before.upper === 'AS') {
      if (bracket.isCast || (clause === 'from' && isTop && this.#piece(1)?.text === '(')) return undefined;
      return { name, before: this.#piece(-2)?.end ?? before.start };
    }
    if (!isTop || clause !== 'select' || this.#afterTag.has(piece) || isReservedWord(piece) || before.end > piece.start) return undefined;
    const next = this.#piece(1);
    const endsItem = next === undefined || next.text === ',' || next.text === ')' || (next.kind === 'word' && CLAUSES[next.upper] !== undefined);
    const isValue = before.text === ')' || before.text === ']' || before.kind === 'number' || before.kind === 'string' || before.kind === 'output' || before.upper === 'END' || (isNamePiece(before) && !isReservedWord(before));
    return endsItem && isValue && before.start >= bracket.expressionStart ? { name, before: before.end } : undefined;
  }

  #opensQuery(): boolean {
    let ahead = 1;
    while (this.#piece(ahead)?.text === '(') ahead += 1;
    const word = this.#piece(ahead);
    const before = this.#piece(-1);
    const isCall = before !== undefined && isNamePiece(before) && !isReservedWord(before);
    return word?.kind === 'word' && (word.upper === 'SELECT' || word.upper === 'WITH' || (word.upper === 'FROM' && ahead === 1 && !isCall));
  }

  #beginsPart(): boolean {
    const next = this.#piece(1);
    return next?.upper === 'SELECT' || next?.upper === 'ALL' || next?.upper === 'DISTINCT' || (next?.text === '(' && this.#piece(2)?.upper === 'SELECT');
  }

  #piece(ahead = 0): SqlPiece | undefined {
    return this.#pieces[this.#at + ahead];
  }

  #isWord(...words: readonly string[]): boolean {
    const piece = this.#piece();
    return piece?.kind === 'word' && words.includes(piece.upper);
  }

  #take(text: string): void {
    if (this.#piece()?.text === text) this.#at += 1;
  }
}

function isNamePiece(piece: SqlPiece | undefined): boolean {
  return piece?.kind === 'word' || piece?.kind === 'quoted';
}
