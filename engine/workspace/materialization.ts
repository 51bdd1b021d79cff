/**
 * Materialized views. On every block that lands in a data source, each view that reads it first runs over the block
 * alone (tables that it joins are read whole), inside the transaction of the block, and its rows are appended to the
 * target; the target's own views then run on those rows. A new view is filled from the rows that are there. While a
 * view's file has errors, the view goes on as it was, so that no row misses it.
 * sandpiper.materialization remembers which views have been filled, by their SQL.
 */
import { SandpiperError } from '../errors.ts';
import type { Pipe, PipeNode } from '../project/pipe.ts';
import type { Project } from '../project/project.ts';
import type { Catalog, CatalogTable } from '../sql/catalog.ts';
import { duck, duckName, duckString } from '../sql/duck.ts';
import { translateForTable } from '../sql/translate.ts';
import type { Materialize } from './block-loader.ts';
import type { Connection, Database } from './database.ts';
import { Queries, type QueryWorld } from './queries.ts';

/** A materialized node whose source and target are there, in the project as it was when the view was read. */
export interface View {
  readonly id: string;
  readonly pipe: Pipe;
  readonly node: PipeNode;
  /** The data source whose blocks it runs on. */
  readonly source: string;
  readonly target: string;
  readonly backfill: boolean;
  /** In that project, so that a view goes on as it was while its file has errors. */
  readonly queries: Queries;
}

export interface Activation {
  readonly filled: readonly View[];
  readonly changed: readonly View[];
  readonly failed: readonly { readonly view: View; readonly error: SandpiperError }[];
}

export class Materializations implements Materialize {
  readonly #world: () => QueryWorld;
  /** As the files say. */
  #views: readonly View[] = [];
  /** Views that run on blocks: those that have been filled, as they last were without errors. */
  readonly #running = new Map<string, View>();
  #blocks = 0;

  constructor(world: () => QueryWorld) {
    this.#world = world;
  }

  get views(): readonly View[] {
    return this.#views;
  }

