/** Table functions that need no server: numbers, zeros, generateSeries, values, null. All others are refused. */
import { SandpiperError } from '../errors.ts';
import type { Expression, TableExpression } from './ast.ts';
import { Binder, type Stage } from './bind-expression.ts';
import type { Bound } from './bound.ts';
import { commonType } from './common-type.ts';
import { cast } from './conversion.ts';
import { duck, duckInteger, duckName, joined, type DuckSql } from './duck.ts';
import { defaultSql, plainSql } from './physical.ts';
import { parseType } from './parse-type.ts';
import { Scope } from './scope.ts';
import type { Environment, Relation } from './statement.ts';
import { UINT64, UINT8 } from './types.ts';

type TableFunction = Extract<TableExpression, { kind: 'table-function' }>;

const CONSTANTS_ONLY: Stage = {
  aggregate: (call) => {
    throw new SandpiperError('type', `The aggregate ${call.name.text} cannot stand here.`, { span: call.span });
  },
  windows: false,
};

export function tableFunction(table: TableFunction, environment: Environment): Relation {
  const binder = new Binder({ environment, scope: new Scope([]), aliases: new Map(), stage: CONSTANTS_ONLY });
  const name = /^values$/i.test(table.name.text) ? 'values' : table.name.text;
  switch (name) {
    case 'numbers':
    case 'numbers_mt':
    case 'generate_series':
    case 'generateSeries':
      return numbers(table, binder, name.startsWith('generate'));
    case 'zeros':
    case 'zeros_mt':
      return { sql: duck`SELECT CAST(0 AS UTINYINT) AS "zero" FROM range(${whole(table, binder, 0)})`, columns: [{ name: 'zero', type: UINT8, id: 'zero' }] };
    case 'one':
      return { sql: duck`SELECT CAST(0 AS UTINYINT) AS "dummy"`, columns: [{ name: 'dummy', type: UINT8, id: 'dummy' }] };
    case 'values':
      return values(table, binder);
    case 'null':
      return emptyTable(table);
    default:
      throw new SandpiperError('unsupported', `The table function ${name} is not supported: Sandpiper reads data sources, pipes, numbers() and values() only.`, { span: table.name.span });
  }
}

function argument(table: TableFunction, position: number): Expression {
  const expression = table.arguments[position];
  if (!expression) throw new SandpiperError('type', `${table.name.text} needs more arguments.`, { span: table.span });
  return expression;
}

/** A constant whole number as BIGINT. */
function whole(table: TableFunction, binder: Binder, position: number): DuckSql {
  const value = binder.bind(argument(table, position));
  if (value.constant?.kind === 'integer') return duckInteger(value.constant.value);
  return duck`CAST(${plainSql(value)} AS BIGINT)`;
}

function numbers(table: TableFunction, binder: Binder, inclusive: boolean): Relation {
  const name = inclusive ? 'generate_series' : 'number';
  const columns = [{ name, type: UINT64, id: name }];
  const select = duck`SELECT CAST(range AS UBIGINT) AS ${duckName(name)} FROM`;
  if (table.arguments.length === 0) return { sql: duck`${select} range(1000000000000)`, columns };
  if (table.arguments.length === 1) return { sql: duck`${select} range(${whole(table, binder, 0)})`, columns };
  const first = whole(table, binder, 0);
  const second = whole(table, binder, 1);
  const step = table.arguments.length > 2 ? whole(table, binder, 2) : duckInteger(1);
  const end = inclusive ? duck`${second} + 1` : duck`${first} + ${second}`;
  return { sql: duck`${select} range(${first}, ${end}, ${step})`, columns };
}

function values(table: TableFunction, binder: Binder): Relation {
  const [first, ...rest] = table.arguments;
  if (!first) throw new SandpiperError('type', 'values needs at least one row.', { span: table.span });
  const structure = first.kind === 'string' ? readStructure(first.value, first) : undefined;
  const rows = (structure ? rest : table.arguments).map((row) => (row.kind === 'tuple' ? row.elements.map((cell) => binder.bind(cell)) : [binder.bind(row)]));
  const width = structure?.length ?? rows[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, index) => {
    const type = structure?.[index]?.type ?? commonType(rows.map((row) => cell(row, index, table).type), table.span);
    return { name: structure?.[index]?.name ?? `c${index + 1}`, type, id: structure?.[index]?.name ?? `c${index + 1}` };
  });
  const selects = rows.map((row) => {
    if (row.length !== width) throw missing(table);
    return duck`SELECT ${columns.map((column, index) => duck`${plainSql(cast(cell(row, index, table), column.type))} AS ${duckName(column.id)}`)}`;
  });
  return { sql: joined(selects, ' UNION ALL '), columns };
}

function cell(row: readonly Bound[], index: number, table: TableFunction): Bound {
  const value = row[index];
  if (!value) throw missing(table);
  return value;
}

function missing(table: TableFunction): SandpiperError {
  return new SandpiperError('type', 'The rows of values must have the same number of values.', { span: table.span });
}

function emptyTable(table: TableFunction): Relation {
  const first = argument(table, 0);
  if (first.kind !== 'string') throw new SandpiperError('type', "null takes a structure such as 'a UInt8, b String'.", { span: table.span });
  const columns = readStructure(first.value, first).map((column) => ({ ...column, id: column.name }));
  return { sql: duck`SELECT ${columns.map((column) => duck`${defaultSql(column.type)} AS ${duckName(column.id)}`)} WHERE FALSE`, columns };
}

/** `a UInt8, b Array(String)` as columns. */
function readStructure(text: string, at: Expression) {
  const tuple = parseType(`Tuple(${text})`);
  if (tuple.kind !== 'Tuple') throw new SandpiperError('type', `${text} is not a list of columns.`, { span: at.span });
  return tuple.elements.map((element, index) => ({ name: element.name ?? `c${index + 1}`, type: element.type }));
}
