/**
 * Queries that try to get out: DuckDB's and ClickHouse's functions for files, networks, settings and secrets, statements
 * that are no SELECT, and quoting tricks, put at every place of a query where something like them could stand.
 * `secret` is a file that must not be read, `target` one that must not be written.
 */
export interface Lure {
  readonly secret: string;
  readonly target: string;
}

/** Table functions, with the arguments that DuckDB or ClickHouse would take. */
function tableFunctions({ secret, target }: Lure): string[] {
  const path = `'${secret}'`;
  return [
    ...['read_csv', 'read_csv_auto', 'read_text', 'read_blob', 'read_json', 'read_json_auto', 'read_ndjson', 'read_json_objects', 'read_ndjson_objects', 'read_parquet', 'parquet_scan', 'parquet_metadata', 'parquet_schema', 'sniff_csv', 'glob', 'sqlite_scan', 'iceberg_scan', 'delta_scan', 'st_read', 'read_xlsx', 'query_table', 'arrow_scan', 'which_secret'].map((name) => `${name}(${path})`),
    `read_csv([${path}])`, `read_csv(${path}, header => true)`, `read_csv(${path}, header = true)`, `query('SELECT * FROM read_text(${secret})')`, `query('SELECT 1')`, `sqlite_scan(${path}, 'x')`, `postgres_scan('host=127.0.0.1', 'a', 'b')`, `mysql_scan('a', 'b', 'c')`,
    ...['duckdb_settings', 'duckdb_secrets', 'duckdb_databases', 'duckdb_tables', 'duckdb_extensions', 'pragma_version', 'pragma_database_list', 'pragma_table_info', 'pragma_storage_info', 'duckdb_functions', 'duckdb_logs', 'duckdb_temporary_files', 'repeat_row', 'unnest', 'range', 'generate_subscripts', 'pg_timezone_names', 'test_all_types', 'seq_scan', 'checkpoint', 'force_checkpoint', 'summary', 'json_execute_serialized_sql', 'from_substrait'].map((name) => `${name}()`),
    `json_execute_serialized_sql('{"statements": []}')`, `pragma_table_info('visits')`,
    `file(${path})`, `file(${path}, 'CSV')`, `file(${path}, 'CSV', 'a String')`, `fileCluster('c', ${path})`, `url('http://127.0.0.1:1/x', 'CSV')`, `url('file://${secret}')`, `urlCluster('c', 'http://127.0.0.1/')`, `s3('https://127.0.0.1/b/x.csv')`, `s3('https://127.0.0.1/b/x.csv', 'k', 's', 'CSV')`, `s3Cluster('c', 'x')`, `gcs('x')`, `azureBlobStorage('x')`, `hdfs('hdfs://h/x')`,
    `iceberg('x')`, `deltaLake('x')`, `hudi('x')`, `mysql('h', 'd', 't', 'u', 'p')`, `postgresql('h', 'd', 't', 'u', 'p')`, `mongodb('h', 'd', 't', 'u', 'p', 'a')`, `redis('h', 'k', 'a')`, `sqlite(${path}, 't')`, `jdbc('x', 'y')`, `odbc('x', 'y', 'z')`, `remote('127.0.0.1', system.one)`, `remoteSecure('127.0.0.1', 'a', 'b')`, `cluster('c', system.one)`, `clusterAllReplicas('c', system.one)`,
    `executable('cat ${secret}', 'TSV', 'a String')`, `input('a String')`, `merge('x')`, `dictionary('d')`, `view(SELECT * FROM file(${path}))`, `viewIfPermitted(SELECT 1 ELSE null('a Int8'))`, `loop(system.one)`, `fuzzQuery('SELECT 1')`, `mergeTreeIndex('a', 'b')`, `timeSeriesData('x')`, `generateRandom('a ${path}')`, `format('CSV', ${path})`, `values('a String', read_text(${path}))`, `COPY(SELECT 1) TO '${target}'`,
  ];
}

/** Names in the place of a table. */
function tableNames({ secret }: Lure): string[] {
  const file = secret.slice(secret.lastIndexOf('/') + 1);
  return [
    `'${secret}'`, `"${secret}"`, `\`${secret}\``, `'${file}'`, `"${file}"`, `\`${file}\``, `\`${file}\` AS x`, `"${secret}?*"`, `\`*.csv\``, `"file:${secret}"`, `'file://${secret}'`, `\`s3://b/x.parquet\``, `"http://127.0.0.1/x.csv"`, 'system.settings', 'system.tables', 'information_schema.tables', 'INFORMATION_SCHEMA.COLUMNS', 'pg_catalog.pg_class', 'main.visits', 'duckdb_settings', 'sqlite_master', 'pg_settings',
    'memory.main.visits', '`main`.`visits`', 'temp.x', 'system.one; SELECT 1', '`a"; DROP TABLE visits; --`', '`visits" UNION SELECT * FROM read_text(\'x\') --`', `\`read_text('${secret}')\``, `"read_text('${secret}')"`, `\`x\`\`"('${secret}')\``, '$$visits$$', '"" ""', '`visits\u0000`', '@x', '?', '$1', '{t: Identifier}', '(VALUES (1))', '(FROM visits)', '(SUMMARIZE visits)', '(DESCRIBE visits)', '(SHOW TABLES)', '(PIVOT visits ON a USING sum(b))', '(TABLE visits)', '(CALL pragma_version())', '(EXPLAIN SELECT 1)', `(COPY visits TO 'x')`, `(INSERT INTO visits SELECT 1 RETURNING *)`, '(DELETE FROM visits RETURNING *)',
  ];
}

