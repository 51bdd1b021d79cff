/** Where template tags of a text name a parameter or a variable that the template sets: for go to definition and rename. */
import type { Span } from '../errors.ts';
import { splitTemplate } from '../template/split.ts';

export interface VariableUse {
  readonly span: Span;
  /** `{% set name = … %}` or `{% for name in … %}`. */
  readonly isSet: boolean;
  /** The first argument of a type function: `Int32(name, 10)`. */
  readonly isTyped: boolean;
}

export function variableSpans(sql: string, name: string): readonly VariableUse[] {
  return splitTemplate(sql, []).flatMap((piece): readonly VariableUse[] => {
    if (piece.kind === 'text') return [];
    const start = piece.span.start + 2;
    const code = sql.slice(start, piece.span.end - 2);
    return namesOf(code).filter((one) => one.name === name).map(({ at, before, after }) => ({
      span: { start: start + at, end: start + at + name.length },
      isSet: /^\s*(?:set|for)\s+(?:\w+\s*,\s*)*$/.test(before) && /^\s*(?:[-+*/%]?=(?!=)|,|in\b)/.test(after),
      isTyped: /[A-Z]\w*\(\s*$/.test(before),
    }));
  });
}

/** Names that stand for values: not in texts, not called, not behind a point, not a keyword argument. */
function namesOf(code: string): readonly { readonly name: string; readonly at: number; readonly before: string; readonly after: string }[] {
  const found = [];
  let depth = 0;
  for (const match of code.matchAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[()[\]{}]|[A-Za-z_]\w*/g)) {
    const text = match[0];
    const at = match.index;
    if (/^[([{]$/.test(text)) depth += 1;
    else if (/^[)\]}]$/.test(text)) depth -= 1;
    if (!/^[A-Za-z_]/.test(text)) continue;
    const before = code.slice(0, at);
    const after = code.slice(at + text.length);
    const isKeyword = depth > 0 && /^\s*=(?!=)/.test(after);
    if (/\.\s*$/.test(before) || /^\s*\(/.test(after) || isKeyword) continue;
    found.push({ name: text, at, before, after });
  }
  return found;
}
