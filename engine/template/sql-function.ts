/**
 * Template functions that write SQL: column(), columns(), symbol(), table(), sql_and() and the execution options.
 * Whatever a caller of the endpoint supplies is escaped here or refused: it never becomes SQL of its own.
 */
import { TemplateFault } from './fault.ts';
import { bindArguments, given, givenText, requiredFault, type CallArguments, type CallContext, type FunctionTable, type TemplateFunction } from './function-definition.ts';
import { symbolFunction } from './parameter-type.ts';
import { isSequence, quote, quoteName, sql, textOf, toSql, type Value } from './value.ts';

const PLAIN_NAME = /^[A-Za-z_]\w*$/;
const TABLE_NAME = /^[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*){0,2}$/;
const TTLS = ['5s', '1m', '5m', '30m', '1h'];
const OPERATORS: Readonly<Record<string, string>> = { in: 'in', not_in: 'not in', gt: '>', lt: '<', gte: '>=', lte: '<=' };

function column(call: CallArguments): Value {
  const args = bindArguments('column', call, ['x', 'default']);
  const supplied = given(args('x')) ?? given(args('default'));
  if (!supplied) throw new TemplateFault('ValueError', "Missing column() default value, use `column(column_name, 'default_column_name')`");
  return sql(textOf(supplied).split('.').map(quoteName).join('.'));
}

function columns(call: CallArguments): Value {
  const args = bindArguments('columns', call, ['x', 'default', 'fn']);
  const supplied = given(args('x')) ?? given(args('default'));
  if (!supplied) throw new TemplateFault('ValueError', "Missing columns() default value, use `columns(column_names, 'default_column_name')`");
  if (isSequence(supplied) && !(supplied.kind === 'list' && supplied.text !== undefined)) {
    throw new TemplateFault('TypeError', "The 'columns' function expects a String not an Array");
  }
  const names = textOf(supplied).split(',').map((name) => name.trim());
  const fn = givenText(args('fn'));
  if (fn === undefined) return sql(names.map(quoteName).join(','));
  if (!PLAIN_NAME.test(fn)) throw new TemplateFault('ValueError', `'${fn}' is not the name of a function`);
  return sql(names.map((name) => `${fn}(${quoteName(name)}) as ${PLAIN_NAME.test(name) ? name : quoteName(name)}`).join(','));
}

function table(call: CallArguments): Value {
  const args = bindArguments('table', call, ['x', 'default']);
  const supplied = given(args('x')) ?? given(args('default'));
  if (!supplied) throw requiredFault();
  const name = textOf(supplied);
  // Tinybird writes the name unquoted; only what is a name may stand there.
  if (!TABLE_NAME.test(name)) throw new TemplateFault('ValueError', `'${name}' is not the name of a table`);
  return sql(name);
}

function sqlAnd(call: CallArguments): Value {
  const parts = [...call.keywords].flatMap(([key, value]) => {
    if (value.kind === 'none') return [];
    const split = key.lastIndexOf('__');
    const name = split > 0 ? key.slice(0, split) : key;
    const suffix = split > 0 ? key.slice(split + 2) : undefined;
    const operator = suffix === undefined ? '=' : OPERATORS[suffix];
    if (operator === undefined) throw new TemplateFault('ValueError', `operand ${suffix} not supported`);
    return [`${name} ${operator} ${toSql(value)}`];
  });
  return sql(parts.join(' and '));
}

/** The text quoted, with the given characters left unescaped: `%` gives LIKE its wildcards back. */
function sqlUnescape(call: CallArguments): Value {
  const args = bindArguments('sql_unescape', call, ['x', 'what']);
  const supplied = given(args('x'));
  if (!supplied) throw requiredFault();
  const plain = givenText(args('what')) ?? '';
  if (/[\\'`]/.test(plain)) throw new TemplateFault('ValueError', `sql_unescape() cannot leave ${plain} unescaped: the text could leave its quotes`);
  return sql(quote(textOf(supplied), plain));
}

/** An option of the execution: remembered, and written as a comment as Tinybird does. */
function option(name: string, check: (text: string) => string | undefined, signature: string, help: string): TemplateFunction {
  return {
    signature,
    help,
    call: (call: CallArguments, context: CallContext) => {
      const args = bindArguments(name, call, ['x']);
      const supplied = given(args('x'));
      if (!supplied) throw requiredFault();
      const text = textOf(supplied);
      const fault = check(text);
      if (fault !== undefined) throw new TemplateFault('ValueError', fault);
      context.setOption(name, text);
      return sql(`-- ${name} ${text}\n`);
    },
  };
}

function oneOf(name: string, allowed: readonly string[]): (text: string) => string | undefined {
  return (text) => (allowed.includes(text) ? undefined : `${name}() takes one of ${allowed.join(', ')}, not '${text}'`);
}

function secret(name: string): TemplateFunction {
  return {
    signature: `${name}('NAME', 'default')`,
    help: 'The value of a secret; it is bound as a query parameter and never written into the SQL.',
    call: (call, context) => {
      const args = bindArguments(name, call, ['name', 'default']);
      const secretName = givenText(args('name'));
      if (secretName === undefined || !PLAIN_NAME.test(secretName)) throw new TemplateFault('ValueError', `${name}() needs the name of a secret`);
      context.addSecret(secretName, givenText(args('default')));
      return sql(`{${secretName}: String}`);
    },
  };
}

const tableFunction: TemplateFunction = { signature: 'table(name)', help: 'The name of a data source or pipe, unquoted; anything but a name is refused.', call: table };

export const SQL_FUNCTIONS: FunctionTable = {
  column: { signature: "column(name, 'default')", help: 'A column, in back-ticks; points separate the parts of a nested name.', call: column },
  columns: { signature: "columns(names, 'a,b', fn=None)", help: 'Columns from text separated by commas; with fn each is wrapped in that function.', call: columns },
  symbol: symbolFunction('symbol'),
  table: tableFunction,
  TABLE: { ...tableFunction, signature: 'TABLE(name)' },
  sql_and: { signature: "sql_and(a=String(a, defined=False), b__in=Array(b, 'Int32', defined=False))", help: 'Conditions joined by and; those whose value is missing are left out. Suffixes: __in, __not_in, __gt, __lt, __gte, __lte.', call: sqlAnd },
  sql_unescape: { signature: "sql_unescape(text, '%')", help: 'A quoted text in which the given character is not escaped, for LIKE.', call: sqlUnescape },
  max_threads: option('max_threads', (text) => (/^\d{1,4}$/.test(text) ? undefined : `max_threads() takes a whole number, not '${text}'`), 'max_threads(2)', 'How many threads the query may use.'),
  cache_ttl: option('cache_ttl', (text) => (TTLS.includes(text) ? undefined : `Invalid TTL cache expression, valid expressions are (${TTLS.join(', ')})`), "cache_ttl('1m')", 'How long an answer may be kept.'),
  backend_hint: option('backend_hint', (text) => (/^[\w-]*$/.test(text) ? undefined : `backend_hint() takes a word, not '${text}'`), 'backend_hint(word)', 'Names the replica to prefer; no effect here.'),
  activate: option('activate', oneOf('activate', ['analyzer', 'parallel_replicas']), "activate('analyzer')", 'Turns a feature of the real service on; no effect here.'),
  disable: option('disable', oneOf('disable', ['analyzer']), "disable('analyzer')", 'Turns a feature of the real service off; no effect here.'),
  tb_secret: secret('tb_secret'),
  tb_var: secret('tb_var'),
};
