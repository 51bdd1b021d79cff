/**
 * How template code fails. A TemplateFault is an exception of the little language (a wrong type, a missing key): a
 * {% try %} may catch it. It leaves the room only as a SandpiperError 'parameter' with the place of the expression.
 */
import { SandpiperError, type ErrorDetail, type Span } from '../errors.ts';

export type FaultKind = 'TypeError' | 'ValueError' | 'KeyError' | 'IndexError' | 'AttributeError' | 'ZeroDivisionError' | 'Required';

export class TemplateFault extends Error {
  readonly kind: FaultKind;
  span: Span | undefined;

  constructor(kind: FaultKind, message: string, span?: Span) {
    super(message);
    this.name = 'TemplateFault';
    this.kind = kind;
    this.span = span;
  }
}

export const REQUIRED_DOCUMENTATION = '/cli/advanced-templates.html';

/** A failure that no {% try %} catches: error(), custom_error() and the limits. */
export function abort(message: string, detail: ErrorDetail = {}): SandpiperError {
  return new SandpiperError('parameter', message, detail);
}

/** The message that Tinybird gives when a parameter without default is missing. */
export function requiredMessage(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const last = unique.at(-1) ?? '';
  const joined = unique.length > 1 ? `${unique.slice(0, -1).join(', ')} and ${last}` : last;
  return `Required parameter is not defined. Check the parameters ${joined}. Please provide a value or set a default value in the pipe code.`;
}
