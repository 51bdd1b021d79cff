// Runs projects.ts: node test/oracle/projects.mjs PROJECT [--rows 200]. JSON on stdout, a short table on stderr.
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { rows: { type: 'string', default: '200' } } });
const [folder] = positionals;
if (folder === undefined || !/^[1-9]\d*$/.test(values.rows)) {
  process.stderr.write('Usage: npm run oracle -- PROJECT [--rows 200]\n');
  process.exit(2);
}
const { module } = await runnerImport(new URL('projects.ts', import.meta.url).pathname, { logLevel: 'error' });
const report = await module.compareProject(folder, Number(values.rows));
process.stderr.write(module.table(report));
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`, () => process.exit(0));
