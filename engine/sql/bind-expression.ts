/**
 * Gives every expression a ClickHouse type and the DuckDB SQL that computes it. Knows names: columns, aliases (visible
 * everywhere in their query, stronger than columns except within their own definition), lambda parameters and WITH
 * constants. What an aggregate means depends on the stage and is asked of `stage`.
 */
import { ownEntry } from './own-entry.ts';
import { SandpiperError, type Span } from '../errors.ts';
import { findAggregate } from './aggregates/registry.ts';
import { findWindowFunction } from './aggregates/window.ts';
import type { Call, Expression, Identifier, Lambda, Literal, Query } from './ast.ts';
import { bound, isLambda, type Argument, type Bound, type BoundLambda } from './bound.ts';
import { childrenOf } from './children.ts';
import { columnName } from './column-name.ts';
import { DUCK_NULL, duck, duckDouble, duckInteger, duckName, duckString, type DuckSql } from './duck.ts';
import { cast } from './conversion.ts';
import { expandColumns } from './expand-columns.ts';
import { booleanSql, duckTypeSql, tupleFieldNames } from './physical.ts';
import type { Scope } from './scope.ts';
import { bindMembership, isMembership } from './set-membership.ts';
import type { Aliases, Environment, Relation } from './statement.ts';
import { didYouMean } from './suggest.ts';
import { BOOL, FLOAT64, INT64, int, NOTHING, nullable, STRING, UINT64, uint, UINT8, type ClickHouseType } from './types.ts';
import { overClause } from './window-clause.ts';
import { isArrayJoin } from './words.ts';

/** What a stage of a query does with the expressions that only some stages may hold. */
export interface Stage {
  /** Called before anything else; gives a result where the stage has one ready, such as a group key. */
  readonly ready?: (expression: Expression, binder: Binder) => Bound | undefined;
  /** An aggregate that is no window function. */
  readonly aggregate: (call: Call, binder: Binder) => Bound;
  /** A column of FROM is read: throws where only group keys may be. */
  readonly column?: (identifier: Identifier) => void;
  readonly windows: boolean;
  /** `arrayJoin(x)`: the column that holds its elements. */
  readonly arrayJoin?: (call: Call, binder: Binder) => Bound | undefined;
}

export interface BinderOptions {
  readonly environment: Environment;
  readonly scope: Scope;
  readonly aliases: Aliases;
  readonly stage: Stage;
  readonly windows?: ReadonlyMap<string, Call['over']>;
}

/** Aliases that use each other twice double at each step; this stops them long before memory does. */
const LONGEST_ALIAS = 500_000;

/** Values of subqueries as the fields of one struct, which a lambda around all others is given. */
interface Hoisted {
  readonly name: DuckSql;
  readonly fields: { readonly name: string; readonly sql: DuckSql }[];
}

export class Binder {
  readonly environment: Environment;
  readonly scope: Scope;
  readonly aliases: Aliases;
  readonly stage: Stage;
  readonly windows: ReadonlyMap<string, Call['over']>;
  readonly #lambdas: ReadonlyMap<string, Bound>;
  /** Subqueries in the lambdas that are bound now, to be computed outside of them. */
  readonly #hoisted: Hoisted | undefined;
  readonly #resolving: readonly string[];

  constructor(options: BinderOptions, lambdas: ReadonlyMap<string, Bound> = new Map(), resolving: readonly string[] = [], hoisted?: Hoisted) {
    this.environment = options.environment;
    this.scope = options.scope;
    this.aliases = options.aliases;
    this.stage = options.stage;
    this.windows = options.windows ?? new Map();
    this.#lambdas = lambdas;
    this.#hoisted = hoisted;
    this.#resolving = resolving;
  }

