/**
 * The differential fuzzer: rounds of random tables and random queries over them, asked in both engines. Every difference
 * is shrunk, then looked up in the table of known differences. The seed and the number of the query decide everything
 * that is asked, so `--seed S --only N` asks query N again.
 */
import { parseQuery } from '../../../engine/sql/parse.ts';
import { translate } from '../../../engine/sql/translate.ts';
import { openTwoEngines, type TwoEngines } from '../../sql/two-engines.ts';
import { makeQuery, type MadeQuery } from './query-maker.ts';
import { Random } from './random.ts';
import { shrink } from './shrinker.ts';
import type { Typing } from './source-maker.ts';
import { fill, makeTable, type MadeTable } from './table-maker.ts';
import { text, type Tree } from './tree.ts';
import { judge, knownDifference, type Verdict } from './verdict.ts';

export interface Options {
  readonly seed: number;
  readonly seconds: number;
  /** Only this query of the seed. */
  readonly only?: number;
  readonly onDifference?: (found: Found) => void;
  readonly onProgress?: (report: Report) => void;
}

export interface Found {
  readonly number: number;
  readonly shape: string;
  readonly what: string;
  readonly detail: string;
  readonly sql: string;
  readonly original: string;
  /** The tables that the smallest query reads, as ClickHouse statements. */
  readonly tables: readonly string[];
  readonly known?: string;
}

export interface Report {
  readonly seed: number;
  asked: number;
  accepted: number;
  equal: number;
  refusedByBoth: number;
  failedInClickHouse: number;
  readonly lenient: Map<string, number>;
  readonly known: Map<string, number>;
  readonly found: Found[];
}

/** One query must not eat the machine: at this size of the process it is told and the run ends. */
const MOST_BYTES = 3_000_000_000;

const QUERIES_PER_ROUND = 400;
const AT_ONCE = 40;
const TABLES = 3;
/** Calls that the translator refuses are asked in ClickHouse once per function and kinds of arguments. */
const REFUSED_PER_QUERY = 2;

export async function fuzz(options: Options): Promise<Report> {
  const report: Report = { seed: options.seed, asked: 0, accepted: 0, equal: 0, refusedByBoth: 0, failedInClickHouse: 0, lenient: new Map(), known: new Map(), found: [] };
  const end = Date.now() + options.seconds * 1_000;
  const refusedBefore = new Set<string>();
  let engines = await open();
  const asking = new Set<string>();
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() < MOST_BYTES) return;
    process.stderr.write(`\nMore than ${MOST_BYTES} bytes of memory for one of:\n${[...asking].join('\n')}\n`);
    process.exit(3);
  }, 50);
  for (let round = 0; Date.now() < end; round += 1) {
    if (options.only !== undefined && Math.floor(options.only / QUERIES_PER_ROUND) !== round) continue;
    const tables = Array.from({ length: TABLES }, (_, index) => makeTable(`t${index}`, new Random(`${options.seed} table ${round} ${index}`)));
    for (const table of tables) await fill(engines, table);
    const made = Array.from({ length: QUERIES_PER_ROUND }, (_, index) => round * QUERIES_PER_ROUND + index).filter((number) => options.only === undefined || number === options.only);
    for (let from = 0; from < made.length && Date.now() < end; from += AT_ONCE) {
      const batch = made.slice(from, from + AT_ONCE).flatMap((number) => queriesOf(number, options.seed, tables, engines, refusedBefore));
      try {
        const verdicts = await Promise.all(batch.map(async ({ query }) => judged(engines, query.tree, query.ordered, asking)));
        for (const [index, verdict] of verdicts.entries()) {
          const one = batch[index];
          if (one) await count(report, one.number, one.query, verdict, engines, tables, options, asking);
        }
      } catch (error) {
        if (!/ClickHouse ended/.test(String(error))) throw error;
        engines = await open();
        for (const table of tables) await fill(engines, table);
      }
      options.onProgress?.(report);
    }
    if (options.only !== undefined) break;
  }
  clearInterval(watch);
  engines.close();
  return report;
}

