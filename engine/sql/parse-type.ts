/**
 * Names of ClickHouse types as types: `Nullable(String)`, `DateTime64(3, 'UTC')`, `Enum('a' = 1)`, with ClickHouse's
 * case-insensitive SQL names (INT, VARCHAR, TIMESTAMP …). A name that is none gives a SandpiperError with its span.
 */
import { ownEntry } from './own-entry.ts';
import { SandpiperError } from '../errors.ts';
import { Cursor } from './cursor.ts';
import {
  array, BOOL, DATE, DATE32, dateTime, dateTime64, decimal, FLOAT32, FLOAT64, int, map, nullable, printType, STRING, tuple, uint, UUID,
  type AggregateStateType, type ClickHouseType, type EnumValue, type IntegerBits, type TupleElement,
} from './types.ts';

const INTEGER = /^(U?)Int(8|16|32|64|128|256)$/;
const DECIMAL_WIDTHS: Readonly<Record<string, number>> = { Decimal32: 9, Decimal64: 18, Decimal128: 38, Decimal256: 76 };

const SIMPLE: Readonly<Record<string, ClickHouseType>> = {
  String: STRING, Bool: BOOL, UUID, Date: DATE, Date32: DATE32, Float32: FLOAT32, Float64: FLOAT64,
  Nothing: { kind: 'Nothing' }, BFloat16: { kind: 'BFloat16' }, IPv4: { kind: 'IPv4' }, IPv6: { kind: 'IPv6' }, Time: { kind: 'Time' }, Dynamic: { kind: 'Dynamic' },
};

const POINT = tuple(FLOAT64, FLOAT64);
const GEO: Readonly<Record<string, ClickHouseType>> = {
  Point: POINT, Ring: array(POINT), LineString: array(POINT), MultiLineString: array(array(POINT)), Polygon: array(array(POINT)), MultiPolygon: array(array(array(POINT))),
};

/** SQL's names, which ClickHouse takes in any case. */
const ALIASES: Readonly<Record<string, ClickHouseType>> = {
  BOOL, BOOLEAN: BOOL, TINYINT: int(8), INT1: int(8), SMALLINT: int(16), MEDIUMINT: int(32), INT: int(32), INTEGER: int(32), BIGINT: int(64), SIGNED: int(64), UNSIGNED: uint(64),
  FLOAT: FLOAT32, REAL: FLOAT32, SINGLE: FLOAT32, DOUBLE: FLOAT64, CHAR: STRING, VARCHAR: STRING, VARCHAR2: STRING, TEXT: STRING, TINYTEXT: STRING, MEDIUMTEXT: STRING, LONGTEXT: STRING,
  BLOB: STRING, TINYBLOB: STRING, MEDIUMBLOB: STRING, LONGBLOB: STRING, CLOB: STRING, BYTEA: STRING, BINARY: STRING, VARBINARY: STRING, NCHAR: STRING, NVARCHAR: STRING, CHARACTER: STRING,
  INET4: { kind: 'IPv4' }, INET6: { kind: 'IPv6' }, YEAR: uint(16), TIMESTAMP: dateTime(), DATE, DATETIME: dateTime(),
};

export function parseType(text: string): ClickHouseType {
  const cursor = new Cursor(text, () => {
    throw new SandpiperError('syntax', 'A query cannot stand in a type.');
  });
  const type = parseTypeAt(cursor);
  if (cursor.peek().kind !== 'end') throw cursor.unexpected(`the type ${printType(type)} to end`);
  return type;
}

/** Whether the word begins a type of ClickHouse, in its right spelling. */
export function isTypeName(name: string): boolean {
  return name in SIMPLE || name in GEO || INTEGER.test(name) || /^(Nullable|LowCardinality|Array|Tuple|Map|Nested|DateTime|DateTime64|FixedString|Decimal|Enum|Enum8|Enum16|AggregateFunction|SimpleAggregateFunction|JSON|Variant|Time64|Interval[A-Z]\w+)$/.test(name) || name in DECIMAL_WIDTHS;
}

