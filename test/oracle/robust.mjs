// Runs robust/runner.ts: node test/oracle/robust.mjs [--inputs 1000000] [--seed N] [--repeated 100000]. Exit code 1 when something breaks.
// The texts are pushed in a child, so that a hang is seen and told.
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const PATIENCE_MS = 60_000;
const AT_ONCE = 50;
const { values } = parseArgs({ options: { inputs: { type: 'string', default: '100000' }, seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) }, repeated: { type: 'string', default: '100000' }, child: { type: 'boolean', default: false } } });

if (values.child) {
  const { module } = await runnerImport(new URL('robust/runner.ts', import.meta.url).pathname, { logLevel: 'error' });
  const tell = (message) => new Promise((resolve) => process.send(message, resolve));
  const seed = Number(values.seed);
  const inputs = Number(values.inputs);
  for (let from = 0; from < inputs; from += AT_ONCE) {
    await tell({ at: `random texts from ${from} of seed ${seed}` });
    const broken = module.pushRandom(seed, from, Math.min(AT_ONCE, inputs - from));
    if (broken.length > 0) await tell({ broken });
  }
  let number = 0;
  for (const broken of Number(values.repeated) > 0 ? module.pushRepeated(Number(values.repeated)) : []) {
    number += 1;
    if (number % 20 === 0 || broken) await tell({ at: `repeated text ${number}`, broken: broken ? [broken] : [] });
  }
  await tell({ done: true });
  process.exit(0);
}

const child = fork(new URL(import.meta.url), ['--child', '--inputs', values.inputs, '--seed', values.seed, '--repeated', values.repeated]);
let at = 'the start';
let failures = 0;
let timer;
const watch = () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    process.stdout.write(`\nHANG at ${at}: no answer for ${PATIENCE_MS / 1000} s\n`);
    child.kill('SIGKILL');
  }, PATIENCE_MS);
};
watch();
child.on('message', (message) => {
  watch();
  if (message.at) process.stderr.write(`\r${(at = message.at)}            `);
  for (const broken of message.broken ?? []) {
    failures += 1;
    process.stdout.write(`\n${broken.door} (${Math.round(broken.elapsedMs)} ms): ${broken.failure}\n${JSON.stringify(broken.text)}\n`);
  }
  if (message.done) at = 'the end';
});
child.on('exit', (code) => {
  clearTimeout(timer);
  process.stderr.write(`\nseed ${values.seed}: ${values.inputs} random and all repeated texts of ${values.repeated} characters, ${failures} broke something, stopped at ${at} (${code})\n`);
  process.exit(failures === 0 && at === 'the end' ? 0 : 1);
});