/** Expressions that read or run something. */
function expressions({ secret, target }: Lure): string[] {
  const path = `'${secret}'`;
  return [
    ...['getenv', 'current_setting', 'getvariable', 'read_text', 'read_blob', 'glob', 'file', 'load_extension', 'query', 'set_config', 'pg_read_file', 'write_log', 'parse_duckdb_log_message', 'getSetting', 'getServerSetting', 'getMacro', 'hostName', 'dictGet', 'joinGet', 'currval', 'nextval', 'in_search_path', 'current_query', 'pragma_version', 'sandpiper_text', 'sandpiper_hash', 'icu_sort_key', 'create_sort_key', 'txid_current', 'current_database', 'current_schemas', 'json_serialize_sql', 'json_deserialize_sql', 'json_execute_serialized_sql', 'write_blob', 'mremap', 'system', 'shell', 'eval', 'exec', 'catboostEvaluate', 'executeQuery', 'showCertificate', 'filesystemAvailable', 'getOSKernelVersion', 'addressToLine', 'demangle', 'sleep', 'logTrace', 'aiGenerate'].map((name) => `${name}('${name === 'getenv' ? 'HOME' : secret}')`),
    `(SELECT * FROM read_text(${path}))`, `(SELECT content FROM read_text(${path}))`, `(FROM read_text(${path}))`, `EXISTS (SELECT * FROM read_csv(${path}))`, `1 IN (SELECT * FROM read_csv(${path}))`, `1 IN read_csv(${path})`, `1 IN ${path}`, `'a' IN \`${secret}\``, `COLUMNS('.*') FROM read_csv(${path})`, `getenv($$HOME$$)`, `"getenv"('HOME')`, `\`getenv\`('HOME')`, `main.getenv('HOME')`, `system.main.getenv('HOME')`, `(x -> getenv(x))('HOME')`, `arrayMap(x -> getenv(x), ['HOME'])`, `list_transform(['HOME'], lambda x: getenv(x))`, `[x for x in ['a']]`, `getenv('HOME')::String`, `CAST(getenv('HOME') AS String)`, `@@version`, `$1`, `?`, `:name`, `{x: String}`, `{'a': 1}`, `struct_pack(a := 1)`, `#1`, `1::"; DROP TABLE visits"`, `CAST(1 AS read_text)`, `CAST(1, 'Int8); DROP TABLE visits; --')`, `CAST('a', 'Enum8(\\'a\\' = 1); DROP TABLE visits')`, `toDateTime('2024-01-01', 'UTC\\'); DROP TABLE visits; --')`, `toTypeName(CAST('x' AS Tuple(\`a"; DROP TABLE visits; --\` Int8)))`, `formatDateTime(now(), '%Y\\'); DROP TABLE visits; --')`, `dateDiff('day\\'); DROP TABLE visits; --', now(), now())`, `INTERVAL '1 day''); DROP TABLE visits; --'`, `extract('a', 'b\\') || read_text(${path}) || (\\'')`, `'\\' || (SELECT content FROM read_text("${secret}")) || \\''`, `'''; DROP TABLE visits; --'`, `'\\\\'; DROP TABLE visits; --'`, `'\\'''; COPY visits TO ''${target}''; --'`, `$$'; DROP TABLE visits; --$$`, `$a$' || getenv('HOME') || '$a$`, `'\u0000'; DROP TABLE visits; --'`, `x'27'`, `unhex('27') || '; DROP TABLE visits; --'`, `e'\\''`, `U&'\\0027'`, `N'x'`, `b'1'`, `'a' 'b'`, `1 AS "a""; DROP TABLE visits; --"`, `1 AS \`a"; DROP TABLE visits; --\``, `1 AS \`"" FROM read_text('${secret}') --\``, `JSONExtractString('{}', 'a''); DROP TABLE visits; --')`, `JSONExtract('{}', 'Tuple(\`a"; DROP TABLE visits\` Int8)')`, `replaceRegexpAll('a', 'a', '\\'); DROP TABLE visits; --')`, `quantile(0.5); DROP TABLE visits; --)(1)`, `groupConcat('\\'); DROP TABLE visits; --')('a')`, `m['\\']; DROP TABLE visits; --']`, `tupleElement((1, 2), '1"; DROP TABLE visits; --')`,
  ];
}

