/**
 * The keywords of data files, by kind of file: which may open a block, and which are kept without a local effect, with
 * the sentence that says so. One table, so that parsing, completion, hover and the docs agree.
 */
import type { Severity } from '../errors.ts';

export type DataFileKind = 'datasource' | 'pipe' | 'connection';

export interface Keyword {
  /** Whether its value is a line, may be a block (`KEYWORD >`), or must be one. */
  readonly value: 'line' | 'line or block' | 'block';
  readonly help: string;
  /** Shown where the keyword stands, when it does nothing here or is better written otherwise. */
  readonly note?: { readonly severity: Severity; readonly message: string };
}

type Table = Readonly<Record<string, Keyword>>;

function line(help: string, note?: Keyword['note']): Keyword {
  return note ? { value: 'line', help, note } : { value: 'line', help };
}

function inert(help: string, message: string, value: Keyword['value'] = 'line'): Keyword {
  return { value, help, note: { severity: 'info', message } };
}

const CONNECTOR = 'Connectors do not run on this computer: the data source works, and rows come in by import or by the Events API.';
const SINK = 'Sinks write to files of this computer, below .sandpiper/sinks: nothing leaves it, and the job tells where each file would have gone.';
const IGNORED = 'This keyword has no effect, here or in Tinybird Forward.';

const ENGINE_KEYS: Table = {
  ENGINE: line('The table engine: MergeTree, ReplacingMergeTree, SummingMergeTree, AggregatingMergeTree, CollapsingMergeTree, VersionedCollapsingMergeTree or Null.'),
  ENGINE_SORTING_KEY: line('Columns or expressions that rows are ordered by.'),
  ENGINE_PARTITION_KEY: line('Expression that divides the rows into partitions.'),
  ENGINE_PRIMARY_KEY: line('The first columns of the sorting key that are indexed.'),
  ENGINE_SAMPLING_KEY: line('Expression for SAMPLE.'),
  ENGINE_TTL: line('When rows expire, such as `toDateTime(timestamp) + INTERVAL 180 DAY`.'),
  ENGINE_VER: line('Column whose highest value wins in a ReplacingMergeTree.'),
  ENGINE_IS_DELETED: line('UInt8 column that marks deleted rows in a ReplacingMergeTree.'),
  ENGINE_SIGN: line('Int8 column of a CollapsingMergeTree: 1 is a row, -1 takes it back.'),
  ENGINE_VERSION: line('Version column of a VersionedCollapsingMergeTree.'),
  ENGINE_SUMMING_COLUMNS: line('Columns that a SummingMergeTree adds up.'),
  ENGINE_COLUMNS: line('Columns that a SummingMergeTree adds up (Classic spelling).'),
  ENGINE_JOIN_STRICTNESS: inert('Classic: ANY or ALL, of a table with the engine Join.', 'A table with the engine Join is an ordinary table here: join it with JOIN.'),
  ENGINE_JOIN_TYPE: inert('Classic: LEFT, INNER, …, of a table with the engine Join.', 'A table with the engine Join is an ordinary table here: join it with JOIN.'),
  ENGINE_KEY_COLUMNS: inert('Classic: the columns that a table with the engine Join is joined by.', 'A table with the engine Join is an ordinary table here: join it with JOIN.'),
  ENGINE_SETTINGS: line('Settings of the table, `name=value, …`.'),
};

const OLD_KEYS: Table = Object.fromEntries(
  ['PARTITION_KEY', 'SORTING_KEY', 'PRIMARY_KEY', 'SAMPLING_KEY', 'TTL'].map((name) => [
    name,
    line(`Old spelling of ENGINE_${name}.`, { severity: 'warning', message: `${name} is an old spelling: write ENGINE_${name}.` }),
  ]),
);

