/** A workspace on a project of the test's own, served over real HTTP in this process. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openServer } from '../../engine/api/server.ts';
import { openWorkspace, type Workspace } from '../../engine/workspace/workspace.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Default: the admin's; '' for none. */
  readonly token?: string;
}

export interface TestEngine {
  readonly project: string;
  readonly address: string;
  readonly secret: string;
  readonly workspace: Workspace;
  readonly ask: (path: string, asking?: Asking) => Promise<Answer>;
  /** The same under /local/, with the page's secret; gives the JSON of the answer. */
  readonly local: (path: string, body?: unknown, method?: string) => Promise<unknown>;
  readonly tokenOf: (name: string) => string;
  readonly close: () => Promise<void>;
}

export async function openEngine(files: Readonly<Record<string, string>>, options: { readonly acceptsPaths?: boolean; readonly watch?: boolean } = {}): Promise<TestEngine> {
  const project = mkdtempSync(join(tmpdir(), 'sandpiper-api-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  const workspace = await openWorkspace(project, { watch: options.watch ?? false, fixtures: true, version: '1.2.3' });
  const server = await openServer(workspace, { port: 0, host: '127.0.0.1', pageFolder: join(project, 'page'), acceptsPaths: options.acceptsPaths ?? false });
  const admin = workspace.tokens.admin.token;
  const ask = (path: string, { method, headers, body, token = admin }: Asking = {}) => {
    const authorized: Record<string, string> = token === '' ? {} : { Authorization: `Bearer ${token}` };
    return send(server.address, path, method ?? (body === undefined ? 'GET' : 'POST'), { ...authorized, ...headers }, body);
  };
  return {
    project, address: server.address, secret: server.secret, workspace, ask,
    local: async (path, body, method) => {
      const sent = body === undefined ? undefined : JSON.stringify(body);
      const answer = await ask(`/local/${path}`, { token: '', headers: { 'X-Sandpiper-Secret': server.secret, 'Content-Type': 'application/json' }, ...(method === undefined ? {} : { method }), ...(sent === undefined ? {} : { body: sent }) });
      return JSON.parse(answer.text) as unknown;
    },
    tokenOf: (name) => workspace.tokens.list().find((token) => token.name === name)?.token ?? '',
    close: async () => {
      await server.close();
      await workspace.close();
      rmSync(project, { recursive: true, force: true });
    },
  };
}

function send(address: string, path: string, method: string, headers: Readonly<Record<string, string>>, body: string | Uint8Array | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(address);
    const sent = request({ hostname, port, path, method, headers: { Connection: 'close', ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Status and parsed body of an answer. */
export function told(answer: Answer): readonly [number, unknown] {
  try {
    return [answer.status, JSON.parse(answer.text) as unknown];
  } catch {
    // No JSON: the text itself.
    return [answer.status, answer.text];
  }
}

/** The rows of an answer in NDJSON. */
export function rowsOf(answer: Answer): readonly unknown[] {
  return answer.text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
}
