/**
 * Which tables a query names. From the parsed query where it parses; from a tolerant look at FROM and JOIN where it does
 * not, or where template tags stand in it. Names of WITH queries are left out. Names only: what they are, project.ts knows.
 */
import { SandpiperError } from '../errors.ts';
import type { Expression } from '../sql/ast.ts';
import { parseQuery } from '../sql/parse.ts';

/** Table names in the order in which they appear, each once: `name`, or `database.name`. */
export function tableNames(sql: string, hasTags: boolean): readonly string[] {
  if (!hasTags) {
    try {
      const found = new Set<string>();
      collect(parseQuery(sql), new Map(), found);
      return [...found];
    } catch (cause) {
      if (!(cause instanceof SandpiperError)) throw cause; // a mistake in the SQL is reported where it is checked
    }
  }
  return scanTables(sql);
}

/** WITH queries in scope: their names are no tables, and what they read counts where they are first used. */
type Hidden = ReadonlyMap<string, { readonly query: unknown; readonly scope: Hidden; seen: boolean }>;

/** Walks plain data: any object with kind `table` is a table, whatever holds it. FROM comes first. */
function collect(part: unknown, hidden: Hidden, found: Set<string>): void {
  if (Array.isArray(part)) {
    for (const item of part) collect(item, hidden, found);
    return;
  }
  if (!isRecord(part)) return;
  let names = hidden;
  if (part['kind'] === 'table') {
    const database = nameText(part['database']);
    addName(nameText(part['name']) ?? '', database, hidden, found);
  } else if (part['kind'] === 'select' && Array.isArray(part['with'])) {
    const own = part['with'].flatMap((item: unknown) => (isRecord(item) && item['kind'] === 'query' ? [[nameText(item['name']) ?? '', { query: item['query'], scope: hidden, seen: false }] as const] : []));
    // Each WITH query sees those before it.
    let scope: Hidden = hidden;
    for (const [name, item] of own) scope = new Map([...scope, [name, { ...item, scope }]]);
    names = scope;
    collect(part['from'], names, found);
  } else if (part['kind'] === 'call' && /^(?:global)?(?:not)?in$/i.test(nameText(part['name']) ?? '')) {
    // `x IN table`: a bare name may be a table or a column; the project knows its tables.
    const args = part['arguments'];
    const right: unknown = Array.isArray(args) ? args[1] : undefined;
    if (isRecord(right) && right['kind'] === 'identifier' && Array.isArray(right['parts']) && right['parts'].length === 1) {
      addName(nameText(right['parts'][0]) ?? '', undefined, hidden, found);
    }
  }
  for (const [key, value] of Object.entries(part)) {
    if (key === 'span' || (key === 'from' && part['kind'] === 'select')) continue;
    if (key === 'with' && part['kind'] === 'select') {
      for (const item of names.values()) expand(item, found);
      collect(Array.isArray(value) ? value.filter((item: unknown) => !isRecord(item) || item['kind'] !== 'query') : value, names, found);
    } else {
      collect(value, names, found);
    }
  }
}

function addName(name: string, database: string | undefined, hidden: Hidden, found: Set<string>): void {
  const item = database === undefined ? hidden.get(name) : undefined;
  if (item) expand(item, found);
  else if (name !== '') found.add(database === undefined ? name : `${database}.${name}`);
}