const SHARED: Table = {
  DESCRIPTION: { value: 'line or block', help: 'What it is for, in words.' },
  TOKEN: line('A token that may use it: `TOKEN "name" READ`.'),
  TAGS: line('Labels, separated by commas.'),
  VERSION: line('Classic version number: the resource is also found as name__vN.', { severity: 'info', message: 'VERSION is a Classic keyword: the resource is also found by its versioned name.' }),
  INCLUDE: line('Classic: puts the text of another file here.'),
  SOURCE: line('Classic: where the file came from.', { severity: 'warning', message: 'SOURCE is a Classic keyword; Tinybird Forward refuses it.' }),
};

function connector(...names: readonly string[]): Table {
  return Object.fromEntries(names.map((name) => [name, inert('Setting of a connector.', CONNECTOR)]));
}

const DATA_SOURCE: Table = {
  ...SHARED,
  SCHEMA: { value: 'block', help: 'The columns: name, type, JSON path, DEFAULT and CODEC.' },
  INDEXES: inert('Data skipping indexes, one per line.', 'Indexes are kept in the file and change no result here.', 'block'),
  ...ENGINE_KEYS,
  ...OLD_KEYS,
  FORWARD_QUERY: { value: 'line or block', help: 'The SELECT list that turns old rows into new ones when the schema changes.' },
  BACKFILL: line('`skip`: do not fill materializations on the first deployment.'),
  SHARED_WITH: inert('Workspaces that may read the data source.', 'Sharing has no effect on this computer.', 'line or block'),
  ...connector(
    'KAFKA_CONNECTION_NAME', 'KAFKA_TOPIC', 'KAFKA_GROUP_ID', 'KAFKA_AUTO_OFFSET_RESET', 'KAFKA_STORE_RAW_VALUE', 'KAFKA_STORE_HEADERS', 'KAFKA_KEY_FORMAT', 'KAFKA_VALUE_FORMAT',
    'KAFKA_KEY_AVRO_DESERIALIZATION', 'KAFKA_VALUE_AVRO_DESERIALIZATION', 'KAFKA_STORE_BINARY_HEADERS',
    'IMPORT_CONNECTION_NAME', 'IMPORT_BUCKET_URI', 'IMPORT_SCHEDULE', 'IMPORT_FROM_TIMESTAMP', 'IMPORT_TABLE_ARN', 'IMPORT_EXPORT_BUCKET', 'IMPORT_FORMAT', 'IMPORT_SAMPLE_FILE_URI',
  ),
  KAFKA_TARGET_PARTITIONS: inert('Classic setting of a Kafka connector.', IGNORED),
  IMPORT_SERVICE: inert('Classic: which service the connector talks to.', IGNORED),
  IMPORT_EXTERNAL_DATASOURCE: inert('Classic: table of the external service.', IGNORED),
  IMPORT_STRATEGY: inert('Classic: append or replace.', 'IMPORT_STRATEGY is a Classic keyword; Tinybird Forward always appends.'),
  IMPORT_QUERY: inert('Query that the connector runs in the external service.', CONNECTOR, 'line or block'),
};

