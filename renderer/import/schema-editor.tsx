/** What the whole file holds, key by key, and the columns that it becomes: name, type and whether to keep it. */
import { TriangleAlert } from 'lucide-react';
import type { InferredSchema } from '../../engine/api/protocol.ts';
import { byteSize } from '../readable.ts';
import css from './import-dialog.module.css';
import { COMMON_TYPES, type DraftColumn, type SchemaDraft } from './schema-draft.ts';

interface SchemaEditorProps {
  readonly schema: InferredSchema;
  readonly draft: SchemaDraft;
  readonly onChange: (draft: SchemaDraft) => void;
  /** That are imported with it. */
  readonly moreFiles: number;
}

export function SchemaEditor({ schema, draft, onChange, moreFiles }: SchemaEditorProps) {
  const rows = schema.lines - schema.blank;
  const change = (index: number, part: Partial<DraftColumn>) => {
    onChange({ ...draft, columns: draft.columns.map((column, at) => (at === index ? { ...column, ...part } : column)) });
  };
  return (
    <>
      <p className={css.note}>
        {schema.fileName}: {schema.lines.toLocaleString('en')} lines, {byteSize(schema.sizeBytes)}, {schema.columns.length} keys. All lines were read.
        {moreFiles > 0 && ` ${moreFiles === 1 ? 'One more file comes' : `${moreFiles} more files come`} with it, by the same columns.`}
        {schema.blank > 0 && ` ${schema.blank.toLocaleString('en')} are blank.`}
      </p>
      {schema.malformedCount > 0 && (
        <details className={css.malformed}>
          <summary><TriangleAlert size={14} aria-hidden /> {schema.malformedCount.toLocaleString('en')} {schema.malformedCount === 1 ? 'line is' : 'lines are'} not JSON and will go to quarantine</summary>
          <ul>
            {schema.malformed.slice(0, 10).map((line) => <li key={line.line}>Line {line.line}: {line.message} <code>{line.text.slice(0, 120)}</code></li>)}
          </ul>
        </details>
      )}
      <div className={css.names}>
        <label>Data source <input value={draft.name} spellCheck={false} onChange={(event) => onChange({ ...draft, name: event.target.value })} /></label>
        <label>Sorting key <input value={draft.sortingKey} spellCheck={false} placeholder="tuple()" onChange={(event) => onChange({ ...draft, sortingKey: event.target.value })} /></label>
        <label>Partition key <input value={draft.partitionKey} spellCheck={false} placeholder="none" onChange={(event) => onChange({ ...draft, partitionKey: event.target.value })} /></label>
      </div>
      <datalist id="column-types">{COMMON_TYPES.map((type) => <option key={type} value={type} />)}</datalist>
      <div className={css.scroller} tabIndex={0} role="region" aria-label="Columns">
        <table className={css.columns}>
          <thead>
            <tr><th scope="col">Keep</th><th scope="col">Column</th><th scope="col">Type</th><th scope="col">Key</th><th scope="col">Present in</th><th scope="col">Examples</th></tr>
          </thead>
          <tbody>
            {draft.columns.map((column, index) => {
              const found = schema.columns[index];
              return (
                <tr key={column.jsonPath} data-left-out={column.included ? undefined : ''}>
                  <td><input type="checkbox" checked={column.included} aria-label={`Keep ${column.name}`} onChange={(event) => change(index, { included: event.target.checked })} /></td>
                  <td><input value={column.name} spellCheck={false} aria-label={`Name of the column for ${column.jsonPath}`} onChange={(event) => change(index, { name: event.target.value })} /></td>
                  <td><input value={column.type} list="column-types" spellCheck={false} aria-label={`Type of ${column.name}`} onChange={(event) => change(index, { type: event.target.value })} /></td>
                  <td><code>{column.jsonPath}</code></td>
                  <td title={found ? `First in line ${found.firstLine}, last in line ${found.lastLine}` : undefined}>{found ? share(found.present, rows) : ''}</td>
                  <td className={css.samples}>{found?.note !== undefined && <em>{found.note} </em>}<code>{found?.samples.join('  ')}</code></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

function share(present: number, rows: number): string {
  if (present === rows) return 'all rows';
  return `${((100 * present) / Math.max(1, rows)).toFixed(present * 100 < rows ? 2 : 1)}%`;
}
