/**
 * What is learned about one JSON path while a file is read, and the ClickHouse type that holds all of it.
 * Every value counts; nothing is guessed from a sample. Memory is bounded: distinct texts are counted up to a limit.
 */
import { parseDate, parseDateTime } from './date-text.ts';

/** The shapes that values had, as bits. */
const BOOLEAN = 1;
const INTEGER = 2;
const FRACTION = 4;
const TEXT = 8;
const OBJECT = 16;
const ARRAY = 32;

const SAMPLES = 5;
const SAMPLE_CHARACTERS = 200;
const SAMPLED_ROWS = 100_000;
const DISTINCT = 1000;
const PLAIN_TIME = /^(?:19[7-9]|20\d)\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])[ T](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ?$/;

/** What the texts of a path all are so far. */
type TextForm = 'date' | 'date-time' | 'uuid' | 'integer' | 'other';

export class ColumnFacts {
  /** Rows in which the path is present and not null. */
  present = 0;
  nulls = 0;
  firstLine = 0;
  lastLine = 0;
  /** Different values as JSON text. */
  readonly samples: string[] = [];
  /** The facts of the items, when values are arrays. */
  items: ColumnFacts | undefined;
  #shapes = 0;
  #least = 0;
  #greatest = 0;
  #leastBig = 0n;
  #greatestBig = 0n;
  #form: TextForm | undefined;
  #fractionDigits = 0;
  #longestText = 0;
  #distinct: Set<string> | undefined = new Set();
  #hasOffset = false;
  readonly #sampled = new Set<unknown>();

  see(value: unknown, line: number): void {
    if (this.firstLine === 0) this.firstLine = line;
    this.lastLine = line;
    if (value === null) {
      this.nulls += 1;
      return;
    }
    this.present += 1;
    switch (typeof value) {
      case 'string':
        this.#seeText(value);
        break;
      case 'number':
        this.#seeNumber(value);
        break;
      case 'bigint':
        this.#seeBig(value);
        break;
      case 'boolean':
        this.#shapes |= BOOLEAN;
        break;
      default:
        if (Array.isArray(value)) {
          this.#shapes |= ARRAY;
          this.items ??= new ColumnFacts();
          for (const item of value) this.items.see(item, line);
        } else this.#shapes |= OBJECT;
    }
    if (this.samples.length < SAMPLES && !this.#sampled.has(value) && this.present <= SAMPLED_ROWS) this.#sample(value);
  }

  #sample(value: unknown): void {
    if (typeof value !== 'object') this.#sampled.add(value);
    const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item));
    const shown = text.length > SAMPLE_CHARACTERS ? `${text.slice(0, SAMPLE_CHARACTERS)}…` : text;
    if (!this.samples.includes(shown)) this.samples.push(shown);
  }

  #seeNumber(value: number): void {
    if (!Number.isSafeInteger(value)) {
      this.#shapes |= FRACTION;
      return;
    }
    this.#shapes |= INTEGER;
    if (value < this.#least) this.#least = value;
    else if (value > this.#greatest) this.#greatest = value;
  }

  #seeBig(value: bigint): void {
    this.#shapes |= INTEGER;
    if (value < this.#leastBig) this.#leastBig = value;
    else if (value > this.#greatestBig) this.#greatestBig = value;
  }

  #seeText(value: string): void {
    this.#shapes |= TEXT;
    if (this.#distinct) {
      this.#distinct.add(value);
      if (this.#distinct.size > DISTINCT) this.#distinct = undefined;
    }
    if (value.length > this.#longestText) this.#longestText = value.length;
    if (this.#form === 'other') return;
    const form = this.#formOf(value);
    if (this.#form === undefined || this.#form === form) this.#form = form;
    else this.#form = isTime(this.#form) && isTime(form) ? 'date-time' : 'other';
  }

  #formOf(value: string): TextForm {
    const first = value.charCodeAt(0);
    if (value.length >= 10 && value.charCodeAt(4) === 45) {
      if (value.length === 10 && parseDate(value) !== undefined) return 'date';
      if (value.length <= 20 && PLAIN_TIME.test(value)) return 'date-time';
      const instant = value.length > 10 ? parseDateTime(value, undefined) : undefined;
      if (instant) {
        const fraction = /\.(\d+)/.exec(value)?.[1]?.length ?? 0;
        if (fraction > this.#fractionDigits) this.#fractionDigits = fraction;
        this.#hasOffset ||= /[+-]\d\d:?\d\d$/.test(value);
        return instant.seconds < 0 || instant.seconds > 4_294_967_295 ? 'other' : 'date-time';
      }
    }
    if (value.length === 36 && /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(value)) return 'uuid';
    if (((first >= 48 && first <= 57) || first === 45) && value.length <= 20 && /^-?(?:0|[1-9]\d*)$/.test(value)) return 'integer';
    return 'other';
  }

  /** The type without Nullable, and a remark where one is due. */
  type(): { readonly type: string; readonly note?: string } {
    switch (this.#shapes) {
      case 0:
        return { type: 'String', note: 'no value but null was seen' };
      case BOOLEAN:
        return { type: 'Bool' };
      case INTEGER:
        return this.#integerType();
      case FRACTION:
        return { type: 'Float64' };
      case INTEGER | FRACTION: {
        const isExact = Math.max(-this.#least, this.#greatest) <= Number.MAX_SAFE_INTEGER && this.#leastBig === 0n && this.#greatestBig === 0n;
        return isExact ? { type: 'Float64' } : { type: 'Float64', note: 'some integers are too large for a Float64 to hold exactly' };
      }
      case TEXT:
        return this.#textType();
      case ARRAY:
        return this.#arrayType();
      case OBJECT:
        return { type: 'String', note: 'objects, kept as JSON text' };
      default:
        return { type: 'String', note: `values of several kinds (${this.#kinds()}), kept as text` };
    }
  }

  #kinds(): string {
    const names = [[BOOLEAN, 'true or false'], [INTEGER | FRACTION, 'numbers'], [TEXT, 'texts'], [OBJECT, 'objects'], [ARRAY, 'arrays']] as const;
    return names.filter(([bits]) => (this.#shapes & bits) !== 0).map(([, name]) => name).join(', ');
  }

  #integerType(): { type: string; note?: string } {
    const least = minimum(this.#leastBig, BigInt(this.#least));
    const greatest = maximum(this.#greatestBig, BigInt(this.#greatest));
    const fits = (bits: bigint, signed: boolean) => (signed ? least >= -(1n << (bits - 1n)) && greatest < 1n << (bits - 1n) : least >= 0n && greatest < 1n << bits);
    // What is not negative today may be so tomorrow: unsigned only where signed is too small.
    if (fits(32n, true)) return { type: 'Int32' };
    if (fits(64n, true)) return { type: 'Int64' };
    if (fits(64n, false)) return { type: 'UInt64' };
    if (fits(128n, true)) return { type: 'Int128', note: 'integers beyond 64 bits' };
    return { type: 'String', note: 'integers beyond 128 bits, kept as text' };
  }

  #textType(): { type: string; note?: string } {
    switch (this.#form) {
      case 'date':
        return { type: 'Date' };
      case 'date-time': {
        const offset = this.#hasOffset ? { note: 'with offsets from UTC, which are applied: values are kept in UTC' } : {};
        if (this.#fractionDigits === 0) return { type: 'DateTime', ...offset };
        return { type: `DateTime64(${this.#fractionDigits <= 3 ? 3 : this.#fractionDigits <= 6 ? 6 : 9})`, ...offset };
      }
      case 'uuid':
        return { type: 'UUID' };
      case 'integer':
        return { type: 'String', note: 'all values are integers written as text' };
      default:
        return { type: this.#isLowCardinality() ? 'LowCardinality(String)' : 'String' };
    }
  }

  #isLowCardinality(): boolean {
    const distinct = this.#distinct?.size ?? Number.POSITIVE_INFINITY;
    return this.#longestText <= 100 && this.present >= 100 && distinct <= Math.min(DISTINCT, this.present / 20);
  }

  #arrayType(): { type: string; note?: string } {
    const items = this.items;
    if (!items || items.present + items.nulls === 0) return { type: 'Array(String)', note: 'only empty arrays were seen' };
    if ((items.#shapes & (OBJECT | ARRAY)) !== 0) return { type: 'String', note: 'arrays of objects or arrays, kept as JSON text' };
    const { type, note } = items.type();
    const plain = type.replace(/^LowCardinality\((.*)\)$/, '$1');
    return { type: `Array(${items.nulls > 0 ? `Nullable(${plain})` : plain})`, ...(note === undefined ? {} : { note: `items: ${note}` }) };
  }

  /** True when some values are objects and none is anything else: its keys become columns. */
  get isObject(): boolean {
    return this.#shapes === OBJECT;
  }
}

function isTime(form: TextForm): boolean {
  return form === 'date' || form === 'date-time';
}

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
