/**
 * Text of a template expression as lexemes with spans in the template. Linear; a SandpiperError 'syntax' for an
 * unclosed string and for a character that no expression has.
 */
import { SandpiperError, type Span } from '../errors.ts';

export interface ExpressionLexeme {
  readonly kind: 'name' | 'integer' | 'float' | 'string' | 'symbol' | 'end';
  /** A string unescaped, everything else as written. */
  readonly text: string;
  readonly span: Span;
}

const SYMBOLS = ['**=', '//=', '**', '//', '==', '!=', '<=', '>=', '+=', '-=', '*=', '/=', '%=', '<<', '>>', ':='];
const SINGLE = new Set('()[]{},:.+-*/%<>=~&|^@;');
const NAME = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*/y;
const NUMBER = /0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', a: '\x07', v: '\v', '0': '\0', '\\': '\\', "'": "'", '"': '"', '\n': '' };

export function lexExpression(text: string, start: number, end: number): ExpressionLexeme[] {
  const lexemes: ExpressionLexeme[] = [];
  let at = start;
  while (at < end) {
    const character = text.charAt(at);
    const from = at;
    if (/[\s\\\u00a0\ufeff]/.test(character)) {
      at += 1;
    } else if (character === '#') {
      const newline = text.indexOf('\n', at);
      at = newline === -1 || newline > end ? end : newline;
    } else if (character === "'" || character === '"') {
      const { value, next } = readString(text, at, end, false);
      at = next;
      lexemes.push({ kind: 'string', text: value, span: { start: from, end: at } });
    } else if (/\d/.test(character) || (character === '.' && /\d/.test(text.charAt(at + 1)))) {
      NUMBER.lastIndex = at;
      const number = NUMBER.exec(text)?.[0] ?? character;
      at = Math.min(end, at + number.length);
      if (/[A-Za-z_]/.test(text.charAt(at)) && at < end) throw problem(`\`${text.slice(from, at + 1)}\` is neither a number nor a name.`, from, at + 1);
      lexemes.push({ kind: /^\d[\d_]*$|^0[xXbBoO]/.test(number) ? 'integer' : 'float', text: number.replaceAll('_', ''), span: { start: from, end: at } });
    } else if (/[A-Za-z_\u0080-\uffff]/.test(character)) {
      NAME.lastIndex = at;
      const name = NAME.exec(text)?.[0] ?? character;
      at = Math.min(end, at + name.length);
      const quote = text.charAt(at);
      if (at < end && (quote === "'" || quote === '"') && /^(?:[rubf]|rb|br|rf|fr)$/i.test(name)) {
        if (/f/i.test(name)) throw problem('Texts of the form f\'…\' are not supported in templates: join the parts with +.', from, at + 1);
        const { value, next } = readString(text, at, end, /r/i.test(name));
        at = next;
        lexemes.push({ kind: 'string', text: value, span: { start: from, end: at } });
      } else {
        lexemes.push({ kind: 'name', text: name, span: { start: from, end: at } });
      }
    } else {
      const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, at) && at + candidate.length <= end) ?? (SINGLE.has(character) ? character : undefined);
      if (symbol === undefined) throw problem(`The character \`${character}\` does not belong in a template expression.`, from, from + 1);
      at += symbol.length;
      lexemes.push({ kind: 'symbol', text: symbol, span: { start: from, end: at } });
    }
  }
  lexemes.push({ kind: 'end', text: '', span: { start: end, end } });
  return lexemes;
}

function readString(text: string, start: number, end: number, raw: boolean): { value: string; next: number } {
  const quote = text.charAt(start);
  const fence = text.startsWith(quote.repeat(3), start) && start + 3 <= end ? quote.repeat(3) : quote;
  let at = start + fence.length;
  let value = '';
  for (;;) {
    if (at >= end || (fence.length === 1 && text.charAt(at) === '\n')) throw problem('The text that opens here is not closed.', start, Math.min(at, end));
    if (text.startsWith(fence, at)) return { value, next: at + fence.length };
    const character = text.charAt(at);
    if (character !== '\\') {
      value += character;
      at += 1;
      continue;
    }
    const escaped = text.charAt(at + 1);
    const code = /^(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})/.exec(text.slice(at + 1, at + 6))?.[0];
    if (raw) {
      value += `\\${escaped}`;
      at += 2;
    } else if (code !== undefined) {
      value += String.fromCharCode(Number.parseInt(code.slice(1), 16));
      at += 1 + code.length;
    } else {
      value += ESCAPES[escaped] ?? `\\${escaped}`;
      at += 2;
    }
  }
}

function problem(message: string, start: number, end: number): SandpiperError {
  return new SandpiperError('syntax', message, { span: { start, end: Math.max(start, end) } });
}
