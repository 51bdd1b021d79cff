/** Ids in Tinybird's form. */
import { createHash } from 'node:crypto';

/** The id of a data source, made of its name: the same on every machine. */
export function dataSourceId(name: string): string {
  return `t_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}
