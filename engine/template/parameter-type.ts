/**
 * The type functions: String(name, default), Int32(name, 10), Array(name, 'Int32', '1,2') and the rest. Each checks the
 * supplied text with Tinybird's own rules and gives a value that is written to SQL safely. `required`, `enum`,
 * `description`, `example` and `format` only describe the parameter: they are read by parameters.ts, not here.
 */
import { TemplateFault } from './fault.ts';
import { bindArguments, given, requiredFault, type CallArguments, type FunctionTable, type TemplateFunction } from './function-definition.ts';
import { boolean, float, fromJson, integer, isSequence, isTrue, NONE, quoteName, sql, string, textOf, type Value } from './value.ts';

/** Positional order of the arguments that describe a parameter. */
const DESCRIBING = ['default', 'defined', 'required', 'description', 'enum', 'example', 'format'];
export const TYPE_ARGUMENTS: readonly string[] = ['x', ...DESCRIBING];
export const ARRAY_ARGUMENTS: readonly string[] = ['x', '_type', ...DESCRIBING];

type Converter = (text: string) => Value | undefined;

const DATE = /^\d{4}-\d\d-\d\d$/;
const DATE_TIME = /^(?:\d{4}.\d\d.\d\d[T ]\d\d:\d\d:\d\d|\d\d.\d\d.\d{4}.\d{1,2}:\d{1,2}:\d{1,2})/;
const DATE_TIME_64 = /^(?:\d{4}.\d\d.\d\d[T ]\d\d:\d\d:\d\d\.\d{3}|\d\d.\d\d.\d{4}.\d{1,2}:\d{1,2}:\d{1,2}\.\d{3})/;
const FLOAT = /^\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)\s*$/i;

function matching(pattern: RegExp): Converter {
  return (text) => (pattern.test(text) ? string(text) : undefined);
}

function integers(bits: number, signed: boolean, type: string | undefined): Converter {
  const least = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const most = 2n ** BigInt(signed ? bits - 1 : bits) - 1n;
  const pattern = signed || bits >= 128 ? /^[+-]?\d+$/ : /^\d+$/;
  return (text) => {
    if (!pattern.test(text) || text.length > 100) return undefined;
    const value = BigInt(text.replace(/^\+/, ''));
    if (value < least || value > most) return undefined;
    return type === undefined ? { kind: 'integer', value } : { kind: 'integer', value, type };
  };
}

function floats(type: string): Converter {
  return (text) => {
    if (!FLOAT.test(text)) return undefined;
    const word = text.trim().toLowerCase();
    const value = word.endsWith('nan') ? Number.NaN : /inf/.test(word) ? (word.startsWith('-') ? -Infinity : Infinity) : Number(word);
    return { kind: 'float', value, type };
  };
}

const CONVERTERS: Readonly<Record<string, Converter>> = {
  String: string,
  UUID: string,
  Date: matching(DATE),
  DateTime: matching(DATE_TIME),
  DateTime64: matching(DATE_TIME_64),
  // Written bare, so any 64-bit number may stand there.
  Int: integers(64, true, undefined),
  Integer: integers(64, true, undefined),
  ...Object.fromEntries([8, 16, 32, 64, 128, 256].flatMap((bits) => [
    [`Int${bits}`, integers(bits, true, `Int${bits}`)],
    [`UInt${bits}`, integers(bits, false, `UInt${bits}`)],
  ])),
  Float32: floats('Float32'),
  Float64: floats('Float64'),
};

/** Tinybird's Boolean: `0`, `false` and nothing at all are 0, everything else is 1. */
function toBoolean(value: Value | undefined): Value {
  const present = given(value);
  if (present === undefined) return integer(0);
  if (present.kind === 'string') return integer(present.value === '' || present.value === '0' || present.value.toLowerCase() === 'false' ? 0 : 1);
  return integer(isTrue(present) ? 1 : 0);
}

/** A default of DateTime64 may lack the milliseconds: it never came from a caller. */
const DEFAULT_CONVERTERS: Readonly<Record<string, Converter>> = { DateTime64: matching(DATE_TIME) };

/** The supplied value or the default; undefined when `defined=False` lets it be missing. */
function suppliedOrDefault(args: (name: string) => Value | undefined): Value | undefined {
  const supplied = given(args('x')) ?? given(args('default'));
  if (supplied) return supplied;
  const defined = args('defined');
  if (defined && !isTrue(defined)) return undefined;
  throw requiredFault();
}

