/** The columns of a data source: name, type, where in an event the value is found, default. */
import type { DataSourceView } from '../../engine/api/protocol.ts';
import css from './schema-table.module.css';

export function SchemaTable({ source }: { source: DataSourceView }) {
  const sorted = source.sortingKey.split(',').map((name) => name.trim());
  return (
    <div className={css.scroller} tabIndex={0} role="region" aria-label={`Schema of ${source.name}`}>
      <table className={css.table}>
        <thead>
          <tr><th scope="col">Column</th><th scope="col">Type</th><th scope="col">Found in an event at</th><th scope="col">Default</th><th scope="col">Sorting key</th></tr>
        </thead>
        <tbody>
          {source.columns.map((column) => {
            const place = sorted.indexOf(column.name);
            return (
              <tr key={column.name}>
                <th scope="row">{column.name}</th>
                <td className={css.type}>{column.type}</td>
                <td>{column.jsonPath ?? <span className={css.none}>not filled by events</span>}</td>
                <td>{column.defaultExpression ?? <span className={css.none}>none</span>}</td>
                <td>{place === -1 ? '' : `${place + 1}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
