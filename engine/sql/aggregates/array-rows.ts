/** Array arguments of -Array and -ForEach as one list for each row: the array itself, or several zipped. */
import { SandpiperError } from '../../errors.ts';
import { bound, type Bound } from '../bound.ts';
import { duck, duckInteger, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { bare, printType } from '../types.ts';
import type { AggregateCall } from './definition.ts';

export interface Arrays {
  /** The row's list: its elements are what `elements` reads. */
  readonly list: DuckSql;
  /** The arguments, out of one element of the list. */
  readonly elements: (element: DuckSql) => readonly Bound[];
}

export function arrayOf(call: AggregateCall): Arrays {
  const types = call.arguments.map((argument) => {
    const type = bare(argument.type);
    if (type.kind !== 'Array') throw new SandpiperError('type', `${call.name} takes arrays, not ${printType(argument.type)}.`, { span: argument.span });
    return type.of;
  });
  const [only, ...more] = call.arguments;
  if (!only) throw new SandpiperError('type', `${call.name} takes an array.`, { span: call.span });
  if (more.length === 0) return { list: plainSql(only), elements: (element) => types.map((type) => bound(type, element, only.span)) };
  return {
    list: duck`list_zip(${call.arguments.map(plainSql)})`,
    elements: (element) => types.map((type, index) => bound(type, duck`${element}[${duckInteger(index + 1)}]`, call.span)),
  };
}
