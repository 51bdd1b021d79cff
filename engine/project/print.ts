/**
 * Data files from models. What is printed parses back to the same model: columns in Tinybird's canonical order, values
 * in quotes, the SQL of a node as it stands. Comments and the author's spacing are not part of a model.
 */
import type { Connection } from './connection.ts';
import type { DataFile } from './datafile.ts';
import type { DataSource, TableEngine, TokenDeclaration } from './datasource.ts';
import { findKeyword, type DataFileKind } from './keyword.ts';
import type { Pipe, PipeNode } from './pipe.ts';

/** The text of a parsed file in canonical form; an include file is its own text. */
export function printDataFile(file: DataFile): string {
  switch (file.kind) {
    case 'datasource':
      return printDataSource(file.dataSource);
    case 'pipe':
      return printPipe(file.pipe);
    case 'connection':
      return printConnection(file.connection);
    case 'include':
      return file.text;
  }
}

/** What a new data source needs; everything else is left out of the file. */
export type NewDataSource = Partial<Omit<DataSource, 'columns' | 'tableEngine'>> & {
  readonly columns: readonly { readonly name: string; readonly typeText: string; readonly jsonPath?: string; readonly defaultExpression?: string; readonly codec?: string; readonly isAutomatic?: boolean }[];
  readonly tableEngine?: Partial<TableEngine>;
};

export function printDataSource(source: NewDataSource): string {
  const columns = source.columns.filter(({ isAutomatic }) => !isAutomatic).map(({ name, typeText, jsonPath, defaultExpression, codec }) =>
    [`\`${name}\``, typeText, jsonPath === undefined ? '' : `\`json:${jsonPath}\``, defaultExpression === undefined ? '' : `DEFAULT ${defaultExpression}`, codec ?? ''].filter((part) => part !== '').join(' '));
  const indexes = (source.indexes ?? []).map(({ name, expression, type, granularity }) => `${name} ${expression} TYPE ${type}${granularity === undefined ? '' : ` GRANULARITY ${granularity}`}`);
  return sections([
    description(source.description ?? ''),
    heading(source.tokens ?? [], source.tags ?? '', source.version),
    `SCHEMA >\n    ${columns.join(',\n    ')}`,
    printEngine(source.tableEngine ?? {}),
    indexes.length === 0 ? '' : `INDEXES >\n    ${indexes.join('\n    ')}`,
    settings(source.settings ?? {}, 'datasource'),
    block('FORWARD_QUERY', source.forwardQuery ?? ''),
    block('SHARED_WITH', (source.sharedWith ?? []).join(',\n')),
  ]);
}

function printEngine(engine: Partial<TableEngine>): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['ENGINE', engine.name ?? 'MergeTree'],
    ['ENGINE_PARTITION_KEY', engine.partitionKey],
    ['ENGINE_PRIMARY_KEY', engine.primaryKey],
    ['ENGINE_SORTING_KEY', engine.sortingKey],
    ['ENGINE_SAMPLING_KEY', engine.samplingKey],
    ['ENGINE_TTL', engine.ttl],
    ['ENGINE_VER', engine.ver],
    ['ENGINE_IS_DELETED', engine.isDeleted],
    ['ENGINE_SIGN', engine.sign],
    ['ENGINE_VERSION', engine.version],
    ['ENGINE_SUMMING_COLUMNS', engine.summingColumns?.join(', ')],
    ['ENGINE_SETTINGS', engine.settings],
  ];
  return lines.filter(([, value]) => value !== undefined && value !== '').map(([keyword, value]) => `${keyword} ${quoted(value ?? '')}`).join('\n');
}

function printPipe(pipe: Pipe): string {
  return sections([description(pipe.description), heading(pipe.tokens, pipe.tags, pipe.version), ...pipe.nodes.map(printNode)]);
}

function printNode(node: PipeNode): string {
  const about = description(node.description);
  const keys: readonly (readonly [string, string | undefined])[] = [
    [node.type === 'copy' ? 'TARGET_DATASOURCE' : 'DATASOURCE', node.target],
    ['COPY_SCHEDULE', node.copySchedule],
    ['COPY_MODE', node.copyMode],
  ];
  const lines = [
    ...(node.hasType ? [`TYPE ${node.type}`] : []),
    ...keys.flatMap(([keyword, value]) => (value === undefined || value === '' ? [] : [`${keyword} ${value}`])),
    ...(node.targetColumns ? [`SCHEMA >\n    ${node.targetColumns.map(({ name, typeText, defaultExpression }) => `\`${name}\` ${typeText}${defaultExpression === undefined ? '' : ` DEFAULT ${defaultExpression}`}`).join(',\n    ')}`] : []),
    ...(node.targetEngine ? [printEngine(node.targetEngine)] : []),
    settings(node.settings, 'pipe'),
  ].filter((line) => line !== '');
  return `NODE ${node.name}\n${about === '' ? '' : `${about}\n`}SQL >\n${node.isDynamic ? '    %\n' : ''}    ${guarded(node.sql)}${lines.length === 0 ? '' : `\n\n${lines.join('\n')}`}`;
}

/** SQL lines that would end the block are indented. */
function guarded(sql: string): string {
  return sql.split('\n').map((line, index) => (index > 0 && /^\S/.test(line) && findKeyword('pipe', /^\S+/.exec(line)?.[0].replace(/>$/, '') ?? '') ? `    ${line}` : line)).join('\n');
}

function printConnection(connection: Connection): string {
  return sections([connection.type === '' ? '' : `TYPE ${connection.type}`, description(connection.description), settings(connection.settings, 'connection')]);
}

function description(text: string): string {
  return block('DESCRIPTION', text);
}

function heading(tokens: readonly TokenDeclaration[], tags: string, version: number | undefined): string {
  return [
    ...(version === undefined ? [] : [`VERSION ${version}`]),
    ...tokens.map(({ name, permission }) => `TOKEN ${quoted(name)} ${permission}`),
    ...(tags === '' ? [] : [`TAGS ${quoted(tags)}`]),
  ].join('\n');
}

function settings(values: Readonly<Record<string, string>>, kind: DataFileKind): string {
  return Object.entries(values).map(([keyword, value]) => (value.includes('\n') && findKeyword(kind, keyword)?.value !== 'line' ? block(keyword, value) : `${keyword} ${quoted(value)}`)).join('\n');
}

function block(keyword: string, text: string): string {
  return text === '' ? '' : `${keyword} >\n${text.split('\n').map((line) => (line === '' ? '' : `    ${line}`)).join('\n')}`;
}

/** In quotes that do not occur in the value; as it is when both do. */
function quoted(value: string): string {
  if (!value.includes('"')) return `"${value}"`;
  return value.includes("'") ? value : `'${value}'`;
}

function sections(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
