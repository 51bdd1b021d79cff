// Runs fuzz/runner.ts: node test/oracle/fuzz.mjs [--seconds 60] [--seed N] [--only QUERY] [--json]. Exit code 1 when a difference is found.
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' }, only: { type: 'string' }, json: { type: 'boolean', default: false }, tables: { type: 'boolean', default: false } } });
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000_000) : Number(values.seed);
if (!Number.isInteger(seed) || !(Number(values.seconds) > 0)) {
  process.stderr.write('Usage: npm run fuzz -- [--seconds 60] [--seed N] [--only QUERY] [--tables] [--json]\n');
  process.exit(2);
}
const { module } = await runnerImport(new URL('fuzz/runner.ts', import.meta.url).pathname, { logLevel: 'error' });
const report = await module.fuzz({
  seed,
  seconds: Number(values.seconds),
  ...(values.only === undefined ? {} : { only: Number(values.only) }),
  onDifference: (found) => {
    if (values.json) process.stdout.write(`${JSON.stringify({ seed, ...found })}\n`);
    else process.stdout.write(`\n[seed ${seed} query ${found.number} ${found.shape}] ${found.what}\n  ${found.sql}\n  ${found.detail.replaceAll('\n', ' ')}\n${values.tables ? found.tables.map((table) => `  ${table}\n`).join('') : ''}`);
  },
  onProgress: (report) => process.stderr.write(`\r${report.asked} asked, ${report.accepted} accepted, ${report.found.length} different `),
});
const most = [...report.lenient].sort((one, other) => other[1] - one[1]).slice(0, values.json ? 1000 : 12);
process.stderr.write(`\nseed ${seed}: ${report.asked} queries, ${report.accepted} accepted by ClickHouse (${report.refusedByBoth} refused by both, ${report.failedInClickHouse} failed there while running), ${report.equal} equal, ${[...report.known.values()].reduce((sum, one) => sum + one, 0)} known differences, ${report.found.length} different\n`);
process.stderr.write(`known: ${JSON.stringify(Object.fromEntries(report.known))}\nClickHouse refuses, Sandpiper answers: ${[...report.lenient.values()].reduce((sum, one) => sum + one, 0)}\n${most.map(([name, times]) => `  ${times} × ${name}\n`).join('')}`);
process.exit(report.found.length === 0 ? 0 : 1);
