/**
 * Real ClickHouse as a judge. Opens it in a child process, or gives undefined where it is not installed
 * (`npm install --no-package-lock --prefix test/oracle`); tests that need it then skip with that reason, except on CI where they fail.
 * Sessions run in UTC, like Sandpiper's default.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ClickHouseResult {
  readonly meta: readonly { readonly name: string; readonly type: string }[];
  /** Row-wise; 64-bit integers are strings, NaN and infinities the strings nan, inf, -inf. */
  readonly data: readonly (readonly unknown[])[];
}

export interface ClickHouse {
  /** The text of a result in any ClickHouse format. Rejects with ClickHouse's own message. */
  readonly text: (sql: string, format?: string) => Promise<string>;
  readonly query: (sql: string) => Promise<ClickHouseResult>;
  readonly close: () => void;
}

const HERE = fileURLToPath(new URL('.', import.meta.url));

export function clickHouseInstalled(): boolean {
  return existsSync(`${HERE}node_modules/chdb`);
}

export function openClickHouse(): ClickHouse | undefined {
  if (!clickHouseInstalled()) {
    if (process.env['CI']) throw new Error('ClickHouse is not installed: run npm install --no-package-lock --prefix test/oracle');
    return undefined;
  }
  const child = spawn(process.execPath, [`${HERE}clickhouse-process.mjs`], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TZ: 'UTC' },
  });
  const waiting = new Map<number, { resolve: (text: string) => void; reject: (error: Error) => void }>();
  let nextId = 0;
  let ended: Error | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as { id: number; text?: string; error?: string };
    const asker = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.error !== undefined) asker?.reject(new Error(answer.error));
    else asker?.resolve(answer.text ?? '');
  });
  child.on('exit', (code) => {
    ended = new Error(`ClickHouse ended with code ${code}`);
    for (const asker of waiting.values()) asker.reject(ended);
    waiting.clear();
  });
  const text = (sql: string, format = 'TSV') =>
    new Promise<string>((resolve, reject) => {
      if (ended) return reject(ended);
      nextId += 1;
      waiting.set(nextId, { resolve, reject });
      child.stdin.write(`${JSON.stringify({ id: nextId, sql, format })}\n`);
    });
  const settings = "SET output_format_json_quote_64bit_integers = 1, output_format_json_quote_denormals = 1, output_format_json_escape_forward_slashes = 0";
  const ready = text(settings);
  return {
    text: async (sql, format) => {
      await ready;
      return text(sql, format);
    },
    query: async (sql) => {
      await ready;
      return JSON.parse(await text(sql, 'JSONCompact')) as ClickHouseResult;
    },
    close: () => child.stdin.end(),
  };
}
