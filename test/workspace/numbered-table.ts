/** The table of the kill tests. */
import { int, STRING, uint } from '../../engine/sql/types.ts';
import type { IngestTable } from '../../engine/workspace/ingest-table.ts';

export const NUMBERED: IngestTable = {
  name: 'numbered',
  columns: [{ name: 'id', type: uint(32) }, { name: 'text', type: STRING }, { name: 'kind', type: int(8) }],
};
