/**
 * A data source as its file describes it. Connector keys and other things without a local effect are kept in
 * `settings` and explained by an info diagnostic. Column and key checks that need no database are made here.
 */
import { SandpiperError, type Problem, type Span } from '../errors.ts';
import type { Expression } from '../sql/ast.ts';
import { parseExpressionList } from '../sql/parse.ts';
import { isNullable } from '../sql/types.ts';
import { connectorColumns } from './connector-column.ts';
import { dedent, type Directive } from './directive.ts';
import { findKeyword, findNearest } from './keyword.ts';
import { parseIndexes, parseSchema, type Column, type Index } from './schema.ts';
import { expressionNames } from './table-names.ts';

export interface TokenDeclaration {
  readonly name: string;
  readonly permission: 'READ' | 'APPEND';
  readonly span: Span;
}

/** The ENGINE lines; a key that is not written is the empty text. */
export interface TableEngine {
  readonly name: string;
  readonly sortingKey: string;
  readonly partitionKey: string;
  readonly primaryKey: string;
  readonly samplingKey: string;
  readonly ttl: string;
  /** ReplacingMergeTree: column of the version, and of the mark of deletion. */
  readonly ver: string;
  readonly isDeleted: string;
  /** Collapsing and VersionedCollapsingMergeTree. */
  readonly sign: string;
  readonly version: string;
  /** SummingMergeTree. */
  readonly summingColumns: readonly string[];
  readonly settings: string;
}

export interface DataSource {
  readonly name: string;
  readonly path: string;
  readonly description: string;
  readonly tokens: readonly TokenDeclaration[];
  readonly tags: string;
  /** From VERSION n: the data source is also `name__vN`. */
  readonly version?: number;
  readonly columns: readonly Column[];
  readonly tableEngine: TableEngine;
  readonly indexes: readonly Index[];
  /** The SELECT list that converts old rows. */
  readonly forwardQuery: string;
  readonly sharedWith: readonly string[];
  /** BACKFILL and all connector keys, as written. */
  readonly settings: Readonly<Record<string, string>>;
}

const ENGINES = ['MergeTree', 'ReplacingMergeTree', 'SummingMergeTree', 'AggregatingMergeTree', 'CollapsingMergeTree', 'VersionedCollapsingMergeTree', 'Null'];
const CLASSIC_ENGINES = ['Join', 'Memory'];

export function readDataSource(name: string, path: string, directives: readonly Directive[], problems: Problem[]): DataSource {
  const schema = directives.find(({ keyword }) => keyword === 'SCHEMA');
  const written = schema?.block ? parseSchema(schema.block, problems) : [];
  const columns = [...written, ...connectorColumns(directives, written)];
  if (!schema) problems.push({ severity: 'error', message: 'SCHEMA is mandatory: list the columns below `SCHEMA >`.', span: directives[0]?.span ?? { start: 0, end: 0 } });
  const indexes = directives.find(({ keyword }) => keyword === 'INDEXES')?.block;
  const version = readVersion(directives);
  reportRepeated(directives, new Set(['TOKEN']), problems);
  checkConnectors(directives, problems);
  const settings = Object.fromEntries(directives.flatMap((directive) => (isSetting(directive.keyword) ? [[directive.keyword, textOf(directive)]] : [])));
  const tableEngine = readTableEngine(directives, problems);
  if (written.length > 0) checkKeys(tableEngine, columns, directives, problems);
  return {
    name,
    path,
    description: textOf(directives.find(({ keyword }) => keyword === 'DESCRIPTION')),
    tokens: readTokens(directives, ['READ', 'APPEND'], problems),
    tags: textOf(directives.find(({ keyword }) => keyword === 'TAGS')),
    ...(version !== undefined && { version }),
    columns,
    tableEngine,
    indexes: indexes ? parseIndexes(indexes, problems) : [],
    forwardQuery: textOf(directives.find(({ keyword }) => keyword === 'FORWARD_QUERY')),
    sharedWith: textOf(directives.find(({ keyword }) => keyword === 'SHARED_WITH')).split(/[,\n]/).map((part) => part.trim()).filter((part) => part !== ''),
    settings,
  };
}

function isSetting(keyword: string): boolean {
  return /^(?:KAFKA_|IMPORT_|BACKFILL$)/.test(keyword);
}

