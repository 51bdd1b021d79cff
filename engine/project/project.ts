/**
 * A project: its data files by name, and how they hang together. Resolves names (a node of the same pipe first, then
 * data sources, then pipes; `name__vN` is the resource with VERSION N), finds targets, cycles and dependents, gathers
 * declared tokens, and turns problems into diagnostics with lines and columns. One broken file never stops the rest.
 * Unknown tables in SQL are the binder's to report.
 */
import { placesIn, type Diagnostic, type Problem, type Span } from '../errors.ts';
import type { Connection } from './connection.ts';
import { dataFileKind, parseDataFile, type DataFile } from './datafile.ts';
import type { DataSource } from './datasource.ts';
import { findCycles } from './cycle.ts';
import { findNearest } from './keyword.ts';
import type { Pipe, PipeNode } from './pipe.ts';

export interface SourceFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface LoadOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Files parsed before: given (path, text), the same DataFile again. Not asked for files with INCLUDE lines. */
  readonly parsed?: (path: string, text: string) => DataFile | undefined;
}

export type Resource =
  | { readonly kind: 'datasource'; readonly dataSource: DataSource }
  /** A node, or a pipe by its output node. */
  | { readonly kind: 'node'; readonly pipe: Pipe; readonly node: PipeNode };

export interface ProjectFile {
  readonly path: string;
  readonly kind: DataFile['kind'];
  readonly diagnostics: readonly Diagnostic[];
  readonly datafile: DataFile;
}

export interface Scope {
  readonly type: 'PIPES:READ' | 'DATASOURCES:READ' | 'DATASOURCES:APPEND';
  readonly resource: string;
}

export interface DeclaredToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** A node that fills a data source with what it computes of new rows. */
export interface Materialization {
  readonly pipe: Pipe;
  readonly node: PipeNode;
  /** The data source that sets it off: the leftmost table that its query reads, through nodes and pipes. */
  readonly source?: string;
  readonly target: string;
}

export interface Project {
  /** In the order of their paths. */
  readonly files: readonly ProjectFile[];
  readonly dataSources: readonly DataSource[];
  /** The `reads` of their nodes are resolved: data sources and pipes by name, nodes of the same pipe by node name. */
  readonly pipes: readonly Pipe[];
  readonly connections: readonly Connection[];
  readonly tokens: readonly DeclaredToken[];
  readonly materializations: readonly Materialization[];
  readonly findDataSource: (name: string) => DataSource | undefined;
  readonly findPipe: (name: string) => Pipe | undefined;
  /** What a table's name means, in the SQL of a node of `pipe` where that is given. `pipe.node` works everywhere. */
  readonly resolve: (name: string, pipe?: Pipe, node?: PipeNode) => Resource | undefined;
  /** Names of the pipes whose nodes read the data source or pipe, directly. */
  readonly usedBy: (name: string) => readonly string[];
  /** Names of pipes and data sources that change when this data source or pipe does, through any number of steps. */
  readonly dependents: (name: string) => readonly string[];
  /** Names of data sources that the node reads, through nodes and pipes. */
  readonly dataSourcesOf: (pipe: Pipe, node: PipeNode) => readonly string[];
}