  /** Takes the project's views. One that cannot run is told with its reason and left out. */
  setViews(project: Project, problem: (message: string) => void): void {
    const { tables } = this.#world();
    const queries = new Queries(() => ({ ...this.#world(), project }));
    this.#views = project.materializations.flatMap(({ pipe, node, source, target }): View[] => {
      const stored = tables.get(target);
      const circle = source === undefined ? undefined : wayTo(source, target, project);
      if (!stored) problem(`The materialized view ${pipe.name} fills ${target}, and there is no such data source.`);
      else if (source === undefined) problem(`The materialized view ${pipe.name} reads no data source first, so nothing would run it.`);
      else if (circle) problem(`The materialized view ${pipe.name} feeds itself: ${[source, ...circle].join(' → ')}.`);
      else return [{ id: `${pipe.name}.${node.name}`, pipe, node, source, target, backfill: stored.source.settings['BACKFILL'] !== 'skip', queries }];
      return [];
    });
    const broken = new Set(project.files.filter(({ diagnostics }) => diagnostics.some(({ severity }) => severity === 'error')).map(({ path }) => path));
    for (const [id, { pipe }] of this.#running) if (!broken.has(pipe.path) && !this.#views.some((view) => view.id === id)) this.#running.delete(id);
  }

  isFedBy(table: string): boolean {
    return this.#fedBy(table).length > 0;
  }

  /** The data sources that a block of this one adds rows to. */
  fedBy(table: string): readonly string[] {
    return this.#fedBy(table).map(({ target }) => target);
  }

  async onBlock(connection: Connection, table: string, blockTable: string): Promise<void> {
    for (const view of this.#fedBy(table)) await this.#append(connection, view, blockName(blockTable));
  }

  #fedBy(table: string): readonly View[] {
    return [...this.#running.values()].filter((view) => view.source === table && this.#world().tables.has(view.target));
  }

  /** Appends the view's rows over one block, and runs what the target feeds on them. */
  async #append(connection: Connection, view: View, block: readonly [string, string]): Promise<void> {
    const select = this.selectOver(view, block);
    const target = duck`main.${duckName(view.target)}`.text;
    if (!this.isFedBy(view.target)) {
      await connection.run(`INSERT INTO ${target} BY NAME ${select}`);
      return;
    }
    this.#blocks += 1;
    const name = `sandpiper_view_block_${this.#blocks}`;
    await connection.run(`CREATE TEMP TABLE "${name}" AS ${select}`);
    await connection.run(`INSERT INTO ${target} BY NAME SELECT * FROM temp.main."${name}"`);
    for (const next of this.#fedBy(view.target)) await this.#append(connection, next, ['temp', name]);
    await connection.run(`DROP TABLE temp.main."${name}"`);
  }

  /** Runs a view over all rows of its source again; with `truncate` the target is emptied before. */
  async populate(database: Database, view: View, options: { readonly truncate: boolean; readonly signal: AbortSignal }): Promise<void> {
    await database.write(async (connection) => {
      if (options.truncate) await connection.run(duck`DELETE FROM main.${duckName(view.target)}`.text);
      await this.#append(connection, view, ['main', view.source]);
    }, { signal: options.signal });
  }

  /** The view's SQL with its source replaced by another table of the same columns. */
  selectOver({ pipe, node, source, target, queries }: View, block: readonly [string, string]): string {
    const stored = this.#world().tables.get(target);
    if (!stored) throw new SandpiperError('unknown-name', `The data source ${target} has errors in its file, so it has no table.`);
    const catalog = this.#withBlock(queries.catalogOf(pipe, node, {}), source, block);
    return queries.placed(pipe, node, queries.renderNode(pipe, node, {}), () => translateForTable(queries.parseNode(pipe, node, {}), stored.catalog.columns, { catalog }));
  }

  /** The catalog in which the first table of the chain is the block; the same table joined elsewhere stays whole. */
  #withBlock(catalog: Catalog, source: string, block: readonly [string, string], place = { isTaken: false }): Catalog {
    return {
      tableNames: catalog.tableNames,
      findTable: (database, name): CatalogTable | undefined => {
        const table = catalog.findTable(database, name);
        if (table?.kind === 'query' && !place.isTaken) return { ...table, catalog: this.#withBlock(table.catalog ?? catalog, source, block, place) };
        if (table?.kind !== 'stored' || place.isTaken || table.duckdbName[1] !== source) return table;
        place.isTaken = true;
        return { kind: 'stored', duckdbName: block, columns: table.columns };
      },
    };
  }

  /**
   * Fills the views that have not been filled yet from the rows that their sources hold, and lets all views run on
   * blocks from then on. Writes run one at a time, so a row is seen either by the filling or by its block. Gives the
   * filled views, those whose SQL has changed since, and those that cannot run:
   * of these an earlier form goes on, if there was one, until their file is mended.
   */
  async activate(database: Database): Promise<Activation> {
    await database.write((connection) => connection.run('CREATE TABLE IF NOT EXISTS sandpiper.materialization (id VARCHAR, sql VARCHAR)'));
    const reader = await database.query('SELECT id, sql FROM sandpiper.materialization');
    const known = new Map(reader.getRows().map(([id, sql]) => [String(id), String(sql)]));
    const filled: View[] = [];
    const changed: View[] = [];
    const failed: { view: View; error: SandpiperError }[] = [];
    for (const view of this.#views) {
      const sql = known.get(view.id);
      try {
        if (sql === view.node.sql) {
          this.selectOver(view, ['main', view.source]);
          this.#running.set(view.id, view);
          continue;
        }
        await database.write(async (connection) => {
          if (sql === undefined && view.backfill) await this.#append(connection, view, ['main', view.source]);
          else this.selectOver(view, ['main', view.source]);
          await connection.run(duck`DELETE FROM sandpiper.materialization WHERE id = ${duckString(view.id)}`.text);
          await connection.run(duck`INSERT INTO sandpiper.materialization VALUES (${duckString(view.id)}, ${duckString(view.node.sql)})`.text);
          this.#running.set(view.id, view);
        });
        (sql === undefined ? filled : changed).push(view);
      } catch (error) {
        if (!(error instanceof SandpiperError)) throw error;
        failed.push({ view, error });
      }
    }
    return { filled, changed, failed };
  }
}

/** The data sources on the way from one to another through views, both included; undefined when there is none. */
function wayTo(goal: string, from: string, project: Project, seen: ReadonlySet<string> = new Set()): readonly string[] | undefined {
  if (from === goal) return [goal];
  if (seen.has(from)) return undefined;
  for (const { source, target } of project.materializations) {
    const rest = source === from ? wayTo(goal, target, project, new Set([...seen, from])) : undefined;
    if (rest) return [from, ...rest];
  }
  return undefined;
}

/** `temp.main."name"` as schema and table for the translator. */
function blockName(blockTable: string): readonly [string, string] {
  const name = /"((?:[^"]|"")+)"$/.exec(blockTable)?.[1] ?? blockTable.split('.').at(-1) ?? blockTable;
  return ['temp', name.replaceAll('""', '"')];
}
