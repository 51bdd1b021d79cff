/**
 * Where the cursor stands in a data file: at a keyword, in its value, in the SCHEMA, in the SQL of a node, or in a
 * template tag. Pure text work, for completion and hover; it also answers for files that do not parse.
 */
import { splitTemplate } from '../template/split.ts';
import { readDirectives, type Block } from './directive.ts';
import type { DataFileKind } from './keyword.ts';

export type CursorContext =
  /** At the beginning of a line outside blocks; `prefix` is what is typed of the keyword. */
  | { readonly kind: 'keyword'; readonly prefix: string }
  /** After a keyword on its line. */
  | { readonly kind: 'value'; readonly keyword: string; readonly prefix: string; readonly node?: string }
  /** In a SCHEMA block: at a column's name, its type, its JSON path, or after DEFAULT. */
  | { readonly kind: 'schema'; readonly part: 'name' | 'type' | 'path' | 'default'; readonly column: string; readonly prefix: string }
  /** In the SQL of a node, outside template tags. `sqlOffset` is the cursor's place in `sql`, the template text. */
  | { readonly kind: 'sql'; readonly node: string; readonly sql: string; readonly sqlOffset: number; readonly prefix: string }
  /** Inside `{{ … }}` or `{% … %}`; `code` is the tag's text up to the cursor. */
  | { readonly kind: 'template'; readonly node: string; readonly tag: 'output' | 'statement'; readonly code: string; readonly prefix: string; readonly sql: string; readonly sqlOffset: number }
  /** In prose, a comment, or a block without meaning to complete. */
  | { readonly kind: 'other'; readonly keyword?: string };

export function contextAt(text: string, offset: number, kind: DataFileKind): CursorContext {
  const at = Math.min(Math.max(offset, 0), text.length);
  const { directives } = readDirectives(text, kind);
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const before = text.slice(lineStart, at);
  const index = directives.findLastIndex(({ span }) => span.start <= at);
  const directive = directives[index];
  const node = directives.slice(0, index + 1).findLast(({ keyword }) => keyword === 'NODE')?.value;
  if (directive && directive.block && at >= directive.block.offset && !startsKeyword(before, directive.span.start, lineStart)) {
    const blockEnd = directive.block.offset + directive.block.text.length;
    const next = directives[index + 1];
    if (at <= Math.max(blockEnd, (next?.span.start ?? text.length + 1) - 1)) return inBlock(directive.keyword, directive.block, text, at, node ?? '', before);
  }
  if (/^\s*#/.test(before)) return { kind: 'other' };
  const word = /^\s*(\S*)$/.exec(before);
  if (word) return { kind: 'keyword', prefix: word[1] ?? '' };
  const keyword = /^\s*(\S+)/.exec(before)?.[1]?.toUpperCase() ?? '';
  return { kind: 'value', keyword, prefix: /[^\s"',]*$/.exec(before)?.[0] ?? '', ...(node !== undefined && { node }) };
}

/** An unindented word right at the start of a line may become a keyword that ends the block: only what is already one does. */
function startsKeyword(before: string, directiveStart: number, lineStart: number): boolean {
  return directiveStart >= lineStart && /^\s*\S*$/.test(before);
}

function inBlock(keyword: string, block: Block, text: string, at: number, node: string, before: string): CursorContext {
  // A word in capitals at the left margin below a block: the next keyword is being typed.
  if (/^[A-Z_]+$/.test(before) || (before === '' && text.charAt(at - 2) === '\n' && /^\s*$/.test(text.slice(at, at + 1)))) return { kind: 'keyword', prefix: before };
  if (keyword === 'SCHEMA') return inSchema(text.slice(block.offset, at));
  if (keyword !== 'SQL') return { kind: 'other', keyword };
  const start = sqlStart(block);
  const end = Math.max(start, block.text.trimEnd().length, at - block.offset);
  const sql = block.text.slice(start, end);
  const sqlOffset = Math.max(0, at - block.offset - start);
  const prefix = /[\w.]*$/.exec(sql.slice(0, sqlOffset))?.[0] ?? '';
  for (const piece of splitTemplate(sql, [])) {
    if (piece.kind === 'text' || sqlOffset < piece.span.start + 2 || sqlOffset > piece.span.end - 2) continue;
    return { kind: 'template', node, tag: piece.kind === 'output' ? 'output' : 'statement', code: sql.slice(piece.span.start + 2, sqlOffset), prefix, sql, sqlOffset };
  }
  const open = /\{([{%])((?:(?!\}\}|%\}|\{\{|\{%)[\s\S])*)$/.exec(sql.slice(0, sqlOffset));
  if (open) return { kind: 'template', node, tag: open[1] === '{' ? 'output' : 'statement', code: open[2] ?? '', prefix, sql, sqlOffset };
  return { kind: 'sql', node, sql, sqlOffset, prefix };
}

function sqlStart(block: Block): number {
  const first = block.text.search(/\S/);
  if (first === -1) return 0;
  if (block.text.charAt(first) !== '%') return first;
  const next = block.text.slice(first + 1).search(/\S/);
  return next === -1 ? block.text.length : first + 1 + next;
}

function inSchema(before: string): CursorContext {
  const column = before.slice(lastComma(before) + 1);
  const prefix = /[\w]*$/.exec(column)?.[0] ?? '';
  const name = /^\s*(`[^`]*`|[^\s`]+)\s/.exec(column)?.[1]?.replaceAll('`', '') ?? '';
  const ticks = column.split('`').length - 1;
  if (/\bDEFAULT\s[^`]*$/i.test(column)) return { kind: 'schema', part: 'default', column: name, prefix };
  if (name !== '' && ticks % 2 === 1) return { kind: 'schema', part: 'path', column: name, prefix: /[^`]*$/.exec(column)?.[0] ?? '' };
  if (name !== '') return { kind: 'schema', part: 'type', column: name, prefix };
  return { kind: 'schema', part: 'name', column: '', prefix };
}

function lastComma(text: string): number {
  let depth = 0;
  let last = -1;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '(') depth += 1;
    else if (character === ')') depth = Math.max(0, depth - 1);
    else if (character === ',' && depth === 0) last = at;
  }
  return last;
}