export function loadProject(files: readonly SourceFile[], options: LoadOptions = {}): Project {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const parsed = [...files].filter(({ path }) => dataFileKind(path) !== undefined).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)).map((file) => {
    const known = options.parsed?.(file.path, file.text);
    if (known) return known;
    return parseDataFile(file.path, file.text, {
      ...(options.environment && { environment: options.environment }),
      readInclude: (include) => findInclude(file.path, include, texts),
    });
  });
  const extra = new Map<string, Problem[]>();
  const report = (path: string, problem: Problem): void => {
    extra.set(path, [...(extra.get(path) ?? []), problem]);
  };
  const dataSources: DataSource[] = [];
  const rawPipes: Pipe[] = [];
  const connections: Connection[] = [];
  const byName = new Map<string, string>();
  for (const file of parsed) {
    if (file.kind === 'include') continue;
    const resource = file.kind === 'datasource' ? file.dataSource : file.kind === 'pipe' ? file.pipe : file.connection;
    const key = file.kind === 'connection' ? `connection ${resource.name}` : resource.name;
    const other = byName.get(key);
    if (other !== undefined) {
      report(file.path, { severity: 'error', message: `The name ${resource.name} is taken by ${other}: this file is left out.`, span: { start: 0, end: firstLineEnd(file.text) } });
      continue;
    }
    byName.set(key, file.path);
    if (file.kind === 'datasource') dataSources.push(file.dataSource);
    else if (file.kind === 'pipe') rawPipes.push(file.pipe);
    else connections.push(file.connection);
  }
  dataSources.push(...classicTargets(rawPipes, new Set(byName.keys())));

  const sourcesByName = versioned(dataSources);
  const rawByName = versioned(rawPipes);
  const pipes = rawPipes.map((pipe) => ({ ...pipe, nodes: pipe.nodes.map((node) => ({ ...node, reads: resolvedReads(pipe, node, sourcesByName, rawByName) })) }));
  const pipesByName = versioned(pipes);
  const lineage = new Lineage(pipes, sourcesByName, pipesByName);
  const suggest = (name: string): string => {
    const nearest = findNearest(name, dataSources.map((source) => source.name));
    return nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  };
  for (const pipe of pipes) {
    for (const node of pipe.nodes) {
      if (node.target === undefined || sourcesByName.has(node.target)) continue;
      report(pipe.path, { severity: 'error', message: `The data source ${node.target}, which the node ${node.name} fills, does not exist.${suggest(node.target)}`, span: node.targetSpan ?? node.nameSpan });
    }
  }
  for (const cycle of findCycles(lineage.graph())) {
    for (const pipe of pipes) {
      const node = pipe.nodes.find(({ name }) => cycle.includes(`${pipe.name}.${name}`));
      if (node) report(pipe.path, { severity: 'error', message: `This node reads itself in a circle: ${cycle.join(' → ')}.`, span: node.nameSpan });
    }
  }
  return {
    files: parsed.map((datafile) => ({ path: datafile.path, kind: datafile.kind, diagnostics: toDiagnostics(datafile.text, [...datafile.problems, ...(extra.get(datafile.path) ?? [])]), datafile })),
    dataSources,
    pipes,
    connections,
    tokens: declaredTokens(dataSources, pipes),
    materializations: pipes.flatMap((pipe) => pipe.nodes.flatMap((node) => {
      if (node.type !== 'materialized' || node.target === undefined || !sourcesByName.has(node.target)) return [];
      const source = lineage.leftmost(pipe, node);
      return [{ pipe, node, target: sourcesByName.get(node.target)?.name ?? node.target, ...(source !== undefined && { source }) }];
    })),
    findDataSource: (name) => sourcesByName.get(name),
    findPipe: (name) => pipesByName.get(name),
    resolve: (name, pipe, node) => lineage.resolve(name, pipe, node),
    usedBy: (name) => lineage.usedBy(name),
    dependents: (name) => lineage.dependents(name),
    dataSourcesOf: (pipe, node) => lineage.dataSourcesOf(pipe, node),
  };
}

/** Problems as diagnostics: spans become lines and columns. */
export function toDiagnostics(text: string, problems: readonly Problem[]): Diagnostic[] {
  const placeOf = placesIn(text);
  return problems.map(({ severity, message, span }) => {
    const { line, column, endLine, endColumn } = placeOf(visible(text, span));
    return { severity, message, line, column, endLine, endColumn };
  });
}

/** An empty span is widened to one character, so that it can be seen. */
function visible(text: string, { start, end }: Span): Span {
  if (end > start) return { start, end };
  return start < text.length && text.charAt(start) !== '\n' ? { start, end: start + 1 } : { start: Math.max(0, start - 1), end: start };
}

function firstLineEnd(text: string): number {
  const newline = text.indexOf('\n');
  return newline === -1 ? text.length : newline;
}

function versioned<T extends { readonly name: string; readonly version?: number }>(resources: readonly T[]): ReadonlyMap<string, T> {
  const byVersion = resources.flatMap((resource) => (resource.version === undefined ? [] : [[`${resource.name}__v${resource.version}`, resource] as const]));
  return new Map([...byVersion, ...resources.map((resource) => [resource.name, resource] as const)]);
}

