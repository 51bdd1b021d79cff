/** Adds a node to the text of a pipe: after the last node, reading it or the project's first data source. */
import type { NodeView, ProjectView } from '../../engine/api/protocol.ts';
import { openPlace } from '../desk-state.ts';
import { editText, findBuffer } from '../editor/buffers.ts';

export function addNode(path: string, nodes: readonly NodeView[], project: ProjectView): void {
  const buffer = findBuffer(path);
  if (!buffer) return;
  const name = freeName('untitled_node', nodes.map((node) => node.name));
  const reads = nodes.at(-1)?.name ?? project.dataSources[0]?.name;
  const from = reads === undefined ? 'SELECT 1 AS one' : `SELECT *\n    FROM ${reads}\n    LIMIT 100`;
  const before = buffer.text === '' ? '' : `${buffer.text.replace(/\s*$/, '')}\n\n`;
  editText(path, `${before}NODE ${name}\nSQL >\n    ${from}\n`);
  const line = before.split('\n').length;
  openPlace({ path, line, column: 'NODE '.length + 1, endLine: line, endColumn: `NODE ${name}`.length + 1 });
}

/** `name`, or `name_2` and so on when it is taken. */
export function freeName(name: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    if (!taken.includes(candidate)) return candidate;
  }
}
