/** Aggregates used like ordinary functions: over the elements of an array, and on the states of other aggregates. */
import { stateOfType, findAggregate } from '../aggregates/registry.ts';
import { bound, isLambda, type Bound } from '../bound.ts';
import { duck, duckInteger, duckName } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { parseExpression } from '../parse.ts';
import { bare, printType, type ClickHouseType } from '../types.ts';
import { constantText, define, typeError } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

/** `quantile(0.9)` as text: the aggregate and its parameters. */
function aggregateOf(call: FunctionCall, value: Bound) {
  const text = constantText(call, value, 'the name of an aggregate function');
  const parsed = /\(/.test(text) ? parseExpression(text) : undefined;
  const name = parsed?.kind === 'call' ? parsed.name.text : text.trim();
  const definition = findAggregate(name);
  if (!definition) throw typeError(`There is no aggregate function ${name} in Sandpiper.`, value.span);
  const parameters = (parsed?.kind === 'call' ? parsed.arguments : []).map((parameter): Bound => {
    if (parameter.kind === 'number' && /^\d+$/.test(parameter.text)) return { ...bound({ kind: 'Integer', bits: 64, signed: false }, duckInteger(BigInt(parameter.text)), value.span), constant: { kind: 'integer', value: BigInt(parameter.text) } };
    if (parameter.kind === 'number') return { ...bound({ kind: 'Float', bits: 64 }, duck`NULL`, value.span), constant: { kind: 'float', value: Number(parameter.text) } };
    if (parameter.kind === 'string') return { ...bound({ kind: 'String' }, duck`NULL`, value.span), constant: { kind: 'text', value: parameter.value } };
    throw typeError('The parameters of an aggregate function must be constants.', value.span);
  });
  return { definition, parameters };
}

function elementType(call: FunctionCall, value: Bound): ClickHouseType {
  const type = bare(value.type);
  if (type.kind !== 'Array') throw typeError(`${call.name} takes arrays, not ${printType(value.type)}.`, value.span);
  return type.of;
}

const ARRAY_REDUCE = define(
  { name: 'arrayReduce', signature: "arrayReduce('aggregate', array, …)", help: 'The aggregate over the elements of the array, such as arrayReduce(\'max\', a).', category: 'array' }, 2, Infinity,
  ([name, ...arrays], call) => {
    if (!name) throw typeError('arrayReduce takes the name of an aggregate function.', call.span);
    const { definition, parameters } = aggregateOf(call, name);
    const types = arrays.map((value) => elementType(call, value));
    const element = duckName(call.context.freshName());
    const [only] = arrays;
    const list = arrays.length === 1 && only ? plainSql(only) : duck`list_zip(${arrays.map(plainSql)})`;
    const args = types.map((type, index) => bound(type, arrays.length === 1 ? element : duck`${element}[${duckInteger(index + 1)}]`, call.span));
    return definition.bind({ name: definition.name, parameters, arguments: args, distinct: false, rows: { list, element }, span: call.span, context: call.context });
  },
);

const FINALIZE = define(
  { name: 'finalizeAggregation', signature: 'finalizeAggregation(state)', help: 'The result of the state of an aggregate function.', category: 'other' }, 1, 1,
  ([value], call) => {
    const type = value && bare(value.type);
    if (!value || type?.kind !== 'AggregateFunction') throw typeError(`finalizeAggregation takes the state of an aggregate function${value ? `, not ${printType(value.type)}` : ''}.`, call.span);
    const definition = findAggregate(type.name);
    const state = stateOfType(type);
    if (!definition) throw typeError(`There is no aggregate function ${type.name} in Sandpiper.`, call.span);
    const parameters = aggregateOf(call, { ...value, constant: { kind: 'text', value: `${type.name}(${type.parameters.join(', ')})` } }).parameters;
    const name = duckName(call.context.freshName());
    return bound(definition.resultType(type.arguments, parameters, call.span), duck`list_transform([coalesce(${plainSql(value)}, ${state.empty})], lambda ${name}: ${state.finish(name)})[1]`, call.span);
  },
);

const INITIALIZE: FunctionDefinition = {
  name: 'initializeAggregation', signature: "initializeAggregation('aggregate', x, …)", help: 'The aggregate over this one row, such as initializeAggregation(\'sumState\', x).', category: 'other',
  bind: (call) => {
    const values = call.arguments.map((argument) => {
      if (isLambda(argument)) throw typeError('initializeAggregation takes no lambda.', argument.span);
      return argument;
    });
    const [name, ...args] = values;
    if (!name) throw typeError('initializeAggregation takes the name of an aggregate function.', call.span);
    const { definition, parameters } = aggregateOf(call, name);
    const element = duckName(call.context.freshName());
    return definition.bind({ name: definition.name, parameters, arguments: args, distinct: false, rows: { list: duck`[1]`, element }, span: call.span, context: call.context });
  },
};

export const AGGREGATION: readonly FunctionDefinition[] = [ARRAY_REDUCE, FINALIZE, INITIALIZE];