const PIPE: Table = {
  ...SHARED,
  NODE: line('Begins a node: a query with a name.'),
  SQL: { value: 'block', help: 'The query of the node.' },
  TYPE: line('endpoint, materialized, copy, sink or standard.'),
  DATASOURCE: line('The data source that a materialized node fills.'),
  DEPLOYMENT_METHOD: inert('`alter`: how a change is deployed.', 'DEPLOYMENT_METHOD has no effect on this computer.'),
  TARGET_DATASOURCE: line('The data source that a copy fills.'),
  COPY_SCHEDULE: line('When the copy runs: a cron expression in UTC, such as `0 * * * *` for each full hour, or @on-demand.'),
  COPY_MODE: line('append or replace.'),
  MODE: line('append or replace.'),
  CACHE: inert('Seconds that an answer may be kept.', 'CACHE has no effect on this computer.'),
  FILTER: inert('Undocumented.', IGNORED),
  SCOPE: inert('Undocumented.', IGNORED),
  EXPORT_CONNECTION_NAME: inert('The connection that the sink exports through.', SINK),
  EXPORT_SERVICE: inert('Ignored: the connection tells it.', 'EXPORT_SERVICE has no effect: the connection tells the service.'),
  EXPORT_KAFKA_TOPIC: line('The topic that rows are sent to, a message a row.'),
  EXPORT_SCHEDULE: line('When the sink runs: a cron expression in UTC, or @on-demand.'),
  EXPORT_BUCKET_URI: line('Where files go: `s3://bucket/folder` or `gs://bucket/folder`.'),
  EXPORT_FILE_TEMPLATE: line("The names of the files: `{column}` is a value, `{column, '%Y-%m-%d'}` a time, `{8}` one of so many parts."),
  EXPORT_FORMAT: line('csv, ndjson or parquet.'),
  EXPORT_COMPRESSION: line('none or gz; for Parquet also snappy, zstd, lz4, brotli.'),
  EXPORT_STRATEGY: line('@new keeps files that are there, @replace writes over them.'),
  EXPORT_WRITE_STRATEGY: line('new keeps files that are there, truncate writes over them.'),
  // Classic lets a materialized node carry its target's schema and engine.
  SCHEMA: { value: 'block', help: 'Classic: the columns of the data source that a materialized node fills.' },
  ...ENGINE_KEYS,
  ...OLD_KEYS,
};

const CONNECTION: Table = {
  ...SHARED,
  TYPE: line('kafka, s3 or gcs.'),
  ...Object.fromEntries(
    [
      'KAFKA_BOOTSTRAP_SERVERS', 'KAFKA_KEY', 'KAFKA_SECRET', 'KAFKA_SECURITY_PROTOCOL', 'KAFKA_SASL_MECHANISM', 'KAFKA_SASL_OAUTHBEARER_METHOD', 'KAFKA_SASL_OAUTHBEARER_AWS_REGION',
      'KAFKA_SASL_OAUTHBEARER_AWS_ROLE_ARN', 'KAFKA_SASL_OAUTHBEARER_AWS_EXTERNAL_ID', 'KAFKA_SCHEMA_REGISTRY_URL', 'S3_REGION', 'S3_ARN', 'S3_ACCESS_KEY', 'S3_SECRET',
      'GCS_HMAC_ACCESS_ID', 'GCS_HMAC_SECRET', 'GCS_ACCESS_ID', 'GCS_SECRET',
    ].map((name) => [name, line('Setting of the connection.')]),
  ),
  KAFKA_SSL_CA_PEM: { value: 'line or block', help: 'The certificate of the authority that signed the broker\'s.' },
  GCS_SERVICE_ACCOUNT_CREDENTIALS_JSON: { value: 'line or block', help: 'The key of the service account, as JSON.' },
};

const KEYWORDS: Readonly<Record<DataFileKind, Table>> = { datasource: DATA_SOURCE, pipe: PIPE, connection: CONNECTION };

/** The keyword of that kind of file; any case. */
export function findKeyword(kind: DataFileKind, word: string): Keyword | undefined {
  const upper = word.toUpperCase();
  const table = KEYWORDS[kind];
  return Object.hasOwn(table, upper) ? table[upper] : undefined;
}

export function keywordsOf(kind: DataFileKind): readonly string[] {
  return Object.keys(KEYWORDS[kind]);
}

/** Whether some kind of data file knows the word. */
export function kindsWith(word: string): readonly DataFileKind[] {
  return (['datasource', 'pipe', 'connection'] as const).filter((kind) => findKeyword(kind, word));
}

/** The name that is at most two slips away from the word. */
export function findNearest(word: string, names: readonly string[]): string | undefined {
  const upper = word.toUpperCase();
  let best: string | undefined;
  let least = Math.min(2, Math.floor(upper.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(upper, name.toUpperCase(), least);
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit || a.length > 64) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  let before = row;
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a.charAt(i - 1) === b.charAt(j - 1);
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      // Two letters in the wrong order are one slip.
      if (i > 1 && j > 1 && a.charAt(i - 1) === b.charAt(j - 2) && a.charAt(i - 2) === b.charAt(j - 1)) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? limit;
}
