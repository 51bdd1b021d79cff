/**
 * Values of calls whose arguments are all known while binding, as ClickHouse folds them: what formats, units, zones,
 * levels and patterns are often written with. Only functions whose result is certain without a database; the SQL of a
 * folded call stays as it is.
 */
import type { Constant } from './bound.ts';

type Fold = (args: readonly Constant[]) => Constant | undefined;

/** Undefined when the value is not known here. */
export function foldCall(name: string, args: readonly Constant[]): Constant | undefined {
  return FOLDS.get(name)?.(args);
}

function text(value: string): Constant {
  return { kind: 'text', value };
}

function truth(value: boolean): Constant {
  return { kind: 'integer', value: value ? 1n : 0n };
}

/** Undefined for what is neither text nor a whole number. */
function written(constant: Constant): string | undefined {
  return constant.kind === 'text' ? constant.value : constant.kind === 'integer' ? String(constant.value) : undefined;
}

function texts(fold: (...args: readonly string[]) => string | undefined): Fold {
  return (args) => {
    const values = args.flatMap((arg) => (arg.kind === 'text' ? [arg.value] : []));
    const made = values.length === args.length ? fold(...values) : undefined;
    return made === undefined ? undefined : text(made);
  };
}

function comparison(holds: (order: number) => boolean): Fold {
  return ([left, right]) => {
    if (left?.kind === 'text' && right?.kind === 'text') return truth(holds(left.value < right.value ? -1 : left.value > right.value ? 1 : 0));
    if (left?.kind === 'integer' && right?.kind === 'integer') return truth(holds(left.value < right.value ? -1 : left.value > right.value ? 1 : 0));
    return undefined;
  };
}

function isTrue(constant: Constant | undefined): boolean | undefined {
  return constant?.kind === 'integer' ? constant.value !== 0n : constant?.kind === 'null' ? false : undefined;
}

/** Branches of one kind only: others would be converted to a type that holds both. */
function chosen(args: readonly Constant[]): Constant | undefined {
  const branches = args.filter((_, index) => index % 2 === 1 || index === args.length - 1);
  const [first] = branches;
  if (!first || (first.kind !== 'text' && first.kind !== 'integer') || branches.some(({ kind }) => kind !== first.kind)) return undefined;
  for (let at = 0; at + 1 < args.length; at += 2) {
    const holds = isTrue(args[at]);
    if (holds === undefined) return undefined;
    if (holds) return args[at + 1];
  }
  return args.at(-1);
}

const isPlainText = (value: string) => /^[\x20-\x7e]*$/.test(value);

const number: Fold = ([arg]) => {
  const value = arg && (arg.kind === 'float' ? arg.value : /^[+-]?\d+(\.\d+)?$/.test(written(arg) ?? '') ? Number(written(arg)) : undefined);
  return value === undefined ? undefined : { kind: 'float', value };
};

const FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ['concat', (args) => {
    const parts = args.map(written);
    return parts.every((part) => part !== undefined) ? text(parts.join('')) : undefined;
  }],
  ['lower', texts((value) => (value !== undefined && isPlainText(value) ? value.toLowerCase() : undefined))],
  ['upper', texts((value) => (value !== undefined && isPlainText(value) ? value.toUpperCase() : undefined))],
  ['trimBoth', texts((value, ...rest) => (rest.length > 0 ? undefined : value?.replace(/^ +| +$/g, '')))],
  ['replaceAll', texts((value, from, to) => (value === undefined || to === undefined || !from ? undefined : value.replaceAll(from, () => to)))],
  ['replaceOne', texts((value, from, to) => (value === undefined || to === undefined || !from ? undefined : value.replace(from, () => to)))],
  ['toString', ([arg]) => (arg && written(arg) !== undefined ? text(written(arg) ?? '') : undefined)],
  ['toFloat64', number],
  ['toFloat32', (args) => {
    const value = number(args);
    return value?.kind === 'float' ? { kind: 'float', value: Math.fround(value.value) } : undefined;
  }],
  ['equals', comparison((order) => order === 0)],
  ['notEquals', comparison((order) => order !== 0)],
  ['less', comparison((order) => order < 0)],
  ['greater', comparison((order) => order > 0)],
  ['lessOrEquals', comparison((order) => order <= 0)],
  ['greaterOrEquals', comparison((order) => order >= 0)],
  ['if', chosen],
  ['multiIf', chosen],
  ['coalesce', (args) => (args[0]?.kind === 'text' || args[0]?.kind === 'integer' ? args[0] : undefined)],
  ['ifNull', (args) => (args[0]?.kind === 'text' || args[0]?.kind === 'integer' ? args[0] : undefined)],
]);
