/**
 * A data file: its path and text as a model, with everything that is wrong in it. Pure, cheap and without memory, so
 * results can be kept by (path, text); a file with `includes` depends on those files too. Never throws a mistake of the
 * author: problems carry spans in the text. One file is one resource, named after the file.
 */
import type { Problem } from '../errors.ts';
import { readConnection, type Connection } from './connection.ts';
import { readDataSource, reportNotes, type DataSource } from './datasource.ts';
import { readDirectives, type ReadOptions } from './directive.ts';
import { readPipe, type Pipe } from './pipe.ts';

export type DataFile = {
  readonly path: string;
  readonly text: string;
  /** In the order of their places. */
  readonly problems: readonly Problem[];
  /** Paths of INCLUDE lines, as written. */
  readonly includes: readonly string[];
} & (
  | { readonly kind: 'datasource'; readonly dataSource: DataSource }
  | { readonly kind: 'pipe'; readonly pipe: Pipe }
  | { readonly kind: 'connection'; readonly connection: Connection }
  /** A part of other files: checked where it is included. */
  | { readonly kind: 'include' }
);

/** The kind that the file's name tells; undefined for what is no data file. */
export function dataFileKind(path: string): DataFile['kind'] | undefined {
  const extension = /\.(datasource|pipe|connection|incl)$/i.exec(path)?.[1]?.toLowerCase();
  if (extension === 'incl') return 'include';
  return extension === 'datasource' || extension === 'pipe' || extension === 'connection' ? extension : undefined;
}

/** The resource's name: the file's name without its extension. */
export function resourceName(path: string): string {
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return file.replace(/\.[^.]+$/, '');
}

/** Parses a data file. The path's extension decides what it is; any other extension is read as a pipe. */
export function parseDataFile(path: string, text: string, options: ReadOptions = {}): DataFile {
  const kind = dataFileKind(path) ?? 'pipe';
  if (kind === 'include') return { kind, path, text, problems: [], includes: [] };
  const name = resourceName(path);
  const read = readDirectives(text, kind, options);
  const problems: Problem[] = [...read.problems];
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    problems.push({ severity: 'error', message: `\`${name}\` is not a name that SQL can use: name the file with letters, digits and underscores, not beginning with a digit.`, span: { start: 0, end: firstLineEnd(text) } });
  }
  reportNotes(kind, read.directives, problems);
  const rest = (): { path: string; text: string; problems: readonly Problem[]; includes: readonly string[] } => ({ path, text, problems: problems.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end), includes: read.includes });
  if (kind === 'datasource') {
    const dataSource = readDataSource(name, path, read.directives, problems);
    return { kind, dataSource, ...rest() };
  }
  if (kind === 'connection') {
    const connection = readConnection(name, path, read.directives, problems);
    return { kind, connection, ...rest() };
  }
  const pipe = readPipe(name, path, read.directives, problems);
  return { kind, pipe, ...rest() };
}

function firstLineEnd(text: string): number {
  const newline = text.indexOf('\n');
  return newline === -1 ? text.length : newline;
}
