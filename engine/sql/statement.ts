/**
 * What all parts of one translation share: the catalog, fresh names, the CTEs made so far, the stored tables read.
 * A query in progress is known by its id, so that pipes that feed each other are refused and not followed for ever.
 */
import { SandpiperError, type Span } from '../errors.ts';
import type { Expression, Identifier, Query } from './ast.ts';
import { isLambda, type Argument, type Bound } from './bound.ts';
import type { Catalog } from './catalog.ts';
import { duck, duckName, joined, type DuckSql } from './duck.ts';
import { foldCall } from './fold.ts';
import type { FunctionContext, FunctionDefinition } from './functions/definition.ts';
import { findFunction, suggestFunctions } from './functions/registry.ts';
import { bare, type ClickHouseType } from './types.ts';

/** A query's result inside another: complete SELECT text and its columns. */
export interface Relation {
  readonly sql: DuckSql;
  readonly columns: readonly RelationColumn[];
}

export interface RelationColumn {
  readonly name: string;
  readonly type: ClickHouseType;
  /** What DuckDB calls it. */
  readonly id: string;
}

/** An expression of a WITH around. */
export interface WithConstant {
  readonly expression: Expression;
  readonly bind: () => Bound;
}

/** Names that a query inherits from the queries around it. */
export interface Environment {
  readonly statement: Statement;
  /** Where names of tables are looked up: each pipe knows its own nodes. */
  readonly catalog: Catalog;
  /** CTEs by name, bound when first used. */
  readonly ctes: ReadonlyMap<string, () => Relation>;
  /** `WITH expression AS name` of outer queries. */
  readonly constants: ReadonlyMap<string, WithConstant>;
  /** A column of the queries around, for a subquery that is computed for each of their rows. */
  readonly outer?: ((identifier: Identifier) => Bound | undefined) | undefined;
}

export interface StatementOptions {
  readonly timeZone: string;
  readonly nowMicros: bigint;
  readonly parameters: Readonly<Record<string, string>>;
  /** The settings of the whole query, as they are written. */
  readonly settings: ReadonlyMap<string, string>;
  /** Binds a query; given by translate.ts, so that expressions and queries need not import each other. */
  readonly bindQuery: (query: Query, environment: Environment) => Relation;
}

/** Begins the names of DuckDB's lambda parameters, so that they are told from columns (grouping.ts compares SQL without them). */
export const LAMBDA_PREFIX = 'λ';

/** Types whose constants say all: a Bool or a Date is shown otherwise than it is compared. */
const FOLDED_KINDS: ReadonlySet<string> = new Set(['String', 'Integer', 'Float']);

export class Statement {
  readonly options: StatementOptions;
  readonly context: FunctionContext;
  readonly #ctes: { readonly name: string; readonly sql: DuckSql; readonly recursive: boolean }[] = [];
  readonly #pipes = new Map<string, Relation>();
  readonly #inProgress: string[] = [];
  readonly #tables = new Map<string, readonly [string, string]>();
  #names = 0;
  /** The SQL holds the current time, so it is good for one run. */
  readsClock = false;

  constructor(options: StatementOptions) {
    this.options = options;
    const readsClock = () => {
      this.readsClock = true;
    };
    this.context = {
      timeZone: options.timeZone,
      get nowMicros() {
        readsClock();
        return options.nowMicros;
      },
      setting: (name) => options.settings.get(name),
      call: (name, args, span) => this.callFunction(name, args, span),
      freshName: () => this.fresh(LAMBDA_PREFIX),
    };
  }

  /** A name that nothing else in the statement has. */
  fresh(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  /** Throws unless there is such a function. */
  getFunction(name: string, span: Span): FunctionDefinition {
    const definition = findFunction(name);
    if (definition) return definition;
    const near = suggestFunctions(name);
    const hint = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
    throw new SandpiperError('unknown-name', `There is no function ${name} in Sandpiper.${hint}`, { span });
  }

  callFunction(name: string, args: readonly Argument[], span: Span): Bound {
    const definition = this.getFunction(name, span);
    const value = definition.bind({ name: definition.name, arguments: args, span, context: this.context });
    if (value.constant) return value;
    const constants = args.flatMap((argument) => (!isLambda(argument) && argument.constant && FOLDED_KINDS.has(bare(argument.type).kind) ? [argument.constant] : []));
    const constant = constants.length === args.length ? foldCall(definition.name, constants) : undefined;
    return constant ? { ...value, constant } : value;
  }

  /** Adds a CTE and gives the relation that reads it. */
  addCte(prefix: string, relation: Relation, recursive = false): Relation {
    const name = this.fresh(`${prefix.replace(/[^A-Za-z0-9_]/g, '_')}_`);
    return this.addNamedCte(name, relation, recursive);
  }

  addNamedCte(name: string, relation: Relation, recursive: boolean): Relation {
    this.#ctes.push({ name, sql: relation.sql, recursive });
    return { sql: duck`SELECT * FROM ${duckName(name)}`, columns: relation.columns };
  }

  /** The relation of a pipe or node, bound once, with the names that its own catalog knows. */
  pipe(id: string, query: Query, catalog: Catalog, span: Span): Relation {
    const known = this.#pipes.get(id);
    if (known) return known;
    if (this.#inProgress.includes(id)) {
      throw new SandpiperError('bad-request', `${[...this.#inProgress, id].join(' reads ')}: a pipe cannot feed itself.`, { span });
    }
    this.#inProgress.push(id);
    try {
      const relation = this.addCte(id, this.options.bindQuery(query, { statement: this, catalog, ctes: new Map(), constants: new Map() }));
      this.#pipes.set(id, relation);
      return relation;
    } catch (error) {
      if (!(error instanceof SandpiperError)) throw error;
      const message = error.message.includes(' has an error: ') ? error.message : `${id} has an error: ${error.message}`;
      throw new SandpiperError(error.code, message, { span, cause: error });
    } finally {
      this.#inProgress.pop();
    }
  }

  readTable(name: readonly [string, string]): void {
    this.#tables.set(name.join('.'), name);
  }

  /** Ids of the nodes and pipes that were bound. */
  get queries(): readonly string[] {
    return [...this.#pipes.keys()];
  }

  get tables(): readonly (readonly [string, string])[] {
    return [...this.#tables.values()];
  }

  /** The whole statement: the CTEs in order, then the query. */
  finish(sql: DuckSql): DuckSql {
    if (this.#ctes.length === 0) return sql;
    const parts = this.#ctes.map(({ name, sql: body }) => duck`${duckName(name)} AS (${body})`);
    const word = this.#ctes.some(({ recursive }) => recursive) ? duck`WITH RECURSIVE` : duck`WITH`;
    return duck`${word} ${joined(parts, ', ')} ${sql}`;
  }
}

/** The aliases of one query, by name. */
export type Aliases = ReadonlyMap<string, Expression>;
