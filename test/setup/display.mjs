/** A display for desktop tests: the machine's own, or an Xvfb that ends with the test run. */
import { spawn } from 'node:child_process';

/** Gives { display, close }, or { missing } with the reason. */
export async function openDisplay() {
  if (process.env.DISPLAY) return { display: process.env.DISPLAY, close: () => {} };
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  return new Promise((resolve) => {
    child.on('error', () => resolve({ missing: 'Xvfb is not installed.' }));
    child.on('exit', (code) => resolve({ missing: `Xvfb ended with code ${code}.` }));
    child.stdio[3].once('data', (number) => resolve({ display: `:${String(number).trim()}`, close: () => child.kill() }));
  });
}
