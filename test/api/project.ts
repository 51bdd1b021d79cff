/** The project that the API's tests serve: visits with a view by day, endpoints with and without parameters. */
export const PROJECT: Readonly<Record<string, string>> = {
  'datasources/visits.datasource': `TOKEN "visits_write" APPEND
TOKEN "visits_read" READ

DESCRIPTION >
    Who came when

SCHEMA >
    \`id\` UInt64 \`json:$.id\`,
    \`at\` DateTime \`json:$.at\`,
    \`path\` String \`json:$.path\` DEFAULT '/',
    \`ms\` Nullable(Float64) \`json:$.ms\`

ENGINE "MergeTree"
ENGINE_PARTITION_KEY "toYYYYMM(at)"
ENGINE_SORTING_KEY "at, id"
`,
  'datasources/visits_by_day.datasource': `SCHEMA >
    day Date,
    visits AggregateFunction(count),
    slowest SimpleAggregateFunction(max, Nullable(Float64))

ENGINE "AggregatingMergeTree"
ENGINE_SORTING_KEY "day"
`,
  'datasources/snapshots.datasource': `SCHEMA >
    path String,
    visits UInt64

ENGINE "MergeTree"
ENGINE_SORTING_KEY "path"
`,
  'materializations/by_day.pipe': `NODE by_day_node
SQL >
    SELECT toDate(at) AS day, countState() AS visits, max(ms) AS slowest FROM visits GROUP BY day

TYPE materialized
DATASOURCE visits_by_day
`,
  'copies/snapshot.pipe': `NODE snapshot_node
SQL >
    %
    SELECT path, count() AS visits FROM visits WHERE id >= {{UInt64(since, 0)}} GROUP BY path

TYPE copy
TARGET_DATASOURCE snapshots
COPY_MODE replace
`,
  'endpoints/top_paths.pipe': `TOKEN "top_read" READ

DESCRIPTION >
    The most visited paths

NODE filtered
SQL >
    %
    SELECT path, ms FROM visits
    WHERE 1
    {% if defined(paths) %} AND path IN {{Array(paths, 'String', description='Only these')}} {% end %}

NODE top_paths_node
SQL >
    %
    SELECT path, count() AS visits, max(ms) AS slowest FROM filtered GROUP BY path ORDER BY visits DESC, path LIMIT {{Int32(limit, 10)}}

TYPE endpoint
`,
  'endpoints/one.pipe': `NODE one_node
SQL >
    %
    SELECT id, path FROM visits WHERE id = {{UInt64(id, description='Which', required=True)}}
    {% if defined(refuse) %} {{ custom_error({'error': 'Refused', 'why': 'because'}, 418) }} {% end %}

TYPE endpoint
`,
  'pipes/helper.pipe': `NODE helper_node
SQL >
    SELECT count() AS n FROM visits

TYPE standard
`,
};

export const ROWS = [
  { id: 1, at: '2024-01-01 10:00:00', path: '/a', ms: 1.5 },
  { id: 2, at: '2024-01-01 11:00:00', path: '/a', ms: null },
  { id: 3, at: '2024-01-02T12:00:00Z', path: '/b/c', ms: 7 },
  { id: 4, at: '2024-01-02 13:00:00' },
];

export const NDJSON = ROWS.map((row) => `${JSON.stringify(row)}\n`).join('');
