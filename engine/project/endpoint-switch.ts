/**
 * The publish switch: adds, moves or removes TYPE endpoint in the text of a pipe, with the least change. A pipe none of
 * whose nodes has a TYPE is published by Classic's habit, so taking it off the air writes TYPE standard.
 */
import { SandpiperError } from '../errors.ts';
import { readDirectives, type Directive } from './directive.ts';
import { FILE_LEVEL, isNodeName } from './pipe.ts';

interface NodeLines {
  readonly name: string;
  /** The TYPE that counts: the first. */
  readonly type: Directive | undefined;
  readonly repeated: readonly Directive[];
  readonly end: number;
}

/** The pipe's text with `node` as its endpoint, or with none. Throws SandpiperError 'not-found' or 'conflict'. */
export function setEndpoint(text: string, node: string | undefined): string {
  const nodes = nodesOf(text);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const isEndpoint = ({ type }: NodeLines): boolean => type?.value.toLowerCase() === 'endpoint';
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  const write = (target: NodeLines, type: string): void => {
    if (target.type) edits.push({ ...rangeOf(target.type), text: type });
    else edits.push({ start: target.end, end: target.end, text: `${newline}${newline}TYPE ${type}${target.end === text.length ? newline : ''}` });
  };
  if (node === undefined) {
    const endpoints = nodes.filter(isEndpoint);
    const keepsType = nodes.some((one) => one.type && !isEndpoint(one));
    for (const [index, one] of endpoints.entries()) {
      if (keepsType || index > 0) edits.push(...removals(text, one));
      else write(one, 'standard');
    }
    const last = nodes.at(-1);
    if (last && nodes.every(({ type }) => !type)) write(last, 'standard');
  } else {
    const target = nodes.find(({ name }) => name === node);
    if (!target) throw new SandpiperError('not-found', `The pipe has no node named ${node}.`);
    const type = target.type?.value.toLowerCase() ?? 'standard';
    if (type !== 'endpoint' && type !== 'standard' && type !== '') throw new SandpiperError('conflict', `The node ${node} has TYPE ${type}, so it cannot be the endpoint: add a node for it.`);
    for (const one of nodes) if (one !== target && isEndpoint(one)) edits.push(...removals(text, one));
    if (!isEndpoint(target)) write(target, 'endpoint');
  }
  return edits.sort((a, b) => b.start - a.start).reduce((made, edit) => made.slice(0, edit.start) + edit.text + made.slice(edit.end), text);
}

function nodesOf(text: string): NodeLines[] {
  const nodes: { name: string; type: Directive | undefined; repeated: Directive[]; end: number }[] = [];
  let current: (typeof nodes)[number] | undefined;
  for (const directive of readDirectives(text, 'pipe').directives) {
    if (directive.keyword === 'NODE') {
      // Nodes that the pipe does not keep, for want of a name of their own, are left alone.
      const isKept = isNodeName(directive.value) && !nodes.some(({ name }) => name === directive.value);
      current = isKept ? { name: directive.value, type: undefined, repeated: [], end: directive.span.end } : undefined;
      if (current) nodes.push(current);
    } else if (current && !FILE_LEVEL.has(directive.keyword)) {
      if (directive.keyword === 'TYPE' && current.type) current.repeated.push(directive);
      else if (directive.keyword === 'TYPE') current.type = directive;
      current.end = directive.span.end;
    }
  }
  return nodes;
}

function rangeOf(directive: Directive): { start: number; end: number } {
  return directive.value === '' ? { start: directive.span.end, end: directive.span.end } : directive.valueSpan;
}

/** The lines of TYPE, with the blank lines before them. */
function removals(text: string, node: NodeLines): { start: number; end: number; text: string }[] {
  return [...(node.type ? [node.type] : []), ...node.repeated].map(({ span }) => ({ start: text.slice(0, span.start).trimEnd().length, end: span.end, text: '' }));
}
