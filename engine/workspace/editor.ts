/**
 * What the editor asks while somebody writes: completion, hover, signatures, definitions, references, renaming and
 * layout, each about a text that may not be saved. Holds nothing between two questions but what the project's files say.
 */
import type { Pipe, PipeNode } from '../project/pipe.ts';
import type { Project } from '../project/project.ts';
import { checkTemplate } from '../template/parse.ts';
import { nodeColumns } from './check.ts';
import { complete, type CompletionItem } from './complete.ts';
import type { EditorPlace } from './editor-symbol.ts';
import { hover } from './hover.ts';
import { Queries, type QueryWorld } from './queries.ts';
import type { KnownColumn, Understanding } from './sql-scope.ts';

/** The project as it would be with the text saved, and the world around it. */
export type UnsavedWorld = (path: string, text: string) => QueryWorld;

export class Editor {
  readonly #unsaved: UnsavedWorld;

  constructor(unsaved: UnsavedWorld) {
    this.#unsaved = unsaved;
  }

  complete(place: EditorPlace): readonly CompletionItem[] {
    return complete(place, understand(this.#unsaved(place.path, place.text)));
  }

  /** Markdown; '' for nothing. */
  hover(place: EditorPlace): string {
    return hover(place, understand(this.#unsaved(place.path, place.text)));
  }
}

/** How types are found: by translating nodes, or texts in their place. */
export function understand(world: QueryWorld): Understanding {
  const queries = new Queries(() => world);
  const { project } = world;
  return { project, columnsOfNode: remembered((pipe, node) => nodeColumns(pipe, node, queries, project)), columnsOfText: (pipe, node, sql) => textColumns(pipe, node, sql, queries, project) };
}

function remembered(columnsOf: (pipe: Pipe, node: PipeNode) => readonly KnownColumn[] | undefined): Understanding['columnsOfNode'] {
  const known = new Map<PipeNode, readonly KnownColumn[] | undefined>();
  return (pipe, node) => {
    if (!known.has(node)) known.set(node, columnsOf(pipe, node));
    return known.get(node);
  };
}

function textColumns(pipe: Pipe, node: PipeNode, sql: string, queries: Queries, project: Project): readonly KnownColumn[] | undefined {
  const { template, problems } = checkTemplate(sql);
  if (problems.some(({ severity }) => severity === 'error')) return undefined;
  return nodeColumns(pipe, node, queries, project, { ...node, sql, template, isRenderable: true });
}