/** The type at the cursor, for CAST and `::`. */
export function parseTypeAt(cursor: Cursor): ClickHouseType {
  return cursor.deeper(() => {
    const name = cursor.expectName('the name of a type');
    const known = ownEntry(SIMPLE, name.text);
    if (known) return known;
    const integer = INTEGER.exec(name.text);
    if (integer) return { kind: 'Integer', bits: bitsOf(integer[2]), signed: integer[1] === '' };
    const geo = ownEntry(GEO, name.text);
    if (geo) return { kind: 'Geo', name: name.text, of: geo };
    const parametric = parseParametric(cursor, name.text);
    if (parametric) return parametric;
    let upper = name.text.toUpperCase();
    if (upper === 'DOUBLE') cursor.takeWords('PRECISION');
    if (upper === 'CHAR' || upper === 'CHARACTER') cursor.takeWords('VARYING');
    const alias = ALIASES[upper];
    if (alias) {
      if (cursor.isSymbol('(') && alias.kind !== 'DateTime') skipBrackets(cursor);
      if (/^(SIGNED|INT|INTEGER|BIGINT|SMALLINT|TINYINT)$/.test(upper) && cursor.takeWords('UNSIGNED') && alias.kind === 'Integer') return { ...alias, signed: false };
      cursor.takeWords('SIGNED');
      return alias;
    }
    upper = /^(DECIMAL|NUMERIC|DEC|FIXED)$/.test(upper) ? 'Decimal' : upper;
    if (upper === 'Decimal') return decimalType(cursor, undefined);
    throw new SandpiperError('unknown-name', `There is no type ${name.text} in ClickHouse.`, { span: name.span });
  });
}

function parseParametric(cursor: Cursor, name: string): ClickHouseType | undefined {
  switch (name) {
    case 'Nullable':
      return one(cursor, (of) => (nullable(of) === of && of.kind !== 'Nullable' ? { kind: 'Nullable', of } : nullable(of)));
    case 'LowCardinality':
      return one(cursor, (of) => ({ kind: 'LowCardinality', of }));
    case 'Array':
      return one(cursor, array);
    case 'Tuple':
      return { kind: 'Tuple', elements: list(cursor, elementAt) };
    case 'Nested':
      return { kind: 'Nested', elements: list(cursor, elementAt) };
    case 'Variant':
      return { kind: 'Variant', of: list(cursor, parseTypeAt) };
    case 'Map': {
      const [key, value] = list(cursor, parseTypeAt);
      if (!key || !value) throw cursor.unexpected('Map to have a key and a value type');
      return map(key, value);
    }
    case 'DateTime': {
      const zone = cursor.isSymbol('(') ? list(cursor, textAt)[0] : undefined;
      return dateTime(zone);
    }
    case 'DateTime64': {
      cursor.expectSymbol('(', 'and a precision: DateTime64(3)');
      const precision = wholeIn(cursor, 0, 9, 'DateTime64 takes 0 to 9 digits');
      const zone = cursor.takeSymbol(',') ? textAt(cursor) : undefined;
      cursor.expectSymbol(')', 'after DateTime64');
      return dateTime64(precision, zone);
    }
    case 'Time64':
      return { kind: 'Time64', precision: cursor.isSymbol('(') ? (list(cursor, (at) => wholeIn(at, 0, 9, 'Time64 takes 0 to 9 digits'))[0] ?? 3) : 3 };
    case 'FixedString':
      return { kind: 'FixedString', length: list(cursor, (at) => wholeIn(at, 1, 0xff_ffff, 'FixedString takes a length of 1 to 16777215'))[0] ?? 1 };
    case 'Decimal':
      return decimalType(cursor, undefined);
    case 'Decimal32':
    case 'Decimal64':
    case 'Decimal128':
    case 'Decimal256':
      return decimalType(cursor, DECIMAL_WIDTHS[name]);
    case 'Enum':
    case 'Enum8':
    case 'Enum16':
      return enumType(cursor, name);
    case 'JSON':
    case 'Object': {
      const start = cursor.peek().span.end;
      if (!cursor.isSymbol('(')) return { kind: 'JSON', parameters: '' };
      skipBrackets(cursor);
      return { kind: 'JSON', parameters: cursor.text.slice(start, cursor.end - 1) };
    }
    case 'AggregateFunction':
    case 'SimpleAggregateFunction':
      return aggregateState(cursor, name);
    default: {
      const unit = /^Interval(Nanosecond|Microsecond|Millisecond|Second|Minute|Hour|Day|Week|Month|Quarter|Year)$/.exec(name)?.[1];
      return unit === undefined ? undefined : { kind: 'Interval', unit: intervalUnit(unit) };
    }
  }
}

function intervalUnit(text: string): Extract<ClickHouseType, { kind: 'Interval' }>['unit'] {
  switch (text) {
    case 'Nanosecond': case 'Microsecond': case 'Millisecond': case 'Second': case 'Minute': case 'Hour':
    case 'Day': case 'Week': case 'Month': case 'Quarter':
      return text;
    default:
      return 'Year';
  }
}

function bitsOf(text: string | undefined): IntegerBits {
  const bits = Number(text);
  switch (bits) {
    case 8: case 16: case 32: case 64: case 128:
      return bits;
    default:
      return 256;
  }
}

