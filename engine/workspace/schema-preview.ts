/** What a change of a data file's schema would do to the rows that are there, told before the file is saved. */
import type { DataSource } from '../project/datasource.ts';
import type { Column } from '../project/schema.ts';
import { asideFor, counted, countRows } from './aside.ts';
import type { Database } from './database.ts';
import { describeMisfit, firstMisfit, needsWork, storedColumns } from './schema-change.ts';

/** What saving the data source would do to the rows that are there, a sentence for each column; for the editor. */
export async function previewChange(database: Database, source: DataSource): Promise<readonly { readonly column: Column | undefined; readonly message: string }[]> {
  const read = (sql: string) => database.query(sql);
  const stored = await storedColumns(read, source.name);
  const rows = stored.size === 0 ? 0 : await countRows(read, source.name);
  const aside = await asideFor(read, source);
  if (rows === 0 && !aside) return [];
  const gone = [...stored].filter(([name, { type }]) => type !== undefined && !source.columns.some((column) => column.name === name)).map(([name]) => name);
  const hidden = gone.map((name) => ({ column: undefined, message: `Saved like this, ${name} is hidden: its values stay in the database, and come back with the column.` }));
  const changed = source.columns.filter((column) => needsWork(column, stored.get(column.name)));
  if (changed.length === 0) return hidden;
  if (aside) {
    const back = await countRows(read, aside.name);
    return [...hidden, { column: changed[0], message: `Saved like this, ${counted(back)} that had been kept aside come back, beside those of the ${counted(rows)} here that came since.` }];
  }
  if ((source.forwardQuery ?? '') !== '') return [...hidden, { column: changed[0], message: `Saved like this, ${counted(rows)} are made anew by FORWARD_QUERY; the old table is kept aside.` }];
  const misfit = await firstMisfit(read, source, stored);
  if (misfit) return [...hidden, { column: misfit.column, message: `Saved like this, ${describeMisfit(misfit)}: the ${counted(rows)} are kept aside and ${source.name} begins empty. A FORWARD_QUERY can say how to convert them.` }];
  return [...hidden, ...changed.map((column) => ({ column, message: stored.get(column.name)?.type ? `Saved like this, ${counted(rows)} are converted to ${column.typeText}: all of them can be.` : `Saved like this, ${counted(rows)} get ${column.defaultExpression ?? 'the default'} for ${column.name}.` }))];
}
