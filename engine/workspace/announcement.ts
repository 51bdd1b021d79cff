/** DATA/serve.json tells other commands that an engine holds this database, and how to reach it. Mode 600: it holds a token. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Announcement = z.object({ address: z.string(), token: z.string(), pid: z.number() });
export type Announcement = z.infer<typeof Announcement>;

export function announce(dataFolder: string, engine: { readonly address: string; readonly token: string }): void {
  writeFileSync(fileIn(dataFolder), JSON.stringify({ ...engine, pid: process.pid }), { mode: 0o600 });
}

export function withdraw(dataFolder: string): void {
  rmSync(fileIn(dataFolder), { force: true });
}

/** Undefined when nothing is announced, or its process is gone. */
export function findAnnouncement(dataFolder: string): Announcement | undefined {
  const file = fileIn(dataFolder);
  if (!existsSync(file)) return undefined;
  try {
    const announced = Announcement.parse(JSON.parse(readFileSync(file, 'utf8')));
    process.kill(announced.pid, 0);
    return announced;
  } catch {
    // A torn file, or a process that was killed: nobody serves here.
    return undefined;
  }
}

function fileIn(dataFolder: string): string {
  return join(dataFolder, 'serve.json');
}
