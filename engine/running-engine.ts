/** A running `serve` as the commands use it, over its own HTTP API. */
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { ANY_PIPE_HEADER } from './api/pipes.ts';
import { SandpiperError, type Place } from './errors.ts';
import { findAnnouncement } from './workspace/announcement.ts';
import { filesAt, isWebAddress } from './workspace/import-sources.ts';
import type { ImportRequest } from './workspace/imports.ts';

const ANSWERS_WITHIN_MS = 3000;

export interface RunningEngine {
  /** The text that a route answers; a failure throws its sentence. */
  readonly text: (path: string, values: URLSearchParams) => Promise<string>;
  /** Sends the files one by one, each an import of its own; a replacement begins with the first. Gives a receipt, or several. */
  readonly import: (dataSource: string, sources: readonly string[], request: ImportRequest) => Promise<unknown>;
}

/** The engine that holds the database of this folder, or undefined when none does. */
export async function findRunningEngine(dataFolder: string): Promise<RunningEngine | undefined> {
  const announced = findAnnouncement(dataFolder);
  if (!announced) return undefined;
  const { address, token } = announced;
  const alive = await fetch(`${address}/version`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) }).then((response) => response.ok, () => false);
  if (!alive) return undefined;
  const headers = { Authorization: `Bearer ${token}` };
  return {
    text: async (path, values) => {
      const response = await fetch(`${address}${path}`, { method: 'POST', headers: { ...headers, [ANY_PIPE_HEADER]: '1' }, body: values });
      const text = await response.text();
      if (!response.ok) throw refused(text);
      return text;
    },
    import: async (dataSource, sources, request) => {
      const receipts: unknown[] = [];
      for (const { name, open } of sources.flatMap(bodiesOf)) {
        const query = new URLSearchParams({ name: dataSource, mode: receipts.length === 0 ? request.mode : 'append', file: name });
        if (request.format !== undefined) query.set('format', request.format);
        if (request.condition !== undefined) {
          if (receipts.length > 0) throw new SandpiperError('bad-request', 'A replacement by a condition takes one file at a time beside a running engine: join the files, or stop the engine.');
          query.set('replace_condition', request.condition);
        }
        const response = await fetch(`${address}/v0/datasources?${query.toString()}`, { method: 'POST', headers: { ...headers, 'Content-Type': 'application/octet-stream' }, body: await open(), duplex: 'half' } as RequestInit);
        const text = await response.text();
        if (!response.ok) throw refused(text);
        const answer: unknown = JSON.parse(text);
        receipts.push(typeof answer === 'object' && answer !== null && 'receipt' in answer ? answer.receipt : answer);
      }
      return receipts.length === 1 ? receipts[0] : receipts;
    },
  };
}

interface Body {
  readonly name: string;
  readonly open: () => Promise<BodyInit>;
}

function bodiesOf(source: string): readonly Body[] {
  if (!isWebAddress(source)) {
    return filesAt(source).map(({ path, name }) => ({ name, open: () => openAsBlob(path).catch((error: unknown) => {
      throw new SandpiperError('not-found', `The file ${name} cannot be read.`, { cause: error });
    }) }));
  }
  return [{
    name: basename(new URL(source).pathname), open: async () => {
      const response = await fetch(source).catch((error: unknown) => {
        throw new SandpiperError('bad-request', `${source} could not be fetched.`, { cause: error });
      });
      if (!response.ok || !response.body) throw new SandpiperError('bad-request', `${source} could not be fetched: the server answered ${response.status}.`);
      return response.body;
    },
  }];
}

/** The server's failure as it would have been here: its sentence, and its place in the user's file. */
function refused(text: string): SandpiperError {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string') {
      return new SandpiperError('bad-request', body.error, 'place' in body && isPlace(body.place) ? { place: body.place } : {});
    }
  } catch {
    // Not JSON: the text itself is all there is to tell.
  }
  return new SandpiperError('bad-request', text);
}

function isPlace(value: unknown): value is Place {
  return typeof value === 'object' && value !== null && 'line' in value && 'column' in value;
}