function expand(item: { readonly query: unknown; readonly scope: Hidden; seen: boolean }, found: Set<string>): void {
  if (item.seen) return;
  item.seen = true;
  collect(item.query, item.scope, found);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function nameText(value: unknown): string | undefined {
  return isRecord(value) && typeof value['text'] === 'string' ? value['text'] : undefined;
}

/** The columns that an expression names; parameters of lambdas left out. */
export function expressionNames(expression: Expression): readonly string[] {
  const found = new Set<string>();
  const walk = (part: unknown, hidden: ReadonlySet<string>): void => {
    if (Array.isArray(part)) {
      for (const item of part) walk(item, hidden);
      return;
    }
    if (!isRecord(part)) return;
    let names = hidden;
    if (part['kind'] === 'identifier' && Array.isArray(part['parts'])) {
      const name = part['parts'].map((one: unknown) => nameText(one) ?? '').join('.');
      if (!hidden.has(name)) found.add(name);
      return;
    }
    if (part['kind'] === 'lambda' && Array.isArray(part['parameters'])) {
      names = new Set([...hidden, ...part['parameters'].map((one: unknown) => nameText(one) ?? '')]);
    }
    for (const [key, value] of Object.entries(part)) if (key !== 'span') walk(value, names);
  };
  walk(expression, new Set());
  return [...found];
}

/** Text in quotes, comments, tags and everything else, each in one piece. Linear: a piece left open ends the text. */
function piecesOf(sql: string): string[] {
  const pieces: string[] = [];
  const word = /[A-Za-z_][\w$]*/y;
  let at = 0;
  const to = (close: string, from: number): number => {
    const found = sql.indexOf(close, from);
    return found === -1 ? sql.length : found + close.length;
  };
  while (at < sql.length) {
    const start = at;
    const two = sql.slice(at, at + 2);
    const character = sql.charAt(at);
    if (two === '--') at = to('\n', at);
    else if (two === '/*') at = to('*/', at + 2);
    else if (two === '{#') at = to('#}', at + 2);
    else if (two === '{%') at = to('%}', at + 2);
    else if (two === '{{') at = to('}}', at + 2);
    else if (character === '`' || character === '"') at = to(character, at + 1);
    else if (character === "'") {
      at += 1;
      while (at < sql.length && sql.charAt(at) !== "'") at += sql.charAt(at) === '\\' ? 2 : 1;
      at += 1;
    } else {
      word.lastIndex = at;
      at += word.exec(sql)?.[0].length ?? 1;
    }
    if (!/^(?:--|\/\*|\{#|\{%|\s$)/.test(two === '' ? character : /\s/.test(character) ? ' ' : two)) pieces.push(sql.slice(start, at));
  }
  return pieces;
}

/** Names after FROM and JOIN, also in text that does not parse. */
function scanTables(sql: string): readonly string[] {
  const pieces = piecesOf(sql);
  const found = new Set<string>();
  const hidden = new Set<string>();
  for (const [at, piece] of pieces.entries()) {
    const isQuery = /^as$/i.test(pieces[at + 1] ?? '') && pieces[at + 2] === '(' && /^(?:select|with)$/i.test(pieces[at + 3] ?? '');
    if (isName(piece) && isQuery) hidden.add(unquoted(piece));
  }
  for (let at = 0; at < pieces.length; at += 1) {
    if (!/^(?:from|join)$/i.test(pieces[at] ?? '')) continue;
    for (let next = at + 1; ; ) {
      const constant = /^\{\{\s*(?:table|TABLE)\(\s*['"]([\w.]+)['"]\s*\)\s*\}\}$/.exec(pieces[next] ?? '')?.[1];
      if (constant !== undefined) found.add(constant);
      if (!isName(pieces[next]) && constant === undefined) break;
      let name = constant ?? unquoted(pieces[next] ?? '');
      next += 1;
      if (constant === undefined && pieces[next] === '.' && isName(pieces[next + 1])) {
        name = `${name}.${unquoted(pieces[next + 1] ?? '')}`;
        next += 2;
      }
      // `numbers(10)` is a table function.
      if (pieces[next] !== '(' && constant === undefined) found.add(name);
      // FROM a AS x, b: on to the next table.
      if (/^final$/i.test(pieces[next] ?? '')) next += 1;
      if (/^as$/i.test(pieces[next] ?? '')) next += 1;
      if (isName(pieces[next]) && pieces[next + 1] === ',') next += 1;
      if (pieces[next] !== ',') break;
      next += 1;
    }
  }
  return [...found].filter((name) => !hidden.has(name));
}

function isName(piece: string | undefined): boolean {
  return piece !== undefined && /^(?:[A-Za-z_]|`|")/.test(piece) && !/^(?:select|with|lateral|global|any|all|left|right|inner|full|cross|on|using|where|group|order|limit)$/i.test(piece);
}

function unquoted(piece: string): string {
  return /^[`"]/.test(piece) ? piece.slice(1, -1) : piece;
}