  /** The same names in another stage. */
  inStage(stage: Stage, scope = this.scope): Binder {
    return new Binder({ environment: this.environment, scope, aliases: this.aliases, stage, windows: this.windows }, this.#lambdas, this.#resolving, this.#hoisted);
  }

  /** A value; a lambda is refused. */
  bind(expression: Expression): Bound {
    const ready = this.stage.ready?.(expression, this);
    if (ready) return ready;
    switch (expression.kind) {
      case 'number':
      case 'string':
      case 'boolean':
      case 'null':
        return literal(expression);
      case 'identifier':
        return this.#identifier(expression);
      case 'aliased':
        return this.#guarded(expression.alias.text, expression.expression);
      case 'array':
        return this.#call('array', expression.elements, expression.span);
      case 'tuple':
        return this.#call('tuple', expression.elements, expression.span);
      case 'call':
        try {
          return this.#callExpression(expression);
        } catch (error) {
          // What a type's own rules refuse has no place of its own.
          if (error instanceof SandpiperError && error.detail.span === undefined) throw new SandpiperError(error.code, error.message, { ...error.detail, span: expression.span });
          throw error;
        }
      case 'lambda':
        throw new SandpiperError('type', 'A lambda can only be the argument of a function such as arrayMap.', { span: expression.span });
      case 'subquery':
        return this.#outsideOfLambdas(this.#scalar(expression));
      case 'exists': {
        const relation = this.query(expression.query);
        return this.#outsideOfLambdas(bound(UINT8, duck`EXISTS (${relation.sql})`, expression.span, 'boolean'));
      }
      case 'parameter':
        return this.#parameter(expression);
      case 'asterisk':
      case 'columns':
        throw new SandpiperError('syntax', `${columnName(expression)} stands for columns and can only be in SELECT or in count().`, { span: expression.span });
      default:
        return expression satisfies never;
    }
  }

  /** A value or a lambda, as a function's argument. */
  argument(expression: Expression): Argument {
    return expression.kind === 'lambda' ? this.#lambda(expression) : this.bind(expression);
  }

  condition(expression: Expression): DuckSql {
    const value = this.bind(expression);
    try {
      return booleanSql(value);
    } catch (error) {
      throw placed(error, expression.span);
    }
  }

  /** Whether the expression holds an aggregate that is not a window function, through aliases too. */
  hasAggregate(expression: Expression, seen: Set<string> = new Set(this.#resolving)): boolean {
    if (expression.kind === 'call' && expression.over === undefined && isAggregate(expression)) return true;
    if (expression.kind === 'identifier' && expression.parts.length === 1) {
      const name = expression.parts[0].text;
      // Each alias is looked into once: whatever it holds counts for the whole expression.
      const alias = this.#lambdas.has(name) || seen.has(name) ? undefined : this.aliases.get(name);
      seen.add(name);
      return alias !== undefined && this.hasAggregate(alias, seen);
    }
    if (expression.kind === 'aliased') {
      seen.add(expression.alias.text);
      return this.hasAggregate(expression.expression, seen);
    }
    return childrenOf(expression).some((child) => this.hasAggregate(child, seen));
  }

  /** The expression that a bare alias stands for, as long as it is not being resolved. */
  aliasOf(name: string): Expression | undefined {
    return this.#lambdas.has(name) || this.#resolving.includes(name) ? undefined : this.aliases.get(name);
  }

  /** The aliases being resolved, in one text: with the same ones an expression means the same. Undefined inside a lambda. */
  resolvingNames(): string | undefined {
    return this.#lambdas.size > 0 ? undefined : this.#resolving.join('\0');
  }

  isLambdaParameter(name: string): boolean {
    return this.#lambdas.has(name);
  }

  #guarded(alias: string, expression: Expression): Bound {
    const value = new Binder(this, this.#lambdas, [...this.#resolving, alias], this.#hoisted).bind(expression);
    if (value.sql.text.length <= LONGEST_ALIAS) return value;
    throw new SandpiperError('unsupported', `The alias ${alias} stands for too long an expression, because aliases inside of it are used many times. Compute them in a subquery or an earlier node.`, { span: expression.span });
  }

  #identifier(identifier: Identifier): Bound {
    const [first, ...rest] = identifier.parts;
    const parameter = this.#lambdas.get(first.text);
    if (parameter) return this.#parts({ ...parameter, span: first.span }, rest.map((part) => part.text), identifier.span);
    const alias = identifier.isColumn ? undefined : this.aliasOf(first.text);
    if (alias && (rest.length === 0 || !this.scope.find(identifier))) {
      const value = this.#guarded(first.text, alias);
      return this.#parts({ ...value, span: first.span }, rest.map((part) => part.text), identifier.span);
    }
    const found = this.scope.find(identifier);
    if (found) {
      this.stage.column?.(identifier);
      const value = bound(found.column.type, found.column.sql, identifier.span);
      return this.#parts(value, found.rest.map((part) => part.text), identifier.span);
    }
    const constant = rest.length === 0 ? this.environment.constants.get(first.text) : undefined;
    if (constant) return { ...constant.bind(), span: identifier.span };
    const around = this.environment.outer?.(identifier);
    if (around) return around;
    const name = identifier.parts.map((part) => part.text).join('.');
    if (/^(now|today|curdate|current_date|current_timestamp|localtimestamp|localtime)$/i.test(name)) return this.environment.statement.callFunction(name, [], identifier.span);
    const known = [...this.scope.names(), ...this.aliases.keys(), ...this.environment.constants.keys()];
    const where = this.scope.tables().length === 0 ? '' : ` in ${this.scope.tables().filter((table) => !table.includes('.')).join(', ')}`;
    throw new SandpiperError('unknown-name', `There is no column ${name}${where}.${didYouMean(name, known)}`, { span: identifier.span });
  }

  /** `tuple.part` and `map.keys` behind a column. */
  #parts(value: Bound, parts: readonly string[], span: Span): Bound {
    if (parts.length === 0) return value.span === span ? value : { ...value, span };
    return parts.reduce<Bound>((inner, part) => {
      const name: Bound = { ...bound(STRING, duckString(part), span), constant: { kind: 'text', value: part } };
      return this.environment.statement.callFunction('tupleElement', [inner, name], span);
    }, { ...value, span });
  }

