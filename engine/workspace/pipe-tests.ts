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

/** The HTTP status of a failure. */
export type StatusOf = (error: SandpiperError) => number;

export async function runProjectTests(projectPath: string, statusOf: StatusOf): Promise<readonly TestOutcome[]> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'sandpiper-test-'));
  const workspace = await openWorkspace(projectPath, { dataFolder, watch: false, fixtures: true, version: '' });
  try {
    const outcomes: TestOutcome[] = [];
    for (const file of workspace.folder.list().filter((path) => /(^|\/)tests\/[^/]+\.ya?ml$/.test(path))) outcomes.push(...(await runFile(workspace, file, statusOf)));
    return outcomes;
  } finally {
    await workspace.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

async function runFile(workspace: Workspace, file: string, statusOf: StatusOf): Promise<readonly TestOutcome[]> {
  const pipe = basename(file).replace(/\.ya?ml$/, '');
  let cases: readonly Case[];
  try {
    cases = Cases.parse(parse(readFileSync(join(workspace.folder.path, file), 'utf8')) ?? []);
  } catch (error) {
    const why = error instanceof z.ZodError ? `it is no list of tests (${error.issues[0]?.path.join('.') ?? ''}: ${error.issues[0]?.message ?? ''})` : error instanceof Error ? error.message : String(error);
    return [{ name: file, passed: false, difference: `${file} cannot be read: ${why}` }];
  }
  const outcomes: TestOutcome[] = [];
  for (const one of cases) outcomes.push(await runCase(workspace, pipe, one, statusOf));
  return outcomes;
}

async function runCase(workspace: Workspace, pipe: string, one: Case, statusOf: StatusOf): Promise<TestOutcome> {
  const expected = (one.expected_result ?? '').trimEnd();
  const wanted = one.expected_http_status ?? 200;
  const { status, text } = await answer(workspace, pipe, parametersOf(one.parameters ?? ''), statusOf);
  const [name, actual] = [`${pipe}: ${one.name}`, text.trimEnd()];
  if (status !== wanted) return { name, passed: false, difference: `  status ${wanted} expected, ${status} came${status === 200 ? '' : `: ${actual}`}` };
  return { name, passed: actual === expected, difference: actual === expected ? '' : difference(expected, actual) };
}

/** As over HTTP: repeated names are joined by commas. */
function parametersOf(query: string): Record<string, string> {
  const pairs = new URLSearchParams(query);
  return Object.fromEntries([...new Set(pairs.keys())].map((name) => [name, pairs.getAll(name).join(',')]));
}

async function answer(workspace: Workspace, pipe: string, parameters: Readonly<Record<string, string>>, statusOf: StatusOf): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const result = await workspace.runEndpoint(pipe, { parameters });
    return { status: 200, text: getFormat('JSONEachRow').write(result, { timeZone: workspace.timeZone }) };
  } catch (error) {
    if (error instanceof SandpiperError) return { status: statusOf(error), text: error.message };
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
