/**
 * What the editor asks while somebody writes: completion, hover, signatures, definitions, references, renaming and
 * layout, each about a text that may not be saved. Holds nothing between two questions but what the project's files say.
 */
import type { Place } from '../errors.ts';
import type { Pipe, PipeNode } from '../project/pipe.ts';
import type { Project } from '../project/project.ts';
import { checkTemplate } from '../template/parse.ts';
import { nodeColumns, translationsOf } from './check.ts';
import { complete, type CompletionItem } from './complete.ts';
import { definition, references } from './definition.ts';
import type { EditorPlace } from './editor-symbol.ts';
import { formatFile } from './format-file.ts';
import { hover } from './hover.ts';
import { Queries, type QueryWorld } from './queries.ts';
import { rename, renamedWord, type Answers, type TextEdit } from './rename.ts';
import { signatureHelp, type SignatureHelp } from './signature.ts';
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

  /** Undefined outside of calls. */
  signature(place: EditorPlace): SignatureHelp | undefined {
    return signatureHelp(place, understand(this.#unsaved(place.path, place.text)));
  }

  /** Undefined where nothing in the project makes what stands there. */
  definition(place: EditorPlace): Place | undefined {
    const world = this.#unsaved(place.path, place.text);
    return definition(place, understand(world), world.fileText);
  }

  references(place: EditorPlace): readonly Place[] {
    const world = this.#unsaved(place.path, place.text);
    return references(place, understand(world), world.fileText);
  }

  /** The word that `rename` would replace; throws SandpiperError with the reason where nothing can be renamed. */
  renamedWord(place: EditorPlace): { readonly place: Place; readonly text: string } {
    return renamedWord(place, understand(this.#unsaved(place.path, place.text)));
  }

  /** Throws SandpiperError with one sentence where the rename would not be safe. */
  rename(place: EditorPlace, to: string): readonly TextEdit[] {
    return rename(place, to, (text) => {
      const world = this.#unsaved(place.path, text);
      return { world: understand(world), answers: () => answersOf(place.path, world) };
    });
  }

  /** The text with its SQL laid out. */
  format(path: string, text: string): string {
    return formatFile(path, text);
  }

  /** Markdown; '' for nothing. */
  hover(place: EditorPlace): string {
    return hover(place, understand(this.#unsaved(place.path, place.text)));
  }
}

/** What each node of the file is translated to, with its defaults and with all parameters given. */
function answersOf(path: string, world: QueryWorld): Answers {
  const queries = new Queries(() => world);
  const pipe = world.project.pipes.find((one) => one.path === path);
  return new Map((pipe?.nodes ?? []).map((node) => [node.name, pipe ? translationsOf(pipe, node, queries, world.project).map(({ duckdbSql, columns }) => ({ sql: duckdbSql, columns: columns.map(({ name }) => name) })) : []]));
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
