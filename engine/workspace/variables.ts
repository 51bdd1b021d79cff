/**
 * Secrets that clients have set over HTTP (`/v0/variables`), for tb_secret() and $NAME: in DATA/variables.json (mode 600).
 * They win over the process's environment; PROJECT/.env.local, which the user wrote, wins over them.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SandpiperError } from '../errors.ts';

const Stored = z.array(z.object({ name: z.string(), value: z.string(), created: z.string(), updated: z.string() }));

export interface Variable {
  readonly name: string;
  readonly value: string;
  /** ISO 8601. */
  readonly created: string;
  readonly updated: string;
}

export class Variables {
  readonly #file: string;
  #variables: readonly Variable[];

  constructor(dataFolder: string) {
    this.#file = join(dataFolder, 'variables.json');
    this.#variables = existsSync(this.#file) ? readVariables(this.#file) : [];
  }

  list(): readonly Variable[] {
    return this.#variables;
  }

  /** By name, as the environment wants them. */
  get environment(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#variables.map(({ name, value }) => [name, value]));
  }

  put(name: string, value: string): Variable {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new SandpiperError('bad-request', `${name} is no name for a variable: use letters, digits and _.`);
    const now = new Date().toISOString();
    const known = this.#variables.find((one) => one.name === name);
    const made = { name, value, created: known?.created ?? now, updated: now };
    this.#store([...this.#variables.filter((one) => one.name !== name), made]);
    return made;
  }

  /** Whether there was one. */
  delete(name: string): boolean {
    const rest = this.#variables.filter((one) => one.name !== name);
    if (rest.length === this.#variables.length) return false;
    this.#store(rest);
    return true;
  }

  #store(variables: readonly Variable[]): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(variables, null, 2), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
    this.#variables = variables;
  }
}

function readVariables(file: string): readonly Variable[] {
  try {
    return Stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new SandpiperError('storage', `The file ${file} is damaged. Delete it, and set the variables again.`, { cause: error });
  }
}
