/**
 * The layout of a data file: the SQL of each block laid out anew, everything else as it stands. Template tags, comments
 * and texts are kept byte for byte. Afterwards the pieces of the SQL are compared with those before; a block in which
 * anything but white space would change is left untouched.
 */
import { clickhouse, formatDialect, type DialectOptions } from 'sql-formatter';
import { readDirectives, type Block } from '../project/directive.ts';
import { dataFileKind } from '../project/datafile.ts';
import { piecesOf, type SqlPiece } from '../project/sql-pieces.ts';

const SQL_BLOCKS = new Set(['SQL', 'FORWARD_QUERY', 'IMPORT_QUERY']);
const INDENT = '    ';

const STRICTNESS = ['ANY', 'ALL', 'SEMI', 'ANTI', 'ASOF'];
const SIDES = ['LEFT', 'RIGHT', 'INNER', 'FULL'];

/** sql-formatter's ClickHouse with the joins and clauses that it does not keep together. */
const DIALECT: DialectOptions = {
  ...clickhouse,
  tokenizerOptions: {
    ...clickhouse.tokenizerOptions,
    reservedJoins: [
      ...clickhouse.tokenizerOptions.reservedJoins,
      ...STRICTNESS.flatMap((strictness) => [`${strictness} JOIN`, ...SIDES.flatMap((side) => ['', 'GLOBAL '].flatMap((far) => ['', ' OUTER'].flatMap((outer) => [`${far}${strictness} ${side}${outer} JOIN`, `${far}${side}${outer} ${strictness} JOIN`])))]),
      ...SIDES.map((side) => `GLOBAL ${side} JOIN`), 'GLOBAL JOIN',
    ],
    reservedKeywordPhrases: [...(clickhouse.tokenizerOptions.reservedKeywordPhrases ?? []), 'WITH FILL', 'WITH TOTALS', 'WITH ROLLUP', 'WITH CUBE', 'WITH TIES', 'GLOBAL IN', 'GLOBAL NOT IN', 'DISTINCT ON'],
  },
};

/** The text with its SQL laid out; the same text where there is nothing to do. */
export function formatFile(path: string, text: string): string {
  const kind = dataFileKind(path);
  if (kind !== 'pipe' && kind !== 'datasource') return text;
  const blocks = readDirectives(text, kind).directives.flatMap(({ keyword, block }) => (SQL_BLOCKS.has(keyword) && block && !block.included ? [block] : []));
  return blocks.toReversed().reduce((whole, block) => whole.slice(0, block.offset) + formattedBlock(block) + whole.slice(block.offset + block.text.length), text);
}

/** A block's text: the line `%` stays, SQL is indented once, blank lines around stay as they are. */
function formattedBlock(block: Block): string {
  const head = /^\s*(?:%[^\S\n]*\n?)?/.exec(block.text)?.[0] ?? '';
  const tail = /\s*$/.exec(block.text.slice(head.length))?.[0] ?? '';
  const sql = block.text.slice(head.length, block.text.length - tail.length);
  if (sql.trim() === '') return block.text;
  const formatted = formatSql(sql.trim());
  if (formatted === undefined) return block.text;
  const mark = head.includes('%') ? `${INDENT}%\n` : '';
  const before = head.includes('%') ? (/^\s*\n/.exec(head)?.[0] ?? '') : /^[^\S\n]*$/.test(head) ? '' : (/^\s*\n/.exec(head)?.[0] ?? '');
  // SQL on the line of `SQL >` moves below it.
  const onSameLine = block.offset > 0 && before === '' && !startsLine(block);
  return `${onSameLine ? '\n' : before}${mark}${formatted}${tail}`;
}

function startsLine(block: Block): boolean {
  return /^[^\S\n]/.test(block.text) || /^[^\s]/.test(block.text);
}

/** A query laid out, without margin; as it is where it cannot be. */
export function formatQuery(sql: string): string {
  return formatSql(sql.trim())?.split('\n').map((line) => line.replace(new RegExp(`^${INDENT}`), '')).join('\n') ?? sql;
}

/** Undefined where the layout would change more than white space, or the SQL cannot be laid out. */
function formatSql(sql: string): string | undefined {
  const pieces = piecesOf(sql);
  const { text, kept } = masked(sql, pieces);
  let laidOut: string;
  try {
    laidOut = formatDialect(text, { dialect: DIALECT, tabWidth: INDENT.length, keywordCase: 'preserve', expressionWidth: 80 });
  } catch {
    // Half-written SQL has no layout yet: it stays as it is.
    return undefined;
  }
  const spaced = withShortClauses(withOwnSpaces(laidOut, text));
  const indented = spaced.split('\n').map((line) => (line.trim() === '' ? '' : `${INDENT}${line.trimEnd()}`)).join('\n');
  const whole = indented.replace(MASKS, (mask) => kept.get(mask) ?? mask);
  return isSame(pieces, piecesOf(whole.trim())) ? whole : undefined;
}

const MASKS = /'tpl\d+_*'|\/\*tpl\d+\*\/|--tpl\d+|tpl\d+_*/g;

