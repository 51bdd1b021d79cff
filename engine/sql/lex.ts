/**
 * Text of ClickHouse SQL as lexemes, each with its span. Comments and white space are dropped; everything else is kept.
 * Promises linear time, and a SandpiperError 'syntax' for an unclosed string, identifier or comment and for a stray character.
 */
import { SandpiperError, type Span } from '../errors.ts';

export type LexemeKind = 'word' | 'quoted' | 'number' | 'string' | 'symbol' | 'end';

export interface Lexeme {
  readonly kind: LexemeKind;
  /** A word or symbol as written, a number as written, a string or quoted identifier unescaped. */
  readonly text: string;
  /** Upper-case text of a word, else the text: keywords are compared with it. */
  readonly upper: string;
  readonly span: Span;
}

const SYMBOLS = ['<=>', '::', '->', '||', '<=', '>=', '<>', '!=', '==', '@@'];
const SYMBOL_STARTS = new Set(SYMBOLS.map((symbol) => symbol.charAt(0)));
const SINGLE = new Set('()[]{},;.+-*/%=<>?:^&|!$@');
const SPACE = /\s|\u00a0|\ufeff/;
const WORD_START = /[A-Za-z_\u0080-\uffff]/;
const WORD = /[A-Za-z0-9_$\u0080-\uffff]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?(?:[pP][+-]?\d+)?|0[bB][01]+|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;

export function lex(text: string): Lexeme[] {
  const lexemes: Lexeme[] = [];
  let at = 0;
  const push = (kind: LexemeKind, start: number, value: string, upper = value) => {
    lexemes.push({ kind, text: value, upper, span: { start, end: at } });
  };
  while (at < text.length) {
    const start = at;
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (SPACE.test(character)) {
      at += 1;
    } else if ((character === '-' && next === '-') || (character === '#' && (next === ' ' || next === '!'))) {
      const newline = text.indexOf('\n', at);
      at = newline === -1 ? text.length : newline + 1;
    } else if (character === '/' && next === '*') {
      at = endOfComment(text, at);
    } else if (character === "'") {
      const { value, end } = readQuoted(text, at, "'", 'The text literal');
      at = end;
      push('string', start, value);
    } else if (character === '`' || character === '"') {
      const { value, end } = readQuoted(text, at, character, 'The quoted name');
      if (value === '') throw syntax('A quoted name cannot be empty.', start, end);
      if (value.includes('\0')) throw syntax('A name cannot hold the character NUL.', start, end);
      at = end;
      push('quoted', start, value);
    } else if (character === '$' && /^\$[A-Za-z0-9_]*\$/.test(text.slice(at, at + 64))) {
      const tag = /^\$[A-Za-z0-9_]*\$/.exec(text.slice(at, at + 64))?.[0] ?? '$$';
      const close = text.indexOf(tag, at + tag.length);
      if (close === -1) throw syntax(`The text that opens with ${tag} is not closed.`, start, text.length);
      at = close + tag.length;
      push('string', start, text.slice(start + tag.length, close));
    } else if (/\d/.test(character) || (character === '.' && /\d/.test(next) && !continuesName(lexemes, start))) {
      NUMBER.lastIndex = at;
      let number = NUMBER.exec(text)?.[0] ?? character;
      // `t.1.2` and `x.1` are tuple elements, not decimals.
      if (continuesName(lexemes, start, true)) number = /^\d+/.exec(number)?.[0] ?? number;
      at += number.length;
      if (WORD_START.test(text.charAt(at))) {
        WORD.lastIndex = at;
        const rest = WORD.exec(text)?.[0] ?? '';
        at += rest.length;
        if (/^\d[\d_]*$/.test(number)) {
          push('word', start, number + rest, (number + rest).toUpperCase());
          continue;
        }
        throw syntax(`\`${number}${rest}\` is neither a number nor a name.`, start, at);
      }
      push('number', start, number);
    } else if (/[xXbB]/.test(character) && next === "'") {
      const { value, end } = readQuoted(text, at + 1, "'", 'The text literal');
      at = end;
      push('string', start, ofDigits(value, character.toLowerCase() === 'x', start, end));
    } else if (WORD_START.test(character)) {
      WORD.lastIndex = at;
      const word = WORD.exec(text)?.[0] ?? character;
      at += word.length;
      if (/[\u0080-\uffff]/.test(word)) throw syntax(`The name ${word} must be written in quotes, \`${word}\`: it has letters other than a to z.`, start, at);
      push('word', start, word, word.toUpperCase());
    } else {
      const symbol = SYMBOL_STARTS.has(character) ? (SYMBOLS.find((candidate) => text.startsWith(candidate, at)) ?? (SINGLE.has(character) ? character : undefined)) : SINGLE.has(character) ? character : undefined;
      if (symbol === undefined) throw syntax(`The character \`${character}\` does not belong here.`, start, start + 1);
      at += symbol.length;
      push('symbol', start, symbol);
    }
  }
  push('end', text.length, '');
  return lexemes;
}

