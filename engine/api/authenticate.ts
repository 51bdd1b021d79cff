/** Finds the token of a request, in the header or the query, and asks the workspace what it may do. */
import type { Context } from 'hono';
import { SandpiperError } from '../errors.ts';
import type { Token, Tokens } from '../workspace/tokens.ts';

export function tokenOf(context: Context, tokens: Tokens): Token {
  const header = /^Bearer\s+(.+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
  return tokens.get((header ?? new URL(context.req.url).searchParams.get('token') ?? '').trim());
}

export function demand(allowed: boolean, what: string): void {
  if (!allowed) throw new SandpiperError('forbidden', `The token has not enough permissions to ${what}.`);
}
