// Kills the engine at random moments: node test/oracle/kill.mjs [--times 200] [--of events|changes|merges]. A line for each kill
// on stderr, the report as JSON on stdout.
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({ options: { times: { type: 'string', default: '200' }, of: { type: 'string', default: 'events' } } });
const load = async (file) => (await runnerImport(new URL(file, import.meta.url).pathname, { logLevel: 'error' })).module;
const kinds = { events: ['kill.ts', 'killOften'], changes: ['kill-changes.ts', 'killChanges'], merges: ['kill-merges.ts', 'killMerges'] };
const [file, name] = kinds[values.of] ?? kinds.events;
const kill = (await load(file))[name];
const report = await kill(Number(values.times), (line) => process.stderr.write(`${line}\n`));
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`, () => process.exit(report.faults.length > 0 ? 1 : 0));
