/**
 * ClickHouse documents its functions inside of itself, with examples that run: `system.functions`. This runs each
 * example in real ClickHouse and through Sandpiper's translator in DuckDB, and prints how many agree, by category, and
 * what does not and why. `npm run oracle:functions [-- NAME-OR-CATEGORY]`; with a name it prints every example's SQL.
 * The share is of the examples that apply here (not-applicable.ts) and to which ClickHouse gives one answer.
 */
import { reasonNotApplicable } from './not-applicable.ts';
import { openTwoEngines, type TwoEngines } from '../sql/two-engines.ts';

interface Example {
  readonly name: string;
  readonly category: string;
  /** Statements before the query: CREATE TABLE, INSERT. */
  readonly setup: readonly string[];
  readonly query: string;
}

type Verdict = 'equal' | 'different' | 'failed' | 'refused' | 'not comparable' | 'not applicable';

interface Outcome extends Example {
  readonly verdict: Verdict;
  readonly reason: string;
}

async function readExamples(engines: TwoEngines): Promise<Example[]> {
  const text = await engines.runInClickHouse("SELECT toJSONString((name, categories, examples)) FROM system.functions WHERE examples != '' AND alias_to = '' ORDER BY name FORMAT TSVRaw");
  return text.split('\n').filter((line) => line !== '').flatMap((line) => {
    const [name, category, examples] = JSON.parse(line) as [string, string, string];
    const blocks = [...examples.matchAll(/```sql[^\n]*\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    return blocks.flatMap((block): Example[] => {
      const statements = block.replace(/^\s*--.*$/gm, '').split(/;\s*(?:\n|$)/).map((statement) => statement.trim()).filter((statement) => statement !== '');
      const setup = statements.filter((statement) => !/^(SELECT|WITH|\()/i.test(statement));
      return statements.filter((statement) => /^(SELECT|WITH|\()/i.test(statement)).map((query) => ({ name, category: category || 'Other', setup, query: query.replace(/\s+FORMAT\s+\w+\s*$/i, '') }));
    });
  });
}

async function tryExample(engines: TwoEngines, example: Example): Promise<Outcome> {
  const inapplicable = reasonNotApplicable(example);
  if (inapplicable !== undefined) return { ...example, verdict: 'not applicable', reason: inapplicable };
  const made: string[] = [];
  try {
    for (const statement of example.setup) {
      const created = /^CREATE\s+(?:OR REPLACE\s+)?(?:TEMPORARY\s+)?TABLE\s+(?:IF NOT EXISTS\s+)?([\w.`]+)/i.exec(statement)?.[1];
      if (created !== undefined) {
        await engines.runInClickHouse(`DROP TABLE IF EXISTS ${created}`);
        made.push(created);
      }
      await engines.runInClickHouse(statement);
      // A later example goes on with the table of an earlier one.
      const filled = /^INSERT\s+INTO\s+(?:TABLE\s+)?([\w.`]+)/i.exec(statement)?.[1];
      if (filled !== undefined && !made.includes(filled)) made.push(filled);
    }
    for (const table of made) await engines.copyTable(table.replaceAll('`', ''));
  } catch (error) {
    return { ...example, verdict: 'not comparable', reason: `its tables cannot be made: ${message(error)}` };
  }
  const difference = await engines.difference(example.query);
  if (difference === undefined && 'rows' in (await engines.ask(example.query))) return { ...example, verdict: 'equal', reason: '' };
  const again = await unsteady(engines, example.query);
  if (again !== undefined) return { ...example, verdict: 'not comparable', reason: again };
  const ours = await engines.ask(example.query);
  if ('error' in ours) return { ...example, verdict: ours.isBug ? 'failed' : 'refused', reason: ours.error.replace(/\s+/g, ' ').slice(0, 200) };
  return { ...example, verdict: 'different', reason: (difference ?? '').slice(0, 300) };
}

/** Why ClickHouse itself gives no one answer. */
async function unsteady(engines: TwoEngines, query: string): Promise<string | undefined> {
  try {
    const [first, second] = [await engines.runInClickHouse(query), await engines.runInClickHouse(query)];
    return first === second ? undefined : 'answers change from run to run';
  } catch (error) {
    return `ClickHouse refuses it: ${message(error).slice(0, 120)}`;
  }
}

function message(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
}

function report(outcomes: readonly Outcome[], verbose: boolean): string {
  const order: readonly Verdict[] = ['equal', 'different', 'failed', 'refused', 'not comparable', 'not applicable'];
  const count = (list: readonly Outcome[], verdict: Verdict) => String(list.filter((outcome) => outcome.verdict === verdict).length).padStart(verdict.length + 2);
  const categories = [...new Set(outcomes.map((outcome) => outcome.category))].sort();
  const rows = [...categories.map((category) => ({ label: category, list: outcomes.filter((outcome) => outcome.category === category) })), { label: 'All', list: outcomes }];
  const width = Math.max(...rows.map((row) => row.label.length));
  const share = (list: readonly Outcome[]) => {
    const counted = list.filter(({ verdict }) => verdict !== 'not comparable' && verdict !== 'not applicable');
    return (counted.length === 0 ? '-' : `${((100 * counted.filter(({ verdict }) => verdict === 'equal').length) / counted.length).toFixed(1)}%`).padStart(8);
  };
  const lines = [`${''.padEnd(width)}${order.map((verdict) => `  ${verdict}`).join('')}   share`, ...rows.map((row) => `${row.label.padEnd(width)}${order.map((verdict) => count(row.list, verdict)).join('')}${share(row.list)}`), ''];
  for (const verdict of ['different', 'failed', 'refused'] as const) {
    const list = outcomes.filter((outcome) => outcome.verdict === verdict);
    if (list.length > 0) lines.push(`${verdict.toUpperCase()} (${list.length})`, ...list.map((outcome) => `  ${outcome.name} [${outcome.category}]: ${outcome.reason}${verbose || verdict !== 'refused' ? `\n      ${outcome.query.replace(/\s+/g, ' ')}` : ''}`), '');
  }
  const inapplicable = new Map<string, Set<string>>();
  for (const { verdict, reason, name } of outcomes) if (verdict === 'not applicable') inapplicable.set(reason, (inapplicable.get(reason) ?? new Set()).add(name));
  if (inapplicable.size > 0) lines.push('NOT APPLICABLE', ...[...inapplicable].map(([reason, names]) => `  ${reason}: ${[...names].join(', ')}`), '');
  return lines.join('\n');
}

/** The outcome, or that there was none within ten seconds. */
function soon(outcome: Promise<Outcome>, example: Example): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve({ ...example, verdict: 'not comparable', reason: 'no answer within ten seconds' }), 10_000);
  });
  return Promise.race([outcome, late]).finally(() => clearTimeout(timer));
}

/** `only` is a part of a function's or category's name. */
export async function compareFunctions(only: string | undefined): Promise<string> {
  let engines = await openTwoEngines();
  if (!engines) return 'ClickHouse is not installed: run npm install --no-package-lock --prefix test/oracle';
  const all = await readExamples(engines);
  const wanted = only?.toLowerCase();
  const examples = all.filter((example) => (wanted === undefined || example.name.toLowerCase().includes(wanted) || example.category.toLowerCase().includes(wanted)));
  const outcomes: Outcome[] = [];
  for (const example of examples) {
    if (process.stderr.isTTY) process.stderr.write(`\r${outcomes.length}/${examples.length} ${example.name.padEnd(40)}`);
    try {
      outcomes.push(await soon(tryExample(engines, example), example));
    } catch (error) {
      outcomes.push({ ...example, verdict: 'not comparable', reason: message(error) });
    }
    // What still runs is left alone: closing a database under a query would crash it.
    if (/ClickHouse ended|no answer within/.test(outcomes.at(-1)?.reason ?? '')) engines = (await openTwoEngines()) ?? engines;
  }
  engines.close();
  return report(outcomes, only !== undefined);
}
