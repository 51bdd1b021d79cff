/**
 * Kills a serving engine with SIGKILL while it changes data: copies that replace, populations that begin anew, views that
 * are rebuilt because their file changed, deletions, all under events. Started again, sources and targets must agree:
 * the view with its source, the copy whole and of one time, what the copy feeds with the copy, and no job at work.
 */
import { writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { openCommandLine } from '../cli/command.ts';
import { post, startEngine, tokenOf } from './kill.ts';

const VIEW = (turn: number) => `NODE add_totals_node\nSQL >\n    SELECT id % ${turn % 2 === 0 ? 10 : 7} AS bucket, countState() AS n, sumState(id) AS s FROM numbers GROUP BY bucket\n\nTYPE materialized\nDATASOURCE totals\n`;
const VIEW_FILE = 'materializations/add_totals.pipe';
const FILES = {
  'datasources/numbers.datasource': 'SCHEMA >\n    id UInt64 `json:$.id`,\n    text String `json:$.text`\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n',
  'datasources/totals.datasource': 'SCHEMA >\n    bucket UInt64,\n    n AggregateFunction(count),\n    s AggregateFunction(sum, UInt64)\n\nENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "bucket"\n',
  [VIEW_FILE]: VIEW(0),
  'datasources/snapshot.datasource': 'SCHEMA >\n    id UInt64,\n    run String\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "id"\n',
  'datasources/snapshot_size.datasource': 'SCHEMA >\n    n AggregateFunction(count),\n    s AggregateFunction(sum, UInt64)\n\nENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "tuple()"\n',
  'copies/take_snapshot.pipe': 'NODE take_node\nSQL >\n    %\n    SELECT id, {{String(run, \'none\')}} AS run FROM numbers\n\nTYPE copy\nTARGET_DATASOURCE snapshot\nCOPY_MODE replace\n',
  'materializations/size_of_snapshot.pipe': 'NODE size_node\nSQL >\n    SELECT countState() AS n, sumState(id) AS s FROM snapshot\n\nTYPE materialized\nDATASOURCE snapshot_size\n',
};

export interface ChangeKillReport {
  readonly kills: number;
  /** Operations that were answered. */
  readonly answered: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
}

export async function killChanges(times: number, told: (line: string) => void = () => undefined): Promise<ChangeKillReport> {
  const line = await openCommandLine(FILES);
  const faults: string[] = [];
  const answered: Record<string, number> = {};
  let next = 1;
  try {
    for (let round = 0; round < times; round += 1) {
      const engine = startEngine(line);
      const address = await engine.address;
      const token = tokenOf(line);
      const agent = new Agent({ keepAlive: true });
      let stopped = false;
      const again = async (name: string, act: () => Promise<number>) => {
        while (!stopped) {
          const status = await act();
          if (status === 200 || status === 202) answered[name] = (answered[name] ?? 0) + 1;
          else if (status === 0) return;
        }
      };
      const load = Promise.all([
        again('events', () => {
          const body = Array.from({ length: 500 }, () => JSON.stringify({ id: next++, text: 'some text to hold' })).join('\n');
          return post(agent, `${address}/v0/events?name=numbers`, token, body);
        }),
        again('copy', () => post(agent, `${address}/v0/pipes/take_snapshot/copy?run=r${round}_${next}`, token, '')),
        again('populate', () => post(agent, `${address}/v0/pipes/add_totals/nodes/add_totals_node/population?truncate=true`, token, '')),
        again('delete', () => post(agent, `${address}/v0/datasources/snapshot/delete?delete_condition=id+%25+97+%3D+0`, token, '')),
        again('view', async () => {
          writeFileSync(join(line.project, VIEW_FILE), VIEW(next));
          await new Promise((resolve) => setTimeout(resolve, 250));
          return stopped ? 0 : 200;
        }),
      ]);
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 1_500));
      engine.child.kill('SIGKILL');
      stopped = true;
      await engine.ended;
      await load;
      agent.destroy();
      const after = startEngine(line);
      const found = await disagreements(await after.address, token);
      after.child.kill('SIGTERM');
      await after.ended;
      faults.push(...found.map((fault) => `round ${round}: ${fault}`));
      told(`kill ${round + 1}${found.length > 0 ? `: ${found.join('; ')}` : ''}`);
    }
  } finally {
    line.remove();
  }
  return { kills: times, answered, faults };
}

async function disagreements(address: string, token: string): Promise<readonly string[]> {
  const row = async (sql: string) => {
    const response = await fetch(`${address}/v0/sql`, { method: 'POST', body: `${sql} FORMAT TSV`, headers: { Authorization: `Bearer ${token}` } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${sql}: ${text}`);
    return text.trim();
  };
  const faults: string[] = [];
  const same = async (what: string, one: string, other: string) => {
    const [left, right] = [await row(one), await row(other)];
    if (left !== right) faults.push(`${what}: ${left} for ${right}`);
  };
  await same('the view and its source', 'SELECT countMerge(n), sumMerge(s) FROM totals', 'SELECT count(), sum(id) FROM numbers');
  await same('what the copy feeds, which deletions do not reach', 'SELECT countMerge(n) >= (SELECT count() FROM snapshot) FROM snapshot_size', "SELECT 1");
  await same('times of a copy', 'SELECT uniqExact(run) <= 1, count() = uniqExact(id) FROM snapshot', 'SELECT 1, 1');
  await same('rows of events', 'SELECT count() = uniqExact(id), count() % 500 FROM numbers', 'SELECT 1, 0');
  const jobs = (await (await fetch(`${address}/v0/jobs`, { headers: { Authorization: `Bearer ${token}` } })).json()) as { jobs: readonly { status: string }[] };
  if (jobs.jobs.some(({ status }) => status === 'working' || status === 'waiting')) faults.push('a job of before is at work');
  return faults;
}
