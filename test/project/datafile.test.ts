/** Data files: lexical rules, models, diagnostics and the printer. */
import { expect, test } from 'vitest';
import type { Problem } from '../../engine/errors.ts';
import { parseDataFile, type DataFile } from '../../engine/project/datafile.ts';
import { printDataFile, printDataSource } from '../../engine/project/print.ts';

const TUTORIAL_SOURCE = `DESCRIPTION >
    Captures all user events from SaaS applications

SCHEMA >
    \`event_id\` String \`json:$.event_id\`,
    \`timestamp\` DateTime \`json:$.timestamp\`,
    \`metadata\` String \`json:$.metadata\`

ENGINE "MergeTree"
ENGINE_PARTITION_KEY "toYYYYMM(timestamp)"
ENGINE_SORTING_KEY "timestamp, event_id"
`;

const TUTORIAL_PIPE = `DESCRIPTION >
    Provides insights on user sessions

NODE session_insights_node
SQL >
    SELECT user_id, count() AS events
    FROM app_events
    WHERE timestamp >= {{DateTime(start_date, '2023-01-01 00:00:00')}}
    AND user_id = {{String(user_id)}} 
    LIMIT {{Int(limit, 100)}}

TYPE endpoint
`;

function source(text: string, path = 'datasources/events.datasource') {
  const file = parseDataFile(path, text);
  if (file.kind !== 'datasource') throw new Error('not a data source');
  return file;
}

function pipe(text: string, path = 'pipes/top.pipe', options?: Parameters<typeof parseDataFile>[2]) {
  const file = parseDataFile(path, text, options);
  if (file.kind !== 'pipe') throw new Error('not a pipe');
  return file;
}

/** Problems as `severity line: message`, with the text they mark. */
function told(file: DataFile, least: readonly Problem['severity'][] = ['error', 'warning', 'hint', 'info']): string[] {
  return file.problems.filter(({ severity }) => least.includes(severity)).map(({ severity, message, span }) => `${severity} [${file.text.slice(span.start, span.end)}] ${message}`);
}

test("the tutorial's data source is read as printed", () => {
  const file = source(TUTORIAL_SOURCE, 'datasources/app_events.datasource');
  const { name, description, columns, tableEngine } = file.dataSource;
  expect({ name, description, problems: file.problems, columns: columns.map(({ span, type, ...column }) => ({ ...column, kind: type.kind, at: file.text.slice(span.start, span.end) })), engine: Object.fromEntries(Object.entries(tableEngine).filter(([, value]) => value.length > 0)) }).toEqual({
    name: 'app_events',
    description: 'Captures all user events from SaaS applications',
    problems: [],
    columns: [
      { name: 'event_id', typeText: 'String', jsonPath: '$.event_id', kind: 'String', at: '`event_id` String `json:$.event_id`' },
      { name: 'timestamp', typeText: 'DateTime', jsonPath: '$.timestamp', kind: 'DateTime', at: '`timestamp` DateTime `json:$.timestamp`' },
      { name: 'metadata', typeText: 'String', jsonPath: '$.metadata', kind: 'String', at: '`metadata` String `json:$.metadata`' },
    ],
    engine: { name: 'MergeTree', sortingKey: 'timestamp, event_id', partitionKey: 'toYYYYMM(timestamp)' },
  });
});

