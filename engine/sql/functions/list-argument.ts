/**
 * Arrays as arguments: their elements, and lambdas over one or several of them as DuckDB lambdas.
 * Elements lose LowCardinality, as in ClickHouse. An array itself is never NULL here.
 */
import { isLambda, type Bound, type BoundLambda } from '../bound.ts';
import { bound } from '../bound.ts';
import { cast, commonType } from '../conversion.ts';
import { duck, duckInteger, duckName, type DuckSql } from '../duck.ts';
import { booleanSql, orderSql, plainSql, tupleFieldNames } from '../physical.ts';
import { array, bare, isNullable, printType, sameType, withoutLowCardinality, type ClickHouseType } from '../types.ts';
import { needCondition, typeError } from './arguments.ts';
import type { FunctionCall } from './definition.ts';

/** The type of an array's elements; throws when the value is no array. */
export function elementType(call: FunctionCall, value: Bound): ClickHouseType {
  const type = bare(value.type);
  if (type.kind === 'Array') return withoutLowCardinality(type.of);
  if (type.kind === 'Nested') return { kind: 'Tuple', elements: type.elements };
  if (type.kind === 'Geo') return elementType(call, { ...value, type: type.of });
  throw typeError(`${call.name} takes an array, not a value of type ${printType(value.type)}.`, value.span);
}

/** The array's type without LowCardinality in it, as most functions give it back. */
export function listType(call: FunctionCall, value: Bound): ClickHouseType {
  return array(elementType(call, value));
}

const NUMBERS = ['Integer', 'Float', 'BFloat16', 'Decimal', 'Bool'];

/** A list and a value to look for in it, in forms that DuckDB compares. */
export function comparableElement(call: FunctionCall, list: Bound, value: Bound): { readonly list: DuckSql; readonly value: DuckSql } {
  const element = bare(elementType(call, list));
  const wanted = bare(value.type);
  if (element.kind === 'Nothing' || wanted.kind === 'Nothing' || sameType(element, wanted)) return { list: plainSql(list), value: plainSql(value) };
  if (NUMBERS.includes(element.kind) && NUMBERS.includes(wanted.kind)) {
    if (element.kind === 'Bool' || wanted.kind === 'Bool') return { list: element.kind === 'Bool' ? duck`CAST(${plainSql(list)} AS UTINYINT[])` : plainSql(list), value: wanted.kind === 'Bool' ? duck`CAST(${plainSql(value)} AS UTINYINT)` : plainSql(value) };
    return { list: plainSql(list), value: plainSql(value) };
  }
  if (element.kind === 'Enum' && value.constant?.kind === 'text') return { list: plainSql(list), value: plainSql(value) };
  const type = commonType([element, wanted], call.span);
  const zone = { timeZone: call.context.timeZone };
  const keep = (inner: ClickHouseType, from: ClickHouseType): ClickHouseType => (isNullable(from) ? { kind: 'Nullable', of: inner } : inner);
  return {
    list: sameType(type, element) ? plainSql(list) : plainSql(cast(list, array(keep(type, elementType(call, list))), zone)),
    value: plainSql(cast(value, keep(type, value.type), zone)),
  };
}

/** Arrays brought to one type. */
export function sameLists(call: FunctionCall, lists: readonly Bound[]): { readonly type: ClickHouseType; readonly lists: readonly DuckSql[] } {
  const element = commonType(lists.map((list) => elementType(call, list)), call.span);
  const type = array(element);
  return { type, lists: lists.map((list) => plainSql(cast({ ...list, type: listType(call, list) }, type, { timeZone: call.context.timeZone }))) };
}

/** A lambda over the elements of lists: what DuckDB runs through, the name of its element, and the body. */
export interface Walk {
  /** One list; of structs when there are several arrays. */
  readonly list: DuckSql;
  readonly item: DuckSql;
  /** What the body gives for `item`. */
  readonly body: Bound;
  /** The element of the first array at `item`. */
  readonly first: DuckSql;
  readonly firstType: ClickHouseType;
}

/** The lambda and arrays of a call such as arrayMap(x -> …, a, b). Without a lambda the body is the element itself. */
export function walk(call: FunctionCall, least = 1): Walk {
  const [head, ...rest] = call.arguments;
  const lists = call.arguments.filter((argument): argument is Bound => !isLambda(argument));
  const lambda = head && isLambda(head) ? head : undefined;
  if (lists.length < least || call.arguments.length - lists.length > 1 || (lambda === undefined && rest.length > 0 && lists.length !== call.arguments.length)) {
    throw typeError(`${call.name} takes a lambda and ${least === 1 ? 'an array' : `${least} arrays`}.`, call.span);
  }
  return walkLists(call, lambda, lists);
}

export function walkLists(call: FunctionCall, lambda: BoundLambda | undefined, lists: readonly Bound[]): Walk {
  const [only] = lists;
  if (!only) throw typeError(`${call.name} takes an array.`, call.span);
  if (!lambda && lists.length > 1) throw typeError(`${call.name} takes several arrays only after a lambda.`, call.span);
  const item = duckName(call.context.freshName());
  const types = lists.map((list) => elementType(call, list));
  const firstType = types[0] ?? only.type;
  if (lists.length === 1) {
    const element = bound(firstType, item, only.span);
    const body = lambda ? lambda.body(unpacked(lambda, element)) : element;
    return { list: plainSql(only), item, body, first: item, firstType };
  }
  const fields = lists.map((list, index) => bound(types[index] ?? firstType, duck`${item}[${duckInteger(index + 1)}]`, list.span));
  const body = lambda ? lambda.body(fields) : only;
  return { list: zipped(call, lists), item, body, first: duck`${item}[1]`, firstType };
}

/** A lambda of several parameters over one array of tuples takes their elements. */
function unpacked(lambda: BoundLambda, element: Bound): readonly Bound[] {
  const type = bare(element.type);
  if (lambda.parameterNames.length < 2 || type.kind !== 'Tuple' || type.elements.length !== lambda.parameterNames.length) return [element];
  const names = tupleFieldNames(type.elements);
  return type.elements.map((part, index) => bound(part.type, duck`${element.sql}.${duckName(names[index] ?? '')}`, element.span));
}

/** Lists of equal length as one list of structs; an error while running when the lengths differ. */
export function zipped(call: FunctionCall, lists: readonly Bound[]): DuckSql {
  const [first, ...others] = lists.map(plainSql);
  if (!first) throw typeError(`${call.name} takes an array.`, call.span);
  return duck`list_zip(${[first, ...others.map((other) => duck`sandpiper_same_length(${other}, len(${first}))`)]})`;
}

/** The body as a condition on `item`; NULL counts as false in every place it is used. */
export function bodyCondition(made: Walk): DuckSql {
  needCondition('The lambda', made.body);
  return booleanSql(made.body);
}

/** The body as a value of its own type, without LowCardinality. */
export function bodyValue(made: Walk): { readonly type: ClickHouseType; readonly sql: DuckSql } {
  return { type: withoutLowCardinality(made.body.type), sql: plainSql(made.body) };
}

/** What to sort an element by. */
export function orderedBy(made: Walk): DuckSql {
  return orderSql(made.body);
}
