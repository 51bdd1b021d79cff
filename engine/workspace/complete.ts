/**
 * What may stand at a place in a data file, and what stands there: names of tables, columns of the tables that the node
 * reads, functions, template functions and parameters, keywords and types.
 */
import type { Pipe, PipeNode } from '../project/pipe.ts';
import type { Project } from '../project/project.ts';
import { keywordsOf } from '../project/keyword.ts';
import { listAggregates } from '../sql/aggregates/registry.ts';
import { listFunctions } from '../sql/functions/registry.ts';
import { templateFunctions } from '../template/function-table.ts';
import { parametersOf } from './outline.ts';

export interface EditorPlace {
  readonly path: string;
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** The columns that a node gives, as far as its SQL can be understood now. */
export type ColumnsOf = (pipe: Pipe, node: PipeNode) => readonly { readonly name: string; readonly type: string }[] | undefined;

export interface CompletionItem {
  readonly label: string;
  readonly kind: 'table' | 'column' | 'function' | 'aggregate' | 'template-function' | 'parameter' | 'node' | 'keyword' | 'type';
  readonly detail: string;
  readonly documentation?: string;
  readonly insert?: string;
}

const TYPES = [
  'String', 'LowCardinality(String)', 'FixedString(16)', 'UUID', 'DateTime', 'DateTime64(3)', 'Date', 'Date32', 'Int8', 'Int16', 'Int32', 'Int64', 'Int128', 'UInt8', 'UInt16', 'UInt32', 'UInt64', 'UInt128',
  'Float32', 'Float64', 'Decimal(18, 2)', 'Bool', 'Array(String)', 'Map(String, String)', 'Nullable(String)', 'JSON', 'IPv4', 'IPv6', 'AggregateFunction(count)', 'AggregateFunction(uniq, String)', 'SimpleAggregateFunction(max, DateTime)',
];
const SQL_WORDS = ['SELECT', 'FROM', 'WHERE', 'PREWHERE', 'GROUP BY', 'HAVING', 'ORDER BY', 'LIMIT', 'LIMIT BY', 'OFFSET', 'WITH', 'AS', 'AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL', 'LEFT JOIN', 'INNER JOIN', 'ANY LEFT JOIN', 'ASOF JOIN', 'ARRAY JOIN', 'USING', 'ON', 'UNION ALL', 'DISTINCT', 'CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'INTERVAL', 'DESC', 'ASC', 'FINAL', 'WITH TOTALS', 'WITH FILL'];

export function complete(place: EditorPlace, project: Project, columnsOf: ColumnsOf): readonly CompletionItem[] {
  const offset = offsetOf(place);
  const pipe = project.pipes.find((one) => one.path === place.path);
  if (place.path.endsWith('.datasource')) return inDataSource(place, offset);
  const node = pipe?.nodes.find((one) => offset >= one.sqlOffset && offset <= one.sqlOffset + one.sql.length + 1);
  if (!pipe || !node) return keywordsOf('pipe').map((label) => ({ label, kind: 'keyword', detail: 'keyword of data files' }));
  const before = place.text.slice(node.sqlOffset, offset);
  if (isInTag(before)) return [...templateItems(), ...parameterItems(pipe, project)];
  if (/\b(from|join)\s+[\w.]*$/i.test(before)) return tableItems(pipe, node, project);
  const columns = columnItems(pipe, node, project, columnsOf);
  const qualifier = /(\w+)\.\w*$/.exec(before)?.[1];
  if (qualifier !== undefined) return columns.filter(({ of }) => of === qualifier || !node.reads.includes(qualifier)).map(({ item }) => item);
  return [...unique(columns), ...tableItems(pipe, node, project), ...functionItems(), ...SQL_WORDS.map((label): CompletionItem => ({ label, kind: 'keyword', detail: 'SQL' }))];
}

/** A sentence or two about the word at the place, as Markdown; '' for nothing. */
export function hover(place: EditorPlace, project: Project, columnsOf: ColumnsOf): string {
  const offset = offsetOf(place);
  const start = offset - (/[\w]*$/.exec(place.text.slice(0, offset))?.[0].length ?? 0);
  const word = /^\w+/.exec(place.text.slice(start))?.[0] ?? '';
  if (word === '') return '';
  const pipe = project.pipes.find((one) => one.path === place.path);
  const node = pipe?.nodes.find((one) => offset >= one.sqlOffset && offset <= one.sqlOffset + one.sql.length);
  const parameter = pipe ? parametersOf(pipe).find(({ name }) => name === word) : undefined;
  if (node && pipe && isInTag(place.text.slice(node.sqlOffset, offset))) {
    const helper = templateFunctions().find(({ name }) => name === word);
    if (helper) return `\`\`\`\n${helper.signature}\n\`\`\`\n${helper.help}`;
  }
  if (parameter) return `**${parameter.name}** \`${parameter.type}\`${parameter.defaultValue === undefined ? '' : `, default \`${parameter.defaultValue}\``}${parameter.description === undefined ? '' : `\n\n${parameter.description}`}`;
  if (pipe && node) {
    const column = unique(columnItems(pipe, node, project, columnsOf)).find(({ label }) => label === word);
    if (column) return `**${word}** \`${column.detail}\` ${column.documentation ?? ''}`.trimEnd();
  }
  const source = project.findDataSource(word);
  if (source) return `Data source **${word}**${source.description === '' ? '' : `\n\n${source.description}`}\n\n${source.columns.map((column) => `- \`${column.name}\` ${column.typeText}`).join('\n')}`;
  const other = project.findPipe(word);
  if (other) return `Pipe **${word}**${other.description === '' ? '' : `\n\n${other.description}`}`;
  const definition = functionItems().find(({ label }) => label === word) ?? functionItems().find(({ label }) => label.toLowerCase() === word.toLowerCase());
  return definition ? `\`\`\`\n${definition.detail}\n\`\`\`\n${definition.documentation ?? ''}` : '';
}

