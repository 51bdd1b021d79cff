/**
 * What a template function is: its signature and help (shown by completion and in the docs), and how it is called.
 * Binding arguments to names, as Python does, lives here; the functions themselves in the files by theme.
 */
import { TemplateFault } from './fault.ts';
import { textOf, type Value } from './value.ts';

export interface CallArguments {
  readonly positional: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
}

/** What a call may know and change of the rendering it belongs to. */
export interface CallContext {
  /** Execution options such as max_threads. */
  readonly setOption: (name: string, value: string) => void;
  readonly addSecret: (name: string, defaultValue: string | undefined) => void;
}

export interface TemplateFunction {
  /** As shown: `String(name, default, …)`. */
  readonly signature: string;
  readonly help: string;
  readonly call: (args: CallArguments, context: CallContext) => Value;
}

export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

/** Arguments by name, in the order that the function declares; `required` of them must be there. */
export function bindArguments(name: string, args: CallArguments, names: readonly string[], required = 1): (name: string) => Value | undefined {
  if (args.positional.length > names.length) {
    throw new TemplateFault('TypeError', `${name}() takes at most ${names.length} arguments but ${args.positional.length} were given`);
  }
  const bound = new Map<string, Value>();
  for (const [index, value] of args.positional.entries()) bound.set(names[index] ?? '', value);
  for (const [keyword, value] of args.keywords) {
    if (!names.includes(keyword)) throw new TemplateFault('TypeError', `${name}() got an unexpected keyword argument '${keyword}'`);
    if (bound.has(keyword)) throw new TemplateFault('TypeError', `${name}() got multiple values for argument '${keyword}'`);
    bound.set(keyword, value);
  }
  const missing = names.slice(0, required).find((needed) => !bound.has(needed));
  if (missing !== undefined) throw new TemplateFault('TypeError', `${name}() missing 1 required argument: '${missing}'`);
  return (wanted) => bound.get(wanted);
}

/** The value of an argument unless it is absent or None. */
export function given(value: Value | undefined): Value | undefined {
  return value === undefined || value.kind === 'none' ? undefined : value;
}

export function givenText(value: Value | undefined): string | undefined {
  const present = given(value);
  return present && textOf(present);
}

/** The same failure for every function that needs a parameter which is not there; the renderer knows all their names. */
export function requiredFault(): TemplateFault {
  return new TemplateFault('Required', '');
}
