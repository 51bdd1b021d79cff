/**
 * A place in a list of lexemes, with the small questions that every part of the parser asks: is this word next, take
 * it, expect it. Keeps count of the nesting, so that no text can overflow the stack.
 */
import { SandpiperError, type Span } from '../errors.ts';
import type { Name, Query } from './ast.ts';
import { lex, type Lexeme } from './lex.ts';

const DEEPEST = 250;
const END: Lexeme = { kind: 'end', text: '', upper: '', span: { start: 0, end: 0 } };

export class Cursor {
  readonly text: string;
  readonly #lexemes: readonly Lexeme[];
  /** Parses a query at the cursor; given by parse.ts, so that expressions and queries need not import each other. */
  readonly query: (cursor: Cursor) => Query;
  #at = 0;
  #depth = 0;

  constructor(text: string, query: (cursor: Cursor) => Query) {
    this.text = text;
    this.#lexemes = lex(text);
    this.query = query;
  }

  get position(): number {
    return this.#at;
  }

  peek(ahead = 0): Lexeme {
    return this.#lexemes[this.#at + ahead] ?? this.#lexemes.at(-1) ?? END;
  }

  take(): Lexeme {
    const lexeme = this.peek();
    if (lexeme.kind !== 'end') this.#at += 1;
    return lexeme;
  }

  /** Goes back to a position taken before. */
  rewind(position: number): void {
    this.#at = position;
  }

  /** Where the last taken lexeme ended. */
  get end(): number {
    return this.#lexemes[this.#at - 1]?.span.end ?? 0;
  }

  spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.end) };
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const lexeme = this.peek(ahead);
    return lexeme.kind === 'symbol' && lexeme.text === symbol;
  }

  /** Whether these words come next, in any case. */
  isWords(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const lexeme = this.peek(index);
      return lexeme.kind === 'word' && lexeme.upper === word;
    });
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.take();
    return true;
  }

  takeWords(...words: readonly string[]): boolean {
    if (!this.isWords(...words)) return false;
    this.#at += words.length;
    return true;
  }

  expectSymbol(symbol: string, why: string): Lexeme {
    if (!this.isSymbol(symbol)) throw this.unexpected(`${symbol} ${why}`);
    return this.take();
  }

  expectWords(words: readonly string[], why: string): void {
    if (!this.takeWords(...words)) throw this.unexpected(`${words.join(' ')} ${why}`);
  }

  /** A name, quoted or a bare word. */
  expectName(what: string): Name {
    const lexeme = this.peek();
    if (lexeme.kind !== 'word' && lexeme.kind !== 'quoted') throw this.unexpected(what);
    this.take();
    return { text: lexeme.text, quoted: lexeme.kind === 'quoted', span: lexeme.span };
  }

  unexpected(wanted: string): SandpiperError {
    const found = this.peek();
    const what = found.kind === 'end' ? 'the query ends' : `found ${this.text.slice(found.span.start, Math.min(found.span.end, found.span.start + 40))}`;
    return new SandpiperError('syntax', `Expected ${wanted}, but ${what}.`, { span: found.span });
  }

  failure(message: string, span: Span): SandpiperError {
    return new SandpiperError('syntax', message, { span });
  }

  /** Runs a part of the parser one level deeper. */
  deeper<T>(part: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw this.failure(`This query is nested more than ${DEEPEST} levels deep.`, this.peek().span);
    const result = part();
    this.#depth -= 1;
    return result;
  }
}
