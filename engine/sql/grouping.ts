/**
 * GROUP BY as a stage: keys and aggregates are computed once, in an inner query, under generated names; whatever comes
 * after sees only these. An expression that is neither a key, nor made of keys, nor an aggregate, is an error at its place.
 */
import { SandpiperError, type Span } from '../errors.ts';
import { findAggregate } from './aggregates/registry.ts';
import type { Call, Expression, GroupBy } from './ast.ts';
import type { Binder, Stage } from './bind-expression.ts';
import { bound, type Bound } from './bound.ts';
import { columnName } from './column-name.ts';
import { duck, duckInteger, duckName, joined, type DuckSql } from './duck.ts';
import { defaultSql, plainSql } from './physical.ts';
import { LAMBDA_PREFIX } from './statement.ts';
import { bare, sameType, UINT64, type ClickHouseType } from './types.ts';

const LAMBDA_NAMES = new RegExp(`${LAMBDA_PREFIX}\\d+`, 'g');

interface Key {
  readonly expression: Expression;
  /** It reads no column, and is the same for every row. */
  readonly isConstant: boolean;
  readonly value: Bound;
  readonly id: string;
}

interface Computed {
  readonly sql: DuckSql;
  readonly type: ClickHouseType;
  readonly id: string;
}

export class Grouping {
  readonly alias: DuckSql;
  readonly keys: readonly Key[];
  readonly #binder: Binder;
  readonly #clause: GroupBy | undefined;
  readonly #aggregates = new Map<string, Computed>();
  /** Aggregates bound before, by the aliases that were being resolved: an alias used ten times is bound once. */
  readonly #bound = new WeakMap<Call, Map<string, Bound>>();
  readonly #groupingSets = new Map<string, Computed>();
  readonly #unnested = new Map<string, Computed>();

  /** `binder` sees the columns of FROM; `keys` are resolved: no positions, no ALL. */
  constructor(binder: Binder, keys: readonly Expression[], clause: GroupBy | undefined) {
    this.#binder = binder;
    this.#clause = clause;
    this.alias = duckName(binder.environment.statement.fresh('g'));
    // A key that is named twice is one key: ROLLUP and CUBE count it once.
    const distinct: Key[] = [];
    for (const expression of keys) {
      const before = binder.scope.reads;
      const value = binder.bind(expression);
      const isConstant = value.constant !== undefined || value.sql.text === 'FALSE' || value.sql.text === 'TRUE' || (binder.scope.reads === before && !/\b(?:random|uuid|unnest|nextval)\b|sandpiper_random/.test(value.sql.text));
      const isKnown = distinct.some((key) => shapeOf(key.value.sql) === shapeOf(value.sql) && sameType(key.value.type, value.type));
      if (!isKnown) distinct.push({ expression, value, isConstant, id: binder.environment.statement.fresh('k') });
    }
    this.keys = distinct;
  }

  /** The stage after grouping, for SELECT, HAVING, ORDER BY and LIMIT BY. */
  stage(): Stage {
    return {
      windows: true,
      ready: (expression, binder) => this.#ready(expression, binder),
      aggregate: (call, binder) => this.#aggregate(call, binder),
      column: (identifier) => {
        const name = identifier.parts.map((part) => part.text).join('.');
        throw new SandpiperError('type', `The column ${name} is neither in GROUP BY nor under an aggregate function. Add it to GROUP BY, or take any(${name}).`, { span: identifier.span });
      },
      arrayJoin: (call, binder) => this.#arrayJoin(call, binder),
    };
  }