/** Paths of INCLUDE lines are relative to the file, or, in other projects, to the root. */
function findInclude(from: string, include: string, texts: ReadonlyMap<string, string>): string | undefined {
  const folder = from.split('/').slice(0, -1);
  const steps = include.split('/').filter((step) => step !== '.' && step !== '');
  const resolved = [...folder];
  for (const step of steps) {
    if (step === '..') resolved.pop();
    else resolved.push(step);
  }
  const plain = steps.filter((step) => step !== '..').join('/');
  return texts.get(resolved.join('/')) ?? texts.get(plain) ?? [...texts].find(([path]) => path.endsWith(`/${plain}`))?.[1];
}

/** Classic: a materialized node may carry the schema of a data source that has no file. */
function classicTargets(pipes: readonly Pipe[], taken: ReadonlySet<string>): DataSource[] {
  const made = new Map<string, DataSource>();
  for (const pipe of pipes) {
    for (const { target, targetEngine, targetColumns } of pipe.nodes) {
      if (target === undefined || !targetEngine || !targetColumns || taken.has(target) || made.has(target)) continue;
      made.set(target, { name: target, path: pipe.path, description: '', tokens: [], tags: '', columns: targetColumns, tableEngine: targetEngine, indexes: [], forwardQuery: '', sharedWith: [], settings: {} });
    }
  }
  return [...made.values()];
}

function declaredTokens(dataSources: readonly DataSource[], pipes: readonly Pipe[]): DeclaredToken[] {
  const scopes = new Map<string, Scope[]>();
  const add = (name: string, scope: Scope): void => {
    const known = scopes.get(name) ?? [];
    if (!known.some(({ type, resource }) => type === scope.type && resource === scope.resource)) scopes.set(name, [...known, scope]);
  };
  for (const { name: resource, tokens } of dataSources) for (const { name, permission } of tokens) add(name, { type: permission === 'READ' ? 'DATASOURCES:READ' : 'DATASOURCES:APPEND', resource });
  for (const { name: resource, tokens } of pipes) for (const { name } of tokens) add(name, { type: 'PIPES:READ', resource });
  return [...scopes].map(([name, list]) => ({ name, scopes: list }));
}

/** `name`, `name__vN`, `pipe.node` or a node of the same pipe, as the name that resources and nodes are listed by. */
function resolvedReads(pipe: Pipe, node: PipeNode, sources: ReadonlyMap<string, DataSource>, pipes: ReadonlyMap<string, Pipe>): readonly string[] {
  const names = node.reads.flatMap((name) => {
    if (name !== node.name && pipe.nodes.some((other) => other.name === name)) return [name];
    const found = sources.get(name) ?? pipes.get(name);
    if (found) return [found.name];
    const [owner, part] = name.split('.');
    return owner !== undefined && part !== undefined && pipes.get(owner)?.nodes.some((other) => other.name === part) ? [name] : [];
  });
  return [...new Set(names)];
}

class Lineage {
  readonly #pipes: readonly Pipe[];
  readonly #sources: ReadonlyMap<string, DataSource>;
  readonly #byName: ReadonlyMap<string, Pipe>;
  #readersByName: ReadonlyMap<string, ReadonlySet<string>> | undefined;

  constructor(pipes: readonly Pipe[], sources: ReadonlyMap<string, DataSource>, byName: ReadonlyMap<string, Pipe>) {
    this.#pipes = pipes;
    this.#sources = sources;
    this.#byName = byName;
  }

  resolve(name: string, pipe?: Pipe, node?: PipeNode): Resource | undefined {
    const own = pipe?.nodes.find((other) => other.name === name && other.name !== node?.name);
    if (pipe && own) return { kind: 'node', pipe, node: own };
    const dataSource = this.#sources.get(name);
    if (dataSource) return { kind: 'datasource', dataSource };
    const other = this.#byName.get(name);
    const output = other?.nodes.find((candidate) => candidate.name === other.outputNode);
    if (other && output) return { kind: 'node', pipe: other, node: output };
    const [ownerName, part] = name.split('.');
    const owner = part === undefined ? undefined : this.#byName.get(ownerName ?? '');
    const found = owner?.nodes.find((candidate) => candidate.name === part);
    return owner && found ? { kind: 'node', pipe: owner, node: found } : undefined;
  }

