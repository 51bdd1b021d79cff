/** Tinybird's routes may be called by any web page, since each needs a token. */
export const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'Access-Control-Allow-Headers': 'authorization, content-type, content-encoding',
  'Access-Control-Expose-Headers': 'X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After',
} as const;

/** The answer to a browser that asks what it may send: any header, as libraries add their own to every request. */
export function preflight(asked: { readonly headers?: string | undefined; readonly privateNetwork?: string | undefined }): Readonly<Record<string, string>> {
  return {
    ...CORS,
    ...(asked.headers !== undefined && /^[\w ,-]{1,1000}$/.test(asked.headers) ? { 'Access-Control-Allow-Headers': asked.headers } : {}),
    ...(asked.privateNetwork === 'true' ? { 'Access-Control-Allow-Private-Network': 'true' } : {}),
    'Access-Control-Max-Age': '600',
  };
}
