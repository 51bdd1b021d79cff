/**
 * The columns that a query sees after FROM, and how a written name finds one: `a`, `t.a`, `db.t.a`, a column whose own
 * name has points (`nested.a`), or a part of a tuple or map behind a column. Names are case-sensitive. Also knows by
 * which name ClickHouse shows a column: without its table, unless another table has the name too.
 */
import { SandpiperError } from '../errors.ts';
import type { Identifier, Name } from './ast.ts';
import type { DuckSql } from './duck.ts';
import type { ClickHouseType } from './types.ts';

export interface ScopeColumn {
  readonly name: string;
  readonly type: ClickHouseType;
  readonly sql: DuckSql;
  /** The alias or name of its table, and `database.table`. One array for all columns of a table: it tells tables apart. */
  readonly qualifiers: readonly string[];
  /** The table's own names beside its alias: they mean it as long as no table of the query goes by them. */
  readonly tableNames?: readonly string[];
  /** Not part of `*`, and found by its bare name only when no other column has it: the sides' copies of a USING column. */
  readonly hidden?: boolean;
  /** Not part of `*`, and found by its bare name before all others: the elements of ARRAY JOIN under an alias. */
  readonly unlisted?: boolean;
}

/** What a scope of several tables knows of its joins. */
export interface JoinedTables {
  readonly joins: number;
  /** The qualifiers of the leftmost table: with one join its columns win and are shown without it. */
  readonly left: readonly string[];
  /** RIGHT JOIN … USING: the bare name of a key means the right table's. */
  readonly rightKeys?: readonly string[];
}

export class Scope {
  readonly columns: readonly ScopeColumn[];
  readonly joined: JoinedTables | undefined;
  /** Counts look-ups, so that a caller can tell whether an expression reads a column. */
  reads = 0;
  readonly #pinned = new WeakMap<Identifier, ScopeColumn>();
  #byName: ReadonlyMap<string, readonly ScopeColumn[]> | undefined;
  #taken: ReadonlySet<string> | undefined;

  constructor(columns: readonly ScopeColumn[], joined?: JoinedTables) {
    this.columns = columns;
    this.joined = joined;
  }

  /** An identifier that means this very column, whatever its name may mean elsewhere: what `*` stands for. */
  pin(column: ScopeColumn, span: Identifier['span']): Identifier {
    const name = (text: string): Name => ({ text, quoted: true, span });
    const qualifier = column.qualifiers.at(-1);
    const identifier: Identifier = { kind: 'identifier', parts: qualifier === undefined ? [name(column.name)] : [name(qualifier), name(column.name)], isColumn: true, span };
    this.#pinned.set(identifier, column);
    return identifier;
  }

  isPinned(identifier: Identifier): boolean {
    return this.#pinned.has(identifier);
  }

  /** The column that the name begins with, and the parts behind it; the longest match wins. */
  find(identifier: Identifier): { readonly column: ScopeColumn; readonly rest: readonly Name[] } | undefined {
    const pinned = this.#pinned.get(identifier);
    if (pinned) {
      this.reads += 1;
      return { column: pinned, rest: [] };
    }
    const parts = identifier.parts;
    for (let taken = parts.length; taken >= 1; taken -= 1) {
      const column = this.#named(parts.slice(0, taken).map((part) => part.text), identifier);
      if (column) {
        this.reads += 1;
        return { column, rest: parts.slice(taken) };
      }
    }
    return undefined;
  }

  #named(parts: readonly string[], at: Identifier): ScopeColumn | undefined {
    const found = this.#index().get(parts.join('.'));
    if (!found) return undefined;
    const shown = found.filter((column) => !column.hidden || parts.length > 1);
    const [first] = shown;
    const second = shown.find((column) => column.qualifiers !== first?.qualifiers);
    if (first && !first.unlisted && second && (this.joined?.joins ?? 0) > 1 && parts.length === 1) {
      const tables = [first, second].map((column) => `${column.qualifiers.at(-1) ?? ''}.${column.name}`);
      throw new SandpiperError('unknown-name', `The name ${first.name} could mean ${tables.join(' or ')}: write which.`, { span: at.span });
    }
    return first ?? found[0];
  }

  #index(): ReadonlyMap<string, readonly ScopeColumn[]> {
    if (this.#byName) return this.#byName;
    const index = new Map<string, ScopeColumn[]>();
    for (const column of this.columns) {
      const qualifiers = [...column.qualifiers, ...this.#ownNames(column)];
      for (const name of [column.name, ...qualifiers.map((qualifier) => `${qualifier}.${column.name}`)]) {
        const list = index.get(name);
        if (list) list.push(column);
        else index.set(name, [column]);
      }
    }
    this.#byName = index;
    return index;
  }

  /**
   * The name under which ClickHouse shows the column: as written, less the table where the rest is clear enough.
   * `isAlias` tells whether the query gives this name to something else.
   */
  shownName(column: ScopeColumn, written: readonly string[], isAlias: (name: string) => boolean): string {
    const own = written.at(-1) === column.name ? 1 : column.name.split('.').length;
    let parts = written;
    while (parts.length > own) {
      const rest = parts.slice(1);
      if (isAlias(rest[0] ?? '')) break;
      const isOtherKey = column.qualifiers === this.joined?.left && this.joined.rightKeys?.includes(column.name) === true;
      const mustTell = this.joined !== undefined && (isOtherKey || !(this.joined.joins === 1 && column.qualifiers === this.joined.left));
      if (mustTell && this.#index().get(rest.join('.'))?.some((other) => other.qualifiers !== column.qualifiers && other.qualifiers.length > 0)) break;
      parts = rest;
    }
    return parts.join('.');
  }

  /** The columns of `*` or `t.*`; undefined when there is no such table. */
  star(qualifier: readonly Name[]): readonly ScopeColumn[] | undefined {
    if (qualifier.length === 0) return this.columns.filter((column) => !column.hidden && !column.unlisted);
    const wanted = qualifier.map((part) => part.text).join('.');
    const found = this.columns.filter((column) => column.qualifiers.includes(wanted) || this.#ownNames(column).includes(wanted));
    return found.length === 0 || found.some((column) => column.qualifiers !== found[0]?.qualifiers) ? undefined : found;
  }

  #ownNames(column: ScopeColumn): readonly string[] {
    if (!column.tableNames) return [];
    this.#taken ??= new Set(this.columns.flatMap(({ qualifiers }) => qualifiers));
    return column.tableNames.filter((name) => !this.#taken?.has(name));
  }

  names(): string[] {
    return [...new Set(this.columns.map((column) => column.name))];
  }

  tables(): string[] {
    return [...new Set(this.columns.flatMap((column) => column.qualifiers))];
  }
}
