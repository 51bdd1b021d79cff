// Kills the engine at random moments: node test/oracle/kill.mjs [--times 200] [--of events|changes]. A line for each kill
// on stderr, the report as JSON on stdout.
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({ options: { times: { type: 'string', default: '200' }, of: { type: 'string', default: 'events' } } });
const load = async (file) => (await runnerImport(new URL(file, import.meta.url).pathname, { logLevel: 'error' })).module;
const kill = values.of === 'changes' ? (await load('kill-changes.ts')).killChanges : (await load('kill.ts')).killOften;
const report = await kill(Number(values.times), (line) => process.stderr.write(`${line}\n`));
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`, () => process.exit(report.faults.length > 0 ? 1 : 0));
