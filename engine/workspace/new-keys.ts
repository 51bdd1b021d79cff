/**
 * Keys that stand in a file and that the data source has no column for, so that none is left out in silence. Every line is
 * looked at up to a number, then one in many: looking at all would double the time of an import.
 */
import { ColumnFacts } from './infer-column.ts';
import { parseJsonPath, printJsonPath, type IngestTable } from './ingest-table.ts';

export interface NewKey {
  readonly jsonPath: string;
  /** Lines that have it, of those that were looked at. */
  readonly seen: number;
  readonly firstLine: number;
  /** A type that holds all values that were seen; never without a way to be missing. */
  readonly type: string;
  /** As JSON text. */
  readonly example: string;
}

const ALL_OF_THE_FIRST = 10_000;
const ONE_IN = 512;
const MAX_KEYS = 200;

/** The keys on the way to columns; an empty tree is a column's own value, whose inside belongs to it. */
interface KnownKeys {
  readonly below: Map<string, KnownKeys>;
}

export class NewKeys {
  looked = 0;
  readonly #known: KnownKeys = { below: new Map() };
  readonly #found = new Map<string, { readonly keys: readonly string[]; readonly facts: ColumnFacts }>();
  readonly #isJson: boolean;

  constructor(table: IngestTable) {
    const paths = table.columns.map((column) => parseJsonPath(column).keys);
    // A column of the whole row leaves nothing out.
    this.#isJson = paths.length > 0 && paths.every((keys) => keys.length > 0);
    for (const keys of paths) {
      let at = this.#known;
      for (const key of keys) {
        const next = at.below.get(key) ?? { below: new Map<string, KnownKeys>() };
        at.below.set(key, next);
        at = next;
      }
    }
  }

  /** Whether the line of this number, from 1, is one to look at. */
  wants(line: number): boolean {
    return this.#isJson && (line <= ALL_OF_THE_FIRST || line % ONE_IN === 0);
  }

  /** A line that is no JSON object says nothing. */
  see(text: string, line: number): void {
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch {
      return; // It goes to quarantine, with its reason.
    }
    this.looked += 1;
    if (isObject(row)) this.#seeObject(row, [], this.#known, line);
  }

  /** Lines of a block that are wanted; `firstLine` is the number of its first. */
  seeBlock(bytes: Buffer, firstLine: number): void {
    if (!this.#isJson) return;
    let line = firstLine;
    for (let start = 0; start < bytes.length; line += 1) {
      const newline = bytes.indexOf(10, start);
      const end = newline === -1 ? bytes.length : newline;
      if (end > start && this.wants(line)) this.see(bytes.toString('utf8', start, end), line);
      start = end + 1;
    }
  }

  /** Columns of a CSV header that are no columns of the table. */
  seeHeader(names: readonly string[], line: number): void {
    for (const name of names) if (name !== '') this.#add([name], '', line);
  }

  list(): readonly NewKey[] {
    return [...this.#found.values()].map(({ keys, facts }) => {
      const { type } = facts.type();
      return { jsonPath: printJsonPath(keys), seen: facts.present + facts.nulls, firstLine: facts.firstLine, type: /^(Array|Map|Tuple|Nullable|LowCardinality)\(/.test(type) ? type : `Nullable(${type})`, example: facts.samples[0] ?? 'null' };
    }).toSorted((one, other) => other.seen - one.seen);
  }

  #seeObject(object: Readonly<Record<string, unknown>>, way: readonly string[], known: KnownKeys, line: number): void {
    for (const key in object) {
      const inner = known.below.get(key);
      const value = object[key];
      if (!inner) this.#add([...way, key], value, line);
      else if (inner.below.size > 0 && isObject(value)) this.#seeObject(value, [...way, key], inner, line);
    }
  }

  #add(keys: readonly string[], value: unknown, line: number): void {
    const name = keys.join('\0');
    let found = this.#found.get(name);
    if (!found) {
      if (this.#found.size >= MAX_KEYS) return;
      found = { keys, facts: new ColumnFacts() };
      this.#found.set(name, found);
    }
    found.facts.see(value, line);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
