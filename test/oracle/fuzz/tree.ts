/**
 * A query under test as a tree of texts: each part knows how to write itself around its parts, so that the shrinker can
 * drop or replace parts without knowing SQL.
 */
import type { ClickHouseType } from '../../../engine/sql/types.ts';

export interface Tree {
  readonly parts: readonly Tree[];
  readonly write: (parts: readonly string[]) => string;
  /** The part may be left out: its text is then ''. */
  readonly droppable?: boolean;
  /** Parts of the same sort may stand for each other when a query shrinks. */
  readonly sort: 'expression' | 'source' | 'query' | 'clause' | 'nothing';
  /** The functions and operators that are called right here. */
  readonly called?: string;
}

/** An expression whose ClickHouse type is known. */
export interface Expression extends Tree {
  readonly sort: 'expression';
  readonly type: ClickHouseType;
  readonly constant: boolean;
  /** Has a value that hangs on the order of rows or on an approximation, so only little may be asked of it. */
  readonly depth: number;
}

export const NOTHING: Tree = { parts: [], write: () => '', sort: 'nothing' };

export function text(tree: Tree): string {
  return tree.write(tree.parts.map(text));
}

/** Constant text. */
export function leaf(value: string, sort: Tree['sort'] = 'clause'): Tree {
  return { parts: [], write: () => value, sort };
}

/** Parts that may be missing, between constant text: `WHERE ${condition}`; '' when no part is left. */
export function clause(before: string, parts: readonly Tree[], separator = ', ', after = ''): Tree {
  return { parts, sort: 'clause', droppable: true, write: (texts) => {
    const present = texts.filter((one) => one !== '');
    return present.length === 0 ? '' : `${before}${present.join(separator)}${after}`;
  } };
}

export function droppable<T extends Tree>(tree: T): T {
  return { ...tree, droppable: true };
}

/** Texts with one space between those that are not empty. */
export function spaced(texts: readonly string[]): string {
  return texts.filter((one) => one !== '').join(' ');
}

export function size(tree: Tree): number {
  return 1 + tree.parts.reduce((sum, part) => sum + size(part), 0);
}