test("the tutorial's pipe, which has no leading %, is read with a hint", () => {
  const file = pipe(TUTORIAL_PIPE, 'endpoints/session_insights.pipe');
  const [node] = file.pipe.nodes;
  expect({
    told: told(file), type: file.pipe.type, published: file.pipe.published, output: file.pipe.outputNode, description: file.pipe.description, name: node?.name, reads: node?.reads, renderable: node?.isRenderable,
    sqlIsInPlace: file.text.slice(node?.sqlOffset).startsWith(node?.sql ?? '-'), sqlStart: node?.sql.slice(0, 24), sqlEnd: node?.sql.slice(-10), span: file.text.slice(node?.span.start, node?.span.end).split('\n').filter((line) => /^\S/.test(line)),
  }).toEqual({
    told: ['hint [{{] This SQL has template tags and does not begin with a line `%`: it is rendered here all the same, and Tinybird asks for the `%`.'],
    type: 'endpoint', published: true, output: 'session_insights_node', description: 'Provides insights on user sessions', name: 'session_insights_node', reads: ['app_events'], renderable: true,
    sqlIsInPlace: true, sqlStart: 'SELECT user_id, count() ', sqlEnd: 'it, 100)}}', span: ['NODE session_insights_node', 'SQL >', 'TYPE endpoint'],
  });
});

test('keywords have any case, comments and quotes are stripped, and blocks end at an unindented keyword', () => {
  const file = pipe(`# a comment
token "a b" read # another
Version 3
tags 'x, y'
node first # here
sql >
%
SELECT 1 -- type
FROM t
GROUP BY 1

NODE second
DESCRIPTION 'said on one line'
SQL >
    SELECT '#' FROM first
type Endpoint
`);
  expect({ told: told(file), tokens: file.pipe.tokens.map(({ name, permission }) => [name, permission]), version: file.pipe.version, tags: file.pipe.tags, nodes: file.pipe.nodes.map(({ name, sql, isDynamic, type, description, reads }) => ({ name, sql, isDynamic, type, description, reads })) }).toEqual({
    told: ['info [Version] VERSION is a Classic keyword: the resource is also found by its versioned name.'],
    tokens: [['a b', 'READ']],
    version: 3,
    tags: 'x, y',
    nodes: [
      { name: 'first', sql: 'SELECT 1 -- type\nFROM t\nGROUP BY 1', isDynamic: true, type: 'standard', description: '', reads: ['t'] },
      { name: 'second', sql: "SELECT '#' FROM first", isDynamic: false, type: 'endpoint', description: 'said on one line', reads: ['first'] },
    ],
  });
});

test('columns are read in every form, and comments between them', () => {
  const { dataSource, problems } = source(`SCHEMA >
    # a comment's line
    id UInt64, -- the key, with a comma
    \`odd name\` LowCardinality(Nullable(String)) \`json:$.odd[:].x\` DEFAULT 'a, b' CODEC(ZSTD(1), LZ4),
    amount Decimal(18, 4) DEFAULT 0 \`json:$.amount\`,
    at DateTime64(3, 'UTC') DEFAULT now64(3),
    note Nullable(String) DEFAULT NULL,
    top Nullable(SimpleAggregateFunction(max, Int32)),
    pairs Map(String, Array(Tuple(a Int8, b String))),
    day DEFAULT toDate(at),
    e Enum8('a' = 1, 'b' = 2),
`);
  expect({ problems, columns: dataSource.columns.map(({ name, typeText, jsonPath, defaultExpression, codec }) => [name, typeText, jsonPath, defaultExpression, codec]) }).toEqual({
    problems: [],
    columns: [
      ['id', 'UInt64', undefined, undefined, undefined],
      ['odd name', 'LowCardinality(Nullable(String))', '$.odd[:].x', "'a, b'", 'CODEC(ZSTD(1), LZ4)'],
      ['amount', 'Decimal(18, 4)', '$.amount', '0', undefined],
      ['at', "DateTime64(3, 'UTC')", undefined, 'now64(3)', undefined],
      ['note', 'Nullable(String)', undefined, undefined, undefined],
      ['top', 'SimpleAggregateFunction(max, Nullable(Int32))', undefined, undefined, undefined],
      ['pairs', 'Map(String, Array(Tuple(a Int8, b String)))', undefined, undefined, undefined],
      ['day', 'Date', undefined, 'toDate(at)', undefined],
      ['e', "Enum8('a' = 1, 'b' = 2)", undefined, undefined, undefined],
    ],
  });
});