  #call(name: string, args: readonly Expression[], span: Span): Bound {
    this.environment.statement.getFunction(name, span);
    if (this.#hoisted || !args.some((argument) => argument.kind === 'lambda')) return this.#callWith(name, args, span);
    const hoisted: Hoisted = { name: duckName(this.environment.statement.fresh('h')), fields: [] };
    const value = new Binder(this, this.#lambdas, this.#resolving, hoisted).#callWith(name, args, span);
    // A lambda may have been bound more than once, to try a type.
    const used = hoisted.fields.filter((field) => value.sql.text.includes(duckString(field.name).text));
    if (used.length === 0) return value;
    const fields = used.map((field) => duck`${duckName(field.name)} := ${field.sql}`);
    return { ...value, sql: duck`list_extract(list_transform([struct_pack(${fields})], lambda ${hoisted.name}: ${value.sql}), 1)` };
  }

  #callWith(name: string, args: readonly Expression[], span: Span): Bound {
    const each = args.flatMap((arg): readonly Argument[] => (arg.kind === 'asterisk' || arg.kind === 'columns' ? expandColumns([arg], this).map((item) => this.bind(item.expression)) : [this.argument(arg)]));
    return this.environment.statement.callFunction(name, each, span);
  }

  #callExpression(call: Call): Bound {
    const name = call.name.text;
    if (call.over !== undefined) return this.#window(call);
    if (isMembership(name)) return bindMembership(call, this);
    if (isArrayJoin(name)) {
      const joined = this.stage.arrayJoin?.(call, this);
      if (joined) return joined;
      throw new SandpiperError('unsupported', 'arrayJoin cannot stand here: use ARRAY JOIN or a subquery.', { span: call.span });
    }
    if (isAggregate(call)) return this.stage.aggregate(call, this);
    if (name === 'negate' && call.written === 'operator' && call.arguments[0]?.kind === 'number') return literal(call.arguments[0], call.span, true);
    if (findWindowFunction(name)) throw new SandpiperError('syntax', `${name} is a window function: write ${name}(…) OVER (…).`, { span: call.span });
    if (call.parameters) throw new SandpiperError('type', `${name} is not an aggregate function, so it takes one pair of brackets.`, { span: call.span });
    return this.#call(name, call.arguments, call.span);
  }

  #window(call: Call): Bound {
    if (!this.stage.windows) throw new SandpiperError('syntax', 'A window function cannot stand in WHERE, PREWHERE, GROUP BY or HAVING.', { span: call.span });
    const definition = findWindowFunction(call.name.text) ?? findAggregate(call.name.text, call.nulls);
    if (!definition) throw unknownFunction(call);
    const over = overClause(call, this);
    return definition.bind({ ...this.aggregateCall(call), over });
  }

  /** The arguments of an aggregate, bound with this binder's names. */
  aggregateCall(call: Call): Parameters<NonNullable<ReturnType<typeof findAggregate>>['bind']>[0] {
    const name = call.name.text;
    const countsRows = /^count(If|State|Merge)?$/i.test(name);
    const args = call.arguments.flatMap((argument): readonly Bound[] => {
      if (argument.kind === 'asterisk' || argument.kind === 'columns') return countsRows ? [] : expandColumns([argument], this).map((item) => this.bind(item.expression));
      const value = this.argument(argument);
      if (isLambda(value)) throw new SandpiperError('type', `${name} takes no lambda.`, { span: value.span });
      return [value];
    });
    return {
      name,
      parameters: (call.parameters ?? []).map((parameter) => this.bind(parameter)),
      arguments: args,
      distinct: call.distinct,
      ...(call.filter ? { filter: this.condition(call.filter) } : {}),
      span: call.span,
      context: this.environment.statement.context,
    };
  }

  /** DuckDB takes no subquery inside of a lambda: the value gets a name there, and is computed before. */
  #outsideOfLambdas(value: Bound): Bound {
    if (!this.#hoisted) return value;
    const name = this.environment.statement.fresh('h');
    this.#hoisted.fields.push({ name, sql: value.sql });
    return { ...value, sql: duck`struct_extract(${this.#hoisted.name}, ${duckString(name)})` };
  }

  #lambda(lambda: Lambda): BoundLambda {
    const names = lambda.parameters.map((parameter) => parameter.text);
    return {
      kind: 'lambda',
      parameterNames: names,
      span: lambda.span,
      body: (parameters) => {
        if (parameters.length !== names.length) {
          throw new SandpiperError('type', `This lambda has ${names.length} parameter${names.length === 1 ? '' : 's'}, and the function gives it ${parameters.length}.`, { span: lambda.span });
        }
        const inner = new Map(this.#lambdas);
        parameters.forEach((parameter, index) => inner.set(names[index] ?? '', parameter));
        return new Binder(this, inner, this.#resolving, this.#hoisted).bind(lambda.body);
      },
    };
  }

  /** A subquery in this place: it may read the columns that are seen here. */
  query(query: Query): Relation {
    const outer = (identifier: Identifier): Bound | undefined => (this.scope.find(identifier) ? this.bind(identifier) : this.environment.outer?.(identifier));
    return this.environment.statement.options.bindQuery(query, { ...this.environment, outer });
  }

  /** A subquery as a value: one column gives it Nullable, several a tuple. */
  #scalar(expression: Extract<Expression, { kind: 'subquery' }>): Bound {
    const relation = this.query(expression.query);
    const alias = duckName(this.environment.statement.fresh('s'));
    const [first, ...rest] = relation.columns;
    if (!first) throw new SandpiperError('type', 'This subquery has no columns.', { span: expression.span });
    if (rest.length === 0) {
      return bound(nullable(first.type), duck`(SELECT ${alias}.${duckName(first.id)} FROM (${relation.sql}) AS ${alias})`, expression.span);
    }
    const elements = relation.columns.map(({ name, type }) => ({ name, type }));
    const names = tupleFieldNames(elements);
    const fields = relation.columns.map((column, index) => duck`${duckName(names[index] ?? '')} := ${alias}.${duckName(column.id)}`);
    return bound({ kind: 'Tuple', elements }, duck`(SELECT struct_pack(${fields}) FROM (${relation.sql}) AS ${alias})`, expression.span);
  }

  #parameter(expression: Extract<Expression, { kind: 'parameter' }>): Bound {
    const value = ownEntry(this.environment.catalog.parameters ?? {}, expression.name) ?? ownEntry(this.environment.statement.options.parameters, expression.name);
    if (value === undefined) throw new SandpiperError('parameter', `The query parameter ${expression.name} has no value.`, { span: expression.span });
    if (expression.type === 'Identifier') return this.bind(namedBy(value, expression.span));
    const text: Bound = { ...bound(STRING, duckString(value), expression.span), constant: { kind: 'text', value } };
    return expression.type.kind === 'String' ? text : cast(text, expression.type);
  }
}

