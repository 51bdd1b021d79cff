/**
 * The closed list of ways a request can fail, and the places in the user's files where it did.
 * A SandpiperError is a mistake that the user can act on: one clear sentence, a code from the list, a place.
 * Everything else that is thrown is a bug: whoever answers the user logs it with its stack and an id.
 * Pure rooms (sql, template, project) report spans in the text they were given; the caller that knows the
 * file turns a span into a Place.
 */

/** Why a request failed. Each code maps to one HTTP status and one exit code, in one place each. */
export type ErrorCode =
  | 'syntax' // text that does not parse
  | 'unknown-name' // a table, column, function or parameter that does not exist
  | 'type' // an expression whose types do not fit
  | 'unsupported' // valid ClickHouse or Tinybird that Sandpiper does not run
  | 'parameter' // a missing or invalid endpoint parameter, or the template's own error()
  | 'bad-request' // a request that makes no sense
  | 'unauthorized' // no token
  | 'forbidden' // a token without the scope
  | 'not-found'
  | 'conflict' // the file or resource changed meanwhile, or exists already
  | 'too-large'
  | 'too-many' // back-pressure: try again later
  | 'query-failed' // DuckDB refused or failed while running
  | 'cancelled'
  | 'timeout'
  | 'storage' // disk full, folder read-only, corrupt file
  | 'locked' // another process holds the database
  | 'unavailable'; // port in use, engine stopping

/** Offsets in UTF-16 units into the text that was given: start inclusive, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A range in a user's file. Lines and columns count from 1, columns in UTF-16 units; the end is exclusive. */
export interface Place {
  readonly path?: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export type Severity = 'error' | 'warning' | 'info' | 'hint';

/** A problem at a span of a text. The pure rooms' way to report several problems at once. */
export interface Problem {
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
}

/** A problem at a place in a file, as shown in the editor, by `check --json` and over HTTP. */
export interface Diagnostic extends Omit<Place, 'path'> {
  readonly severity: Severity;
  readonly message: string;
}

export interface ErrorDetail {
  /** In the text that the throwing room was given. */
  readonly span?: Span;
  /** In the user's file; set by the first caller that knows it. */
  readonly place?: Place;
  /** The HTTP status that a template's custom_error asked for. */
  readonly status?: number;
  /** The JSON body that a template's custom_error asked for, when it gave an object. */
  readonly body?: unknown;
  /** A page about the problem, for Tinybird's error body. */
  readonly documentation?: string;
  readonly cause?: unknown;
}

export class SandpiperError extends Error {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'SandpiperError';
    this.code = code;
    this.detail = detail;
  }

  /** The same failure, placed in the user's file. An existing place wins: the innermost knows best. */
  at(place: Place): SandpiperError {
    if (this.detail.place) return this;
    return new SandpiperError(this.code, this.message, { ...this.detail, place, cause: this.detail.cause ?? this });
  }
}

/** The place of a span in a text, counting lines from `firstLine`. */
export function placeOf(text: string, span: Span, path?: string): Place {
  const start = positionOf(text, span.start);
  const end = positionOf(text, Math.max(span.start, span.end));
  return {
    ...(path === undefined ? {} : { path }),
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const bounded = Math.min(Math.max(offset, 0), text.length);
  let line = 1;
  let lineStart = 0;
  for (;;) {
    const newline = text.indexOf('\n', lineStart);
    if (newline === -1 || newline >= bounded) return { line, column: bounded - lineStart + 1 };
    line += 1;
    lineStart = newline + 1;
  }
}

/** Places of many spans of one text: finds its lines once. */
export function placesIn(text: string): (span: Span) => Place {
  const lineStarts = [0];
  for (let newline = text.indexOf('\n'); newline !== -1; newline = text.indexOf('\n', newline + 1)) lineStarts.push(newline + 1);
  const position = (offset: number): { line: number; column: number } => {
    const bounded = Math.min(Math.max(offset, 0), text.length);
    let [low, high] = [0, lineStarts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((lineStarts[middle] ?? 0) <= bounded) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: bounded - (lineStarts[low] ?? 0) + 1 };
  };
  return (span) => {
    const start = position(span.start);
    const end = position(Math.max(span.start, span.end));
    return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  };
}

/** For the end of a switch over a closed union: a compile error when a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`Unreachable case: ${JSON.stringify(value)}`);
}
