/**
 * The conversation between the page and the engine, on one page: every route under /local/, its request and its
 * answer. Types only. The Tinybird-shaped routes under /v0 keep Tinybird's own shapes and are not described here.
 * Each request carries the header `X-Sandpiper-Secret`; a failure answers ErrorBody with a matching status.
 */
import type { Diagnostic, ErrorCode, Place } from '../errors.ts';

export const SECRET_HEADER = 'X-Sandpiper-Secret';
/** The served page holds the secret in <meta name="sandpiper-secret">; only loopback requests get it. */
export const SECRET_META = 'sandpiper-secret';

export interface ErrorBody {
  /** The sentence. */
  readonly error: string;
  readonly code: ErrorCode | 'bug';
  readonly place?: Place;
  /** Names the log entry of a bug. */
  readonly id?: string;
}

// GET /local/project -> ProjectView
export interface ProjectView {
  readonly name: string;
  readonly folder: string;
  readonly version: string;
  readonly duckdbVersion: string;
  /** `http://127.0.0.1:7181` */
  readonly address: string;
  readonly adminToken: string;
  readonly timeZone: string;
  /** Goes up by one with each change of the project's files. */
  readonly revision: number;
  readonly dataSources: readonly DataSourceView[];
  readonly pipes: readonly PipeView[];
  readonly files: readonly FileView[];
}

export interface FileView {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly kind: 'datasource' | 'pipe' | 'connection' | 'include' | 'fixture' | 'test' | 'other';
  readonly diagnostics: readonly Diagnostic[];
}

export interface DataSourceView {
  readonly name: string;
  readonly path: string;
  readonly description: string;
  readonly columns: readonly ColumnView[];
  readonly tableEngine: string;
  readonly sortingKey: string;
  readonly partitionKey: string;
  readonly rowCount: number;
  readonly quarantinedCount: number;
  /** When rows came last, as far as this engine has seen it. */
  readonly lastRowsAt?: string;
  /** Pipes that read it. */
  readonly usedBy: readonly string[];
}

export interface ColumnView {
  readonly name: string;
  /** ClickHouse's type name. */
  readonly type: string;
  readonly jsonPath?: string;
  readonly defaultExpression?: string;
}

export type PipeType = 'endpoint' | 'materialized' | 'copy' | 'sink' | 'standard';

export interface PipeView {
  readonly name: string;
  readonly path: string;
  readonly description: string;
  readonly type: PipeType;
  /** True when the pipe answers at /v0/pipes/NAME.json. */
  readonly published: boolean;
  readonly nodes: readonly NodeView[];
  /** Those of all nodes, merged. */
  readonly parameters: readonly ParameterView[];
  /** Of a copy or sink that runs by the clock; cron in UTC. */
  readonly schedule?: { readonly cron: string; readonly isPaused: boolean; readonly nextRun?: string };
}

export interface NodeView {
  readonly name: string;
  readonly type: PipeType;
  readonly description: string;
  /** Lines of the file, from 1, that the node covers: NODE line to last line. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** Names of data sources, pipes and nodes that it reads. */
  readonly reads: readonly string[];
  /** Data source it fills (materialized, copy). */
  readonly target?: string;
}

export interface ParameterView {
  readonly name: string;
  /** As the template says: String, Int32, DateTime, Date, Array(String), Boolean, Float64, Column, JSON … */
  readonly type: string;
  readonly defaultValue?: string;
  readonly required: boolean;
  readonly description?: string;
  readonly example?: string;
  readonly enum?: readonly string[];
}

// GET /local/file?path= -> FileText · PUT /local/file FileWrite -> FileText (409 when `baseVersion` is not the one on disk)
// DELETE /local/file?path= -> {} · POST /local/file/rename {path, to} -> FileText
export interface FileText {
  readonly path: string;
  readonly text: string;
  /** A hash of the text. */
  readonly version: string;
}
export interface FileWrite {
  readonly path: string;
  readonly text: string;
  /** The version the editor started from; absent for a new file (409 if it exists). */
  readonly baseVersion?: string;
}

