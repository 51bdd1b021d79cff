/**
 * Who may do what. An admin token is made on first start and kept in DATA/tokens.json (mode 600); tokens that data files
 * declare get a text of their own on first sight, which stays the same for good, and the scopes that the files give them.
 * Clients may make more over HTTP, and sign JSONs of their own (JWT, HS256) with the admin token as the secret, as with
 * Tinybird; those are believed until they expire.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { SandpiperError } from '../errors.ts';

export type Scope =
  | { readonly type: 'ADMIN' }
  /** Reads every pipe and data source. */
  | { readonly type: 'WORKSPACE:READ_ALL' }
  | { readonly type: 'PIPES:READ' | 'DATASOURCES:READ' | 'DATASOURCES:APPEND'; readonly resource: string }
  /** A scope that allows nothing that Sandpiper has: kept, and shown as it was given. */
  | { readonly type: 'OTHER'; readonly text: string };

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly scopes: readonly Scope[];
  readonly description?: string;
  /** Values that a caller cannot change, by pipe. Of JWTs. */
  readonly fixedParameters?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A token that data files declare. */
export interface DeclaredToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

export const ADMIN_NAME = 'admin local_testing@tinybird.co';

const Stored = z.object({ workspace: z.string(), key: z.string(), tokens: z.array(z.object({ id: z.string(), name: z.string(), token: z.string(), scopes: z.array(z.string()).optional(), description: z.string().optional() })) });
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
    const made = this.#stored.tokens.flatMap((token): Token[] => (token.scopes ? [{ ...token, scopes: token.scopes.map(readScope) }] : []));
    const declared = this.#declared.map(({ name, scopes }): Token => ({ ...this.#known(name), scopes: [...scopes, ...(made.find((token) => token.name === name)?.scopes ?? [])] }));
    return [this.admin, ...declared, ...made.filter(({ name }) => !declared.some((token) => token.name === name))];
  }

  /** By name, id or text. */
  find(key: string): Token | undefined {
    return this.list().find(({ id, name, token }) => id === key || name === key || token === key);
  }

  /** Makes a token, or gives the one of that name these scopes. */
  put(name: string, scopes: readonly string[], description?: string): Token {
    if (name === ADMIN_NAME) throw new SandpiperError('conflict', `The token ${ADMIN_NAME} is the admin's: it keeps its scope.`);
    const { id, token } = this.#known(name);
    this.#store(this.#stored.tokens.map((one) => (one.name === name ? { id, name, token, scopes: [...scopes], ...(description === undefined ? {} : { description }) } : one)));
    return this.find(name) ?? { id, name, token, scopes: scopes.map(readScope) };
  }

  /** Throws SandpiperError 'conflict' for the admin's and for those that data files declare. */
  delete(key: string): void {
    const found = this.#mutable(key);
    this.#store(this.#stored.tokens.filter(({ id }) => id !== found.id));
  }

  /** The token with a new text; the old one is worth nothing any more. */
  refresh(key: string): Token {
    const found = this.find(key);
    if (!found) throw new SandpiperError('forbidden', 'Token has not enough permissions to get information about this token');
    const text = this.#text(randomUUID());
    this.#store(this.#stored.tokens.map((one) => (one.name === found.name ? { ...one, token: text } : one)));
    return { ...found, token: text };
  }

  /** Signs a JWT with these claims, for clients that ask for one. */
  sign(claims: Readonly<Record<string, unknown>>): string {
    return jwt.sign({ workspace_id: this.#stored.workspace, ...claims }, this.admin.token, { algorithm: 'HS256', noTimestamp: true });
  }

  #mutable(key: string): Token {
    const found = this.find(key);
    if (!found) throw new SandpiperError('forbidden', 'Token has not enough permissions to get information about this token');
    if (found.name === ADMIN_NAME || this.#declared.some(({ name }) => name === found.name)) throw new SandpiperError('conflict', `The token ${found.name} is ${found.name === ADMIN_NAME ? "the admin's" : 'declared in a data file'}, so it stays.`);
    return found;
  }

  /** The token with this text; throws SandpiperError 'unauthorized' or 'forbidden'. */
  get(text: string | undefined): Token {
    if (text === undefined || text === '') throw new SandpiperError('unauthorized', 'This request has no token. Send the header Authorization: Bearer TOKEN, or the parameter token.');
    this.#byText ??= new Map(this.list().map((token) => [token.token, token]));
    const found = this.#byText.get(text);
    if (found) return found;
    if (text.startsWith('eyJ')) return readJwt(text, this.admin.token);
    throw new SandpiperError('forbidden', 'invalid authentication token. Invalid token');
  }

  #known(name: string): { readonly id: string; readonly name: string; readonly token: string } {
    const found = this.#stored.tokens.find((token) => token.name === name);
    if (found) return found;
    const id = randomUUID();
    const made = { id, name, token: this.#text(id) };
    this.#store([...this.#stored.tokens, made]);
    return made;
  }

  #store(tokens: Stored['tokens']): void {
    this.#stored = { ...this.#stored, tokens };
    this.#byText = undefined;
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#stored, null, 2), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
    chmodSync(this.#file, 0o600);
  }

  /** Tinybird's static form: `p.`, what it is for, and a signature. */
  #text(id: string): string {
    const body = Buffer.from(JSON.stringify({ u: this.#stored.workspace, id, host: 'local' })).toString('base64url');
    const signature = createHmac('sha256', this.#stored.key).update(`p.${body}`).digest('base64url');
    return `p.${body}.${signature}`;
  }
}

/** The values that a caller with the token cannot change, whatever pipe is read in the end; those of `pipe` first. */
export function fixedParameters(token: Token, pipe?: string): Readonly<Record<string, string>> {
  const fixed = token.fixedParameters ?? {};
  return Object.assign({}, ...Object.values(fixed), pipe === undefined ? {} : fixed[pipe]) as Record<string, string>;
}

export function mayReadPipe(token: Token, pipe: string): boolean {
  return token.scopes.some((scope) => scope.type === 'ADMIN' || scope.type === 'WORKSPACE:READ_ALL' || (scope.type === 'PIPES:READ' && scope.resource === pipe));
}

export function mayReadDataSource(token: Token, name: string): boolean {
  return token.scopes.some((scope) => scope.type === 'ADMIN' || scope.type === 'WORKSPACE:READ_ALL' || (scope.type === 'DATASOURCES:READ' && scope.resource === name));
}

export function mayAppend(token: Token, name: string): boolean {
  return token.scopes.some((scope) => scope.type === 'ADMIN' || (scope.type === 'DATASOURCES:APPEND' && scope.resource === name));
}

export function isAdmin(token: Token): boolean {
  return token.scopes.some((scope) => scope.type === 'ADMIN');
}

export function scopeText(scope: Scope): string {
  if (scope.type === 'OTHER') return scope.text;
  return 'resource' in scope ? `${scope.type}:${scope.resource}` : scope.type;
}

/** `ADMIN`, `PIPES:READ:top`, `DATASOURCE:APPEND:events`. Throws SandpiperError 'unsupported' for a scope with a filter: it would let more be read than it says. */
export function readScope(text: string): Scope {
  const [kind = '', verb = '', resource, ...filter] = text.split(':');
  if (text === 'ADMIN' || text === 'ADMIN_USER') return { type: 'ADMIN' };
  if (text === 'WORKSPACE:READ_ALL') return { type: 'WORKSPACE:READ_ALL' };
  if (filter.join(':').trim() !== '') throw new SandpiperError('unsupported', `Filters of tokens are not supported: ${text} has one.`);
  const type = `${kind.replace(/^(PIPE|DATASOURCE)$/, '$1S')}:${verb}`;
  if (resource !== undefined && resource !== '' && (type === 'PIPES:READ' || type === 'DATASOURCES:READ' || type === 'DATASOURCES:APPEND')) return { type, resource };
  return { type: 'OTHER', text };
}

const Claims = z.object({
  name: z.string().optional(),
  scopes: z.array(z.object({ type: z.string(), resource: z.string().optional(), fixed_params: z.record(z.string(), z.unknown()).optional(), filter: z.string().nullish() })),
});

/** The token that a JWT stands for. Throws SandpiperError 'forbidden' when it is not ours, has expired or makes no sense. */
function readJwt(text: string, secret: string): Token {
  let claims: unknown;
  try {
    claims = jwt.verify(text, secret, { algorithms: ['HS256'] });
  } catch (error) {
    const isOld = error instanceof jwt.TokenExpiredError;
    throw new SandpiperError('forbidden', isOld ? 'invalid authentication token. The JWT has expired' : 'invalid authentication token. The JWT is not signed with the admin token of this workspace', { cause: error });
  }
  const read = Claims.safeParse(claims);
  if (!read.success) throw new SandpiperError('forbidden', 'invalid authentication token. The JWT has no scopes that can be read');
  const fixed = read.data.scopes.flatMap(({ resource, fixed_params: parameters }) => (resource !== undefined && parameters ? [[resource, Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]))] as const] : []));
  return {
    id: text, name: read.data.name ?? 'JWT', token: text, fixedParameters: Object.fromEntries(fixed),
    scopes: read.data.scopes.map(({ type, resource, filter }) => readScope([type, ...(resource === undefined ? [] : [resource]), ...(filter ? [filter] : [])].join(':'))),
  };
}

function readTokens(file: string): Stored {
  try {
    return Stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new SandpiperError('storage', `The file ${file} is damaged. Delete it to get new tokens.`, { cause: error });
  }
}
