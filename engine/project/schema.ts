/**
 * SCHEMA blocks: columns with type, JSON path, DEFAULT and CODEC, and INDEXES lines. Reads what Tinybird reads, refuses
 * what it refuses with one problem each, and keeps the columns that are sound.
 */
import { SandpiperError, type Problem, type Span } from '../errors.ts';
import { parseType } from '../sql/parse-type.ts';
import { BOOL, DATE, DATETIME, FLOAT64, INT64, nullable, printType, STRING, type ClickHouseType } from '../sql/types.ts';
import { spanInBlock, type Block } from './directive.ts';

export interface Column {
  readonly name: string;
  readonly type: ClickHouseType;
  /** The type as ClickHouse prints it. */
  readonly typeText: string;
  /** `$.a.b` */
  readonly jsonPath?: string;
  /** ClickHouse SQL. */
  readonly defaultExpression?: string;
  /** With its brackets: `CODEC(ZSTD(1))`. */
  readonly codec?: string;
  /** Added by a connector: not in the SCHEMA. */
  readonly isAutomatic?: boolean;
  readonly span: Span;
}

export interface Index {
  readonly name: string;
  readonly expression: string;
  readonly type: string;
  readonly granularity?: number;
}

/** A part of the block at the top level, between commas. */
interface Piece {
  readonly start: number;
  readonly end: number;
}