/** The value of a directive: its line, or its block as prose. */
export function textOf(directive: Directive | undefined): string {
  if (!directive) return '';
  return directive.block ? dedent(directive.block.text) : directive.value;
}

export function readVersion(directives: readonly Directive[]): number | undefined {
  const value = directives.find(({ keyword }) => keyword === 'VERSION')?.value ?? '';
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

export function readTokens(directives: readonly Directive[], allowed: readonly ('READ' | 'APPEND')[], problems: Problem[]): TokenDeclaration[] {
  return directives.filter(({ keyword }) => keyword === 'TOKEN').flatMap((directive) => {
    const [name = '', permission = '', ...more] = directive.words;
    const upper = permission.toUpperCase();
    const known = allowed.find((one) => one === upper);
    if (name === '' || more.length > 0 || (permission === '' && !known)) {
      problems.push({ severity: 'error', message: `Write TOKEN "name" ${allowed.join(' or ')}.`, span: directive.span });
      return [];
    }
    if (!known) {
      const supported = allowed.length > 1 ? 'Only READ and APPEND are supported' : 'Only READ is supported';
      problems.push({ severity: 'error', message: `The token permission ${permission} is not known here. ${supported}.`, span: directive.valueSpan });
      return [];
    }
    return [{ name, permission: known, span: directive.span }];
  });
}

/** A keyword that may stand once and stands twice: the first counts. */
export function reportRepeated(directives: readonly Directive[], repeatable: ReadonlySet<string>, problems: Problem[]): void {
  const seen = new Set<string>();
  for (const { keyword, keywordSpan } of directives) {
    if (seen.has(keyword) && !repeatable.has(keyword)) problems.push({ severity: 'warning', message: `${keyword} is there twice: the first one counts.`, span: keywordSpan });
    seen.add(keyword);
  }
}

/** The notes of keywords that have no local effect, one per note and file. */
export function reportNotes(kind: 'datasource' | 'pipe' | 'connection', directives: readonly Directive[], problems: Problem[]): void {
  const said = new Set<string>();
  for (const { keyword, keywordSpan } of directives) {
    const note = findKeyword(kind, keyword)?.note;
    if (!note || said.has(note.message)) continue;
    said.add(note.message);
    problems.push({ ...note, span: keywordSpan });
  }
}

export function readTableEngine(directives: readonly Directive[], problems: Problem[]): TableEngine {
  const value = (...names: readonly string[]): string => directives.find(({ keyword }) => names.includes(keyword))?.value ?? '';
  const engine = directives.find(({ keyword }) => keyword === 'ENGINE');
  let name = engine?.value ?? '';
  if (engine && name !== '') {
    const known = [...ENGINES, ...CLASSIC_ENGINES].find((one) => one.toLowerCase() === name.toLowerCase().replace(/^replicated(?=.*mergetree$)/, ''));
    if (known === undefined) {
      const nearest = findNearest(name, ENGINES);
      problems.push({ severity: 'error', message: `${name} is not a table engine. ${nearest === undefined ? `There are ${ENGINES.join(', ')}.` : `Did you mean ${nearest}?`}`, span: engine.valueSpan });
    } else if (CLASSIC_ENGINES.includes(known)) {
      problems.push({ severity: 'warning', message: `The engine ${known} is a Classic one: its rows are kept as in a MergeTree here.`, span: engine.valueSpan });
    }
    name = known ?? name;
  }
  const needs: Readonly<Record<string, readonly string[]>> = { CollapsingMergeTree: ['ENGINE_SIGN'], VersionedCollapsingMergeTree: ['ENGINE_SIGN', 'ENGINE_VERSION'] };
  for (const key of (Object.hasOwn(needs, name) ? (needs[name] ?? []) : [])) {
    if (engine && value(key) === '') problems.push({ severity: 'error', message: `${name} needs ${key}.`, span: engine.span });
  }
  return {
    name: name === '' ? 'MergeTree' : name,
    sortingKey: value('ENGINE_SORTING_KEY', 'SORTING_KEY'),
    partitionKey: value('ENGINE_PARTITION_KEY', 'PARTITION_KEY'),
    primaryKey: value('ENGINE_PRIMARY_KEY', 'PRIMARY_KEY'),
    samplingKey: value('ENGINE_SAMPLING_KEY', 'SAMPLING_KEY'),
    ttl: value('ENGINE_TTL', 'TTL'),
    ver: value('ENGINE_VER'),
    isDeleted: value('ENGINE_IS_DELETED'),
    sign: value('ENGINE_SIGN'),
    version: value('ENGINE_VERSION'),
    summingColumns: value('ENGINE_SUMMING_COLUMNS', 'ENGINE_COLUMNS').replace(/^\(|\)$/g, '').split(',').map((column) => column.trim()).filter((column) => column !== ''),
    settings: value('ENGINE_SETTINGS'),
  };
}

/** The keys of the engine must parse and name columns of the schema. */
function checkKeys(engine: TableEngine, columns: readonly Column[], directives: readonly Directive[], problems: Problem[]): void {
  const names = columns.map(({ name }) => name);
  const check = (keywords: readonly string[], isSorting: boolean) => {
    const directive = directives.find(({ keyword }) => keywords.includes(keyword));
    if (!directive || directive.value === '' || directive.value.includes('{{')) return;
    for (const expression of parsedKey(directive, problems)) {
      for (const name of expressionNames(expression)) {
        if (names.includes(name) || names.some((column) => column.startsWith(`${name}.`) || name.startsWith(`${column}.`))) continue;
        const nearest = findNearest(name, names);
        problems.push({ severity: 'error', message: `${directive.keyword} names \`${name}\`, which is not a column.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`, span: directive.valueSpan });
      }
      const column = expression.kind === 'identifier' ? columns.find(({ name }) => name === expression.parts.map(({ text }) => text).join('.')) : undefined;
      if (!isSorting || !column) continue;
      if (isNullable(column.type)) problems.push({ severity: 'warning', message: `Tinybird refuses the nullable column ${column.name} in a sorting key.`, span: directive.valueSpan });
      if (column.type.kind === 'AggregateFunction') problems.push({ severity: 'error', message: `${column.name} holds an aggregate state and cannot be in a sorting key.`, span: directive.valueSpan });
      if (column.name === engine.ver && engine.name === 'ReplacingMergeTree') problems.push({ severity: 'warning', message: `The sorting key holds ${column.name}, the ENGINE_VER column: each version then is a row of its own.`, span: directive.valueSpan });
    }
  };
  check(['ENGINE_SORTING_KEY', 'SORTING_KEY'], true);
  check(['ENGINE_PARTITION_KEY', 'PARTITION_KEY'], false);
  check(['ENGINE_PRIMARY_KEY', 'PRIMARY_KEY'], false);
  for (const keyword of ['ENGINE_VER', 'ENGINE_IS_DELETED', 'ENGINE_SIGN', 'ENGINE_VERSION', 'ENGINE_SUMMING_COLUMNS']) check([keyword], false);
}

function parsedKey(directive: Directive, problems: Problem[]): readonly Expression[] {
  try {
    return parseExpressionList(directive.value);
  } catch (cause) {
    if (!(cause instanceof SandpiperError)) throw cause;
    problems.push({ severity: 'error', message: `${directive.keyword}: ${cause.message}`, span: directive.valueSpan });
    return [];
  }
}

function checkConnectors(directives: readonly Directive[], problems: Problem[]): void {
  const together = (names: readonly string[]) => {
    const present = directives.filter(({ keyword }) => names.includes(keyword));
    const missing = names.filter((name) => !present.some(({ keyword }) => keyword === name));
    const [first] = present;
    if (first && missing.length > 0) problems.push({ severity: 'warning', message: `${names.join(', ')} belong together: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`, span: first.keywordSpan });
  };
  if (directives.some(({ keyword }) => keyword.startsWith('KAFKA_'))) together(['KAFKA_CONNECTION_NAME', 'KAFKA_TOPIC', 'KAFKA_GROUP_ID']);
  if (directives.some(({ keyword }) => keyword === 'IMPORT_BUCKET_URI')) together(['IMPORT_CONNECTION_NAME', 'IMPORT_BUCKET_URI', 'IMPORT_SCHEDULE']);
  const backfill = directives.find(({ keyword }) => keyword === 'BACKFILL');
  if (backfill && backfill.value.toLowerCase() !== 'skip') problems.push({ severity: 'error', message: 'BACKFILL takes only the value skip.', span: backfill.valueSpan });
}