// POST /local/check {path, text} -> CheckView: an unsaved text, checked as if it were saved
export interface CheckView {
  readonly diagnostics: readonly Diagnostic[];
  readonly nodes: readonly NodeView[];
  readonly parameters: readonly ParameterView[];
}

// POST /local/complete {path, text, line, column} -> { items: Completion[] }
export interface Completion {
  readonly label: string;
  readonly kind: 'table' | 'column' | 'function' | 'aggregate' | 'template-function' | 'parameter' | 'node' | 'keyword' | 'type' | 'value';
  /** A type or a signature. */
  readonly detail: string;
  readonly documentation?: string;
  /** Text to insert; `$0` is where the cursor goes. Default: the label. */
  readonly insert?: string;
}

// POST /local/hover {path, text, line, column} -> { contents: string } (Markdown; '' for nothing)

// POST /local/signature {path, text, line, column} -> { signature?: Signature }
export interface Signature {
  readonly label: string;
  readonly documentation: string;
  /** Parts of the label. */
  readonly parameters: readonly string[];
  readonly activeParameter: number;
}

// POST /local/definition {path, text, line, column} -> { place?: Place } · POST /local/references … -> { places: Place[] }
// POST /local/rename-word {path, text, line, column} -> { place, text }: the word that a rename replaces; 400 says why none
// POST /local/rename {path, text, line, column, to} -> { edits: TextEdit[] }; 400 or 409 with one sentence where it is not safe
export interface TextEdit {
  readonly place: Place;
  readonly text: string;
}

// POST /local/format {path, text} -> { text: string }: the SQL laid out, everything else as it stands

// GET /local/help -> HelpView: the language as this engine runs it
export interface HelpView {
  readonly sections: readonly HelpSection[];
}
export interface HelpSection {
  readonly id: string;
  readonly title: string;
  readonly intro: string;
  readonly entries: readonly HelpEntry[];
}
export interface HelpEntry {
  readonly name: string;
  /** A signature or an example, as code. */
  readonly code?: string;
  readonly text: string;
  /** Refused with the sentence in `text`, or different from ClickHouse. */
  readonly state?: 'refused' | 'different' | 'no effect';
  /** The part of the section that it belongs to. */
  readonly group?: string;
}

// POST /local/run RunRequest -> RunView
export interface RunRequest {
  /** Ends an earlier run of the same id, and names this one for POST /local/cancel {id}. */
  readonly id: string;
  readonly source:
    | { readonly kind: 'node'; /** A pipe's file, perhaps unsaved: `text` then holds it. */ readonly path: string; readonly text?: string; readonly node: string }
    | { readonly kind: 'sql'; /** ClickHouse SQL. */ readonly sql: string };
  readonly parameters: Readonly<Record<string, string>>;
  /** At most this many rows come back; default 10,000. */
  readonly rowLimit?: number;
}
export interface RunView {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Row-wise. 64-bit and larger integers and Decimals are strings, so that nothing is rounded; times are ClickHouse text; arrays, tuples and maps are JSON values; NULL is null; NaN and infinities are the strings nan, inf, -inf. */
  readonly rows: readonly (readonly CellValue[])[];
  readonly rowCount: number;
  /** True when more rows were there than came back. */
  readonly truncated: boolean;
  readonly elapsedMs: number;
  /** The rendered ClickHouse SQL, and what DuckDB ran. */
  readonly sql: string;
  readonly duckdbSql: string;
}
export type CellValue = null | boolean | number | string | readonly CellValue[] | { readonly [key: string]: CellValue };

