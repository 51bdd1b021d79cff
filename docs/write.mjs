// `npm run docs`: writes docs/sql-support.md from the code. test/workspace/language-help.test.ts fails when it is stale.
import { writeFileSync } from 'node:fs';
import { runnerImport } from 'vite';

const { module } = await runnerImport(new URL('../engine/workspace/language-help.ts', import.meta.url).pathname, { logLevel: 'error' });
writeFileSync(new URL('sql-support.md', import.meta.url), module.helpMarkdown());
process.stdout.write('docs/sql-support.md is written.\n');
process.exit(0);
