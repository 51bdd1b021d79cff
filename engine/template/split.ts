/**
 * The first cut of a template's text: verbatim pieces, {{ outputs }}, {% tags %}; {# comments #} drop out. Linear.
 * A tag's end is looked for outside texts and braces, so `{{ f({'a': '}}'}) }}` is one output.
 */
import type { Problem, Span } from '../errors.ts';

export type TemplatePiece =
  | { readonly kind: 'text'; readonly span: Span }
  | { readonly kind: 'output'; readonly inner: Span; readonly span: Span }
  | { readonly kind: 'tag'; readonly word: string; readonly rest: Span; readonly span: Span };

export function splitTemplate(text: string, problems: Problem[]): TemplatePiece[] {
  const pieces: TemplatePiece[] = [];
  let at = 0;
  const addText = (start: number, end: number) => {
    if (end > start) pieces.push({ kind: 'text', span: { start, end } });
  };
  let textStart = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    if (open === -1) break;
    const next = text.charAt(open + 1);
    if (next !== '{' && next !== '%' && next !== '#') {
      at = open + 1;
      continue;
    }
    // In `{{{x}}}` the outer braces are text.
    if (next === '{' && text.charAt(open + 2) === '{') {
      at = open + 1;
      continue;
    }
    addText(textStart, open);
    if (text.charAt(open + 2) === '!') {
      // `{{!`, `{%!` and `{#!` write the two characters themselves.
      addText(open, open + 2);
      at = open + 3;
      textStart = at;
      continue;
    }
    const close = next === '{' ? '}}' : next === '%' ? '%}' : '#}';
    const end = next === '#' ? text.indexOf(close, open + 2) : findEnd(text, open + 2, close);
    if (end === -1) {
      problems.push({ severity: 'error', message: `The ${next === '#' ? 'comment' : 'tag'} that opens here is not closed with ${close}`, span: { start: open, end: open + 2 } });
      textStart = text.length;
      break;
    }
    const span = { start: open, end: end + 2 };
    const inner = { start: open + 2, end };
    if (next === '{') {
      pieces.push({ kind: 'output', inner, span });
    } else if (next === '%') {
      const word = /^\s*([A-Za-z_]*)/.exec(text.slice(inner.start, inner.end));
      pieces.push({ kind: 'tag', word: word?.[1] ?? '', rest: { start: inner.start + (word?.[0].length ?? 0), end }, span });
    }
    at = span.end;
    textStart = at;
  }
  addText(textStart, text.length);
  return pieces;
}

/** The first `close` outside texts and brackets, else the first one at all. */
function findEnd(text: string, start: number, close: string): number {
  const plain = text.indexOf(close, start);
  if (plain === -1) return -1;
  // Nearly always there is nothing before the first one that could hide it.
  if (!/['"{]/.test(text.slice(start, plain))) return plain;
  let quote = '';
  let depth = 0;
  // A text or brace left open must not swallow the rest of the template.
  const last = Math.min(text.length, plain + 2000);
  for (let at = start; at < last; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
      else if (character === '\n') return plain;
    } else if (character === "'" || character === '"') {
      quote = character;
    } else if (depth === 0 && text.startsWith(close, at)) {
      return at;
    } else if (character === '{') {
      depth += 1;
    } else if (character === '}') {
      depth = Math.max(0, depth - 1);
    }
  }
  return plain;
}
