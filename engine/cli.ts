/**
 * The command line: reads arguments, calls the workspace or a running engine, prints. A command that needs a database
 * which a running `serve` holds goes through that server. Exit codes: 0 done, 1 the user's mistake or a failed check,
 * 2 wrong arguments, 70 a bug.
 */
import { Command, CommanderError, Option } from 'commander';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { failureOf } from './api/failure.ts';
import { openServer } from './api/server.ts';
import { checkProject } from './check-project.ts';
import { openBrowser } from './open-browser.ts';
import { SandpiperError } from './errors.ts';
import { addEventOptions, eventLimits, type EventOptions } from './event-options.ts';
import { findRunningEngine, type RunningEngine } from './running-engine.ts';
import { announce, withdraw } from './workspace/announcement.ts';
import type { FileFormat } from './workspace/file-rows.ts';
import type { ImportRequest } from './workspace/imports.ts';
import { runProjectTests } from './workspace/pipe-tests.ts';
import { getFormat } from './workspace/result-format.ts';
import { translateText } from './workspace/translate-text.ts';
import { openWorkspace, Workspace } from './workspace/workspace.ts';

declare const SANDPIPER_VERSION: string;

/** The parent that Electron gives a utility process; absent everywhere else. */
interface ParentPort {
  readonly postMessage: (message: unknown) => void;
}
const parentPort = (process as { readonly parentPort?: ParentPort }).parentPort;

const WAITS_FOR_LOCK_MS = 10_000;

const FORMATS: Readonly<Record<string, string>> = { json: 'JSON', csv: 'CSVWithNames', ndjson: 'JSONEachRow' };
const formatOption = () => new Option('--format <format>', 'json, csv or ndjson').choices(Object.keys(FORMATS)).default('json');

const program = new Command('sandpiper').description('Runs Tinybird-style data projects on this machine.').version(SANDPIPER_VERSION).exitOverride();

addEventOptions(
  program
    .command('serve')
    .argument('[project]', 'the project folder', '.')
    .option('--data <dir>', 'where the database and tokens are kept (default: PROJECT/.sandpiper)')
    .addOption(new Option('--port <port>', 'the port, 0 for any free one').default(7181).argParser(portNumber))
    .option('--host <host>', 'the address to listen on', '127.0.0.1')
    .option('--no-open', 'do not open the browser'),
).action(serve);

program
  .command('check')
  .argument('[project]', 'the project folder', '.')
  .option('--json', 'print JSON')
  .action(async (project: string, options: { json?: boolean }) => {
    const report = await checkProject(project);
    if (options.json) print(JSON.stringify({ ...report, nodes: report.nodes.map((node) => ({ ...node, error: node.error ?? null, duckdbSql: node.duckdbSql ?? null })) }, null, 2));
    else {
      for (const file of report.files) for (const problem of file.diagnostics) if (problem.severity !== 'info') print(`${file.path}:${problem.line}:${problem.column}: ${problem.severity}: ${problem.message}`);
      for (const node of report.nodes) if (!node.ok && !report.files.some((file) => file.diagnostics.some((problem) => problem.message === node.error))) print(`${node.pipe}.${node.node}: ${node.error}`);
      const broken = report.nodes.filter((node) => !node.ok).length;
      print(`${report.files.length} files, ${report.nodes.length} nodes, ${broken} with errors`);
    }
    if (!report.ok) process.exitCode = 1;
  });

program
  .command('import')
  .argument('<datasource>', 'the data source')
  .argument('<files...>', 'files, folders, globs or web addresses: NDJSON, JSON, CSV, TSV or Parquet, plain or packed with gzip or zstd')
  .addOption(new Option('--mode <mode>', 'append or replace').choices(['append', 'replace']).default('append'))
  .option('--where <condition>', 'with --mode replace: only the rows for which this is true')
  .addOption(new Option('--format <format>', 'when the names of the files do not tell').choices(['ndjson', 'json', 'csv', 'tsv', 'parquet']))
  .option('--project <dir>', 'the project folder', '.')
  .option('--data <dir>', 'where the database is kept')
  .action(async (dataSource: string, files: string[], options: { mode: 'append' | 'replace'; where?: string; format?: FileFormat; project: string; data?: string }) => {
    const { mode, where, format } = options;
    await withEngine(options, async (engine) => {
      const receipt = await engine.import(dataSource, files, { mode, ...(where === undefined ? {} : { condition: where }), ...(format === undefined ? {} : { format }) });
      print(JSON.stringify(receipt, null, 2));
    }, { fixtures: false });
  });

program
  .command('run')
  .argument('<pipe>', 'the pipe')
  .option('-p, --parameter <name=value>', 'a parameter; may be repeated', collectParameter, {})
  .addOption(formatOption())
  .option('--project <dir>', 'the project folder', '.')
  .option('--data <dir>', 'where the database is kept')
  .action(async (pipe: string, options: { parameter: Record<string, string>; format: string; project: string; data?: string }) => {
    await withEngine(options, async (engine) => process.stdout.write(await engine.run(pipe, options.parameter, options.format)));
  });

program
  .command('sql')
  .argument('<query>', 'a SELECT in ClickHouse SQL')
  .addOption(formatOption())
  .option('--project <dir>', 'the project folder', '.')
  .option('--data <dir>', 'where the database is kept')
  .action(async (query: string, options: { format: string; project: string; data?: string }) => {
    await withEngine(options, async (engine) => process.stdout.write(await engine.sql(query, options.format)));
  });

program
  .command('test')
  .argument('[project]', 'the project folder', '.')
  .action(async (project: string) => {
    const outcomes = await runProjectTests(resolve(project), (error) => failureOf(error).status);
    for (const outcome of outcomes) print(outcome.passed ? `ok    ${outcome.name}` : `FAIL  ${outcome.name}\n${outcome.difference}`);
    const failed = outcomes.filter((outcome) => !outcome.passed).length;
    print(`${outcomes.length - failed} passed, ${failed} failed`);
    if (failed > 0) process.exitCode = 1;
  });