  /** What each node and data source is made of: `pipe.node` and data source names. */
  graph(): ReadonlyMap<string, readonly string[]> {
    const graph = new Map<string, string[]>();
    for (const pipe of this.#pipes) {
      for (const node of pipe.nodes) {
        graph.set(idOf(pipe, node), node.reads.flatMap((name) => this.#id(name, pipe, node)));
        const target = node.type === 'materialized' && node.target !== undefined ? this.#sources.get(node.target)?.name : undefined;
        if (target !== undefined) graph.set(target, [...(graph.get(target) ?? []), idOf(pipe, node)]);
      }
    }
    return graph;
  }

  #id(name: string, pipe: Pipe, node: PipeNode): string[] {
    const resource = this.resolve(name, pipe, node);
    if (!resource) return [];
    return [resource.kind === 'datasource' ? resource.dataSource.name : idOf(resource.pipe, resource.node)];
  }

  usedBy(name: string): readonly string[] {
    const wanted = this.#sources.get(name)?.name ?? this.#byName.get(name)?.name ?? name;
    return [...(this.#readers().get(wanted) ?? [])];
  }

  /** Pipes by what their nodes read, made when first asked for. */
  #readers(): ReadonlyMap<string, ReadonlySet<string>> {
    if (this.#readersByName) return this.#readersByName;
    const readers = new Map<string, Set<string>>();
    for (const pipe of this.#pipes) {
      for (const node of pipe.nodes) {
        for (const read of node.reads) {
          const resource = this.resolve(read, pipe, node);
          const name = resource?.kind === 'datasource' ? resource.dataSource.name : resource?.pipe.name;
          if (name === undefined || name === pipe.name) continue;
          const known = readers.get(name);
          if (known) known.add(pipe.name);
          else readers.set(name, new Set([pipe.name]));
        }
      }
    }
    this.#readersByName = readers;
    return readers;
  }

  dependents(name: string): readonly string[] {
    const found = new Set<string>();
    const waiting = [name];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const targets = this.#byName.get(next)?.nodes.flatMap(({ target }) => (target === undefined ? [] : [this.#sources.get(target)?.name ?? target])) ?? [];
      for (const dependent of [...this.usedBy(next), ...targets]) {
        if (dependent === name || found.has(dependent)) continue;
        found.add(dependent);
        waiting.push(dependent);
      }
    }
    return [...found];
  }

  dataSourcesOf(pipe: Pipe, node: PipeNode): readonly string[] {
    const found = new Set<string>();
    const seen = new Set<string>();
    const waiting: { pipe: Pipe; node: PipeNode }[] = [{ pipe, node }];
    for (let at = waiting.pop(); at; at = waiting.pop()) {
      if (seen.has(idOf(at.pipe, at.node))) continue;
      seen.add(idOf(at.pipe, at.node));
      for (const name of at.node.reads) {
        const resource = this.resolve(name, at.pipe, at.node);
        if (resource?.kind === 'datasource') found.add(resource.dataSource.name);
        else if (resource) waiting.push(resource);
      }
    }
    return [...found];
  }

  leftmost(pipe: Pipe, node: PipeNode): string | undefined {
    const seen = new Set<string>();
    let at: { pipe: Pipe; node: PipeNode } | undefined = { pipe, node };
    while (at && !seen.has(idOf(at.pipe, at.node))) {
      seen.add(idOf(at.pipe, at.node));
      const first: string | undefined = at.node.reads[0];
      const resource: Resource | undefined = first === undefined ? undefined : this.resolve(first, at.pipe, at.node);
      if (resource?.kind === 'datasource') return resource.dataSource.name;
      at = resource;
    }
    return undefined;
  }
}

function idOf(pipe: Pipe, node: PipeNode): string {
  return `${pipe.name}.${node.name}`;
}