/** x'4142' and b'01000001' are the text AB. */
function ofDigits(digits: string, isHex: boolean, start: number, end: number): string {
  const width = isHex ? 2 : 8;
  const whole = isHex ? /^[0-9a-fA-F]*$/ : /^[01]*$/;
  if (!whole.test(digits)) throw syntax(`\`${digits}\` is not ${isHex ? 'hexadecimal' : 'binary'}.`, start, end);
  const padded = digits.padStart(Math.ceil(digits.length / width) * width, '0');
  return textOfBytes((padded.match(isHex ? /../g : /.{8}/g) ?? []).map((byte) => Number.parseInt(byte, isHex ? 16 : 2)));
}

/** Bytes as UTF-8; where they are none, each byte is the character of its number. */
function textOfBytes(bytes: readonly number[]): string {
  if (bytes.every((byte) => byte < 0x80)) return String.fromCharCode(...bytes);
  const text = new TextDecoder().decode(Uint8Array.from(bytes));
  return text.includes('\ufffd') ? bytes.map((byte) => String.fromCharCode(byte)).join('') : text;
}

/** A point after a name, bracket or tuple index selects an element. */
function continuesName(lexemes: readonly Lexeme[], start: number, afterPoint = false): boolean {
  const last = lexemes.at(-1);
  if (!last || (afterPoint && last.span.end !== start)) return false;
  if (!afterPoint) return last.kind === 'word' || last.kind === 'quoted' || last.text === ')' || last.text === ']' || (last.kind === 'number' && lexemes.at(-2)?.text === '.');
  const before = lexemes.at(-2);
  return last.text === '.' && before !== undefined && (before.kind !== 'symbol' || before.text === ')' || before.text === ']');
}

function endOfComment(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    if (text.startsWith('/*', at)) {
      depth += 1;
      at += 2;
    } else if (text.startsWith('*/', at)) {
      depth -= 1;
      at += 2;
    } else {
      at += 1;
    }
    if (at > text.length) throw syntax('The comment that opens here is not closed.', start, text.length);
  } while (depth > 0);
  return at;
}

/** Bytes such as \\xE2\\x9C\\x93, which are characters only together; as many as are read at once. */
const ESCAPED_BYTES = /(?:\\x[0-9a-fA-F]{2}){1,10000}/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', a: '\x07', v: '\v', '0': '\0', e: '\x1b' };

function readQuoted(text: string, start: number, quote: string, what: string): { value: string; end: number } {
  let value = '';
  let at = start + 1;
  for (;;) {
    if (at >= text.length) throw syntax(`${what} that opens here is not closed.`, start, text.length);
    const character = text.charAt(at);
    if (character === quote) {
      if (text.charAt(at + 1) !== quote) return { value, end: at + 1 };
      value += quote;
      at += 2;
    } else if (character === '\\') {
      const escaped = text.charAt(at + 1);
      ESCAPED_BYTES.lastIndex = at;
      const codes = escaped === 'x' ? ESCAPED_BYTES.exec(text)?.[0] : undefined;
      if (codes !== undefined) {
        value += textOfBytes((codes.match(/[0-9a-fA-F]{2}/g) ?? []).map((code) => Number.parseInt(code, 16)));
        at += codes.length;
      } else if (escaped === 'N') {
        at += 2;
      } else {
        // ClickHouse keeps the backslash before % and _, which LIKE reads, and before what has no meaning.
        value += ESCAPES[escaped] ?? (/[\\'"`/=]/.test(escaped) ? escaped : `\\${escaped}`);
        at += 2;
      }
    } else {
      value += character;
      at += 1;
    }
  }
}

function syntax(message: string, start: number, end: number): SandpiperError {
  return new SandpiperError('syntax', message, { span: { start, end } });
}