// POST /local/endpoints/NAME {published: boolean} -> FileText: adds or removes TYPE endpoint in the pipe's file
// GET /local/requests?limit=200 -> { requests: RequestView[] } newest first
export interface RequestView {
  readonly id: string;
  /** ISO, UTC. */
  readonly at: string;
  readonly method: string;
  readonly url: string;
  /** Pipe name, data source name or `sql`. */
  readonly resource: string;
  readonly status: number;
  readonly elapsedMs: number;
  readonly rows: number;
  readonly error?: string;
}

// GET /local/tokens -> { tokens: TokenView[] }
export interface TokenView {
  readonly name: string;
  readonly token: string;
  /** `ADMIN`, `PIPES:READ:session_insights`, `DATASOURCES:APPEND:app_events` … */
  readonly scopes: readonly string[];
}

// POST /local/uploads?name=FILE (body: the file) -> { upload: string }: staged until imported or the engine stops
// POST /local/inspect InspectRequest -> { job: string }, a job whose result is InferredSchema
export interface InspectRequest {
  readonly source: FileSource;
}
/** A path is only accepted from the desktop app, which hands over files that the person chose. */
export type FileSource = { readonly upload: string } | { readonly path: string };

export interface InferredSchema {
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly lines: number;
  readonly blank: number;
  readonly malformed: readonly { readonly line: number; readonly message: string; readonly text: string }[];
  readonly malformedCount: number;
  readonly columns: readonly InferredColumn[];
  readonly suggestedName: string;
  readonly suggestedSortingKey: string;
  /** '' where parts would not pay. */
  readonly suggestedPartitionKey: string;
}
export interface InferredColumn {
  /** Column name, made from the key. */
  readonly name: string;
  readonly jsonPath: string;
  readonly type: string;
  /** In how many rows the key is present and not null. */
  readonly present: number;
  readonly firstLine: number;
  readonly lastLine: number;
  /** Up to five different values, as JSON text. */
  readonly samples: readonly string[];
  /** For a column that cannot be Nullable and is missing in some rows. */
  readonly defaultExpression?: string;
  /** A remark such as "integers beyond 64 bits". */
  readonly note?: string;
}

// POST /local/imports ImportRequest -> { job: string }, a job whose result is Receipt
export interface ImportRequest {
  /** One import, all or nothing. */
  readonly sources: readonly FileSource[];
  readonly dataSource: string;
  readonly mode: 'append' | 'replace' | 'create';
  /** For `create`: the text of the new datasources/NAME.datasource. */
  readonly datafile?: string;
}
/** lines = loaded + quarantined + blank + leftOut, always. */
export interface Receipt {
  readonly importId: string;
  readonly dataSource: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly lines: number;
  readonly loaded: number;
  readonly quarantined: number;
  readonly blank: number;
  /** Good rows that the condition of a replacement does not pick. */
  readonly leftOut: number;
  /** ISO, UTC. */
  readonly at: string;
  readonly mode: 'append' | 'replace';
  readonly elapsedMs: number;
  readonly files: readonly { readonly fileName: string; readonly sizeBytes: number; readonly sha256: string; readonly lines: number; readonly loaded: number; readonly quarantined: number; readonly blank: number }[];
  /** The commonest reasons first, at most twenty. */
  readonly reasons: readonly { readonly message: string; readonly rows: number; readonly firstLine: number; readonly example: string }[];
  /** Keys that the data source has no column for, found in the lines that were looked at for them. */
  readonly newKeys: readonly { readonly jsonPath: string; readonly seen: number; readonly firstLine: number; readonly type: string; readonly example: string }[];
  readonly lookedForKeys: number;
}

// GET /local/imports/NAME -> { receipts: Receipt[] }, newest first
// POST /local/datasources/NAME/columns NewColumn -> {}: adds a column to the data file
export interface NewColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
}

