// Imports damaged files: node test/oracle/mutations.mjs [--lines 1000000] [--seed N]. The report as JSON; exit code 1 on a fault.
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({ options: { lines: { type: 'string', default: '1000000' }, seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) } } });
const { module } = await runnerImport(new URL('mutations.ts', import.meta.url).pathname, { logLevel: 'error' });
const report = await module.importMutations(Number(values.lines), Number(values.seed), (line) => process.stderr.write(`${line}\n`));
process.stdout.write(`${JSON.stringify({ seed: Number(values.seed), ...report }, undefined, 2)}\n`, () => process.exit(report.faults.length > 0 ? 1 : 0));
