/**
 * Random tables: an `id` that tells rows apart, then columns of any type, edge values in their rows, sometimes no row at
 * all. The same random stream makes the same table.
 */
import { parseType } from '../../../engine/sql/parse-type.ts';
import { printType, type ClickHouseType } from '../../../engine/sql/types.ts';
import type { TwoEngines } from '../../sql/two-engines.ts';
import type { Random } from './random.ts';
import { columnType, plainText, quote, valueOf } from './values.ts';

export interface MadeTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: ClickHouseType }[];
  readonly rowCount: number;
  /** ClickHouse's statement for its rows, for whoever wants to see a difference by hand. */
  readonly create: string;
  readonly insert: string;
}

/** Every table has these, so that most functions find an argument in any of them. */
const ALWAYS: readonly (readonly [string, string])[] = [['n', 'Int32'], ['s', 'String'], ['at', 'DateTime'], ['k', 'UInt8']];

export function makeTable(name: string, random: Random): MadeTable {
  const rowCount = random.weighted([[1, 0], [1, 1], [10, random.whole(5, 16)]]);
  const columns = [
    { name: 'id', type: parseType('UInt32') },
    ...ALWAYS.map(([column, type]) => ({ name: column, type: parseType(type) })),
    ...Array.from({ length: random.whole(5, 8) }, (_, index) => ({ name: `c${index}`, type: columnType(random) })),
  ];
  const nested = random.chance(0.3) ? [{ name: 'sub.k', type: parseType('Array(UInt8)') }, { name: 'sub.v', type: parseType('Array(String)') }] : [];
  const rows = Array.from({ length: rowCount }, (_, row) => {
    const length = random.whole(0, 3);
    const parts = columns.map((column) => {
      if (column.name === 'id') return `CAST(${row + 1}, 'UInt32')`;
      if (column.name === 'k') return `CAST(${random.whole(0, 3)}, 'UInt8')`;
      return valueOf(column.type, random);
    });
    const lists = nested.map((column) => {
      const of = column.type.kind === 'Array' ? column.type.of : column.type;
      return `CAST([${Array.from({ length }, () => quote(plainText(of, random))).map((item) => `CAST(${item}, ${quote(printType(of))})`).join(', ')}], ${quote(printType(column.type))})`;
    });
    return `SELECT ${[...parts, ...lists].join(', ')}`;
  });
  const all = [...columns, ...nested];
  const empty = `SELECT ${all.map((column) => `defaultValueOfTypeName(${quote(printType(column.type))})`).join(', ')} WHERE 0`;
  return {
    name,
    columns: all,
    rowCount,
    create: all.map((column) => `\`${column.name}\` ${printType(column.type)}`).join(', '),
    insert: rows.length === 0 ? empty : rows.join(' UNION ALL '),
  };
}

export async function fill(engines: TwoEngines, table: MadeTable): Promise<void> {
  await engines.makeTable(table.name, table.create, table.insert);
}
