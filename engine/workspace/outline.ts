/** A pipe in outline, for the page and for checks: its nodes with their lines, and the parameters of all of them. */
import { placeOf } from '../errors.ts';
import type { NodeType, Pipe } from '../project/pipe.ts';
import { discoverParameters, type TemplateParameter } from '../template/parameters.ts';

export interface NodeOutline {
  readonly name: string;
  readonly type: NodeType;
  readonly description: string;
  /** Lines of the file, from 1. */
  readonly firstLine: number;
  readonly lastLine: number;
  readonly reads: readonly string[];
  readonly target?: string;
}

export interface ParameterOutline {
  readonly name: string;
  readonly type: string;
  readonly defaultValue?: string;
  readonly required: boolean;
  readonly description?: string;
  readonly example?: string;
  readonly enum?: readonly string[];
}

export function nodesOf(pipe: Pipe, text: string): readonly NodeOutline[] {
  return pipe.nodes.map((node) => {
    const place = placeOf(text, node.span);
    const { name, type, description, reads, target } = node;
    return { name, type, description, reads, firstLine: place.line, lastLine: place.endLine, ...(target === undefined ? {} : { target }) };
  });
}

/** The parameters of the pipe's nodes; with those of the pipes that it reads, since one request supplies them all. */
export function parametersOf(pipe: Pipe, pipes: readonly Pipe[] = []): readonly ParameterOutline[] {
  return discoverParameters(withFeeding(pipe, pipes).flatMap((one) => one.nodes.filter((node) => node.isRenderable).map((node) => node.template))).map(outline);
}

/** The pipe, then the pipes that it reads, through others too, each once. */
export function withFeeding(pipe: Pipe, pipes: readonly Pipe[], seen: Set<string> = new Set()): readonly Pipe[] {
  if (seen.has(pipe.name)) return [];
  seen.add(pipe.name);
  const fed = pipe.nodes.flatMap((node) => node.reads).flatMap((name) => pipes.filter((one) => one.name === name));
  return [pipe, ...fed.flatMap((one) => withFeeding(one, pipes, seen))];
}

function outline(parameter: TemplateParameter): ParameterOutline {
  const { name, type, defaultValue, required, description, example } = parameter;
  return {
    name, type, required,
    ...(defaultValue === undefined ? {} : { defaultValue }),
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example }),
    ...(parameter.enum === undefined ? {} : { enum: parameter.enum }),
  };
}
