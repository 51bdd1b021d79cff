/**
 * Every function that a template may call, by name, and their list for completion and the docs.
 */
import { BUILTIN_FUNCTIONS } from './builtin-function.ts';
import { DATE_FUNCTIONS } from './date-function.ts';
import type { FunctionTable, TemplateFunction } from './function-definition.ts';
import { TYPE_FUNCTIONS } from './parameter-type.ts';
import { SQL_FUNCTIONS } from './sql-function.ts';

const FUNCTIONS: FunctionTable = { ...TYPE_FUNCTIONS, ...SQL_FUNCTIONS, ...DATE_FUNCTIONS, ...BUILTIN_FUNCTIONS };

export interface TemplateFunctionHelp {
  readonly name: string;
  readonly signature: string;
  readonly help: string;
}

export function findTemplateFunction(name: string): TemplateFunction | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

export function isTypeFunction(name: string): boolean {
  return Object.hasOwn(TYPE_FUNCTIONS, name);
}

/** All functions of the language with their signatures, type functions first. */
export function templateFunctions(): readonly TemplateFunctionHelp[] {
  return Object.entries(FUNCTIONS).map(([name, { signature, help }]) => ({ name, signature, help }));
}
