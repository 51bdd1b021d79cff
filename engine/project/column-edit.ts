/** Changes or adds one column in the text of a data source file and leaves every other letter as it was. */
import { SandpiperError } from '../errors.ts';
import { parseDataFile } from './datafile.ts';
import type { Column } from './schema.ts';

export interface ColumnEdit {
  readonly type?: string;
  readonly jsonPath?: string;
  readonly defaultExpression?: string;
}

/** The file with the column changed. Throws SandpiperError 'not-found' when it has none of that name. */
export function editColumn(path: string, text: string, name: string, edit: ColumnEdit): string {
  const file = parseDataFile(path, text);
  const column = file.kind === 'datasource' ? file.dataSource.columns.find((one) => one.name === name) : undefined;
  if (!column) throw new SandpiperError('not-found', `${path} has no column ${name}.`);
  const { span } = column;
  return text.slice(0, span.start) + printColumn(column, edit) + text.slice(span.end);
}

export interface NewColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
}

/** The file with one column more, behind the last. Throws SandpiperError 'conflict' when there is one of that name. */
export function addColumn(path: string, text: string, { name, type, jsonPath }: NewColumn): string {
  const file = parseDataFile(path, text);
  const columns = file.kind === 'datasource' ? file.dataSource.columns : [];
  const last = columns.at(-1);
  if (!last) throw new SandpiperError('bad-request', `${path} has no SCHEMA that a column could be added to.`);
  if (columns.some((one) => one.name === name)) throw new SandpiperError('conflict', `${path} has a column ${name} already.`);
  const margin = /[^\S\n]*$/.exec(text.slice(0, last.span.start))?.[0] ?? '';
  const hasPaths = columns.some((column) => column.jsonPath !== undefined);
  const added = `\`${name}\` ${type}${hasPaths || jsonPath !== `$.${name}` ? ` \`json:${jsonPath}\`` : ''}`;
  return `${text.slice(0, last.span.end)},\n${margin || '    '}${added}${text.slice(last.span.end)}`;
}

function printColumn(column: Column, edit: ColumnEdit): string {
  const { name, typeText, jsonPath, defaultExpression, codec } = { ...column, ...(edit.type === undefined ? {} : { typeText: edit.type }), ...(edit.jsonPath === undefined ? {} : { jsonPath: edit.jsonPath }), ...(edit.defaultExpression === undefined ? {} : { defaultExpression: edit.defaultExpression }) };
  return [`\`${name}\` ${typeText}`, ...(jsonPath === undefined ? [] : [`\`json:${jsonPath}\``]), ...(defaultExpression === undefined ? [] : [`DEFAULT ${defaultExpression}`]), ...(codec === undefined ? [] : [codec])].join(' ');
}
