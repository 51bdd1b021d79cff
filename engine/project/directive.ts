/**
 * The lexical rules of data files: lines into directives (a keyword with its arguments, or with a block of lines). A
 * block runs until a line that begins unindented with a keyword of this kind of file. Never throws: what is not
 * understood is a problem with a span, and reading goes on.
 */
import type { Problem, Span } from '../errors.ts';
import { findKeyword, findNearest, keywordsOf, kindsWith, type DataFileKind } from './keyword.ts';

export interface Directive {
  /** Upper case. */
  readonly keyword: string;
  readonly keywordSpan: Span;
  /** The arguments of the line, without comment and without one pair of outer quotes, `$NAME` replaced. */
  readonly value: string;
  /** The same, cut at white space as a shell does. */
  readonly words: readonly string[];
  readonly valueSpan: Span;
  /** The lines below `KEYWORD >`, as they stand. */
  readonly block?: Block;
  /** From the first to the last character, trailing blank lines left out. */
  readonly span: Span;
}

export interface Block {
  readonly text: string;
  /** Where the text begins in the file. */
  readonly offset: number;
  /** The INCLUDE line that brought the text in from another file: every place in it is that line. */
  readonly included?: Span;
}

export interface ReadOptions {
  /** For `$NAME` and `${NAME}`; unknown names stay as they are. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The text of an included file, by the path as the INCLUDE line has it. */
  readonly readInclude?: (path: string) => string | undefined;
}

/** The place in the file of a part of a block. */
export function spanInBlock(block: Block, start: number, end: number): Span {
  return block.included ?? { start: block.offset + start, end: block.offset + end };
}

interface Line {
  readonly text: string;
  readonly start: number;
}

const BLOCK_MARK = /^>/;

export function readDirectives(text: string, kind: DataFileKind, options: ReadOptions = {}): { readonly directives: readonly Directive[]; readonly problems: readonly Problem[]; readonly includes: readonly string[] } {
  const reader = new Reader(kind, options);
  reader.read(text, undefined, 0);
  return { directives: reader.directives, problems: reader.problems, includes: reader.includes };
}

class Reader {
  readonly directives: Directive[] = [];
  readonly problems: Problem[] = [];
  readonly includes: string[] = [];
  readonly #kind: DataFileKind;
  readonly #options: ReadOptions;

