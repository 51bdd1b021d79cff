/**
 * A place in the lexemes of a template expression, with the small questions that the parser asks.
 */
import { SandpiperError, type Span } from '../errors.ts';
import type { ExpressionLexeme } from './lex-expression.ts';

export class ExpressionCursor {
  readonly #lexemes: readonly ExpressionLexeme[];
  #at = 0;

  constructor(lexemes: readonly ExpressionLexeme[]) {
    this.#lexemes = lexemes;
  }

  peek(ahead = 0): ExpressionLexeme {
    return this.#lexemes[this.#at + ahead] ?? this.#lexemes[this.#lexemes.length - 1] ?? { kind: 'end', text: '', span: { start: 0, end: 0 } };
  }

  take(): ExpressionLexeme {
    const lexeme = this.peek();
    if (lexeme.kind !== 'end') this.#at += 1;
    return lexeme;
  }

  isSymbol(symbol: string): boolean {
    const lexeme = this.peek();
    return lexeme.kind === 'symbol' && lexeme.text === symbol;
  }

  takeSymbol(symbol: string): boolean {
    const is = this.isSymbol(symbol);
    if (is) this.#at += 1;
    return is;
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw unexpected(this.peek(), `\`${symbol}\``);
  }

  isWord(word: string, ahead = 0): boolean {
    const lexeme = this.peek(ahead);
    return lexeme.kind === 'name' && lexeme.text === word;
  }

  takeWord(word: string): boolean {
    const is = this.isWord(word);
    if (is) this.#at += 1;
    return is;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) throw unexpected(this.peek(), `\`${word}\``);
  }

  expectEnd(): void {
    const lexeme = this.peek();
    if (lexeme.kind !== 'end') throw unexpected(lexeme, 'the expression to end');
  }

  from(start: number): Span {
    return { start, end: Math.max(start, this.#lexemes[this.#at - 1]?.span.end ?? start) };
  }
}

export function unexpected(lexeme: ExpressionLexeme, expected: string): SandpiperError {
  const found = lexeme.kind === 'end' ? 'the tag ends' : lexeme.kind === 'string' ? 'there is a text' : `there is \`${lexeme.text}\``;
  return new SandpiperError('syntax', `Expected ${expected}, but ${found}.`, { span: lexeme.span });
}
