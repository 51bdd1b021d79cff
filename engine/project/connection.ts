/**
 * A connection as its file describes it. Connections do not run on this computer: they are read, checked for their
 * kind and listed, so that a project with connectors opens without errors.
 */
import type { Problem } from '../errors.ts';
import { reportRepeated, textOf } from './datasource.ts';
import type { Directive } from './directive.ts';

export interface Connection {
  readonly name: string;
  readonly path: string;
  readonly description: string;
  /** kafka, s3, gcs …, in lower case. */
  readonly type: string;
  /** All other keys, as written. */
  readonly settings: Readonly<Record<string, string>>;
}

const REQUIRED: Readonly<Record<string, readonly string[]>> = { kafka: ['KAFKA_BOOTSTRAP_SERVERS'], s3: ['S3_REGION'], gcs: [] };

export function readConnection(name: string, path: string, directives: readonly Directive[], problems: Problem[]): Connection {
  const typeLine = directives.find(({ keyword }) => keyword === 'TYPE');
  const type = typeLine?.value.toLowerCase() ?? '';
  const start = directives[0]?.span ?? { start: 0, end: 0 };
  if (type === '') problems.push({ severity: 'error', message: 'TYPE is mandatory: kafka, s3 or gcs.', span: typeLine?.span ?? start });
  else if (!Object.hasOwn(REQUIRED, type)) problems.push({ severity: 'warning', message: `The connection type ${type} is not known: there are kafka, s3 and gcs.`, span: typeLine?.valueSpan ?? start });
  for (const key of Object.hasOwn(REQUIRED, type) ? (REQUIRED[type] ?? []) : []) {
    if (!directives.some(({ keyword }) => keyword === key)) problems.push({ severity: 'error', message: `A connection of type ${type} needs ${key}.`, span: typeLine?.span ?? start });
  }
  reportRepeated(directives, new Set(['TOKEN']), problems);
  return {
    name,
    path,
    description: textOf(directives.find(({ keyword }) => keyword === 'DESCRIPTION')),
    type,
    settings: Object.fromEntries(directives.filter(({ keyword }) => !['TYPE', 'DESCRIPTION'].includes(keyword)).map((directive) => [directive.keyword, textOf(directive)])),
  };
}