/** Statements that are no query. */
function statements({ secret, target }: Lure): string[] {
  return [
    `ATTACH '${target}' AS evil`, `ATTACH DATABASE '${target}'`, 'DETACH main', `COPY visits TO '${target}'`, `COPY (SELECT 1) TO '${target}' (FORMAT csv)`, `COPY visits FROM '${secret}'`, `EXPORT DATABASE '${target}'`, `IMPORT DATABASE '${target}'`, 'INSTALL httpfs', "INSTALL 'x' FROM 'http://127.0.0.1'", 'LOAD httpfs', `LOAD '${secret}'`, 'FORCE INSTALL httpfs', 'PRAGMA database_list', "PRAGMA temp_directory='/'", 'PRAGMA enable_external_access', 'SET enable_external_access = true', 'SET GLOBAL lock_configuration = false', "SET VARIABLE x = getenv('HOME')", 'RESET ALL', "SET s3_region='x'", 'CREATE SECRET s (TYPE s3)', 'CREATE TABLE evil AS SELECT 1', 'CREATE OR REPLACE TABLE visits AS SELECT 1', 'CREATE VIEW evil AS SELECT 1', 'CREATE MACRO evil(x) AS x', 'CREATE FUNCTION evil AS x -> x', "CREATE TYPE evil AS ENUM ('a')", 'CREATE SCHEMA evil', 'DROP TABLE visits', 'DROP DATABASE main', 'TRUNCATE TABLE visits', 'DELETE FROM visits', 'UPDATE visits SET id = 0', 'ALTER TABLE visits DROP COLUMN id', "INSERT INTO visits VALUES (1)", `INSERT INTO FUNCTION file('${target}') SELECT 1`, 'MERGE INTO visits USING visits ON true WHEN MATCHED THEN DELETE', 'CALL pragma_version()', 'EXECUTE evil', 'PREPARE evil AS SELECT 1', 'DEALLOCATE evil', 'CHECKPOINT', 'VACUUM', 'ANALYZE', 'BEGIN', 'COMMIT', 'ROLLBACK', 'USE main', 'SHOW TABLES', 'SHOW ALL', 'DESCRIBE visits', 'SUMMARIZE visits', 'EXPLAIN ANALYZE SELECT 1', 'FROM visits', `FROM '${secret}'`, `TABLE visits`, 'VALUES (1)', 'PIVOT visits ON id', 'COMMENT ON TABLE visits IS NULL', 'SYSTEM SHUTDOWN', 'SYSTEM FLUSH LOGS', 'KILL QUERY WHERE 1', 'GRANT ALL ON *.* TO x', 'OPTIMIZE TABLE visits FINAL', 'EXCHANGE TABLES a AND b', 'RENAME TABLE visits TO x', 'BACKUP TABLE visits TO Disk', `RESTORE TABLE visits FROM File('${secret}')`, 'WATCH visits', 'CHECK TABLE visits', '.shell ls', '.read x', '\\! ls',
  ];
}

/** Every attempt, each at several places. The number of them is in the hundreds. */
export function attempts(lure: Lure): string[] {
  const tables = [...tableFunctions(lure), ...tableNames(lure)];
  return [
    ...tables.flatMap((table) => [`SELECT * FROM ${table}`, `SELECT * FROM visits JOIN ${table} ON 1 = 1`, `WITH x AS (SELECT * FROM ${table}) SELECT * FROM x`, `SELECT (SELECT count() FROM ${table})`, `SELECT 1 UNION ALL SELECT 1 FROM ${table}`, `SELECT id FROM visits WHERE id IN (SELECT 1 FROM ${table})`]),
    ...expressions(lure).flatMap((expression) => [`SELECT ${expression}`, `SELECT id FROM visits WHERE ${expression} = 'x'`, `SELECT id FROM visits ORDER BY ${expression}`, `SELECT count() FROM visits GROUP BY ${expression}`, `SELECT id FROM visits LIMIT ${expression}`, `WITH ${expression} AS x SELECT x`]),
    ...statements(lure).flatMap((statement) => [statement, `SELECT 1; ${statement}`, `${statement}; SELECT 1`, `SELECT 1 /* */; ${statement} --`, `(${statement})`, `WITH x AS (${statement}) SELECT * FROM x`, `EXPLAIN ${statement}`, `SELECT 1 SETTINGS max_threads = 1; ${statement}`, `SELECT 1 FORMAT JSON; ${statement}`]),
    `SELECT 1 INTO OUTFILE '${lure.target}'`, `SELECT 1 INTO OUTFILE '${lure.target}' FORMAT CSV`, "SELECT 1 SETTINGS enable_external_access = 1, allowed_directories = '/'", `SELECT 1 FORMAT '${lure.target}'`, 'SELECT 1 FROM visits TABLESAMPLE 1', 'SELECT 1 FROM visits AT (VERSION => 1)', 'SELECT * FROM visits POSITIONAL JOIN visits', 'SELECT unnest([1])', 'SELECT * FROM visits LIMIT 10%', 'SELECT 1 QUALIFY getenv(1)',
  ];
}