test('each mistake in a data source is told at its place, and the sound columns stay', () => {
  const file = source(`SCEMA >
    a String
SCHEMA >
    a Strin,
    b Boolean,
    c DateTime64,
    d Int,
    e String NOT NULL,
    f Int32 MATERIALIZED 1,
    g,
    h String,
    h Int32,
    i String \`json:$.i\`
    j String \`json:$.j\`

ENGIN "MergeTree"
ENGINE "MergeTre"
ENGINE_SORTING_KEY "h, x"
TOKEN "t" WRITE
SETTINGS "a=1"
NODE n
BACKFILL now
`);
  expect({ told: told(file), columns: file.dataSource.columns.map(({ name }) => name) }).toEqual({
    told: [
      'error [SCEMA] SCEMA is not a valid option in datasource files. Did you mean SCHEMA?',
      expect.stringContaining('error [Strin] '),
      'error [Boolean] Boolean is not a type here: use Bool or UInt8.',
      'error [DateTime64] DateTime64 needs a precision: use DateTime64(3).',
      'error [Int] Int needs its size: use Int32 or Int64.',
      'error [NOT] Columns are not nullable unless the type says so: leave NOT NULL out.',
      'error [MATERIALIZED] MATERIALIZED columns are not supported: use DEFAULT, or compute the column in a pipe.',
      'error [g] The column g has no type.',
      'error [h Int32] The column h is there twice.',
      'error [j] A comma is missing before `j`.',
      'error [ENGIN] ENGIN is not a valid option in datasource files. Did you mean ENGINE?',
      'error ["MergeTre"] MergeTre is not a table engine. Did you mean MergeTree?',
      'error ["h, x"] ENGINE_SORTING_KEY names `x`, which is not a column.',
      'error ["t" WRITE] The token permission WRITE is not known here. Only READ and APPEND are supported.',
      'error [SETTINGS] SETTINGS is not a valid option in datasource files. Did you mean ENGINE_SETTINGS?',
      'error [NODE] NODE is not a valid option in datasource files. It belongs in pipe files.',
      'error [now] BACKFILL takes only the value skip.',
    ],
    columns: ['h', 'i', 'j'],
  });
});

test('each mistake in a pipe is told at its place', () => {
  const file = pipe(`SQL >
    SELECT 1
NODE a
DESCRIPTION
SQL >
    %
    SELECT {{ nope(x) }}, {{ 2 ** 2 }}
TYP endpoint
NODE a
SQL >
    SELECT 2
TYPE endpont
NODE b c
NODE d
TYPE materialized
NODE e
SQL >
TYPE copy
TARGET_DATASOURCE t
COPY_MODE upsert
DATASOURCE x
NODE f
SQL >
    SELECT 1
EXPORT_FORMAT csv
`);
  expect(told(file, ['error', 'warning'])).toEqual([
    'error [SQL] SQL belongs to a node: write NODE name before it.',
    "error [nope] Template Syntax Error: 'nope' is not a valid function, line 1",
    'error [**] Invalid BinOp: Pow()',
    'warning [TYP] This line is read as part of SQL, because `TYP` is not a keyword. Did you mean TYPE?',
    'error [a] Two nodes of this pipe are named a.',
    'error [endpont] `endpont` is not the type of a node. Did you mean endpoint?',
    'error [b c] `b c` is not the name of a node: use letters, digits and underscores.',
    'error [NODE d] The node d has no SQL.',
    'error [TYPE materialized] The materialized node d needs DATASOURCE.',
    'warning [e] Multiple non-standard nodes in pipe. There can only be one in Tinybird Forward.',
    'error [SQL >] The SQL of the node e is empty.',
    'error [upsert] `upsert` is not a copy mode: there are append and replace.',
    'warning [DATASOURCE] DATASOURCE does not belong to a node of TYPE copy.',
    "warning [EXPORT_FORMAT] Standard node 'f' has an invalid attribute: EXPORT_FORMAT belongs to TYPE sink.",
  ]);
});