async function open(): Promise<TwoEngines> {
  const engines = await openTwoEngines();
  if (!engines) throw new Error('ClickHouse is not installed: run npm install --no-package-lock --prefix test/oracle');
  return engines;
}

interface Numbered {
  readonly number: number;
  readonly query: MadeQuery;
}

function queriesOf(number: number, seed: number, tables: readonly MadeTable[], engines: TwoEngines, refusedBefore: Set<string>): Numbered[] {
  const query = makeQuery(tables, new Random(`${seed} query ${number}`), typing(engines));
  const refused = query.refused.filter((tree) => {
    const key = kindsOf(tree);
    if (refusedBefore.has(key)) return false;
    refusedBefore.add(key);
    return true;
  });
  return [{ number, query }, ...refused.slice(0, REFUSED_PER_QUERY).map((tree) => ({ number, query: { tree, ordered: false, shape: 'refused', refused: [] } }))];
}

/** A call by its name and the kinds of its arguments. */
function kindsOf(tree: Tree): string {
  const [call] = tree.parts;
  return `${call?.called ?? ''} ${(call?.parts ?? []).map((part) => ('type' in part ? (part as { type: { kind: string } }).type.kind : '')).join(' ')}`;
}

function typing(engines: TwoEngines): Typing {
  return (source) => {
    const from = text(source);
    return (expression) => {
      try {
        return translate(parseQuery(`SELECT ${expression} FROM ${from}`), { catalog: engines.catalog }).columns[0]?.type;
      } catch {
        // What the translator refuses is asked in ClickHouse later; a bug of the translator shows there too.
        return undefined;
      }
    };
  };
}

async function judged(engines: TwoEngines, tree: Tree, ordered: boolean, asking: Set<string>): Promise<Verdict> {
  const sql = text(tree);
  asking.add(sql);
  const { ours, theirs } = await engines.askBoth(sql);
  asking.delete(sql);
  return judge(ours, theirs, ordered);
}

async function count(report: Report, number: number, query: MadeQuery, verdict: Verdict, engines: TwoEngines, tables: readonly MadeTable[], options: Options, asking: Set<string>): Promise<void> {
  report.asked += query.shape === 'refused' ? 0 : 1;
  switch (verdict.kind) {
    case 'refused by both':
      report.refusedByBoth += query.shape === 'refused' ? 0 : 1;
      return;
    case 'failed in ClickHouse':
      report.failedInClickHouse += 1;
      return;
    case 'too lenient': {
      const name = verdict.detail.replace(/^.*DB::Exception: /, '').slice(0, 90);
      report.lenient.set(name, (report.lenient.get(name) ?? 0) + 1);
      return;
    }
    case 'equal':
      report.accepted += 1;
      report.equal += 1;
      return;
    case 'different':
      break;
    default:
      return verdict satisfies never;
  }
  report.accepted += 1;
  const whole = text(query.tree);
  const obvious = knownDifference(`${whole}\n${verdict.detail}`, verdict.what);
  if (obvious) {
    report.known.set(obvious.id, (report.known.get(obvious.id) ?? 0) + 1);
    return;
  }
  let detail = verdict.detail;
  const smallest = await shrink(query.tree, async (candidate) => {
    const again = await judged(engines, candidate, query.ordered && /ORDER BY/.test(text(candidate)), asking);
    if (again.kind !== 'different' || again.what !== verdict.what) return false;
    detail = again.detail;
    return true;
  });
  const sql = text(smallest);
  const known = knownDifference(`${sql}\n${detail}`, verdict.what);
  if (known) report.known.set(known.id, (report.known.get(known.id) ?? 0) + 1);
  const found: Found = {
    number, shape: query.shape, what: verdict.what, detail, sql, original: whole, ...(known ? { known: known.id } : {}),
    tables: tables.filter((table) => new RegExp(`\\b${table.name}\\b`).test(sql)).map((table) => `CREATE TABLE ${table.name} (${table.create}) ENGINE = Memory; INSERT INTO ${table.name} ${table.insert}`),
  };
  if (!known) report.found.push(found);
  if (!known) options.onDifference?.(found);
}
