/** The receipt of an import: what happened to every line, and why some were rejected. */
import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { Receipt } from '../../engine/api/protocol.ts';
import css from './import-dialog.module.css';

export function ReceiptView({ receipt }: { receipt: Receipt }) {
  const number = (value: number) => value.toLocaleString('en');
  return (
    <section className={css.receipt} aria-label="Receipt">
      <p className={css.sum} role="status">
        {receipt.quarantined === 0 ? <CircleCheck size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
        <span>
          <strong>{number(receipt.lines)}</strong> lines = <strong>{number(receipt.loaded)}</strong> loaded + <strong>{number(receipt.quarantined)}</strong> quarantined + <strong>{number(receipt.blank)}</strong> blank
        </span>
      </p>
      <p className={css.note}>
        {receipt.fileName}, {(receipt.sizeBytes / 1e6).toFixed(1)} MB, into {receipt.dataSource} in {(receipt.elapsedMs / 1000).toFixed(1)} s
      </p>
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
    </section>
  );
}