/** Tags, comments and texts with line ends or tags inside, as plain names, comments and texts of one line. */
function masked(sql: string, pieces: readonly SqlPiece[]): { readonly text: string; readonly kept: ReadonlyMap<string, string> } {
  const kept = new Map<string, string>();
  let text = '';
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    text += sql.slice(at, piece.start);
    at = piece.end;
    const isLineComment = piece.kind === 'comment' && /^(?:--|#)/.test(piece.text);
    const isLong = piece.kind === 'string' && /[\n{]/.test(piece.text);
    const isElement = piece.kind === 'number' && pieces[index - 1]?.text === '.' && pieces[index - 1]?.end === piece.start;
    const isName = piece.kind === 'word' && !isStructural(pieces, index);
    const isTag = piece.kind === 'tag' || (piece.kind === 'comment' && !isLineComment);
    if (piece.kind !== 'output' && !isLong && !isTag && !isLineComment && !isElement && !isName) {
      text += piece.text;
      continue;
    }
    // As wide as what it stands for, so that lines break where they should.
    const width = Math.min(60, piece.text.length);
    const name = `tpl${index}`;
    const mask = isTag ? `/*${name}*/` : isLineComment ? `--${name}` : isLong ? `'${name.padEnd(width - 2, '_')}'` : name.padEnd(width, '_');
    kept.set(mask, piece.text);
    text += mask;
  }
  return { text: text + sql.slice(at), kept };
}

/** Words that give a query its shape; every other word is a name, whatever the formatter might take it for. */
const STRUCTURAL = new Set([
  'SELECT', 'FROM', 'WHERE', 'PREWHERE', 'GROUP', 'BY', 'HAVING', 'QUALIFY', 'ORDER', 'LIMIT', 'OFFSET', 'SETTINGS', 'FORMAT', 'WITH', 'RECURSIVE', 'AS', 'UNION', 'ALL', 'DISTINCT', 'EXCEPT', 'INTERSECT', 'FINAL', 'SAMPLE', 'ARRAY', 'JOIN', 'LEFT', 'RIGHT', 'INNER',
  'FULL', 'CROSS', 'OUTER', 'ANY', 'ASOF', 'SEMI', 'ANTI', 'GLOBAL', 'PASTE', 'ON', 'USING', 'AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'LIKE', 'ILIKE', 'IS', 'NULL', 'CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'ASC', 'DESC', 'NULLS', 'OVER', 'PARTITION', 'WINDOW', 'FILTER',
  'EXISTS', 'INTERVAL', 'FILL', 'TOTALS', 'TIES', 'REPLACE', 'APPLY', 'INTERPOLATE',
]);
/** Those that are also names of functions. */
const ALSO_FUNCTIONS = new Set(['LEFT', 'RIGHT', 'ANY', 'ALL', 'FORMAT', 'REPLACE', 'ARRAY', 'NOT', 'OFFSET']);

function isStructural(pieces: readonly SqlPiece[], index: number): boolean {
  const [before, piece, after] = [pieces[index - 1], pieces[index], pieces[index + 1]];
  if (!piece || !STRUCTURAL.has(piece.upper) || before?.text === '.' || after?.text === '.') return false;
  return !(ALSO_FUNCTIONS.has(piece.upper) && after?.text === '(' && after.start === piece.end && before?.text !== '*' && before?.text !== ')');
}

/** Where the author wrote no space before a bracket, a point or `::`, none is put there. */
function withOwnSpaces(laidOut: string, original: string): string {
  const before = piecesOf(original);
  const after = piecesOf(laidOut);
  if (before.length !== after.length) return laidOut;
  let text = '';
  let at = 0;
  for (const [index, piece] of after.entries()) {
    const gap = laidOut.slice(at, piece.start);
    const own = before[index];
    const last = before[index - 1];
    const wasTight = own !== undefined && last !== undefined && own.start === last.end;
    const isJoint = /^(?:\[|\(|\.|::|:)$/.test(piece.text) || /^(?:\.|::|\[)$/.test(last?.text ?? '');
    text += !isJoint || gap.includes('\n') ? gap : wasTight ? '' : ' ';
    text += piece.text;
    at = piece.end;
  }
  return text + laidOut.slice(at);
}

const CLAUSE_ALONE = /^\s*(?:FROM|PREWHERE|WHERE|GROUP BY|HAVING|ORDER BY|LIMIT|OFFSET|SETTINGS|FORMAT|QUALIFY|SELECT|SELECT DISTINCT)$/i;

/** A clause that holds one line stands on one line with its word. */
function withShortClauses(text: string): string {
  const lines = text.split('\n');
  const indentOf = (line: string | undefined): number => (line === undefined ? 0 : line.search(/\S|$/));
  for (let at = lines.length - 2; at >= 0; at -= 1) {
    const [line = '', body = '', after] = [lines[at], lines[at + 1], lines[at + 2]];
    const isOneLine = after === undefined || after.trim() === '' || indentOf(after) <= indentOf(line);
    if (CLAUSE_ALONE.test(line) && isOneLine && indentOf(body) > indentOf(line) && !/--tpl|\/\*tpl/.test(body) && line.length + body.trim().length < 110) lines.splice(at, 2, `${line} ${body.trim()}`);
  }
  return lines.join('\n');
}

function isSame(before: readonly SqlPiece[], after: readonly SqlPiece[]): boolean {
  return before.length === after.length && before.every((piece, index) => piece.text === after[index]?.text);
}
