/** Files that clients sent, kept until they are imported or the engine stops. Each has an id before its own name. */
import { randomUUID } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SandpiperError } from '../errors.ts';

export class Uploads {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes the body to a file and gives its path; nothing is left of a body that breaks off. Throws SandpiperError 'storage'. */
  async keep(name: string, body: AsyncIterable<Uint8Array>): Promise<string> {
    const file = join(this.#folder, `${randomUUID()}_${basename(name).replace(/[^\w.-]/g, '_')}`);
    try {
      mkdirSync(this.#folder, { recursive: true });
      await pipeline(Readable.from(body), createWriteStream(file));
    } catch (error) {
      rmSync(file, { force: true });
      if (error instanceof SandpiperError) throw error;
      throw new SandpiperError('storage', `The file ${name} could not be received: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    return file;
  }

  /** The path of a file by the last part of what `keep` gave; throws SandpiperError 'not-found'. */
  find(name: string): string {
    const found = existsSync(this.#folder) ? readdirSync(this.#folder).find((file) => file === name) : undefined;
    if (found === undefined) throw new SandpiperError('not-found', 'The uploaded file is no longer there: choose it again.');
    return join(this.#folder, found);
  }

  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The name that the person's file had. */
export function shownName(path: string): string {
  return basename(path).replace(/^[0-9a-f]{8}-[0-9a-f-]{27}_/, '');
}
