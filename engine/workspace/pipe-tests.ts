/**
 * Tinybird's tests: tests/PIPE.yaml lists requests to an endpoint and what they must answer. They run in a workspace of
 * their own, with the project's fixtures, made for this run and thrown away. A successful answer is compared with the
 * endpoint's NDJSON text, a failure with its error sentence.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { SandpiperError } from '../errors.ts';
import { getFormat } from './result-format.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const Cases = z.array(z.object({
  name: z.string(),
  description: z.string().nullish(),
  parameters: z.string().nullish(),
  expected_result: z.string().nullish(),
  expected_http_status: z.number().nullish(),
}));
type Case = z.infer<typeof Cases>[number];

export interface TestOutcome {
  /** `pipe: name of the case` */
  readonly name: string;
  readonly passed: boolean;
  readonly difference: string;
}

export async function runProjectTests(projectPath: string): Promise<readonly TestOutcome[]> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'sandpiper-test-'));
  const workspace = await openWorkspace(projectPath, { dataFolder, watch: false, fixtures: true, version: '' });
  try {
    const outcomes: TestOutcome[] = [];
    for (const file of workspace.folder.list().filter((path) => /(^|\/)tests\/[^/]+\.ya?ml$/.test(path))) outcomes.push(...(await runFile(workspace, file)));
    return outcomes;
  } finally {
    await workspace.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

async function runFile(workspace: Workspace, file: string): Promise<readonly TestOutcome[]> {
  const pipe = basename(file).replace(/\.ya?ml$/, '');
  let cases: readonly Case[];
  try {
    cases = Cases.parse(parse(readFileSync(join(workspace.folder.path, file), 'utf8')) ?? []);
  } catch (error) {
    const why = error instanceof z.ZodError ? `it is no list of tests (${error.issues[0]?.path.join('.') ?? ''}: ${error.issues[0]?.message ?? ''})` : error instanceof Error ? error.message : String(error);
    return [{ name: file, passed: false, difference: `${file} cannot be read: ${why}` }];
  }
  const outcomes: TestOutcome[] = [];
  for (const one of cases) outcomes.push(await runCase(workspace, pipe, one));
  return outcomes;
}

async function runCase(workspace: Workspace, pipe: string, one: Case): Promise<TestOutcome> {
  const expected = (one.expected_result ?? '').trimEnd();
  const wantsFailure = (one.expected_http_status ?? 200) >= 400;
  const actual = await answer(workspace, pipe, Object.fromEntries(new URLSearchParams(one.parameters ?? '')));
  const passed = actual.failed === wantsFailure && actual.text.trimEnd() === expected;
  return { name: `${pipe}: ${one.name}`, passed, difference: passed ? '' : difference(expected, actual.text.trimEnd()) };
}

async function answer(workspace: Workspace, pipe: string, parameters: Readonly<Record<string, string>>): Promise<{ readonly failed: boolean; readonly text: string }> {
  try {
    const result = await workspace.runEndpoint(pipe, { parameters });
    return { failed: false, text: getFormat('JSONEachRow').write(result, { timeZone: workspace.timeZone }) };
  } catch (error) {
    if (error instanceof SandpiperError) return { failed: true, text: error.message };
    throw error;
  }
}

/** The first line that differs, and how many there were. */
function difference(expected: string, actual: string): string {
  const [wanted, got] = [expected.split('\n'), actual.split('\n')];
  const at = wanted.findIndex((line, index) => line !== got[index]);
  const line = at === -1 ? wanted.length : at;
  return `  line ${line + 1} of ${wanted.length} expected, ${got.length} came\n  expected: ${wanted[line] ?? '(nothing)'}\n  came:     ${got[line] ?? '(nothing)'}`;
}