function decimalType(cursor: Cursor, width: number | undefined): ClickHouseType {
  const start = cursor.peek().span.start;
  const [first, second] = cursor.isSymbol('(') ? list(cursor, wholeAt) : [];
  const precision = width ?? first ?? 10;
  const scale = (width === undefined ? second : first) ?? 0;
  if (!(precision >= 1 && precision <= 76)) throw cursor.failure(`A Decimal has 1 to 76 digits, not ${precision}.`, cursor.spanFrom(start));
  if (!(scale >= 0 && scale <= precision)) throw cursor.failure(`A Decimal of ${precision} digits has 0 to ${precision} of them behind the point, not ${scale}.`, cursor.spanFrom(start));
  return decimal(precision, scale);
}

function enumType(cursor: Cursor, name: string): ClickHouseType {
  let next = 1;
  const values = list(cursor, (at): EnumValue => {
    const text = textAt(at);
    const value = at.takeSymbol('=') ? wholeIn(at, -32_768, 32_767, 'The value of an Enum is -32768 to 32767') : next;
    next = value + 1;
    return { name: text, value };
  });
  const wide = name === 'Enum16' || (name === 'Enum' && values.some(({ value }) => value < -128 || value > 127));
  return { kind: 'Enum', bits: wide ? 16 : 8, values: values.sort((left, right) => left.value - right.value) };
}

function aggregateState(cursor: Cursor, kind: AggregateStateType['kind']): ClickHouseType {
  cursor.expectSymbol('(', `after ${kind}`);
  if (cursor.peek().kind === 'number') {
    cursor.take();
    cursor.expectSymbol(',', 'after the version of the state');
  }
  const name = cursor.expectName('the name of an aggregate function').text;
  const parameters: string[] = [];
  if (cursor.takeSymbol('(')) {
    while (!cursor.takeSymbol(')')) {
      const start = cursor.peek().span.start;
      if (cursor.peek().kind === 'end') throw cursor.unexpected(') after the parameters');
      cursor.takeSymbol('-');
      cursor.take();
      parameters.push(cursor.text.slice(start, cursor.end));
      cursor.takeSymbol(',');
    }
  }
  const argumentTypes: ClickHouseType[] = [];
  while (cursor.takeSymbol(',')) argumentTypes.push(parseTypeAt(cursor));
  cursor.expectSymbol(')', `to close ${kind}`);
  return { kind, name, parameters, arguments: argumentTypes };
}

function elementAt(cursor: Cursor): TupleElement {
  const named = (cursor.peek().kind === 'word' || cursor.peek().kind === 'quoted') && (cursor.peek(1).kind === 'word' || cursor.peek(1).kind === 'quoted');
  if (!named) return { type: parseTypeAt(cursor) };
  const name = cursor.expectName('a name');
  return { name: name.text, type: parseTypeAt(cursor) };
}

function one(cursor: Cursor, make: (of: ClickHouseType) => ClickHouseType): ClickHouseType {
  cursor.expectSymbol('(', 'and the type inside');
  const type = make(parseTypeAt(cursor));
  cursor.expectSymbol(')', 'to close the type');
  return type;
}

function list<T>(cursor: Cursor, item: (cursor: Cursor) => T): T[] {
  const items: T[] = [];
  cursor.expectSymbol('(', 'after the type');
  while (!cursor.takeSymbol(')')) {
    items.push(item(cursor));
    if (!cursor.takeSymbol(',') && !cursor.isSymbol(')')) throw cursor.unexpected(', or ) in the type');
  }
  return items;
}

function textAt(cursor: Cursor): string {
  if (cursor.peek().kind !== 'string') throw cursor.unexpected('a text in quotes');
  return cursor.take().text;
}

function wholeIn(cursor: Cursor, least: number, most: number, sentence: string): number {
  const start = cursor.peek().span.start;
  const value = wholeAt(cursor);
  if (value < least || value > most) throw cursor.failure(`${sentence}, not ${value}.`, cursor.spanFrom(start));
  return value;
}

function wholeAt(cursor: Cursor): number {
  const negative = cursor.takeSymbol('-');
  const lexeme = cursor.peek();
  if (lexeme.kind !== 'number' || !/^\d+$/.test(lexeme.text)) throw cursor.unexpected('a whole number');
  cursor.take();
  return negative ? -Number(lexeme.text) : Number(lexeme.text);
}

function skipBrackets(cursor: Cursor): void {
  let depth = 0;
  do {
    if (cursor.peek().kind === 'end') throw cursor.unexpected(') to close the type');
    const lexeme = cursor.take();
    if (lexeme.kind === 'symbol' && lexeme.text === '(') depth += 1;
    if (lexeme.kind === 'symbol' && lexeme.text === ')') depth -= 1;
  } while (depth > 0);
}
