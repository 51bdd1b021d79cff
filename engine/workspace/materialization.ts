/**
 * Materialized views. On every block that lands in a data source, each view that reads it first runs over the block
 * alone (tables that it joins are read whole), inside the transaction of the block, and its rows are appended to the
 * target; the target's own views then run on those rows. A new view is filled from the rows that are there. A changed
 * view has its target rebuilt: beside the old table, with what the target feeds in turn, and swapped in one
 * transaction; where that would lose rows (view-ledger.ts knows) the old rows stay, and it says why. While a view's
 * file has errors, the view goes on as it was, so that no row misses it.
 */
import { SandpiperError } from '../errors.ts';
import type { Pipe, PipeNode } from '../project/pipe.ts';
import type { Project } from '../project/project.ts';
import type { Catalog, CatalogTable } from '../sql/catalog.ts';
import { duck, duckName } from '../sql/duck.ts';
import type { Materialize } from './block-loader.ts';
import type { Connection, Database, WriteOptions } from './database.ts';
import { Queries, type QueryWorld } from './queries.ts';
import { addDerivedRows, hindrance, knownViews, outliveSources, rememberView, setDerivedRows, type KnownView } from './view-ledger.ts';

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
  /** Changed views whose targets were rebuilt. */
  readonly rebuilt: readonly View[];
  /** Changed views whose targets keep the rows that are there, and why. */
  readonly kept: readonly { readonly view: View; readonly why: string }[];
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

  /** Appends the view's rows over one block, and runs what the target feeds on them. An empty block triggers nothing: an aggregate without GROUP BY would make a row of it. */
  async #append(connection: Connection, view: View, block: readonly [string, string]): Promise<void> {
    if ((await connection.runAndReadAll(duck`SELECT 1 FROM ${duckName(...block)} LIMIT 1`.text)).currentRowCount === 0) return;
    const select = this.selectOver(view, block);
    const target = duck`main.${duckName(view.target)}`.text;
    if (!this.isFedBy(view.target)) {
      const { rowsChanged } = await connection.run(`INSERT INTO ${target} BY NAME ${select}`);
      await addDerivedRows(connection, view.target, Number(rowsChanged));
      return;
    }
    this.#blocks += 1;
    const name = `sandpiper_view_block_${this.#blocks}`;
    await connection.run(`CREATE TEMP TABLE "${name}" AS ${select}`);
    const { rowsChanged } = await connection.run(`INSERT INTO ${target} BY NAME SELECT * FROM temp.main."${name}"`);
    await addDerivedRows(connection, view.target, Number(rowsChanged));
    for (const next of this.#fedBy(view.target)) await this.#append(connection, next, ['temp', name]);
    await connection.run(`DROP TABLE temp.main."${name}"`);
  }

  /** Runs a view over all rows of its source again; with `truncate` the target is emptied before. */
  async populate(database: Database, view: View, options: WriteOptions & { readonly truncate: boolean }): Promise<void> {
    await database.write(async (connection) => {
      if (options.truncate) {
        await connection.run(duck`DELETE FROM main.${duckName(view.target)}`.text);
        await this.rowsGone(connection, view.target);
        await setDerivedRows(connection, view.target, 0);
      }
      await this.#append(connection, view, ['main', view.source]);
    }, options);
  }

  /** The view's SQL with its source replaced by another table of the same columns. */
  selectOver(view: View, block: readonly [string, string]): string {
    return this.#translate(view, this.#withBlock(view.queries.catalogOf(view.pipe, view.node, {}), view.source, block));
  }

  #translate({ pipe, node, target, queries }: View, catalog: Catalog): string {
    const stored = this.#world().tables.get(target);
    if (!stored) throw new SandpiperError('unknown-name', `The data source ${target} has errors in its file, so it has no table.`);
    return queries.translateInto(stored.catalog.columns, pipe, node, {}, catalog);
  }

  /** The catalog in which the first table of the chain is the block; the same table joined elsewhere stays whole. */
  #withBlock(catalog: Catalog, source: string, block: readonly [string, string], place = { isTaken: false }): Catalog {
    return {
      ...catalog,
      findTable: (database, name): CatalogTable | undefined => {
        const table = catalog.findTable(database, name);
        if (table?.kind === 'query' && !place.isTaken) return { ...table, catalog: this.#withBlock(table.catalog ?? catalog, source, block, place) };
        if (table?.kind !== 'stored' || place.isTaken || table.duckdbName[1] !== source) return table;
        place.isTaken = true;
        return { kind: 'stored', duckdbName: block, columns: table.columns };
      },
    };
  }

  /** Say in the transaction that takes rows away from a table: what views made from them outlives them. */
  async rowsGone(connection: Connection, table: string): Promise<void> {
    await outliveSources(connection, this.#downstream([table]));
  }

  /**
   * All rows of the table have been replaced by those of the block, in this transaction: what it feeds is made anew.
   * Targets that would lose rows by that keep them, and the block is appended to them as any other.
   */
  async onReplaced(connection: Connection, table: string, blockTable: string): Promise<void> {
    const kept = await this.#rebuild(connection, this.#downstream([table]));
    for (const view of this.#fedBy(table)) if (kept.has(view.target)) await this.#append(connection, view, blockName(blockTable));
    await outliveSources(connection, [...kept.keys()]);
  }

  /** Rows have been taken back from the table in this transaction: what it feeds is made anew where no other row is lost by it. */
  async onRowsRemoved(connection: Connection, table: string): Promise<void> {
    await outliveSources(connection, [...(await this.#rebuild(connection, this.#downstream([table]))).keys()]);
  }

  /** The tables that views fill from these, in the order in which rows flow. */
  #downstream(tables: readonly string[]): readonly string[] {
    const reached = new Set<string>();
    const follow = (table: string, way: readonly string[]) => {
      for (const { target } of this.#fedBy(table)) {
        if (way.includes(target)) continue;
        reached.delete(target); // The longest way to a table counts.
        reached.add(target);
        follow(target, [...way, target]);
      }
    };
    for (const table of tables) follow(table, [table]);
    return [...reached];
  }

  /** `targets` in the order in which rows flow. */
  async #rebuild(connection: Connection, targets: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const kept = new Map<string, string>();
    for (const target of targets) {
      const why = await hindrance(connection, target);
      if (why !== undefined) kept.set(target, why);
    }
    const fresh = new Map<string, string>();
    for (const target of targets.filter((one) => !kept.has(one))) {
      const name = `${target}__rebuilt`;
      fresh.set(target, name);
      await connection.run(duck`CREATE TABLE main.${duckName(name)} AS SELECT * FROM main.${duckName(target)} LIMIT 0`.text);
      let rows = 0;
      for (const view of this.#running.values()) {
        if (view.target !== target) continue;
        if ((await connection.runAndReadAll(duck`SELECT 1 FROM main.${duckName(fresh.get(view.source) ?? view.source)} LIMIT 1`.text)).currentRowCount === 0) continue;
        const { rowsChanged } = await connection.run(`${duck`INSERT INTO main.${duckName(name)} BY NAME`.text} ${this.selectOver(view, ['main', fresh.get(view.source) ?? view.source])}`);
        rows += Number(rowsChanged);
      }
      await setDerivedRows(connection, target, rows);
    }
    for (const [target, name] of fresh) {
      await connection.run(duck`DROP TABLE main.${duckName(target)}`.text);
      await connection.run(duck`ALTER TABLE main.${duckName(name)} RENAME TO ${duckName(target)}`.text);
    }
    return kept;
  }

  /** The view's SQL, and that of every node that it reads, in a form that changes when one of them does. */
  #fingerprint(view: View): string {
    const others = new Map<string, string>();
    const watch = (catalog: Catalog): Catalog => ({
      ...catalog,
      findTable: (database, name) => {
        const table = catalog.findTable(database, name);
        if (table?.kind !== 'query') return table;
        others.set(table.id, table.sql ?? '');
        return { ...table, catalog: watch(table.catalog ?? catalog) };
      },
    });
    this.#translate(view, watch(view.queries.catalogOf(view.pipe, view.node, {})));
    return [view.node.sql, ...[...others].sort().map(([id, text]) => `-- ${id}\n${text}`)].join('\n');
  }

  /**
   * Fills the views that have not been filled yet from the rows that their sources hold, rebuilds what changed views
   * fill, and lets all views run on blocks from then on. Writes run one at a time, so a row is seen either by the
   * filling or by its block. Of views that cannot run an earlier form goes on, if there was one, until their file is
   * mended.
   */
  async activate(database: Database, signal?: AbortSignal): Promise<Activation> {
    const known = await database.write(async (connection) => {
      const before = await knownViews(connection);
      for (const [id, view] of before) if (view.isActive && !this.#running.has(id) && !this.#views.some((one) => one.id === id)) await rememberView(connection, id, { ...view, isActive: false });
      return before;
    });
    const filled: View[] = [];
    const changed: Changed[] = [];
    const failed: { view: View; error: SandpiperError }[] = [];
    for (const view of this.#views) {
      const failure = await failureOf(async () => {
        const now: KnownView = { sql: this.#fingerprint(view), target: view.target, isActive: true };
        const before = known.get(view.id);
        if (before?.sql === now.sql && before.isActive && before.target === now.target) this.#running.set(view.id, view);
        else if (before?.target === now.target) changed.push({ view, now });
        else {
          await this.#start(database, [{ view, now }], signal, (connection) => (view.backfill ? this.#append(connection, view, ['main', view.source]) : Promise.resolve()));
          filled.push(view);
        }
      });
      if (failure) failed.push({ view, error: failure });
    }
    const rebuilt: View[] = [];
    const kept: { view: View; why: string }[] = [];
    for (const target of new Set(changed.map(({ view }) => view.target))) {
      const group = changed.filter(({ view }) => view.target === target);
      const failure = await failureOf(async () => {
        const why = await this.#start(database, group, signal, async (connection) =>
          group.some(({ view }) => view.backfill) ? (await this.#rebuild(connection, [target, ...this.#downstream([target])])).get(target) : 'its data source says BACKFILL skip');
        for (const { view } of group) {
          if (why === undefined) rebuilt.push(view);
          else kept.push({ view, why });
        }
      });
      if (failure) failed.push(...group.map(({ view }) => ({ view, error: failure })));
    }
    return { filled, rebuilt, kept, failed };
  }

  /** Lets these views run on blocks from now on, remembered in one transaction with `work`; as before when it fails. */
  async #start<T>(database: Database, changed: readonly Changed[], signal: AbortSignal | undefined, work: (connection: Connection) => Promise<T>): Promise<T> {
    const before = changed.map(({ view }) => this.#running.get(view.id));
    try {
      return await database.write(async (connection) => {
        for (const { view, now } of changed) await rememberView(connection, view.id, now);
        for (const { view } of changed) this.#running.set(view.id, view);
        return work(connection);
      }, signal ? { signal } : {});
    } catch (error) {
      changed.forEach(({ view }, index) => {
        const old = before[index];
        if (old) this.#running.set(view.id, old);
        else this.#running.delete(view.id);
      });
      throw error;
    }
  }
}

/** A view and what is to be remembered of it. */
interface Changed {
  readonly view: View;
  readonly now: KnownView;
}

/** The mistake of the user's that the work met. */
async function failureOf(work: () => Promise<void>): Promise<SandpiperError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof SandpiperError) return error;
    throw error;
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
