/** A running `serve` as the commands use it, over its own HTTP API. */
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { ANY_PIPE_HEADER } from './api/pipes.ts';
import { SandpiperError, type Place } from './errors.ts';
import { findAnnouncement } from './workspace/announcement.ts';

const ANSWERS_WITHIN_MS = 3000;

export interface RunningEngine {
  /** The text that a route answers; a failure throws its sentence. */
  readonly text: (path: string, values: URLSearchParams) => Promise<string>;
  readonly import: (dataSource: string, file: string, mode: 'append' | 'replace') => Promise<unknown>;
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
    import: async (dataSource, file, mode) => {
      const format = /\.csv(\.gz)?$/.test(file) ? 'csv' : 'ndjson';
      const query = new URLSearchParams({ name: dataSource, mode, format, file: basename(file) });
      const response = await fetch(`${address}/v0/datasources?${query.toString()}`, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/octet-stream' },
        body: await openAsBlob(file).catch((error: unknown) => {
          throw new SandpiperError('not-found', `The file ${file} cannot be read.`, { cause: error });
        }),
      });
      const text = await response.text();
      if (!response.ok) throw refused(text);
      const answer: unknown = JSON.parse(text);
      return typeof answer === 'object' && answer !== null && 'receipt' in answer ? answer.receipt : answer;
    },
  };
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
