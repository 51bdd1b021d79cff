/**
 * Tinybird's service data sources, which pipes read as `tinybird.NAME`: their columns, as Tinybird documents them.
 * Those that activity.ts fills tell what this engine did; the others belong to services that do not run here, and are
 * empty, so that a pipe over them is checked and answers nothing.
 */
import type { CatalogTable } from '../sql/catalog.ts';
import { parseQuery } from '../sql/parse.ts';
import { duck, duckName, type DuckSql } from '../sql/duck.ts';
import { parseType } from '../sql/parse-type.ts';
import { duckTypeSql } from '../sql/physical.ts';

/** Schema of the tables in DuckDB, and the name before the point in SQL. */
export const SERVICE_SCHEMA = 'tinybird';

const BI_STATS = 'start_datetime DateTime, query String, query_normalized String, error_code Int32, error String, duration UInt64, read_rows UInt64, read_bytes UInt64, result_rows UInt64, result_bytes UInt64';
const COLUMNS = {
  pipe_stats_rt: 'start_datetime DateTime, pipe_id String, pipe_name String, duration Float32, read_bytes UInt64, read_rows UInt64, result_rows UInt64, url String, error UInt8, request_id String, token String, token_name String, status_code Int32, method String, parameters Map(String, String), release String, user_agent Nullable(String), resource_tags Array(String), cpu_time Float32',
  bi_stats_rt: BI_STATS,
  bi_stats: 'date Date, database String, query_normalized String, view_count UInt64, error_count UInt64, avg_duration_state AggregateFunction(avg, Float32), quantile_timing_state AggregateFunction(quantilesTiming(0.9, 0.95, 0.99), Float64), read_bytes_sum UInt64, read_rows_sum UInt64',
  block_log: 'timestamp DateTime, import_id String, job_id Nullable(String), request_id String, source String, block_id String, status String, datasource_id String, datasource_name String, start_offset Nullable(Int64), end_offset Nullable(Int64), rows Nullable(Int32), parser Nullable(String), quarantine_lines Nullable(UInt32), empty_lines Nullable(UInt32), bytes Nullable(UInt32), processing_time Nullable(Float32), processing_error Nullable(String)',
  datasources_ops_log: 'timestamp DateTime, event_type String, datasource_id String, datasource_name String, result String, elapsed_time Float32, error Nullable(String), import_id Nullable(String), job_id Nullable(String), request_id String, rows Nullable(UInt64), rows_quarantine Nullable(UInt64), blocks_ids Array(String), `Options.Names` Array(String), `Options.Values` Array(String), operation_id String, read_rows UInt64, read_bytes UInt64, written_rows UInt64, written_bytes UInt64, written_rows_quarantine UInt64, written_bytes_quarantine UInt64, pipe_id String, pipe_name String, release String, resource_tags Array(String), cpu_time Float32',
  datasources_storage: 'datasource_id String, datasource_name String, timestamp DateTime, bytes UInt64, rows UInt64, bytes_quarantine UInt64, rows_quarantine UInt64',
  endpoint_errors: 'start_datetime DateTime, request_id String, pipe_id String, pipe_name String, params Nullable(String), url Nullable(String), status_code Nullable(Int32), error Nullable(String)',
  jobs_log: "job_id String, job_type String, workspace_id String, pipe_id String, pipe_name String, datasource_id String, datasource_name String, created_at DateTime64(3, 'UTC'), started_at Nullable(DateTime64(3, 'UTC')), updated_at DateTime64(3, 'UTC'), status String, error Nullable(String), job_metadata String",
  kafka_ops_log: 'timestamp DateTime, datasource_id String, topic String, partition Int16, msg_type String, lag Int64, processed_messages Int32, processed_bytes Int32, committed_messages Int32, msg String',
  sinks_ops_log: 'timestamp DateTime64(3), service LowCardinality(String), pipe_id String, pipe_name String, token_name String, result LowCardinality(String), error Nullable(String), elapsed_time Float64, job_id Nullable(String), read_rows UInt64, written_rows UInt64, read_bytes UInt64, written_bytes UInt64, output Array(String), parameters Map(String, String), options Map(String, String), cpu_time Float64',
  data_connectors_log: 'timestamp DateTime, event_type String, data_connector_id String, service String, result String, error Nullable(String)',
  llm_usage: 'start_time DateTime, end_time DateTime, organization_id String, workspace_id String, request_id String, provider String, model String, cost Float64, prompt_tokens UInt64, completion_tokens UInt64, total_tokens UInt64, duration Float64, error Nullable(String)',
} as const;

export type ServiceDataSource = keyof typeof COLUMNS;

type Stored = Extract<CatalogTable, { kind: 'stored' }>;

/** What each day was like, from the single requests. */
const PIPE_STATS = `SELECT toDate(start_datetime) AS date, pipe_id, pipe_name, count() AS view_count, sum(error) AS error_count, avgState(duration) AS avg_duration_state,
  quantilesTimingState(0.9, 0.95, 0.99)(toFloat64(duration)) AS quantile_timing_state, sum(read_bytes) AS read_bytes_sum, sum(read_rows) AS read_rows_sum, any(resource_tags) AS resource_tags
  FROM tinybird.pipe_stats_rt GROUP BY date, pipe_id, pipe_name`;

/** Undefined for a name that Tinybird does not have. */
export function serviceTable(name: string): CatalogTable | undefined {
  if (name === 'pipe_stats') return { kind: 'query', id: `${SERVICE_SCHEMA}.${name}`, query: parseQuery(PIPE_STATS), sql: PIPE_STATS };
  return isStored(name) ? storedServiceTable(name) : undefined;
}

export function storedServiceTable(name: ServiceDataSource): Stored {
  // Read as the elements of a tuple, which are written as the columns of a table are.
  const type = parseType(`Tuple(${COLUMNS[name]})`);
  return { kind: 'stored', duckdbName: [SERVICE_SCHEMA, name], columns: type.kind === 'Tuple' ? type.elements.map((element) => ({ name: element.name ?? '', type: element.type })) : [] };
}

function isStored(name: string): name is ServiceDataSource {
  return Object.hasOwn(COLUMNS, name);
}

export const SERVICE_DATA_SOURCES: readonly string[] = [...Object.keys(COLUMNS), 'pipe_stats'];

/** What makes the tables where they are not there. */
export function serviceTablesSql(): readonly DuckSql[] {
  return [duck`CREATE SCHEMA IF NOT EXISTS ${duckName(SERVICE_SCHEMA)}`, ...Object.keys(COLUMNS).filter(isStored).map((name) => {
    const columns = storedServiceTable(name).columns.map((column) => duck`${duckName(column.name)} ${duckTypeSql(column.type)}`);
    return duck`CREATE TABLE IF NOT EXISTS ${duckName(SERVICE_SCHEMA, name)} (${columns})`;
  })];
}
