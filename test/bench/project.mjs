/** A small project, its events and a running engine, for the benches. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Another build can be measured by naming its cli.js in SANDPIPER_CLI. */
export const CLI = process.env['SANDPIPER_CLI'] ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export const COLUMNS = [
  ['id', 'UInt64', 'UBIGINT'], ['at', 'DateTime', 'TIMESTAMP'], ['user_id', 'String', 'VARCHAR'], ['kind', 'String', 'VARCHAR'], ['path', 'String', 'VARCHAR'],
  ['amount', 'Float64', 'DOUBLE'], ['country', 'String', 'VARCHAR'], ['agent', 'String', 'VARCHAR'],
];

export function makeProject(folder) {
  mkdirSync(join(folder, 'datasources'), { recursive: true });
  mkdirSync(join(folder, 'endpoints'), { recursive: true });
  const schema = COLUMNS.map(([name, type]) => `    \`${name}\` ${type} \`json:$.${name}\``).join(',\n');
  writeFileSync(join(folder, 'datasources/visits.datasource'), `SCHEMA >\n${schema}\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "at, user_id"\n`);
  writeFileSync(
    join(folder, 'endpoints/by_kind.pipe'),
    `NODE by_kind_node\nSQL >\n    %\n    SELECT kind, count() AS visits, uniq(user_id) AS users, sum(amount) AS total\n    FROM visits WHERE at >= {{DateTime(since, '2024-01-01 00:00:00')}} AND at < {{DateTime(until, '2100-01-01 00:00:00')}}\n    GROUP BY kind ORDER BY visits DESC LIMIT {{Int32(limit, 10)}}\n\nTYPE endpoint\n`,
  );
  return folder;
}

export function event(index) {
  const at = new Date(Date.UTC(2024, 0, 1) + index * 7000).toISOString().slice(0, 19).replace('T', ' ');
  return JSON.stringify({
    id: index, at, user_id: `user_${(index * 7919) % 50_021}`, kind: ['view', 'click', 'buy', 'leave'][index % 4], path: `/products/${(index * 31) % 997}/details?from=home`,
    amount: ((index * 37) % 10_000) / 100, country: ['DE', 'ES', 'FR', 'GB', 'US'][index % 5], agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
  });
}

export async function writeEvents(file, rows) {
  const out = createWriteStream(file);
  for (let start = 0; start < rows; start += 10_000) {
    let text = '';
    for (let index = start; index < Math.min(rows, start + 10_000); index += 1) text += `${event(index)}\n`;
    if (!out.write(text)) await new Promise((resolve) => out.once('drain', resolve));
  }
  await new Promise((resolve) => out.end(resolve));
}

/** Starts `serve` on a free port; gives its address, an admin token and how to stop it. */
export async function serve(project, options = []) {
  const child = spawn(process.execPath, [...process.execArgv, CLI, 'serve', project, '--port', '0', '--no-open', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /at (http:\S+)/.exec(text)?.[1];
      if (found) resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`serve ended with code ${code}`)));
  });
  const { token } = JSON.parse(readFileSync(join(project, '.sandpiper/serve.json'), 'utf8'));
  return {
    address,
    token,
    pid: child.pid,
    stop: () => new Promise((resolve) => {
      child.on('exit', resolve);
      child.kill('SIGTERM');
    }),
  };
}
