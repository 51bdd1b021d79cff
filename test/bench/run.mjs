/**
 * `npm run bench [-- ROWS]`: ratios against a floor or a rival, both measured in this run. Absolute times mean little on
 * a shared machine; read the ratios.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchEndpoint } from './endpoint.mjs';
import { benchEndpointUnderLoad } from './endpoint-under-load.mjs';
import { benchEvents } from './events.mjs';
import { benchImport } from './import.mjs';
import { benchLayout } from './layout.mjs';
import { benchStates } from './states.mjs';
import { benchTranslate } from './translate.mjs';
import { benchViews } from './views.mjs';

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), 'sandpiper-bench-'));
try {
  const lines = [...(await benchImport(folder, rows)), ...(await benchEvents(join(folder, 'events'))), ...(await benchEndpointUnderLoad(join(folder, 'under-load'))), ...(await benchEndpoint(folder)), ...(await benchTranslate(folder)), ...(await benchViews(folder)), ...(await benchStates(join(folder, 'states'))), ...(await benchLayout(folder))];
  for (const line of lines) process.stdout.write(`${line}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
