/**
 * Serves the page. Only a loopback peer that asked for a loopback host gets it, because the page holds the secret of
 * /local/; a strict content security policy lets it talk to this engine and to nothing else.
 */
import type { Context, Hono } from 'hono';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { isLoopbackHost } from './loopback.ts';
import { SECRET_META } from './protocol.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml',
  '.png': 'image/png', '.woff2': 'font/woff2', '.woff': 'font/woff', '.ttf': 'font/ttf', '.json': 'application/json', '.map': 'application/json',
};

const POLICY = [
  "default-src 'none'", "script-src 'self'", "worker-src 'self' blob:", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self' data:",
  "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ');

export function pageRoutes(app: Hono, folder: string, secret: string, isLoopbackPeer: (context: Context) => boolean): void {
  app.get('*', async (context) => {
    if (!isLoopbackPeer(context) || !isLoopbackHost(context.req.header('host'))) return context.text('The page of Sandpiper is shown on its own machine only.', 403);
    const path = new URL(context.req.url).pathname;
    const wanted = path === '/' ? 'index.html' : decoded(path.slice(1));
    const file = normalize(join(folder, wanted ?? ''));
    if (wanted === undefined || !file.startsWith(folder + sep)) return context.text('Not found', 404);
    const body = await readFile(file).catch(() => undefined); // Whatever cannot be read is not there for the page.
    if (!body) return context.text(wanted === 'index.html' ? 'The page is not built. Run: npm run build' : 'Not found', 404);
    const headers = {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Security-Policy': POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Cache-Control': wanted.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-store',
    };
    if (wanted !== 'index.html') return context.body(new Uint8Array(body), 200, headers);
    return context.body(body.toString('utf8').replace('<head>', `<head><meta name="${SECRET_META}" content="${secret}">`), 200, headers);
  });
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    // A path with broken escapes names no file.
    return undefined;
  }
}
