/**
 * SQL as it stands in a file, template tags and mistakes included, cut into pieces with their places. Never throws and
 * drops nothing but white space: what editing needs (completion, rename, format) must work on text that does not parse.
 * Understanding is left to sql-outline.ts and, for sound text, to the parser.
 */
import { splitTemplate } from '../template/split.ts';

export type SqlPieceKind = 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'comment' | 'output' | 'tag';

export interface SqlPiece {
  readonly kind: SqlPieceKind;
  /** As it stands in the file. */
  readonly text: string;
  /** Upper case for a word, else as `text`. */
  readonly upper: string;
  readonly start: number;
  readonly end: number;
}

const SYMBOLS = ['<=>', '::', '->', '||', '<=', '>=', '<>', '!=', '=='];
const WORD = /[A-Za-z_][\w$]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;

/** Every piece in order. A `{{ … }}` is one piece, alone or as a part of the text in quotes around it. */
export function piecesOf(sql: string): readonly SqlPiece[] {
  const tags = new Map(splitTemplate(sql, []).flatMap((piece) => (piece.kind === 'text' ? [] : [[piece.span.start, piece] as const])));
  const pieces: SqlPiece[] = [];
  let at = 0;
  const push = (kind: SqlPieceKind, start: number): void => {
    const text = sql.slice(start, at);
    pieces.push({ kind, text, upper: kind === 'word' ? text.toUpperCase() : text, start, end: at });
  };
  /** Moves behind the quote that closes; tags inside hide their own quotes. */
  const skipQuoted = (quote: string): void => {
    at += 1;
    while (at < sql.length) {
      const tag = tags.get(at);
      if (tag) at = tag.span.end;
      else if (sql.charAt(at) === '\\') at += 2;
      else if (sql.charAt(at) !== quote) at += 1;
      else if (sql.charAt(at + 1) === quote) at += 2;
      else {
        at += 1;
        return;
      }
    }
    at = Math.min(at, sql.length);
  };
  const skipTo = (close: string): void => {
    const found = sql.indexOf(close, at + 2);
    at = found === -1 ? sql.length : found + close.length;
  };
  while (at < sql.length) {
    const start = at;
    const character = sql.charAt(at);
    const two = sql.slice(at, at + 2);
    const tag = tags.get(at);
    WORD.lastIndex = at;
    NUMBER.lastIndex = at;
    if (/\s/.test(character)) {
      at += 1;
    } else if (tag) {
      at = tag.span.end;
      push(tag.kind === 'output' ? 'output' : 'tag', start);
    } else if (two === '{#') {
      skipTo('#}');
      push('comment', start);
    } else if (two === '--' || two === '# ' || two === '#!') {
      const newline = sql.indexOf('\n', at);
      at = newline === -1 ? sql.length : newline;
      push('comment', start);
    } else if (two === '/*') {
      skipTo('*/');
      push('comment', start);
    } else if (character === "'") {
      skipQuoted("'");
      push('string', start);
    } else if (character === '`' || character === '"') {
      skipQuoted(character);
      push('quoted', start);
    } else {
      const word = WORD.exec(sql)?.[0];
      const number = word === undefined && !(character === '.' && isNameEnd(pieces.at(-1), at)) ? NUMBER.exec(sql)?.[0] : undefined;
      at += (word ?? number ?? SYMBOLS.find((symbol) => sql.startsWith(symbol, start)) ?? character).length;
      push(word !== undefined ? 'word' : number !== undefined ? 'number' : 'symbol', start);
    }
  }
  return pieces;
}

/** `t.1` takes an element of t: the point begins no number. */
function isNameEnd(piece: SqlPiece | undefined, at: number): boolean {
  return piece !== undefined && piece.end === at && (piece.kind === 'word' || piece.kind === 'quoted' || piece.text === ')' || piece.text === ']');
}

/** The name that a word or a quoted name stands for. */
export function nameOf(piece: SqlPiece): string {
  return piece.kind === 'quoted' ? piece.text.slice(1, -1).replaceAll(piece.text.charAt(0).repeat(2), piece.text.charAt(0)) : piece.text;
}

/** The piece that the place is in or right behind; a word wins over the symbol before it. */
export function pieceAt(pieces: readonly SqlPiece[], offset: number): SqlPiece | undefined {
  const touching = pieces.filter(({ start, end }) => start <= offset && offset <= end);
  return touching.find(({ kind }) => kind === 'word' || kind === 'quoted' || kind === 'output' || kind === 'tag') ?? touching.find(({ start }) => start <= offset);
}