function inDataSource(place: EditorPlace, offset: number): readonly CompletionItem[] {
  const line = place.text.slice(place.text.lastIndexOf('\n', offset - 1) + 1, offset);
  const inSchema = /^\s+`?[\w.]+`?\s+[\w(, ]*$/.test(line);
  if (inSchema) return TYPES.map((label) => ({ label, kind: 'type', detail: 'type' }));
  return keywordsOf('datasource').map((label) => ({ label, kind: 'keyword', detail: 'keyword of data files' }));
}

function offsetOf(place: EditorPlace): number {
  const lines = place.text.split('\n').slice(0, place.line - 1);
  return lines.reduce((sum, line) => sum + line.length + 1, 0) + place.column - 1;
}

function isInTag(before: string): boolean {
  return Math.max(before.lastIndexOf('{{'), before.lastIndexOf('{%')) > Math.max(before.lastIndexOf('}}'), before.lastIndexOf('%}'));
}

function templateItems(): readonly CompletionItem[] {
  return templateFunctions().map(({ name, signature, help }) => ({ label: name, kind: 'template-function', detail: signature, documentation: help, insert: `${name}($0)` }));
}

function parameterItems(pipe: Pipe, project: Project): readonly CompletionItem[] {
  return parametersOf(pipe, project.pipes).map(({ name, type, description }) => ({ label: name, kind: 'parameter', detail: type, ...(description === undefined ? {} : { documentation: description }) }));
}

function tableItems(pipe: Pipe, node: PipeNode, project: Project): readonly CompletionItem[] {
  const earlier = pipe.nodes.slice(0, pipe.nodes.indexOf(node));
  return [
    ...earlier.map(({ name, description }): CompletionItem => ({ label: name, kind: 'node', detail: 'node of this pipe', documentation: description })),
    ...project.dataSources.map(({ name, description }): CompletionItem => ({ label: name, kind: 'table', detail: 'data source', documentation: description })),
    ...project.pipes.filter((one) => one !== pipe).map(({ name, description }): CompletionItem => ({ label: name, kind: 'table', detail: 'pipe', documentation: description })),
  ];
}

interface ColumnItem {
  /** The table's name in the SQL. */
  readonly of: string;
  readonly item: CompletionItem;
}

/** Columns of what the node reads; where an earlier node cannot be understood, those of the data sources behind it. */
function columnItems(pipe: Pipe, node: PipeNode, project: Project, columnsOf: ColumnsOf): readonly ColumnItem[] {
  const item = (of: string, name: string, type: string): ColumnItem => ({ of, item: { label: name, kind: 'column', detail: type, documentation: `of ${of}` } });
  const ofSource = (of: string, name: string) => project.findDataSource(name)?.columns.map((column) => item(of, column.name, column.typeText)) ?? [];
  return node.reads.flatMap((name) => {
    const found = project.resolve(name, pipe, node);
    if (found?.kind !== 'node') return ofSource(name, name);
    return columnsOf(found.pipe, found.node)?.map((column) => item(name, column.name, column.type)) ?? project.dataSourcesOf(found.pipe, found.node).flatMap((source) => ofSource(name, source));
  });
}

function unique(columns: readonly ColumnItem[]): readonly CompletionItem[] {
  return [...new Map(columns.map(({ item }) => [item.label, item])).values()];
}

let functions: readonly CompletionItem[] | undefined;

function functionItems(): readonly CompletionItem[] {
  functions ??= [
    ...listFunctions().map(({ name, signature, help }): CompletionItem => ({ label: name, kind: 'function', detail: signature, documentation: help, insert: `${name}($0)` })),
    ...listAggregates().map(({ name, signature, help }): CompletionItem => ({ label: name, kind: 'aggregate', detail: signature, documentation: help, insert: `${name}($0)` })),
  ];
  return functions;
}
