/** A workspace on a project of the test's own, without a server. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Change } from '../../engine/workspace/changes.ts';
import { getFormat } from '../../engine/workspace/result-format.ts';
import { openWorkspace, type Workspace } from '../../engine/workspace/workspace.ts';

export interface OpenProject {
  readonly folder: string;
  readonly workspace: () => Workspace;
  /** Notices told so far. */
  readonly notices: () => readonly string[];
  /** Writes files and reads the project again. */
  readonly write: (files: Readonly<Record<string, string | undefined>>) => Promise<void>;
  readonly send: (dataSource: string, ...rows: readonly unknown[]) => Promise<void>;
  /** Values of the rows, as arrays. */
  readonly rows: (sql: string) => Promise<readonly (readonly unknown[])[]>;
  /** The answer as JSONCompactEachRow. */
  readonly answer: (sql: string) => Promise<{ readonly text: string }>;
  readonly reopen: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openProject(files: Readonly<Record<string, string>>): Promise<OpenProject> {
  const folder = mkdtempSync(join(tmpdir(), 'sandpiper-project-'));
  const notices: string[] = [];
  const put = (all: Readonly<Record<string, string | undefined>>) => {
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      if (text === undefined) rmSync(join(folder, path));
      else writeFileSync(join(folder, path), text);
    }
  };
  const open = async () => {
    const opened = await openWorkspace(folder, { watch: false, fixtures: true, version: '1.2.3' });
    opened.onChange((change: Change) => {
      if (change.kind === 'notice') notices.push(change.message);
    });
    return opened;
  };
  put(files);
  let workspace = await open();
  return {
    folder, workspace: () => workspace, notices: () => notices,
    write: async (all) => {
      put(all);
      await workspace.reload(Object.keys(all));
    },
    send: async (dataSource, ...rows) => {
      await workspace.appendEvents(dataSource, Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')), { wait: true });
    },
    rows: async (sql) => {
      const { values, rowCount } = await workspace.runSql(sql, { parameters: {} });
      return Array.from({ length: rowCount }, (_, row) => values.map((column) => plain(column[row])));
    },
    answer: async (sql) => ({ text: getFormat('JSONCompactEachRow').write(await workspace.runSql(sql, { parameters: {} }), { timeZone: 'UTC' }) }),
    reopen: async () => {
      await workspace.close();
      workspace = await open();
    },
    close: async () => {
      await workspace.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'object' && value !== null ? String(value) : value;
}
