// Runs kill.ts: node test/oracle/kill.mjs [--times 200]. A line for each kill on stderr, the report as JSON on stdout.
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({ options: { times: { type: 'string', default: '200' } } });
const { module } = await runnerImport(new URL('kill.ts', import.meta.url).pathname, { logLevel: 'error' });
const report = await module.killOften(Number(values.times), (line) => process.stderr.write(`${line}\n`));
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`, () => process.exit(report.faults.length > 0 ? 1 : 0));