  constructor(kind: DataFileKind, options: ReadOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  read(text: string, included: Span | undefined, depth: number): void {
    const lines = linesOf(text);
    for (let at = 0; at < lines.length; at += 1) {
      const line = lines[at];
      if (!line) break;
      const match = /^([ \t\ufeff]*)([^\s#][^\s]*)/.exec(line.text);
      if (!match) continue;
      const word = match[2] ?? '';
      const wordStart = line.start + (match[1] ?? '').length;
      const place = (start: number, end: number): Span => included ?? { start, end };
      const name = word.endsWith('>') && findKeyword(this.#kind, word.slice(0, -1)) ? word.slice(0, -1) : word;
      const keyword = findKeyword(this.#kind, name);
      const keywordSpan = place(wordStart, wordStart + name.length);
      const restStart = wordStart + name.length;
      const rest = line.text.slice(restStart - line.start);
      if (!keyword) {
        this.#reportUnknown(word, keywordSpan);
        // The lines of a block under an unknown keyword belong to it.
        if (BLOCK_MARK.test(rest.trim())) at = this.#endOfBlock(lines, at + 1) - 1;
        continue;
      }
      const upper = name.toUpperCase();
      const isMarked = BLOCK_MARK.test(rest.trim());
      const opensBlock = (isMarked && keyword.value !== 'line') || (keyword.value === 'block' && rest.trim() === '');
      if (keyword.value === 'block' && !isMarked) {
        this.#report(`${upper} is followed by a block: write \`${upper} >\` and the text below, indented.`, keywordSpan);
      } else if (isMarked && keyword.value === 'line') {
        this.#report(`${upper} does not support multiline arguments: write its value on the same line.`, keywordSpan);
      }
      if (opensBlock || isMarked) {
        const markAt = rest.indexOf('>');
        const sameLine = isMarked ? rest.slice(markAt + 1) : '';
        const startsBelow = sameLine.trim() === '';
        const end = this.#endOfBlock(lines, at + 1, upper);
        const first = startsBelow ? lines[at + 1] : undefined;
        const offset = startsBelow ? (first && at + 1 < end ? first.start : line.start + line.text.length) : restStart + markAt + 1;
        const last = lines[end - 1] ?? line;
        const blockEnd = Math.max(offset, last.start + last.text.length);
        const blockText = text.slice(offset, blockEnd);
        if (opensBlock) {
          const block: Block = { text: blockText, offset, ...(included && { included }) };
          const trimmedEnd = Math.max(offset + blockText.trimEnd().length, line.start + line.text.trimEnd().length);
          this.directives.push({ keyword: upper, keywordSpan, value: '', words: [], valueSpan: place(offset, Math.max(offset, trimmedEnd)), block, span: place(wordStart, trimmedEnd) });
          this.#suggestInBlock(lines, at + 1, end, upper, included);
        }
        at = end - 1;
        continue;
      }
      if (keyword.value === 'block') continue;
      const cut = cutComment(rest);
      const raw = cut.trim();
      const valueStart = restStart + (cut.length - cut.trimStart().length);
      const substituted = this.#substitute(raw);
      const directive: Directive = {
        keyword: upper,
        keywordSpan,
        value: unquote(substituted),
        words: shellWords(substituted),
        valueSpan: place(valueStart, valueStart + raw.length),
        span: place(wordStart, Math.max(restStart, valueStart + raw.length)),
      };
      if (upper === 'INCLUDE') this.#include(directive, depth);
      else this.directives.push(directive);
    }
  }

  /** The index of the first line that is not in the block. A slip of a keyword ends the lists of SCHEMA and INDEXES too. */
  #endOfBlock(lines: readonly Line[], from: number, block = ''): number {
    const isList = block === 'SCHEMA' || block === 'INDEXES';
    for (let at = from; at < lines.length; at += 1) {
      const text = lines[at]?.text ?? '';
      if (/^[^\s]/.test(text)) {
        const word = /^[^\s]+/.exec(text)?.[0] ?? '';
        if (findKeyword(this.#kind, word) || (word.endsWith('>') && findKeyword(this.#kind, word.slice(0, -1)))) return at;
        if (isList && at > from && /^[A-Z_]{3,}$/.test(word) && findNearest(word, keywordsOf(this.#kind)) !== undefined) return at;
      }
    }
    return lines.length;
  }

  /** An unindented word in capitals that is nearly a keyword ended up inside a block: probably a slip. */
  #suggestInBlock(lines: readonly Line[], from: number, to: number, block: string, included: Span | undefined): void {
    const isIndented = /^[ \t]/.test(lines.slice(from, to).find(({ text }) => text.trim() !== '')?.text ?? '');
    if (!isIndented) return;
    for (const line of lines.slice(from, to)) {
      const word = /^[A-Z_]{3,}(?=\s)/.exec(line.text)?.[0];
      if (word === undefined || SQL_WORDS.has(word)) continue;
      const nearest = findNearest(word, keywordsOf(this.#kind));
      if (nearest !== undefined) {
        this.problems.push({ severity: 'warning', message: `This line is read as part of ${block}, because \`${word}\` is not a keyword. Did you mean ${nearest}?`, span: included ?? { start: line.start, end: line.start + word.length } });
      }
    }
  }

  #reportUnknown(word: string, span: Span): void {
    if (word.toUpperCase() === 'SETTINGS' && this.#kind === 'datasource') {
      this.#report('SETTINGS is not a valid option in datasource files. Did you mean ENGINE_SETTINGS?', span);
      return;
    }
    const shown = word.length > 40 ? `${word.slice(0, 40)}…` : word;
    const nearest = findNearest(word, keywordsOf(this.#kind));
    const others = kindsWith(word);
    const hint = nearest !== undefined ? ` Did you mean ${nearest}?` : others.length > 0 ? ` It belongs in ${others.join(' and ')} files.` : '';
    this.#report(`${shown} is not a valid option in ${this.#kind} files.${hint}`, span);
  }

  #include(directive: Directive, depth: number): void {
    const [path, ...assignments] = directive.words;
    if (path === undefined || path === '') {
      this.#report('INCLUDE needs the path of a file.', directive.span);
      return;
    }
    this.includes.push(path);
    const text = this.#options.readInclude?.(path);
    if (text === undefined) {
      this.#report(`The included file ${path} was not found.`, directive.valueSpan);
      return;
    }
    if (depth >= 5) {
      this.#report('Files include each other more than five deep.', directive.valueSpan);
      return;
    }
    const variables = Object.fromEntries(assignments.flatMap((assignment) => {
      const at = assignment.indexOf('=');
      return at > 0 ? [[assignment.slice(0, at), unquote(assignment.slice(at + 1))]] : [];
    }));
    this.read(substitute(text, variables), directive.span, depth + 1);
  }

  #substitute(text: string): string {
    return this.#options.environment ? substitute(text, this.#options.environment) : text;
  }

  #report(message: string, span: Span): void {
    if (this.problems.length < 100) this.problems.push({ severity: 'error', message, span });
  }
}

/** Words of SQL that look like a slip of a keyword. */
const SQL_WORDS = new Set(['FROM', 'WHERE', 'SELECT', 'GROUP', 'ORDER', 'LIMIT', 'JOIN', 'WITH', 'HAVING', 'UNION', 'SETTINGS', 'FORMAT', 'OFFSET', 'AND', 'ANY', 'ALL', 'NOT', 'CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'USING', 'LEFT', 'RIGHT', 'INNER', 'FULL', 'CROSS', 'ARRAY', 'PREWHERE', 'QUALIFY', 'DISTINCT', 'SAMPLE', 'FINAL', 'INTERSECT', 'EXCEPT', 'TOP', 'AS', 'IN', 'ON', 'OR', 'BY', 'ASC', 'DESC', 'TOTALS', 'ROLLUP', 'CUBE']);

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (;;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    lines.push({ text: text.slice(start, end).replace(/\r$/, ''), start });
    if (newline === -1) return lines;
    start = newline + 1;
  }
}

/** The text up to a `#` that begins a word outside quotes. */
function cutComment(text: string): string {
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const isWordStart = at === 0 || /\s/.test(text.charAt(at - 1));
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if ((character === '"' || character === "'") && isWordStart && text.indexOf(character, at + 1) !== -1) {
      quote = character;
    } else if (character === '#' && isWordStart) {
      return text.slice(0, at);
    }
  }
  return text;
}

/** Without one pair of outer quotes. */
export function unquote(text: string): string {
  const quote = text.charAt(0);
  if (text.length < 2 || (quote !== '"' && quote !== "'") || !text.endsWith(quote)) return text;
  const inside = text.slice(1, -1);
  // `'a' = 'b'` has no outer pair.
  return (inside.split(quote).length - 1) % 2 === 0 && inside.includes(quote) && /^[^'"]*['"]\s/.test(inside) ? text : inside;
}

function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const close = character === '"' || character === "'" ? text.indexOf(character, at + 1) : -1;
    if (close === -1) {
      word = (word ?? '') + character;
    } else {
      word = (word ?? '') + text.slice(at + 1, close);
      at = close;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function substitute(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (whole, braced: string | undefined, bare: string | undefined) => {
    const name = braced ?? bare ?? '';
    return Object.hasOwn(values, name) ? (values[name] ?? whole) : whole;
  });
}

/** A block as prose: the common indentation and blank ends removed. */
export function dedent(text: string): string {
  const lines = text.replaceAll('\r', '').split('\n');
  while (lines.length > 0 && lines[0]?.trim() === '') lines.shift();
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const common = indents.reduce((least, indent) => Math.min(least, indent), Infinity);
  return lines.map((line) => (line.trim() === '' ? '' : line.slice(common).trimEnd())).join('\n');
}