/** The identifier that a query parameter of type Identifier holds: `a` or `t.a`. */
function namedBy(value: string, span: Span): Identifier {
  const name = (text: string) => ({ text, quoted: true, span });
  const [first = '', ...rest] = value.split('.');
  return { kind: 'identifier', parts: [name(first), ...rest.map(name)], span };
}

/** Whether the call is of an aggregate function (with its combinators). */
export function isAggregate(call: Call): boolean {
  return findAggregate(call.name.text) !== undefined;
}

function unknownFunction(call: Call): SandpiperError {
  return new SandpiperError('unknown-name', `There is no window function ${call.name.text} in Sandpiper.`, { span: call.name.span });
}

function placed(error: unknown, span: Span): unknown {
  if (!(error instanceof SandpiperError) || error.detail.span) return error;
  return new SandpiperError(error.code, error.message, { ...error.detail, span });
}

/** A literal with ClickHouse's type for it: the narrowest integer, Float64, String, Bool or Nullable(Nothing). */
export function literal(expression: Literal, span: Span = expression.span, negative = false): Bound {
  switch (expression.kind) {
    case 'string':
      return { ...bound(STRING, duckString(expression.value), span), constant: { kind: 'text', value: expression.value } };
    case 'boolean':
      return { ...bound(BOOL, expression.value ? duck`TRUE` : duck`FALSE`, span), constant: { kind: 'integer', value: expression.value ? 1n : 0n } };
    case 'null':
      return { ...bound(nullable(NOTHING), DUCK_NULL, span), constant: { kind: 'null' } };
    case 'number':
      return numberLiteral(expression.text, span, negative);
    default:
      return expression satisfies never;
  }
}