  /** A key, or an expression that reads no column. */
  #ready(expression: Expression, binder: Binder): Bound | undefined {
    if (expression.kind === 'string' || expression.kind === 'number' || expression.kind === 'null' || expression.kind === 'boolean' || expression.kind === 'lambda') return undefined;
    if (expression.kind === 'call' && expression.name.text === 'grouping') return this.#groupingOf(expression);
    if (expression.kind === 'aliased' || (expression.kind === 'call' && expression.over !== undefined) || binder.hasAggregate(expression)) return undefined;
    if (expression.kind === 'identifier' && expression.parts.length === 1 && binder.isLambdaParameter(expression.parts[0].text)) return undefined;
    const before = this.#binder.scope.reads;
    const value = this.#tryBefore(expression, binder);
    if (!value) return undefined;
    const key = this.#keyLike(value);
    if (key) return this.#keyColumn(key, expression.span);
    return this.#binder.scope.reads === before && expression.kind !== 'identifier' ? value : undefined;
  }

  #keyLike(value: Bound): Key | undefined {
    const wanted = shapeOf(value.sql);
    // The same DuckDB SQL may stand for two types: a DateTime and the DateTime64 made of it.
    return this.keys.find((key) => shapeOf(key.value.sql) === wanted && sameType(key.value.type, value.type));
  }

  /** The expression over the columns of FROM; undefined when it cannot stand there. */
  #tryBefore(expression: Expression, binder: Binder): Bound | undefined {
    try {
      return binder.inStage(this.#binder.stage).bind(expression);
    } catch (error) {
      // Bound again in the stage after grouping, where the same mistake gets its own sentence.
      if (error instanceof SandpiperError) return undefined;
      throw error;
    }
  }

  #keyColumn(key: Key, span: Span): Bound {
    const column = duck`${this.alias}.${duckName(key.id)}`;
    return { ...bound(key.value.type, column, span), ...(key.value.constant ? { constant: key.value.constant } : {}) };
  }

  #aggregate(call: Call, binder: Binder): Bound {
    const names = binder.resolvingNames();
    const known = names === undefined ? undefined : this.#bound.get(call)?.get(names);
    if (known) return known;
    const value = this.#bindAggregate(call, binder);
    if (names === undefined) return value;
    const values = this.#bound.get(call) ?? new Map<string, Bound>();
    this.#bound.set(call, values.set(names, value));
    return value;
  }

  #bindAggregate(call: Call, binder: Binder): Bound {
    const definition = findAggregate(call.name.text, call.nulls);
    if (!definition) throw new Error(`${call.name.text} is no aggregate`);
    // The caller's names, so that `sum(x) AS x` sums the column.
    const inner = binder.inStage({
      ...this.#binder.stage,
      aggregate: (nested) => {
        throw new SandpiperError('type', `The aggregate ${nested.name.text} is inside the aggregate ${call.name.text}. Compute it in a subquery or an earlier node.`, { span: nested.span });
      },
    });
    const result = definition.bind(inner.aggregateCall(call));
    return this.#remember(this.#aggregates, plainSql(result), result.type, call.span, 'a');
  }

  #remember(into: Map<string, Computed>, sql: DuckSql, type: ClickHouseType, span: Span, prefix: string): Bound {
    let computed = into.get(sql.text);
    if (!computed) {
      computed = { sql, type, id: this.#binder.environment.statement.fresh(prefix) };
      into.set(sql.text, computed);
    }
    return bound(computed.type, duck`${this.alias}.${duckName(computed.id)}`, span);
  }

  /** arrayJoin over an aggregate: one row for each element of the group's array. */
  #arrayJoin(call: Call, binder: Binder): Bound {
    const [argument] = call.arguments;
    if (!argument) throw new SandpiperError('type', 'arrayJoin takes an array.', { span: call.span });
    const array = binder.bind(argument);
    const type = bare(array.type);
    if (type.kind !== 'Array') throw new SandpiperError('type', 'arrayJoin takes an array.', { span: call.span });
    return this.#remember(this.#unnested, plainSql(array), type.of, call.span, 'j');
  }

  #groupingOf(call: Call): Bound {
    const keys = call.arguments.map((argument) => {
      const value = this.#binder.bind(argument);
      const key = this.#keyLike(value);
      if (!key) throw new SandpiperError('type', `grouping takes keys of GROUP BY, and ${columnName(argument)} is none.`, { span: argument.span });
      return plainSql(key.value);
    });
    return this.#remember(this.#groupingSets, duck`CAST(grouping(${keys}) AS UBIGINT)`, UINT64, call.span, 'a');
  }

  /** The inner query over `from` and `where`, complete but for its alias. Built last, when all aggregates are known. */
  sql(from: DuckSql): DuckSql {
    const kind = this.#clause?.kind ?? 'plain';
    const aggregates = [...this.#aggregates.values(), ...this.#groupingSets.values()].map(named);
    let grouped: DuckSql;
    if (kind === 'plain' || kind === 'all') {
      const keys = this.keys.map((key) => duck`${plainSql(key.value)} AS ${duckName(key.id)}`);
      const columns = [...keys, ...aggregates];
      const by = this.keys.length === 0 ? duck`` : duck` GROUP BY ${this.keys.map((key) => this.#groupKey(key))}`;
      grouped = duck`SELECT ${columns.length === 0 ? [duck`1`] : columns} ${from}${by}`;
    } else {
      grouped = this.#sets(from, kind, aggregates);
    }
    for (const unnested of this.#unnested.values()) {
      grouped = duck`SELECT *, unnest(${unnested.sql}) AS ${duckName(unnested.id)} FROM (${grouped}) AS ${this.alias}`;
    }
    return grouped;
  }

  /** A literal key would be read as a position. */
  #groupKey(key: Key): DuckSql {
    return key.value.constant || key.isConstant ? duck`(${plainSql(key.value)})` : plainSql(key.value);
  }

  #sets(from: DuckSql, kind: GroupBy['kind'], aggregates: readonly DuckSql[]): DuckSql {
    // Keys left out of a set show their default values, as ClickHouse does, not NULL. Beside aggregates constants are in no set.
    const listed = kind === 'sets';
    const varying = this.keys.filter((key) => listed || aggregates.length === 0 || !key.isConstant);
    const filled = this.keys.map((key) => (varying.includes(key) ? duck`CASE WHEN grouping(${this.#groupKey(key)}) = 1 THEN ${defaultSql(key.value.type)} ELSE ${plainSql(key.value)} END AS ${duckName(key.id)}` : duck`${plainSql(key.value)} AS ${duckName(key.id)}`));
    const keys = varying.map((key) => this.#groupKey(key));
    const by = listed ? duck` GROUP BY GROUPING SETS (${this.#setLists()})` : keys.length === 0 ? duck`` : kind === 'rollup' ? duck` GROUP BY ROLLUP (${keys})` : duck` GROUP BY CUBE (${keys})`;
    // Over no rows ROLLUP and CUBE give no total either.
    const having = listed ? duck`` : duck` HAVING count(*) > 0`;
    return duck`SELECT ${[...filled, ...aggregates]} ${from}${by}${having}`;
  }

  #setLists(): readonly DuckSql[] {
    return (this.#clause?.sets ?? []).map((set) => duck`(${set.map((expression) => plainSql(this.#binder.bind(expression)))})`);
  }

  /** Whether a row of FROM is in a group for which the condition on groups holds. */
  passes(from: DuckSql, having: DuckSql): DuckSql {
    const same = this.keys.map((key) => duck`${this.alias}.${duckName(key.id)} IS NOT DISTINCT FROM ${plainSql(key.value)}`);
    return duck`EXISTS (SELECT 1 FROM (${this.sql(from)}) AS ${this.alias} WHERE ${joined([having, ...same], ' AND ')})`;
  }

  /** The row of WITH TOTALS: every aggregate over all rows, keys at their defaults. */
  totals(from: DuckSql): DuckSql {
    const keys = this.keys.map((key) => duck`${defaultSql(key.value.type)} AS ${duckName(key.id)}`);
    return duck`SELECT ${[...keys, ...[...this.#aggregates.values()].map(named), duck`${duckInteger(1)} AS "total"`]} ${from}`;
  }
}

/** The SQL with its lambda parameters numbered from one: bound twice, an expression has other names for them. */
function shapeOf(sql: DuckSql): string {
  if (!sql.text.includes(LAMBDA_PREFIX)) return sql.text;
  const numbers = new Map<string, number>();
  return sql.text.replace(LAMBDA_NAMES, (name) => {
    const number = numbers.get(name) ?? numbers.size + 1;
    numbers.set(name, number);
    return `${LAMBDA_PREFIX}${number}`;
  });
}

function named(computed: Computed): DuckSql {
  return duck`${computed.sql} AS ${duckName(computed.id)}`;
}