// GET /local/quarantine/NAME -> QuarantineView · POST /local/quarantine/NAME/fix {fix} -> {replayed, left}: changes the data file where
// the fix says so and takes in the rows that fit then · POST /local/quarantine/NAME/undo {id} -> {}: takes the last such replay back
export interface QuarantineView {
  readonly causes: readonly CauseView[];
  /** Rows looked at: the newest of all. */
  readonly rows: number;
  readonly allRows: number;
  readonly lastReplay?: { readonly id: string; readonly label: string; readonly rows: number; readonly at: string };
}
export interface CauseView {
  /** '' for a fault of the whole row. */
  readonly column: string;
  readonly reason: string;
  readonly rows: number;
  readonly examples: readonly {
    readonly raw: string;
    /** The part of `raw` at fault. */
    readonly mark?: { readonly start: number; readonly end: number };
    readonly message: string;
    readonly file: string | null;
    readonly line: number | null;
  }[];
  /** The best first. `rescues`: rows of the cause that would be accepted. */
  readonly proposals: readonly { readonly fix: FixView; readonly label: string; readonly rescues: number }[];
}
export type FixView =
  | { readonly kind: 'none' }
  | { readonly kind: 'type'; readonly column: string; readonly type: string }
  | { readonly kind: 'default'; readonly column: string; readonly expression: string }
  | { readonly kind: 'path'; readonly column: string; readonly jsonPath: string }
  | { readonly kind: 'date-format'; readonly column: string; readonly format: string };

// POST /local/operations Operation -> { job: string }: runs what a pipe does to data, as a job
export interface Operation {
  readonly kind: 'copy' | 'sink' | 'populate';
  readonly pipe: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

// GET /local/jobs -> { jobs: JobView[] } · GET /local/jobs/ID -> JobView · POST /local/jobs/ID/cancel -> JobView
export interface JobView {
  readonly id: string;
  readonly kind: 'inspect' | 'import' | 'populate' | 'copy' | 'delete' | 'sink' | 'expire' | 'compact' | 'replay';
  readonly title: string;
  readonly status: 'waiting' | 'working' | 'done' | 'error' | 'cancelled';
  /** 0 to 1. */
  readonly progress: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly log: readonly { readonly at: string; readonly message: string }[];
  readonly error?: ErrorBody;
  readonly result?: InferredSchema | Receipt;
}

// GET /local/tail?dataSource=NAME -> a stream of TailMessage, one JSON text per line, until the page goes
export interface TailMessage {
  /** ISO, UTC. */
  readonly at: string;
  /** By a clock that never jumps, for rates. */
  readonly clockMs: number;
  /** Since the engine started. */
  readonly total: TailCounts;
  readonly tokens: readonly (TailCounts & { readonly name: string })[];
  /** Requests that were refused as a whole. */
  readonly refused: number;
  /** Rows that arrived and were not kept for the tail. */
  readonly leftOut: number;
  /** New since the last message, oldest first. */
  readonly rows: readonly TailRow[];
  readonly refusals: readonly { readonly sequence: number; readonly at: string; readonly status: number; readonly message: string }[];
}
export interface TailCounts {
  readonly requests: number;
  readonly rows: number;
  readonly rejected: number;
  readonly bytes: number;
}
/** A row of JSON as it was sent. */
export interface TailRow {
  readonly sequence: number;
  readonly at: string;
  /** Name of the token it came with. */
  readonly token: string;
  readonly text: string;
  readonly isCut: boolean;
  /** Why it went to quarantine. */
  readonly fault?: string;
}

// GET /local/changes -> a stream of ChangeMessage, one JSON text per line, until the page goes
export type ChangeMessage =
  | { readonly kind: 'hello'; readonly revision: number }
  | { readonly kind: 'files'; readonly revision: number; /** What changed, outside or by the page. */ readonly paths: readonly string[] }
  | { readonly kind: 'rows'; readonly dataSource: string; readonly rowCount: number; readonly quarantinedCount: number; readonly added: number }
  | { readonly kind: 'job'; readonly job: JobView }
  | { readonly kind: 'request'; readonly request: RequestView }
  | { readonly kind: 'notice'; readonly severity: 'info' | 'warning' | 'error'; readonly message: string };