function scalar(type: string, convert: Converter): TemplateFunction {
  return {
    signature: `${type}(name, default, description=…, required=…, enum=…, example=…)`,
    help: HELP[type] ?? `A parameter checked as ${type}; written as to${type}('…').`,
    call: (call) => {
      const args = bindArguments(type, call, TYPE_ARGUMENTS);
      const supplied = suppliedOrDefault(args);
      if (!supplied) return NONE;
      const text = textOf(supplied);
      const value = convert(text) ?? (supplied === args('default') ? DEFAULT_CONVERTERS[type]?.(text) : undefined);
      if (!value) throw new TemplateFault('ValueError', `Error validating '${text}' to type ${type}`);
      return value;
    },
  };
}

const HELP: Readonly<Record<string, string>> = {
  String: 'A parameter as text, quoted and escaped.',
  UUID: 'A parameter as text that holds a UUID.',
  Date: 'A day written YYYY-MM-DD.',
  DateTime: 'A moment written YYYY-MM-DD hh:mm:ss.',
  DateTime64: 'A moment with milliseconds, written YYYY-MM-DD hh:mm:ss.mmm.',
  Int: 'A whole number, written bare.',
  Integer: 'A whole number, written bare.',
};

/** Elements of a comma separated list, each checked as the type; also what a supplied list becomes in template code. */
export function splitArray(supplied: Value, type: string): Value[] {
  const isPlainList = isSequence(supplied) && !(supplied.kind === 'list' && supplied.text !== undefined);
  const texts = isPlainList ? supplied.items.map(textOf) : textOf(supplied).split(',');
  const convert = (Object.hasOwn(CONVERTERS, type) ? CONVERTERS[type] : undefined) ?? string;
  return texts.map((text, index) => {
    const value = convert(text);
    if (!value) throw new TemplateFault('ValueError', `Error validating [${texts.join(',')}][${index}] (${text === '' ? 'empty string' : text}) to type ${type}`);
    if (value.kind === 'integer') return integer(value.value);
    return value.kind === 'float' ? float(value.value) : value;
  });
}

const ARRAY: TemplateFunction = {
  signature: "Array(name, 'Type', default='a,b', description=…, required=…, example=…)",
  help: 'A list from text separated by commas, each element checked as the type; written as a ClickHouse array.',
  call: (call) => {
    const args = bindArguments('Array', call, ARRAY_ARGUMENTS);
    const supplied = suppliedOrDefault(args);
    if (!supplied) return NONE;
    const type = given(args('_type'));
    return { kind: 'array', items: splitArray(supplied, type ? textOf(type) : 'String') };
  },
};

const JSON_TYPE: TemplateFunction = {
  signature: "JSON(name, '{}')",
  help: 'JSON text as lists and dictionaries for template code.',
  call: (call) => {
    const args = bindArguments('JSON', call, TYPE_ARGUMENTS);
    const supplied = given(args('x')) ?? given(args('default')) ?? string('{}');
    if (supplied.kind === 'dict' || isSequence(supplied)) return supplied;
    const text = textOf(supplied);
    try {
      return fromJson(JSON.parse(text));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TemplateFault('ValueError', `Error parsing JSON: '${text.slice(0, 16)}...' - ${reason}`);
    }
  },
};

function booleanType(name: string): TemplateFunction {
  return {
    signature: `${name}(name, default)`,
    help: 'A flag, written as 1 or 0; 0 when it is missing.',
    call: (call: CallArguments) => {
      const args = bindArguments(name, call, TYPE_ARGUMENTS);
      return toBoolean(given(args('x')) ?? args('default') ?? boolean(false));
    },
  };
}

/** symbol(): one identifier in back-ticks. */
export function symbolFunction(name: string): TemplateFunction {
  return {
    signature: `${name}(name, default)`,
    help: 'One identifier, in back-ticks and escaped.',
    call: (call) => {
      const args = bindArguments(name, call, name === 'symbol' ? ['x', 'quote', 'default'] : TYPE_ARGUMENTS);
      const supplied = given(args('x')) ?? given(args('default'));
      if (!supplied) throw requiredFault();
      return sql(quoteName(textOf(supplied)));
    },
  };
}

export const TYPE_FUNCTIONS: FunctionTable = {
  ...Object.fromEntries(Object.entries(CONVERTERS).map(([type, convert]) => [type, scalar(type, convert)])),
  Boolean: booleanType('Boolean'),
  bool: booleanType('bool'),
  Array: ARRAY,
  JSON: JSON_TYPE,
  Symbol: symbolFunction('Symbol'),
  Column: symbolFunction('Column'),
};
