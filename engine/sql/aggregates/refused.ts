/** Aggregates of ClickHouse that Sandpiper refuses, each with the reason. */
import { SandpiperError } from '../../errors.ts';
import type { Span } from '../../errors.ts';
import type { AggregateDefinition } from './definition.ts';

const REASONS: Readonly<Record<string, string>> = {
  stochasticLinearRegression: 'it trains a model step by step; simpleLinearRegression(x, y) gives the line that fits best',
  stochasticLogisticRegression: 'it trains a model step by step',
  flameGraph: 'it reads the stack traces of the ClickHouse server',
  estimateCompressionRatio: 'it measures the codecs of the ClickHouse server',
  distinctDynamicTypes: 'the types inside of Dynamic values are not kept here',
  sequenceNextNode: 'it is an experiment that ClickHouse has switched off',
  groupNumericIndexedVector: 'vectors of bit slices are not kept here',
};

export const REFUSED_AGGREGATES: readonly AggregateDefinition[] = Object.entries(REASONS).map(([name, reason]) => {
  const refuse = (span: Span): never => {
    throw new SandpiperError('unsupported', `${name} is not supported: ${reason}.`, { span });
  };
  return { name, signature: `${name}(…)`, help: `Not supported: ${reason}.`, resultType: (_types, _parameters, span) => refuse(span), bind: (call) => refuse(call.span) };
});
