/**
 * Adds a node to the text of a pipe: before the node that answers for the pipe, or last where none does yet. It reads
 * the node before it, or the data source that the pipe reads.
 */
import type { NodeView, ProjectView } from '../../engine/api/protocol.ts';
import { openPlace } from '../desk-state.ts';
import { editText, findBuffer } from '../editor/buffers.ts';

export function addNode(path: string, nodes: readonly NodeView[], project: ProjectView): void {
  const buffer = findBuffer(path);
  if (!buffer) return;
  const answering = nodes.findIndex((node) => node.type !== 'standard');
  const before = answering === -1 ? nodes : nodes.slice(0, answering);
  const name = freeName('untitled_node', nodes.map((node) => node.name));
  const reads = before.at(-1)?.name ?? nodes[answering]?.reads[0] ?? project.dataSources[0]?.name;
  const query = reads === undefined ? 'SELECT 1 AS one' : `SELECT *\n    FROM ${reads}\n    LIMIT 100`;
  const text = `NODE ${name}\nSQL >\n    ${query}\n`;
  const lines = buffer.text.split('\n');
  const line = nodes[answering]?.firstLine;
  const head = line === undefined ? `${buffer.text.trimEnd()}${buffer.text.trim() === '' ? '' : '\n\n'}` : lines.slice(0, line - 1).map((one) => `${one}\n`).join('');
  editText(path, line === undefined ? `${head}${text}` : `${head}${text}\n${lines.slice(line - 1).join('\n')}`);
  const at = head.split('\n').length;
  openPlace({ path, line: at, column: 'NODE '.length + 1, endLine: at, endColumn: `NODE ${name}`.length + 1 });
}

/** `name`, or `name_2` and so on when it is taken. */
function freeName(name: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    if (!taken.includes(candidate)) return candidate;
  }
}