test('blocks where lines are asked for, and lines where blocks are, are told', () => {
  expect([told(pipe('NODE a\nSQL SELECT 1\n')), told(source('SCHEMA >\n    a String\nENGINE >\n    MergeTree\n')), told(pipe('NODE a\nSQL>\n    SELECT 1\n')), told(source(''))]).toEqual([
    ['error [NODE a] The node a has no SQL.', 'error [SQL] SQL is followed by a block: write `SQL >` and the text below, indented.'],
    ['error [ENGINE] ENGINE does not support multiline arguments: write its value on the same line.'],
    [],
    ['error [] SCHEMA is mandatory: list the columns below `SCHEMA >`.'],
  ]);
});

test('what has no effect here is kept and explained once', () => {
  const file = source(`SCHEMA >
    a String \`json:$.a\`
INDEXES >
    INDEX i1 a TYPE bloom_filter GRANULARITY 1,
    i2 lower(a) TYPE ngrambf_v1(4, 1024, 1, 42)
KAFKA_CONNECTION_NAME my_kafka
KAFKA_TOPIC events
KAFKA_GROUP_ID $GROUP
SHARED_WITH >
    one,
    two
`);
  const { indexes, settings, sharedWith, columns } = file.dataSource;
  expect({ told: told(file), indexes, settings, sharedWith, columns: columns.map(({ name, typeText, isAutomatic }) => [name, typeText, isAutomatic]) }).toEqual({
    told: [
      'info [INDEXES] Indexes are kept in the file and change no result here.',
      'info [KAFKA_CONNECTION_NAME] Connectors do not run on this computer: the data source works, and rows come in by import or by the Events API.',
      'info [SHARED_WITH] Sharing has no effect on this computer.',
    ],
    indexes: [{ name: 'i1', expression: 'a', type: 'bloom_filter', granularity: 1 }, { name: 'i2', expression: 'lower(a)', type: 'ngrambf_v1(4, 1024, 1, 42)' }],
    settings: { KAFKA_CONNECTION_NAME: 'my_kafka', KAFKA_TOPIC: 'events', KAFKA_GROUP_ID: '$GROUP' },
    sharedWith: ['one', 'two'],
    columns: [['a', 'String', undefined], ['__value', 'String', true], ['__topic', 'LowCardinality(String)', true], ['__partition', 'Int16', true], ['__offset', 'Int64', true], ['__timestamp', 'DateTime', true], ['__key', 'String', true]],
  });
});

test('connections are read and checked for their kind', () => {
  const read = (text: string): unknown => {
    const file = parseDataFile('connections/c.connection', text, { environment: { HOST: 'broker:9092' } });
    return file.kind === 'connection' ? [file.connection.type, file.connection.settings, told(file)] : undefined;
  };
  expect([read('TYPE kafka\nKAFKA_BOOTSTRAP_SERVERS ${HOST}\nKAFKA_KEY {{ tb_secret("KEY") }}\n'), read('TYPE s3'), read('')]).toEqual([
    ['kafka', { KAFKA_BOOTSTRAP_SERVERS: 'broker:9092', KAFKA_KEY: '{{ tb_secret("KEY") }}' }, []],
    ['s3', {}, ['error [TYPE s3] A connection of type s3 needs S3_REGION.']],
    ['', {}, ['error [] TYPE is mandatory: kafka, s3 or gcs.']],
  ]);
});

test('an INCLUDE line brings in another file, with its variables, and stands for every place in it', () => {
  const text = 'NODE a\nSQL >\n    SELECT 1\n\nINCLUDE "../parts/more.incl" COUNT=5\n';
  const file = pipe(text, 'pipes/top.pipe', { readInclude: (path) => (path === '../parts/more.incl' ? 'NODE b\nSQL >\n    %\n    SELECT {{ oops( }} $COUNT, ${COUNT}, $OTHER\n' : undefined) });
  const missing = pipe('INCLUDE "nowhere.incl"\nNODE a\nSQL >\n    SELECT 1\n');
  expect([file.pipe.nodes.map(({ name, sql }) => [name, sql]), file.includes, told(file), told(missing)]).toEqual([
    [['a', 'SELECT 1'], ['b', 'SELECT {{ oops( }} 5, 5, $OTHER']],
    ['../parts/more.incl'],
    ['error [INCLUDE "../parts/more.incl" COUNT=5] Expected a value, but the tag ends.'],
    ['error ["nowhere.incl"] The included file nowhere.incl was not found.'],
  ]);
});

