/**
 * DuckDB SQL under construction. A DuckSql can only be made here: from constant text in this program's source
 * (the `duck` template), from other DuckSql, or from values that are quoted here. So no text of a user ever
 * reaches DuckDB unquoted, whoever writes the next function.
 */

declare const brand: unique symbol;

export interface DuckSql {
  readonly text: string;
  readonly [brand]: true;
}

function made(text: string): DuckSql {
  return { text } as DuckSql;
}

/** A piece of DuckDB SQL from constant text and other pieces: duck`date_trunc('day', ${time})`. Arrays are joined by commas. */
export function duck(parts: TemplateStringsArray, ...holes: readonly (DuckSql | readonly DuckSql[])[]): DuckSql {
  let text = parts[0] ?? '';
  for (let index = 0; index < holes.length; index += 1) {
    const hole = holes[index];
    if (hole) text += isList(hole) ? hole.map((item) => item.text).join(', ') : hole.text;
    text += parts[index + 1] ?? '';
  }
  return made(text);
}

function isList(hole: DuckSql | readonly DuckSql[]): hole is readonly DuckSql[] {
  return Array.isArray(hole);
}

/** Several pieces with constant text between them. */
export function joined(items: readonly DuckSql[], separator: ', ' | ' + ' | ' AND ' | ' OR ' | ' || ' | ' ' | ' UNION ALL '): DuckSql {
  return made(items.map((item) => item.text).join(separator));
}

/** A text literal; NUL, which DuckDB's literals cannot hold, is written with chr(0). */
export function duckString(value: string): DuckSql {
  const quoted = value.split('\0').map((piece) => `'${piece.replaceAll("'", "''")}'`);
  return made(quoted.length === 1 ? (quoted[0] ?? "''") : `(${quoted.join(' || chr(0) || ')})`);
}

/** A quoted identifier. DuckDB reads SQL up to a NUL, so the sign for it stands in names made from texts. */
export function duckName(...parts: readonly string[]): DuckSql {
  return made(parts.map((part) => `"${part.replaceAll('\0', '\u2400').replaceAll('"', '""')}"`).join('.'));
}

/** An integer literal of any size. */
export function duckInteger(value: bigint | number): DuckSql {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new Error(`Not a safe integer: ${value}`);
  return made(value < 0 ? `(${value})` : String(value));
}

/** A DOUBLE literal, infinities and NaN included. */
export function duckDouble(value: number): DuckSql {
  if (Number.isNaN(value)) return made("'nan'::DOUBLE");
  if (!Number.isFinite(value)) return made(value > 0 ? "'inf'::DOUBLE" : "'-inf'::DOUBLE");
  const text = Object.is(value, -0) ? '-0.0' : value.toExponential();
  return made(value < 0 || Object.is(value, -0) ? `(${text}::DOUBLE)` : `${text}::DOUBLE`);
}

/** Exact decimal text, checked: digits, one optional point, an optional sign. */
export function duckDecimal(text: string): DuckSql {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new Error(`Not a decimal: ${text}`);
  return made(text.startsWith('-') ? `(${text})` : text);
}

export const DUCK_NULL: DuckSql = made('NULL');
export const DUCK_TRUE: DuckSql = made('TRUE');
export const DUCK_FALSE: DuckSql = made('FALSE');
