/**
 * The columns that a query sees after FROM, and how a written name finds one: `a`, `t.a`, `db.t.a`, a column whose own
 * name has points (`nested.a`), or a part of a tuple or map behind a column. Names are case-sensitive.
 */
import type { Identifier, Name } from './ast.ts';
import type { DuckSql } from './duck.ts';
import type { ClickHouseType } from './types.ts';

export interface ScopeColumn {
  readonly name: string;
  readonly type: ClickHouseType;
  readonly sql: DuckSql;
  /** The alias or name of its table, and `database.table`. */
  readonly qualifiers: readonly string[];
  /** Not part of `*`: the right side's copy of a USING column. */
  readonly hidden?: boolean;
}

export class Scope {
  readonly columns: readonly ScopeColumn[];
  /** Counts look-ups, so that a caller can tell whether an expression reads a column. */
  reads = 0;

  constructor(columns: readonly ScopeColumn[]) {
    this.columns = columns;
  }

  /** The column that the name begins with, and the parts behind it; the longest match wins. */
  find(identifier: Identifier): { readonly column: ScopeColumn; readonly rest: readonly Name[] } | undefined {
    const parts = identifier.parts;
    for (let taken = parts.length; taken >= 1; taken -= 1) {
      const column = this.#named(parts.slice(0, taken).map((part) => part.text));
      if (column) {
        this.reads += 1;
        return { column, rest: parts.slice(taken) };
      }
    }
    return undefined;
  }

  #named(parts: readonly string[]): ScopeColumn | undefined {
    const whole = parts.join('.');
    let hidden: ScopeColumn | undefined;
    for (const column of this.columns) {
      const matches = column.name === whole || column.qualifiers.some((qualifier) => `${qualifier}.${column.name}` === whole);
      if (!matches) continue;
      if (!column.hidden || whole !== column.name) return column;
      hidden ??= column;
    }
    return hidden;
  }

  /** The columns of `*` or `t.*`; undefined when there is no such table. */
  star(qualifier: readonly Name[]): readonly ScopeColumn[] | undefined {
    if (qualifier.length === 0) return this.columns.filter((column) => !column.hidden);
    const wanted = qualifier.map((part) => part.text).join('.');
    const found = this.columns.filter((column) => column.qualifiers.includes(wanted));
    return found.length === 0 ? undefined : found;
  }

  names(): string[] {
    return [...new Set(this.columns.map((column) => column.name))];
  }

  tables(): string[] {
    return [...new Set(this.columns.flatMap((column) => column.qualifiers))];
  }
}
