/**
 * Who may do what. An admin token is made on first start and kept in DATA/tokens.json (mode 600); tokens that data files
 * declare get a text of their own on first sight, which stays the same for good, and the scopes that the files give them.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SandpiperError } from '../errors.ts';

export type Scope =
  | { readonly type: 'ADMIN' }
  | { readonly type: 'PIPES:READ' | 'DATASOURCES:READ' | 'DATASOURCES:APPEND'; readonly resource: string };

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly scopes: readonly Scope[];
}

/** A token that data files declare. */
export interface DeclaredToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

export const ADMIN_NAME = 'admin local_testing@tinybird.co';

const Stored = z.object({ workspace: z.string(), key: z.string(), tokens: z.array(z.object({ id: z.string(), name: z.string(), token: z.string() })) });
type Stored = z.infer<typeof Stored>;

export class Tokens {
  readonly #file: string;
  #stored: Stored;
  #declared: readonly DeclaredToken[] = [];
  /** Those that `list` gives, made again when they change. */
  #byText: ReadonlyMap<string, Token> | undefined;

  constructor(dataFolder: string) {
    this.#file = join(dataFolder, 'tokens.json');
    this.#stored = existsSync(this.#file) ? readTokens(this.#file) : { workspace: randomUUID(), key: randomUUID(), tokens: [] };
    this.#known(ADMIN_NAME);
  }

  get workspaceId(): string {
    return this.#stored.workspace;
  }

  /** Replaces what the data files declare. A name used in several files has the scopes of all. */
  declare(declared: readonly DeclaredToken[]): void {
    const merged = new Map<string, Scope[]>();
    for (const token of declared) merged.set(token.name, [...(merged.get(token.name) ?? []), ...token.scopes]);
    this.#declared = [...merged].map(([name, scopes]) => ({ name, scopes }));
    for (const { name } of this.#declared) this.#known(name);
    this.#byText = undefined;
  }

  get admin(): Token {
    return { ...this.#known(ADMIN_NAME), scopes: [{ type: 'ADMIN' }] };
  }

  list(): readonly Token[] {
    return [this.admin, ...this.#declared.map(({ name, scopes }) => ({ ...this.#known(name), scopes }))];
  }

  /** The token with this text; throws SandpiperError 'unauthorized' or 'forbidden'. */
  get(text: string | undefined): Token {
    if (text === undefined || text === '') throw new SandpiperError('unauthorized', 'This request has no token. Send the header Authorization: Bearer TOKEN, or the parameter token.');
    this.#byText ??= new Map(this.list().map((token) => [token.token, token]));
    const found = this.#byText.get(text);
    if (!found) throw new SandpiperError('forbidden', 'invalid authentication token. Invalid token');
    return found;
  }

  #known(name: string): { readonly id: string; readonly name: string; readonly token: string } {
    const found = this.#stored.tokens.find((token) => token.name === name);
    if (found) return found;
    const id = randomUUID();
    const made = { id, name, token: this.#text(id) };
    this.#stored = { ...this.#stored, tokens: [...this.#stored.tokens, made] };
    this.#byText = undefined;
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#stored, null, 2), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
    chmodSync(this.#file, 0o600);
    return made;
  }

  /** Tinybird's static form: `p.`, what it is for, and a signature. */
  #text(id: string): string {
    const body = Buffer.from(JSON.stringify({ u: this.#stored.workspace, id, host: 'local' })).toString('base64url');
    const signature = createHmac('sha256', this.#stored.key).update(`p.${body}`).digest('base64url');
    return `p.${body}.${signature}`;
  }
}

export function mayReadPipe(token: Token, pipe: string): boolean {
  return token.scopes.some((scope) => scope.type === 'ADMIN' || (scope.type === 'PIPES:READ' && scope.resource === pipe));
}

export function mayReadDataSource(token: Token, name: string): boolean {
  return token.scopes.some((scope) => scope.type === 'ADMIN' || (scope.type === 'DATASOURCES:READ' && scope.resource === name));
}

export function mayAppend(token: Token, name: string): boolean {
  return token.scopes.some((scope) => scope.type === 'ADMIN' || (scope.type === 'DATASOURCES:APPEND' && scope.resource === name));
}

export function isAdmin(token: Token): boolean {
  return token.scopes.some((scope) => scope.type === 'ADMIN');
}

export function scopeText(scope: Scope): string {
  return scope.type === 'ADMIN' ? 'ADMIN' : `${scope.type}:${scope.resource}`;
}

function readTokens(file: string): Stored {
  try {
    return Stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new SandpiperError('storage', `The file ${file} is damaged. Delete it to get new tokens.`, { cause: error });
  }
}
