/**
 * The page's only way to data: the routes of protocol.ts, typed. Promises: each failure is a RequestFailed that holds
 * the engine's sentence; the stream of changes reconnects by itself, also to an engine that started anew with another
 * secret. What is remembered of the answers is left to queries.ts.
 */
import type { Place } from '../engine/errors.ts';
import {
  SECRET_HEADER, SECRET_META, type ChangeMessage, type CheckView, type Completion, type ErrorBody, type FileSource, type FileText,
  type FileWrite, type HelpView, type ImportRequest, type JobView, type FixView, type NewColumn, type Operation, type ProjectView, type QuarantineView, type Receipt, type RequestView, type RunRequest, type RunView, type Signature, type TextEdit, type TailMessage, type TokenView,
} from '../engine/api/protocol.ts';

const RECONNECT_MS = 1_000;

/** A request that the engine refused or did not answer; `body.error` is the sentence to show. */
export class RequestFailed extends Error {
  readonly body: ErrorBody;
  /** The HTTP status, 0 when nothing answered. */
  readonly status: number;

  constructor(body: ErrorBody, status: number) {
    super(body.error);
    this.name = 'RequestFailed';
    this.body = body;
    this.status = status;
  }
}

export interface EditorPosition {
  readonly path: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export const api = {
  project: (signal?: AbortSignal) => ask<ProjectView>('GET', '/local/project', undefined, signal),
  file: (path: string, signal?: AbortSignal) => ask<FileText>('GET', `/local/file?path=${encodeURIComponent(path)}`, undefined, signal),
  writeFile: (file: FileWrite) => ask<FileText>('PUT', '/local/file', file),
  deleteFile: (path: string) => ask<object>('DELETE', `/local/file?path=${encodeURIComponent(path)}`),
  renameFile: (path: string, to: string) => ask<FileText>('POST', '/local/file/rename', { path, to }),
  check: (path: string, text: string, signal?: AbortSignal) => ask<CheckView>('POST', '/local/check', { path, text }, signal),
  complete: (at: EditorPosition) => ask<{ items: readonly Completion[] }>('POST', '/local/complete', at),
  hover: (at: EditorPosition) => ask<{ contents: string }>('POST', '/local/hover', at),
  signature: (at: EditorPosition) => ask<{ signature?: Signature }>('POST', '/local/signature', at),
  definition: (at: EditorPosition) => ask<{ place?: Place }>('POST', '/local/definition', at),
  references: (at: EditorPosition) => ask<{ places: readonly Place[] }>('POST', '/local/references', at),
  renamedWord: (at: EditorPosition) => ask<{ place: Place; text: string }>('POST', '/local/rename-word', at),
  rename: (at: EditorPosition & { readonly to: string }) => ask<{ edits: readonly TextEdit[] }>('POST', '/local/rename', at),
  format: (path: string, text: string) => ask<{ text: string }>('POST', '/local/format', { path, text }),
  help: (signal?: AbortSignal) => ask<HelpView>('GET', '/local/help', undefined, signal),
  run: (request: RunRequest, signal?: AbortSignal) => ask<RunView>('POST', '/local/run', request, signal),
  cancelRun: (id: string) => ask<object>('POST', '/local/cancel', { id }),
  publish: (pipe: string, published: boolean) => ask<FileText>('POST', `/local/endpoints/${encodeURIComponent(pipe)}`, { published }),
  requests: (signal?: AbortSignal) => ask<{ requests: readonly RequestView[] }>('GET', '/local/requests?limit=200', undefined, signal),
  tokens: (signal?: AbortSignal) => ask<{ tokens: readonly TokenView[] }>('GET', '/local/tokens', undefined, signal),
  upload: (file: File, signal?: AbortSignal) => send<{ upload: string }>('POST', `/local/uploads?name=${encodeURIComponent(file.name)}`, file, 'application/octet-stream', signal),
  inspect: (source: FileSource) => ask<{ job: string }>('POST', '/local/inspect', { source }),
  importReceipts: (name: string, signal?: AbortSignal) => ask<{ receipts: readonly Receipt[] }>('GET', `/local/imports/${encodeURIComponent(name)}`, undefined, signal),
  addColumn: (name: string, column: NewColumn) => ask<object>('POST', `/local/datasources/${encodeURIComponent(name)}/columns`, column),
  import: (request: ImportRequest) => ask<{ job: string }>('POST', '/local/imports', request),
  quarantine: (name: string, signal?: AbortSignal) => ask<QuarantineView>('GET', `/local/quarantine/${encodeURIComponent(name)}`, undefined, signal),
  fixQuarantine: (name: string, fix: FixView) => ask<{ replayed: number; left: number }>('POST', `/local/quarantine/${encodeURIComponent(name)}/fix`, { fix }),
  undoReplay: (name: string, id: string) => ask<object>('POST', `/local/quarantine/${encodeURIComponent(name)}/undo`, { id }),
  operate: (operation: Operation) => ask<{ job: string }>('POST', '/local/operations', operation),
  jobs: (signal?: AbortSignal) => ask<{ jobs: readonly JobView[] }>('GET', '/local/jobs', undefined, signal),
  job: (id: string, signal?: AbortSignal) => ask<JobView>('GET', `/local/jobs/${encodeURIComponent(id)}`, undefined, signal),
  cancelJob: (id: string) => ask<JobView>('POST', `/local/jobs/${encodeURIComponent(id)}/cancel`),
};

/** What went wrong as an ErrorBody, whatever was thrown. */
export function errorBodyOf(error: unknown): ErrorBody {
  if (error instanceof RequestFailed) return error.body;
  return { error: error instanceof Error ? error.message : String(error), code: 'bug' };
}

/** Follows /local/changes until the answer is called. `onConnected` hears of each connection and each loss. */
export function followChanges(onMessage: (message: ChangeMessage) => void, onConnected: (connected: boolean) => void): () => void {
  return followLines('/local/changes', (line) => onMessage(JSON.parse(line) as ChangeMessage), onConnected);
}

/** Follows the events of a data source until the answer is called. */
export function followTail(dataSource: string, onMessage: (message: TailMessage) => void): () => void {
  return followLines(`/local/tail?dataSource=${encodeURIComponent(dataSource)}`, (line) => onMessage(JSON.parse(line) as TailMessage), () => undefined);
}

function followLines(path: string, onLine: (line: string) => void, onConnected: (connected: boolean) => void): () => void {
  const stop = new AbortController();
  void (async () => {
    while (!stop.signal.aborted) {
      try {
        const response = await fetch(path, { headers: { [SECRET_HEADER]: secret }, signal: stop.signal, cache: 'no-store' });
        if (response.status === 401 || response.status === 403) await refreshSecret(stop.signal);
        else if (response.ok && response.body) {
          onConnected(true);
          for await (const line of linesOf(response.body)) onLine(line);
        }
      } catch {
        // The engine is away or the page is leaving: said to the person by onConnected, tried again below.
      }
      if (stop.signal.aborted) return;
      onConnected(false);
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  })();
  return () => stop.abort();
}

let secret = secretIn(document);

function secretIn(page: Document): string {
  const metas = [...page.querySelectorAll<HTMLMetaElement>(`meta[name="${SECRET_META}"]`)];
  return metas.map((meta) => meta.content).find((content) => content !== '') ?? '';
}

/** An engine that started anew serves the page with another secret. */
async function refreshSecret(signal: AbortSignal): Promise<void> {
  const response = await fetch('./', { signal, cache: 'no-store' });
  if (response.ok) secret = secretIn(new DOMParser().parseFromString(await response.text(), 'text/html'));
}

function ask<Answer>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  return send<Answer>(method, path, body === undefined ? undefined : JSON.stringify(body), 'application/json', signal);
}

async function send<Answer>(method: string, path: string, body: BodyInit | undefined, type: string, signal?: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    const headers = { [SECRET_HEADER]: secret, ...(body === undefined ? {} : { 'Content-Type': type }) };
    response = await fetch(path, { method, headers, ...(body === undefined ? {} : { body }), ...(signal ? { signal } : {}) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestFailed({ error: 'The engine does not answer. It may be starting again; nothing that was saved is lost.', code: 'unavailable' }, 0);
  }
  const text = await response.text();
  if (!response.ok) throw new RequestFailed(errorBodyIn(text, response.status), response.status);
  return JSON.parse(text) as Answer;
}

function errorBodyIn(text: string, status: number): ErrorBody {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed && typeof parsed.error === 'string') return parsed as ErrorBody;
  } catch {
    // Not JSON: the sentence below says what is known.
  }
  return { error: `The engine answered ${status}${text ? `: ${text.slice(0, 300)}` : '.'}`, code: 'bug' };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
}
