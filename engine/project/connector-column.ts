/**
 * Columns that a connector adds to its data source by itself: Kafka's `__timestamp` and the others, DynamoDB's
 * `_record`. They are part of the table though no SCHEMA lists them; here each has a DEFAULT, since no connector fills it.
 */
import { parseType } from '../sql/parse-type.ts';
import { printType } from '../sql/types.ts';
import type { Directive } from './directive.ts';
import type { Column } from './schema.ts';

const KAFKA: readonly (readonly [string, string, string])[] = [
  ['__value', 'String', "''"],
  ['__topic', 'LowCardinality(String)', "''"],
  ['__partition', 'Int16', '0'],
  ['__offset', 'Int64', '0'],
  ['__timestamp', 'DateTime', 'now()'],
  ['__key', 'String', "''"],
];
const DYNAMODB: readonly (readonly [string, string, string])[] = [
  ['_record', 'Nullable(String)', 'NULL'],
  ['_old_record', 'Nullable(String)', 'NULL'],
  ['_timestamp', 'DateTime64(3)', 'now64(3)'],
  ['_event_name', 'LowCardinality(String)', "'INSERT'"],
  ['_is_deleted', 'UInt8', '0'],
];

/** The columns that the file's connector adds to those of its SCHEMA. */
export function connectorColumns(directives: readonly Directive[], columns: readonly Column[]): Column[] {
  const source = directives.find(({ keyword }) => keyword === 'KAFKA_TOPIC' || keyword === 'IMPORT_TABLE_ARN');
  if (!source) return [];
  return (source.keyword === 'KAFKA_TOPIC' ? KAFKA : DYNAMODB)
    .filter(([name]) => !columns.some((column) => column.name === name))
    .map(([name, typeText, fallback]) => {
      const type = parseType(typeText);
      return { name, type, typeText: printType(type), ...(fallback === 'NULL' ? {} : { defaultExpression: fallback }), isAutomatic: true, span: source.span };
    });
}