/** Numbers met before: the same few stand in most queries. */
const NUMBERS = new Map<string, Bound>();
const MOST_NUMBERS = 2_000;

function numberLiteral(text: string, span: Span, negative: boolean): Bound {
  const key = negative ? `-${text}` : text;
  const known = NUMBERS.get(key);
  if (known) return { ...known, span };
  const made = readNumber(text, span, negative);
  if (NUMBERS.size < MOST_NUMBERS) NUMBERS.set(key, made);
  return made;
}

function readNumber(text: string, span: Span, negative: boolean): Bound {
  const digits = text.replaceAll('_', '');
  if (/^(\d+|0[xX][0-9a-fA-F]+|0[bB][01]+)$/.test(digits)) {
    const value = negative ? -BigInt(digits) : BigInt(digits);
    const type = integerType(value);
    if (type) return { ...bound(type, duck`CAST(${duckInteger(value)} AS ${duckTypeSql(type)})`, span), constant: { kind: 'integer', value } };
  }
  const size = digits === 'inf' ? Infinity : digits === 'nan' ? Number.NaN : Number(digits);
  const value = negative ? -size : size;
  return { ...bound(FLOAT64, duckDouble(value), span), constant: { kind: 'float', value } };
}

function integerType(value: bigint): ClickHouseType | undefined {
  if (value >= 0n) return value < 256n ? UINT8 : value < 65_536n ? uint(16) : value < 4_294_967_296n ? uint(32) : value < 18_446_744_073_709_551_616n ? UINT64 : undefined;
  return value >= -128n ? int(8) : value >= -32_768n ? int(16) : value >= -2_147_483_648n ? int(32) : value >= -9_223_372_036_854_775_808n ? INT64 : undefined;
}
