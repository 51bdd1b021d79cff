/**
 * The schema that a person makes of what was found in a file, and the .datasource text it becomes. Pure.
 * Nothing is written to the project before the import starts.
 */
import type { InferredSchema } from '../../engine/api/protocol.ts';

export interface DraftColumn {
  readonly included: boolean;
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly defaultExpression?: string;
}

export interface SchemaDraft {
  readonly name: string;
  readonly sortingKey: string;
  /** '' for none. */
  readonly partitionKey: string;
  readonly columns: readonly DraftColumn[];
}

export const COMMON_TYPES: readonly string[] = [
  'String', 'LowCardinality(String)', 'DateTime', 'DateTime64(3)', 'Date', 'Int8', 'Int16', 'Int32', 'Int64', 'UInt8', 'UInt16', 'UInt32', 'UInt64', 'Int128',
  'Float32', 'Float64', 'Decimal(18, 2)', 'Bool', 'UUID', 'Array(String)', 'Array(Int64)', 'Array(Float64)', 'Map(String, String)',
];

export function draftOf(schema: InferredSchema): SchemaDraft {
  return {
    name: schema.suggestedName,
    sortingKey: schema.suggestedSortingKey,
    partitionKey: schema.suggestedPartitionKey,
    columns: schema.columns.map((column) => ({ included: true, name: column.name, type: column.type, jsonPath: column.jsonPath, ...(column.defaultExpression === undefined ? {} : { defaultExpression: column.defaultExpression }) })),
  };
}

/** What keeps the draft from being a data source, one sentence each. */
export function problemsOf(draft: SchemaDraft, taken: readonly string[]): readonly string[] {
  const problems: string[] = [];
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(draft.name)) problems.push('The name of a data source has letters, digits and _ and does not begin with a digit.');
  if (taken.includes(draft.name)) problems.push(`There is a data source or pipe called ${draft.name} already. Choose another name.`);
  const included = draft.columns.filter((column) => column.included);
  if (included.length === 0) problems.push('Keep at least one column.');
  const seen = new Set<string>();
  for (const column of included) {
    if (column.name.trim() === '' || /[`\s]/.test(column.name)) problems.push(`The column name "${column.name}" cannot be used: it must not be empty or hold spaces.`);
    if (seen.has(column.name)) problems.push(`Two columns are called ${column.name}.`);
    seen.add(column.name);
    if (column.type.trim() === '') problems.push(`The column ${column.name} has no type.`);
  }
  for (const key of sortingColumns(draft.sortingKey)) {
    const column = included.find((one) => one.name === key);
    if (column && /^(Nullable|LowCardinality\(Nullable)\(/.test(column.type)) problems.push(`The sorting key cannot hold ${key}, because it is Nullable. Choose another column, or another type.`);
  }
  return problems;
}

function sortingColumns(key: string): readonly string[] {
  return key.split(',').map((part) => part.trim().replaceAll('`', '')).filter((part) => part !== '');
}

/** The text of datasources/NAME.datasource. */
export function datafileOf(draft: SchemaDraft, fileName: string): string {
  const columns = draft.columns.filter((column) => column.included).map((column) => `    \`${column.name}\` ${column.type} \`json:${column.jsonPath}\`${column.defaultExpression === undefined ? '' : ` DEFAULT ${column.defaultExpression}`}`);
  return [
    'DESCRIPTION >',
    `    Imported from ${fileName}`,
    '',
    'SCHEMA >',
    columns.join(',\n'),
    '',
    'ENGINE "MergeTree"',
    ...(draft.partitionKey.trim() === '' ? [] : [`ENGINE_PARTITION_KEY "${draft.partitionKey.trim()}"`]),
    ...(draft.sortingKey.trim() === '' ? ['ENGINE_SORTING_KEY "tuple()"'] : [`ENGINE_SORTING_KEY "${draft.sortingKey.trim()}"`]),
    '',
  ].join('\n');
}