/** The model without places. */
function modelOf(file: DataFile): unknown {
  const model = file.kind === 'datasource' ? file.dataSource : file.kind === 'pipe' ? file.pipe : file.kind === 'connection' ? file.connection : file.text;
  const places = new Set(['span', 'nameSpan', 'targetSpan', 'sqlOffset', 'sqlIncluded', 'template']);
  return JSON.parse(JSON.stringify(model, (key, value: unknown) => (places.has(key) ? undefined : value)));
}

test('what is printed parses back to the same model', () => {
  const files: readonly (readonly [path: string, text: string])[] = [
    ['datasources/a.datasource', TUTORIAL_SOURCE],
    ['pipes/b.pipe', TUTORIAL_PIPE],
    ['datasources/c.datasource', `VERSION 2\nTOKEN "t 1" APPEND\nTOKEN u READ\nTAGS "x"\nDESCRIPTION >\n    Two\n      lines\n\n    and more\nSCHEMA >\n    \`a b\` Nullable(Int8) \`json:$.a\` DEFAULT -1 CODEC(ZSTD),\n    c AggregateFunction(quantiles(0.5, 0.9), Float64)\nENGINE ReplacingMergeTree\nENGINE_VER c\nENGINE_SORTING_KEY tuple()\nENGINE_SETTINGS "index_granularity=8, x='y'"\nINDEXES >\n    i c TYPE minmax\nFORWARD_QUERY >\n    SELECT *,\n      1 AS x\nSHARED_WITH a, b\nIMPORT_QUERY >\n    select 1\n    from t\n`],
    ['pipes/d.pipe', `NODE x\nSQL >\n%\nSELECT a\nFROM t\n  WHERE b\n\nNODE y\nDESCRIPTION words # kept\nSQL >\n    SELECT 1\nTYPE copy\nTARGET_DATASOURCE t\nCOPY_SCHEDULE 0 * * * *\nCOPY_MODE replace\n`],
    ['pipes/e.pipe', `NODE x\nSQL >\n    SELECT 1 AS a\nTYPE materialized\nDATASOURCE t\nENGINE "SummingMergeTree"\nENGINE_SORTING_KEY "a"\nSCHEMA >\n    a Int64\n`],
    ['connections/f.connection', `TYPE kafka\nKAFKA_BOOTSTRAP_SERVERS "a:1"\nKAFKA_SSL_CA_PEM >\n    line one\n    line two\n`],
  ];
  for (const [path, text] of files) {
    const file = parseDataFile(path, text);
    const again = parseDataFile(path, printDataFile(file));
    expect([path, modelOf(again), printDataFile(again)]).toEqual([path, modelOf(file), printDataFile(file)]);
  }
});

test('a new data source is printed in the canonical form', () => {
  expect(printDataSource({ name: 'clicks', description: 'From clicks.ndjson', columns: [{ name: 'id', typeText: 'UInt64', jsonPath: '$.id' }, { name: 'at', typeText: 'DateTime', jsonPath: '$.at', defaultExpression: 'now()' }], tableEngine: { sortingKey: 'at, id' } })).toBe(`DESCRIPTION >
    From clicks.ndjson

SCHEMA >
    \`id\` UInt64 \`json:$.id\`,
    \`at\` DateTime \`json:$.at\` DEFAULT now()

ENGINE "MergeTree"
ENGINE_SORTING_KEY "at, id"
`);
});