interface Word {
  readonly kind: 'word' | 'path' | 'quoted';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const REFUSED: Readonly<Record<string, string>> = {
  MATERIALIZED: 'MATERIALIZED columns are not supported: use DEFAULT, or compute the column in a pipe.',
  ALIAS: 'ALIAS columns are not supported: compute the column in a pipe.',
  EPHEMERAL: 'EPHEMERAL columns are not supported.',
  TTL: 'A TTL of one column is not supported: use ENGINE_TTL.',
  NULL: 'Columns are not nullable unless the type says so: write Nullable(…) and leave NULL out.',
  NOT: 'Columns are not nullable unless the type says so: leave NOT NULL out.',
};

export function parseSchema(block: Block, problems: Problem[]): Column[] {
  const text = withoutComments(block.text);
  const columns: Column[] = [];
  const names = new Set<string>();
  const report = (message: string, start: number, end: number) => {
    if (problems.length < 100) problems.push({ severity: 'error', message, span: spanInBlock(block, start, end) });
  };
  for (const piece of splitAtCommas(text)) {
    if (text.slice(piece.start, piece.end).trim() === '') continue;
    const words = wordsOf(text, piece);
    for (let from: number | undefined = 0; from !== undefined; ) {
      const read: ReadColumn = readColumn(text, words, from, piece, block, report);
      if (read.column && names.has(read.column.name)) report(`The column ${read.column.name} is there twice.`, read.column.span.start - block.offset, read.column.span.end - block.offset);
      else if (read.column) columns.push(read.column);
      if (read.column) names.add(read.column.name);
      from = read.next;
    }
  }
  if (columns.length === 0 && problems.length === 0) report('SCHEMA has no columns.', 0, block.text.length);
  return columns;
}

type Report = (message: string, start: number, end: number) => void;

interface ReadColumn {
  readonly column?: Column;
  /** Where a comma is missing, the index of the word that begins the next column. */
  readonly next?: number;
}

/** The column that begins at the word `from`. */
function readColumn(text: string, words: readonly Word[], from: number, whole: Piece, block: Block, report: Report): ReadColumn {
  const name = words[from];
  if (!name) return {};
  if (name.kind === 'path') {
    report('A column begins with its name, not with a JSON path.', name.start, name.end);
    return {};
  }
  if (name.kind === 'word' && name.text.toUpperCase() === 'INDEX') {
    report('Indexes do not belong in SCHEMA: put them below `INDEXES >`.', name.start, whole.end);
    return {};
  }
  if (name.kind === 'word' && !/^[\w.*<>+\-']+$/.test(name.text)) {
    report(`\`${name.text}\` is not the name of a column: write it in back-ticks.`, name.start, name.end);
    return {};
  }
  let typeEnd: number | undefined;
  let path: Word | undefined;
  let fallback: { start: number; end: number } | undefined;
  let codec: { start: number; end: number } | undefined;
  let next: number | undefined;
  for (let at = from + 1; at < words.length && next === undefined; at += 1) {
    const word = words[at];
    if (!word) break;
    const upper = word.kind === 'word' ? word.text.toUpperCase() : '';
    if (word.kind === 'path' && path) {
      // A second path: between the two are the name and the type of another column.
      next = words.findIndex((other, index) => index > from && other.start >= (path?.end ?? 0));
    } else if (word.kind === 'path') {
      path = word;
      typeEnd ??= word.start;
      if (fallback && !codec) fallback.end = Math.min(fallback.end, word.start);
    } else if (upper === 'DEFAULT' && !fallback) {
      fallback = { start: word.end, end: whole.end };
      typeEnd ??= word.start;
    } else if (upper.startsWith('CODEC(') || upper === 'CODEC') {
      codec = { start: word.start, end: word.end };
      const brackets = words[at + 1];
      if (upper === 'CODEC' && brackets?.text.startsWith('(')) codec.end = brackets.end;
      typeEnd ??= word.start;
      if (fallback) fallback.end = Math.min(fallback.end, word.start);
    } else if (!fallback && REFUSED[upper] !== undefined && at > from + 1) {
      report(REFUSED[upper] ?? '', word.start, word.end);
      return {};
    } else if ((path && !fallback) || (codec && word.start >= codec.end)) {
      next = at;
    }
  }
  const following = next === undefined ? undefined : words[next];
  const piece: Piece = { start: name.start, end: following?.start ?? whole.end };
  if (following) report(`A comma is missing before \`${following.text}\`.`, following.start, following.end);
  const rest = next === undefined ? {} : { next };
  const typeStart = words[from + 1]?.start ?? name.end;
  const typeText = text.slice(typeStart, Math.max(typeStart, typeEnd ?? piece.end)).trim();
  const defaultText = fallback && text.slice(fallback.start, Math.min(fallback.end, piece.end)).trim();
  if (typeText === '' && defaultText === undefined) {
    report(`The column ${name.text} has no type.`, name.start, name.end);
    return rest;
  }
  if (defaultText === '') {
    report(`DEFAULT of the column ${name.text} needs an expression.`, name.start, piece.end);
    return rest;
  }
  const type = typeText === '' ? typeOfDefault(defaultText ?? '') : readType(typeText, typeStart, report);
  if (!type) {
    if (typeText === '') report(`Write a type for the column ${name.text}: it cannot be told from the DEFAULT.`, name.start, name.end);
    return rest;
  }
  const isNullDefault = type.kind === 'Nullable' && /^null$/i.test(defaultText ?? '');
  const end = piece.start + text.slice(piece.start, piece.end).trimEnd().length;
  const column: Column = {
    name: name.text,
    type,
    typeText: printType(type),
    ...(path && { jsonPath: path.text }),
    ...(defaultText !== undefined && !isNullDefault && { defaultExpression: defaultText }),
    ...(codec && { codec: text.slice(codec.start, codec.end).trim() }),
    span: spanInBlock(block, name.start, end),
  };
  return { column, ...rest };
}

function readType(text: string, start: number, report: Report): ClickHouseType | undefined {
  const wrong = /\bBoolean\b/.test(text) ? 'Boolean is not a type here: use Bool or UInt8.'
    : /\bDateTime64\b(?!\s*\()/.test(text) ? 'DateTime64 needs a precision: use DateTime64(3).'
      : /^U?Int$/.test(text) ? `${text} needs its size: use ${text}32 or ${text}64.`
        : undefined;
  if (wrong !== undefined) {
    report(wrong, start, start + text.length);
    return undefined;
  }
  try {
    return liftNullable(parseType(text));
  } catch (cause) {
    if (!(cause instanceof SandpiperError)) throw cause;
    const span = cause.detail.span ?? { start: 0, end: text.length };
    report(cause.message, start + Math.min(span.start, text.length - 1), start + Math.min(Math.max(span.end, span.start + 1), text.length));
    return undefined;
  }
}

/** Nullable(SimpleAggregateFunction(f, T)) is SimpleAggregateFunction(f, Nullable(T)). */
function liftNullable(type: ClickHouseType): ClickHouseType {
  if (type.kind !== 'Nullable' || type.of.kind !== 'SimpleAggregateFunction') return type;
  return { ...type.of, arguments: type.of.arguments.map(nullable) };
}

/** The type of a column that has only a DEFAULT, where the expression says it plainly. */
function typeOfDefault(expression: string): ClickHouseType | undefined {
  if (/^'.*'$/s.test(expression)) return STRING;
  if (/^now\(\)$/i.test(expression)) return DATETIME;
  if (/^today\(\)$/i.test(expression)) return DATE;
  if (/^-?\d+$/.test(expression)) return INT64;
  if (/^-?\d+\.\d+$/.test(expression)) return FLOAT64;
  if (/^(?:true|false)$/i.test(expression)) return BOOL;
  const converted = /^to([A-Z]\w*)\(/.exec(expression)?.[1];
  if (converted === undefined) return undefined;
  try {
    return parseType(converted);
  } catch (cause) {
    if (cause instanceof SandpiperError) return undefined; // another function that begins with `to`
    throw cause;
  }
}

/** Comments blanked out, so that offsets stay: `--` outside texts and JSON paths, and lines that begin with `#`. */
function withoutComments(source: string): string {
  const text = source.replace(/^[ \t]*#.*$/gm, (line) => ' '.repeat(line.length));
  if (!text.includes('--')) return text;
  let made = '';
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === '\\' && quote !== '`') {
        made += text.slice(at, at + 2);
        at += 1;
        continue;
      }
      if (character === quote || (character === '\n' && quote === '`')) quote = '';
    } else if (character === "'" || character === '`') {
      quote = character;
    } else if (character === '-' && text.charAt(at + 1) === '-') {
      const newline = text.indexOf('\n', at);
      const end = newline === -1 ? text.length : newline;
      made += ' '.repeat(end - at);
      at = end - 1;
      continue;
    }
    made += character;
  }
  return made;
}

/** Calls `visit` for each character outside texts, back-ticks and brackets; it may give where to go on. */
function walkTopLevel(text: string, start: number, end: number, visit: (character: string, at: number) => void): void {
  let depth = 0;
  for (let at = start; at < end; at += 1) {
    const character = text.charAt(at);
    if (character === "'" || character === '`' || character === '"') {
      const close = closeOf(text, at, end);
      if (depth === 0) visit(character, at);
      at = close - 1;
    } else if (character === '(' || character === '[' || character === '{') {
      if (depth === 0) visit(character, at);
      depth += 1;
    } else if (character === ')' || character === ']' || character === '}') {
      depth = Math.max(0, depth - 1);
    } else if (depth === 0) {
      visit(character, at);
    }
  }
}

/** Where the quoted text that opens at `start` ends; a text left open ends with its line. */
function closeOf(text: string, start: number, end: number): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < end; at += 1) {
    const character = text.charAt(at);
    if (character === '\\' && quote !== '`') at += 1;
    else if (character === quote) return at + 1;
    else if (character === '\n' && quote === '`') return at;
  }
  return end;
}

