/**
 * `value::Type`. A number before `::` is read from its digits as they are written, so that 1.15::Decimal(10, 2) is exact;
 * a list of literals keeps its text for the column's name.
 */
import type { Span } from '../errors.ts';
import type { Call, Expression } from './ast.ts';
import { call } from './operator-call.ts';

export function castWritten(value: Expression, type: Expression, text: string, span: Span, at: Span): Call {
  const written = text.slice(value.span.start, value.span.end);
  if (!isLiteral(value) || value.kind === 'null' || value.kind === 'string') return call('CAST', [value, type], span, at, 'cast');
  if (value.kind === 'array' || value.kind === 'tuple') return { ...call('CAST', [value, type], span, at, 'cast'), castText: written };
  return call('CAST', [{ kind: 'string', value: written, span: value.span }, type], span, at, 'cast');
}

function isLiteral(value: Expression): boolean {
  if (value.kind === 'array' || value.kind === 'tuple') return value.elements.every(isLiteral);
  if (value.kind === 'call') return value.name.text === 'negate' && value.written === 'operator' && value.arguments.every((argument) => argument.kind === 'number');
  return value.kind === 'number' || value.kind === 'string' || value.kind === 'null';
}
