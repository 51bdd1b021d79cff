/** The text of a data file for a new data source: from what a file holds, or from a schema that a client sends. */
import type { InferredSchema } from './infer-schema.ts';

export function datafileOf({ columns, fileName, suggestedSortingKey, suggestedPartitionKey }: InferredSchema): string {
  const lines = columns.map(({ name, type, jsonPath, defaultExpression }) => `    \`${name}\` ${type} \`json:${jsonPath}\`${defaultExpression === undefined ? '' : ` DEFAULT ${defaultExpression}`}`);
  return text(`DESCRIPTION >\n    Imported from ${fileName}\n\n`, lines.join(',\n'), suggestedSortingKey, suggestedPartitionKey);
}

/** `schema` is a list of columns as SCHEMA has it: `a String, b Nullable(Int32) \`json:$.b\``. */
export function datafileWith(schema: string): string {
  return text('', `    ${schema.trim()}`, 'tuple()', '');
}

function text(before: string, schema: string, sortingKey: string, partitionKey: string): string {
  return `${before}SCHEMA >\n${schema}\n\nENGINE "MergeTree"\n${partitionKey === '' ? '' : `ENGINE_PARTITION_KEY "${partitionKey}"\n`}ENGINE_SORTING_KEY "${sortingKey}"\n`;
}