function splitAtCommas(text: string): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  walkTopLevel(text, 0, text.length, (character, at) => {
    if (character !== ',') return;
    pieces.push({ start, end: at });
    start = at + 1;
  });
  pieces.push({ start, end: text.length });
  return pieces;
}

/** Words of one column: runs without white space, with brackets kept together; `json:…` paths and quoted names apart. */
function wordsOf(text: string, piece: Piece): Word[] {
  const words: Word[] = [];
  let at = piece.start;
  while (at < piece.end) {
    if (/\s/.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    if (text.charAt(at) === '`') {
      const end = closeOf(text, at, piece.end);
      const inside = text.slice(at + 1, end).replace(/`$/, '');
      const isPath = inside.startsWith('json:');
      words.push({ kind: isPath ? 'path' : 'quoted', text: isPath ? inside.slice(5).trim() : inside, start: at, end });
      at = end;
      continue;
    }
    let end = at;
    let depth = 0;
    while (end < piece.end) {
      const character = text.charAt(end);
      if (character === "'" || character === '"' || (character === '`' && depth > 0)) {
        end = closeOf(text, end, piece.end);
        continue;
      }
      if (depth === 0 && (/\s/.test(character) || character === '`')) break;
      if ('([{'.includes(character)) depth += 1;
      if (')]}'.includes(character)) depth = Math.max(0, depth - 1);
      end += 1;
    }
    words.push({ kind: 'word', text: text.slice(at, end), start: at, end });
    at = end;
  }
  return words;
}

/** `[INDEX] name expression TYPE type(args) [GRANULARITY n]`, one per line. */
export function parseIndexes(block: Block, problems: Problem[]): Index[] {
  const indexes: Index[] = [];
  let offset = 0;
  for (const line of block.text.split('\n')) {
    const text = line.replace(/--.*$/, '').trim().replace(/,$/, '').trim();
    if (text !== '') {
      const match = /^(?:INDEX\s+)?(\S+)\s+(.+?)\s+TYPE\s+([\w]+\s*(?:\([^)]*\))?)(?:\s+GRANULARITY\s+(\d+))?$/i.exec(text);
      const [, name, expression, type, granularity] = match ?? [];
      if (name !== undefined && expression !== undefined && type !== undefined) {
        indexes.push({ name, expression, type, ...(granularity !== undefined && { granularity: Number(granularity) }) });
      } else {
        const start = offset + (line.length - line.trimStart().length);
        problems.push({ severity: 'error', message: 'An index is written `name expression TYPE type(…) GRANULARITY 1`.', span: spanInBlock(block, start, offset + line.trimEnd().length) });
      }
    }
    offset += line.length + 1;
  }
  return indexes;
}
