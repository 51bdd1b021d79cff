// Runs functions.ts: node test/oracle/functions.mjs [part of a function's or category's name]
import { runnerImport } from 'vite';

const { module } = await runnerImport(new URL('functions.ts', import.meta.url).pathname, { logLevel: 'error' });
process.stdout.write(`${await module.compareFunctions(process.argv[2])}\n`);
process.exit(0);