program
  .command('translate')
  .option('--project <dir>', 'names in the query are those of this project')
  .description('ClickHouse SQL on standard input to DuckDB SQL')
  .action(async (options: { project?: string }) => print(translateText(await standardInput(), options.project === undefined ? undefined : resolve(options.project))));

async function serve(project: string, options: EventOptions & { data?: string; port: number; host: string; open: boolean }): Promise<void> {
  let workspace: Workspace | undefined;
  // Until the engine is open there is nothing to close: what DuckDB and the journal hold is safe at any moment.
  let stop = async (): Promise<void> => process.exit(0);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
  try {
    const events = eventLimits(options);
    workspace = await openWorkspace(resolve(project), { ...dataOf(options), watch: true, fixtures: true, version: SANDPIPER_VERSION, eventBodyBytes: events.bodyBytes });
    const opened = workspace;
    const server = await openServer(opened, { port: options.port, host: options.host, pageFolder: join(__dirname, 'page'), acceptsPaths: parentPort !== undefined, events });
    announce(opened.dataFolder, { address: server.address, token: opened.tokens.admin.token });
    stop = async () => {
      stop = async () => undefined;
      try {
        withdraw(opened.dataFolder);
        await server.close();
        await opened.close();
      } catch (error) {
        fail(error);
      }
      process.exit();
    };
    print(`Sandpiper serving ${resolve(project)} at ${server.address}`);
    parentPort?.postMessage({ kind: 'ready', address: server.address });
    if (options.open && parentPort === undefined) openBrowser(server.address);
  } catch (error) {
    await workspace?.close();
    const portTaken = error instanceof SandpiperError && error.code === 'unavailable';
    parentPort?.postMessage({ kind: 'failed', message: error instanceof Error ? error.message : String(error), portTaken });
    throw error;
  }
}

/** What the commands need of an engine, whether it runs elsewhere or is opened for this command. */
interface Engine {
  readonly import: (dataSource: string, sources: readonly string[], request: ImportRequest) => Promise<unknown>;
  readonly run: (pipe: string, parameters: Readonly<Record<string, string>>, format: string) => Promise<string>;
  readonly sql: (query: string, format: string) => Promise<string>;
}

async function withEngine(options: { project: string; data?: string }, work: (engine: Engine) => Promise<unknown>, opening: { fixtures: boolean } = { fixtures: true }): Promise<void> {
  const project = resolve(options.project);
  const workspace = await openOrFind(project, options, opening.fixtures);
  if (!(workspace instanceof Workspace)) {
    await work(throughServer(workspace));
    return;
  }
  try {
    await work(inThisProcess(workspace));
  } finally {
    await workspace.close();
  }
}

/** A database that another program holds is waited for a while: an engine may be starting, or a command ending. */
async function openOrFind(project: string, options: { data?: string }, fixtures: boolean): Promise<Workspace | RunningEngine> {
  const patience = Date.now() + WAITS_FOR_LOCK_MS;
  for (;;) {
    const running = await findRunningEngine(dataOf(options).dataFolder ?? join(project, '.sandpiper'));
    if (running) return running;
    try {
      return await openWorkspace(project, { ...dataOf(options), watch: false, fixtures, version: SANDPIPER_VERSION });
    } catch (error) {
      if (!(error instanceof SandpiperError) || error.code !== 'locked' || Date.now() > patience) throw error;
      await setTimeout(200);
    }
  }
}

function throughServer(engine: RunningEngine): Engine {
  return {
    import: (dataSource, sources, request) => engine.import(dataSource, sources, request),
    run: (pipe, parameters, format) => engine.text(`/v0/pipes/${encodeURIComponent(pipe)}.${format}`, new URLSearchParams(parameters)),
    sql: (query, format) => engine.text('/v0/sql', new URLSearchParams({ q: `${query.replace(/;\s*$/, '')}\nFORMAT ${FORMATS[format] ?? 'JSON'}` })),
  };
}

function inThisProcess(workspace: Workspace): Engine {
  const text = (format: string, result: Parameters<ReturnType<typeof getFormat>['write']>[0]) => getFormat(FORMATS[format] ?? 'JSON').write(result, { timeZone: workspace.timeZone });
  return {
    import: (dataSource, sources, request) => workspace.imports.start(dataSource, sources, request).finished,
    run: async (pipe, parameters, format) => text(format, await workspace.runEndpoint(pipe, { parameters, unpublished: true })),
    sql: async (query, format) => text(format, await workspace.runSql(query, { parameters: {} })),
  };
}

function dataOf(options: { data?: string }): { dataFolder?: string } {
  return options.data === undefined ? {} : { dataFolder: resolve(options.data) };
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new CommanderError(2, 'port', `error: ${text} is no port: give a number from 0 to 65535.`);
  return port;
}

function collectParameter(text: string, before: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new CommanderError(2, 'parameter', `error: ${text} is no parameter: write NAME=VALUE.`);
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    if (error.exitCode !== 0 && !error.code.startsWith('commander.')) process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  if (error instanceof SandpiperError) {
    const { place } = error.detail;
    process.stderr.write(`${place ? `${place.path ?? 'line'}:${place.line}:${place.column}: ` : ''}${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  process.stderr.write(`This is a bug in Sandpiper: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 70;
}

process.on('unhandledRejection', (error) => process.stderr.write(`Unhandled: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`));
program.parseAsync(process.argv).catch((error: unknown) => {
  fail(error);
  if (parentPort) process.exit(process.exitCode ?? 1);
});
