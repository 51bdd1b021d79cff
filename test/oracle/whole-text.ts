/**
 * A node's rendered SQL with every node and pipe that it reads written into it as a subquery, as Tinybird does before
 * it asks ClickHouse. Names are found by the parser, so only real reads are replaced: tables of FROM and JOIN, and IN.
 */
import type { Pipe, PipeNode } from '../../engine/project/pipe.ts';
import type { Project } from '../../engine/project/project.ts';
import { parseQuery } from '../../engine/sql/parse.ts';
import type { Queries } from '../../engine/workspace/queries.ts';

type Parameters = Readonly<Record<string, string>>;

interface Read {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** The name that the SQL goes on calling the subquery by; absent for IN and where it has an alias. */
  readonly alias?: string;
}

/** Throws what rendering throws. SQL that does not parse is given as it is: ClickHouse judges it. */
export function wholeText(project: Project, queries: Queries, pipe: Pipe, node: PipeNode, parameters: Parameters): string {
  const text = queries.renderNode(pipe, node, parameters).sql.replace(/;\s*$/, '');
  let result = text;
  for (const read of readsOf(text).sort((one, other) => other.start - one.start)) {
    const found = project.resolve(read.name, pipe, node);
    if (found?.kind !== 'node') {
      if (found && found.dataSource.name !== read.name) result = `${result.slice(0, read.start)}\`${found.dataSource.name}\`${read.alias === undefined ? '' : ` AS ${read.alias}`}${result.slice(read.end)}`;
      continue;
    }
    const inner = wholeText(project, queries, found.pipe, found.node, parameters);
    result = `${result.slice(0, read.start)}(\n${inner}\n)${read.alias === undefined ? '' : ` AS \`${read.alias}\``}${result.slice(read.end)}`;
  }
  return result;
}

function readsOf(text: string): Read[] {
  const reads: Read[] = [];
  const ctes = new Set<string>();
  try {
    walk(parseQuery(text), reads, ctes);
  } catch {
    return [];
  }
  return reads.filter(({ name }) => !ctes.has(name));
}

type Tree = Readonly<Record<string, unknown>>;

function walk(value: unknown, reads: Read[], ctes: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, reads, ctes);
    return;
  }
  if (!isTree(value)) return;
  const name = nameOf(value['name']);
  if (value['kind'] === 'table' && name) {
    const database = nameOf(value['database']);
    reads.push({ name: database ? `${database.text}.${name.text}` : name.text, start: (database ?? name).start, end: name.end, ...(value['alias'] === undefined ? { alias: name.text } : {}) });
  }
  if (value['kind'] === 'query' && name) ctes.add(name.text);
  if (value['kind'] === 'call' && name && /^(?:global)?(?:not)?in$/i.test(name.text) && Array.isArray(value['arguments'])) {
    const right: unknown = value['arguments'][1];
    if (isTree(right) && right['kind'] === 'identifier' && Array.isArray(right['parts'])) {
      const parts = right['parts'].flatMap((part) => nameOf(part) ?? []);
      const [first] = parts;
      const last = parts.at(-1);
      if (first && last) reads.push({ name: parts.map((part) => part.text).join('.'), start: first.start, end: last.end });
    }
  }
  for (const part of Object.values(value)) walk(part, reads, ctes);
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null;
}

function nameOf(value: unknown): { readonly text: string; readonly start: number; readonly end: number } | undefined {
  if (!isTree(value) || typeof value['text'] !== 'string' || !isTree(value['span'])) return undefined;
  const { start, end } = value['span'];
  return typeof start === 'number' && typeof end === 'number' ? { text: value['text'], start, end } : undefined;
}
