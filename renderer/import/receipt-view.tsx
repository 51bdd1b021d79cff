/**
 * The receipt of an import: what happened to every line of every file, why some were rejected, and which keys have no
 * column yet, with a button that adds one.
 */
import { useMutation } from '@tanstack/react-query';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { Receipt } from '../../engine/api/protocol.ts';
import { api, errorBodyOf } from '../api.ts';
import { Button } from '../parts/button.tsx';
import { byteSize } from '../readable.ts';
import css from './import-dialog.module.css';

export function ReceiptView({ receipt }: { receipt: Receipt }) {
  const number = (value: number) => value.toLocaleString('en');
  return (
    <section className={css.receipt} aria-label="Receipt">
      <p className={css.sum} role="status">
        {receipt.quarantined === 0 ? <CircleCheck size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
        <span>
          <strong>{number(receipt.lines)}</strong> lines = <strong>{number(receipt.loaded)}</strong> loaded + <strong>{number(receipt.quarantined)}</strong> quarantined + <strong>{number(receipt.blank)}</strong> blank
          {receipt.leftOut > 0 && <> + <strong>{number(receipt.leftOut)}</strong> left out by the condition</>}
        </span>
      </p>
      <p className={css.note}>
        {receipt.fileName}, {byteSize(receipt.sizeBytes)}, {receipt.mode === 'replace' ? 'in place of rows of' : 'into'} {receipt.dataSource} in {(receipt.elapsedMs / 1000).toFixed(1)} s, {receipt.at.slice(0, 19).replace('T', ' ')} UTC
      </p>
      {receipt.files.length === 1 && <p className={css.note}>SHA-256 <code className={css.sum256}>{receipt.files[0]?.sha256}</code></p>}
      {receipt.files.length > 1 && <Files receipt={receipt} />}
      {receipt.reasons.length > 0 && (
        <table className={css.columns}>
          <thead><tr><th scope="col">Rejected because</th><th scope="col">Rows</th><th scope="col">First in line</th><th scope="col">Example</th></tr></thead>
          <tbody>
            {receipt.reasons.map((reason) => (
              <tr key={reason.message}>
                <td>{reason.message}</td>
                <td>{number(reason.rows)}</td>
                <td>{number(reason.firstLine)}</td>
                <td className={css.samples}><code>{reason.example}</code></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {receipt.newKeys.length > 0 && <NewKeys receipt={receipt} />}
    </section>
  );
}

function Files({ receipt }: { receipt: Receipt }) {
  return (
    <table className={css.columns}>
      <thead><tr><th scope="col">File</th><th scope="col">Lines</th><th scope="col">Loaded</th><th scope="col">Quarantined</th><th scope="col">Blank</th><th scope="col">SHA-256</th></tr></thead>
      <tbody>
        {receipt.files.map((file) => (
          <tr key={file.fileName}>
            <td>{file.fileName}</td>
            {[file.lines, file.loaded, file.quarantined, file.blank].map((count, index) => <td key={index}>{count.toLocaleString('en')}</td>)}
            <td><code className={css.sum256}>{file.sha256}</code></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NewKeys({ receipt }: { receipt: Receipt }) {
  const add = useMutation({ mutationFn: ({ jsonPath, type }: Receipt['newKeys'][number]) => api.addColumn(receipt.dataSource, { name: columnName(jsonPath), type, jsonPath }) });
  const added = add.isSuccess ? add.variables.jsonPath : undefined;
  return (
    <>
      <p className={css.note}>
        {receipt.newKeys.length === 1 ? 'One key has' : `${receipt.newKeys.length} keys have`} no column in {receipt.dataSource}, so {receipt.newKeys.length === 1 ? 'its values were' : 'their values were'} not loaded. {receipt.lookedForKeys.toLocaleString('en')} lines were looked at for such keys.
      </p>
      {add.error && <p role="alert" className={css.problem}>{errorBodyOf(add.error).error}</p>}
      {added !== undefined && <p role="status" className={css.note}>The column {columnName(added)} was added to the data file. Import the file again to fill it.</p>}
      <table className={css.columns}>
        <thead><tr><th scope="col">Key without a column</th><th scope="col">Seen in</th><th scope="col">Type</th><th scope="col">Example</th><th scope="col"><span className="visually-hidden">Add it</span></th></tr></thead>
        <tbody>
          {receipt.newKeys.map((key) => (
            <tr key={key.jsonPath}>
              <td><code>{key.jsonPath}</code></td>
              <td>{key.seen.toLocaleString('en')} {key.seen === 1 ? 'line' : 'lines'}</td>
              <td>{key.type}</td>
              <td className={css.samples}><code>{key.example}</code></td>
              <td><Button disabled={add.isPending || added === key.jsonPath} onClick={() => add.mutate(key)}>Add column<span className="visually-hidden"> for {key.jsonPath}</span></Button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** As the schema of a new data source names it. */
function columnName(jsonPath: string): string {
  return jsonPath.replace(/^\$\.?/, '').replace(/\W+/g, '_').replace(/^_+|_+$/g, '').replace(/^(?=\d)/, '_') || '_';
}
