/** Numbers and sizes as people read them. */
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1,234,567 */
export function wholeNumber(value: number): string {
  return WHOLE.format(value);
}

/** 1.2M, 34k, 812: for narrow places; the exact number stands in a tooltip. */
export function shortNumber(value: number): string {
  if (value < 100_000) return WHOLE.format(value);
  if (value < 1_000_000) return `${Math.floor(value / 1_000)}k`;
  if (value < 1_000_000_000) return `${(Math.floor(value / 100_000) / 10).toFixed(1)}M`;
  return `${(Math.floor(value / 100_000_000) / 10).toFixed(1)}G`;
}

/** `812 B`, `34.5 kB`, `1.2 MB`, `3.4 GB`. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `12 ms`, `1.4 s`. */
export function duration(elapsedMs: number): string {
  if (elapsedMs < 10) return `${elapsedMs.toFixed(1)} ms`;
  if (elapsedMs < 1_000) return `${Math.round(elapsedMs)} ms`;
  return `${(elapsedMs / 1_000).toFixed(1)} s`;
}

/** `just now`, `12 s ago`, `3 min ago`, `5 h ago`, `2 d ago`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 2) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}

/** `1 row`, `2 rows`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${wholeNumber(count)} ${count === 1 ? one : many}`;
}
