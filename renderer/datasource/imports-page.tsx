/** The receipts of a data source's imports, newest first: each can be opened, and the newest is. */
import { useQuery } from '@tanstack/react-query';
import type { DataSourceView } from '../../engine/api/protocol.ts';
import { api, errorBodyOf } from '../api.ts';
import { ReceiptView } from '../import/receipt-view.tsx';
import css from './imports-page.module.css';

export function ImportsPage({ source, revision }: { readonly source: DataSourceView; readonly revision: number }) {
  const { data, error } = useQuery({ queryKey: ['imports', source.name, source.rowCount, source.quarantinedCount, revision], queryFn: ({ signal }) => api.importReceipts(source.name, signal), placeholderData: (before) => before });
  if (error) return <p role="alert" className={css.empty}>{errorBodyOf(error).error}</p>;
  if (!data) return null;
  if (data.receipts.length === 0) return <p className={css.empty}>No file was imported yet. Each import leaves its receipt here: what happened to every line, and the checksum of the file.</p>;
  return (
    <div className={css.page}>
      {data.receipts.map((receipt, index) => (
        <details key={receipt.importId} open={index === 0}>
          <summary>
            {receipt.at.slice(0, 19).replace('T', ' ')} UTC <strong>{receipt.fileName}</strong>: {receipt.loaded.toLocaleString('en')} loaded{receipt.quarantined > 0 && `, ${receipt.quarantined.toLocaleString('en')} quarantined`}{receipt.newKeys.length > 0 && `, ${receipt.newKeys.length} new ${receipt.newKeys.length === 1 ? 'key' : 'keys'}`}
          </summary>
          <ReceiptView receipt={receipt} />
        </details>
      ))}
    </div>
  );
}
