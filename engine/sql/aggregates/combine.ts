/** What the combinators share: a definition out of a definition, and what is taken from the inner one. */
import type { Span } from '../../errors.ts';
import type { Bound } from '../bound.ts';
import { bare, printType, type ClickHouseType } from '../types.ts';
import type { AggregateCall, AggregateDefinition, AggregateState } from './definition.ts';
import { typeError } from './rule.ts';

export type Combine = (inner: AggregateDefinition, name: string) => AggregateDefinition;

export const NO_SPAN: Span = { start: 0, end: 0 };

export function elementTypes(types: readonly ClickHouseType[], name: string, span: Span): readonly ClickHouseType[] {
  return types.map((type) => {
    const inner = bare(type);
    if (inner.kind !== 'Array') throw typeError(`${name} takes arrays, not ${printType(type)}.`, span);
    return inner.of;
  });
}

/** The call without what has been used up by collecting its rows. */
export function withoutScope(call: AggregateCall): AggregateCall {
  const { filter: _filter, over: _over, rows: _rows, ...rest } = call;
  return { ...rest, distinct: false };
}

/** The state of an aggregate, or an error that says it has none. */
export function stateOf(definition: AggregateDefinition, types: readonly ClickHouseType[], parameters: readonly Bound[], span: Span = NO_SPAN): AggregateState {
  if (!definition.state) throw typeError(`The state of ${definition.name} is not supported.`, span);
  return definition.state(types, parameters);
}

