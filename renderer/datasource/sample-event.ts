/** A believable event for a data source, as the JSON that its schema reads, and the curl line that sends it. Pure. */
import type { ColumnView, DataSourceView } from '../../engine/api/protocol.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Undefined when no column reads from events. */
export function sampleEvent(source: DataSourceView, now: Date): Json | undefined {
  const columns = source.columns.filter((column) => column.jsonPath !== undefined);
  if (columns.length === 0) return undefined;
  const event: Record<string, Json> = {};
  for (const column of columns) place(event, (column.jsonPath ?? '').replace(/^\$\.?/, ''), sampleValue(column, now));
  return event;
}

export function curlLine(address: string, token: string, source: DataSourceView, event: Json): string {
  const body = JSON.stringify(event).replace(/'/g, "'\\''");
  return `curl -X POST '${address}/v0/events?name=${encodeURIComponent(source.name)}' -H 'Authorization: Bearer ${token}' -d '${body}'`;
}

function place(event: Record<string, Json>, path: string, value: Json): void {
  const [first = '', ...rest] = path.split('.');
  const list = first.endsWith('[:]');
  const key = list ? first.slice(0, -3) : first.replace(/^\['?|'?\]$/g, '');
  if (rest.length === 0) {
    event[key] = list && !Array.isArray(value) ? [value] : value;
    return;
  }
  const known = event[key];
  const inner: Record<string, Json> = typeof known === 'object' && known !== null && !Array.isArray(known) ? { ...known } as Record<string, Json> : {};
  place(inner, rest.join('.'), value);
  event[key] = list ? [inner] : inner;
}

function sampleValue(column: ColumnView, now: Date): Json {
  const type = column.type.replace(/^(?:(?:Nullable|LowCardinality)\()+/, '');
  const moment = now.toISOString().slice(0, 19).replace('T', ' ');
  if (type.startsWith('Array')) return [sampleValue({ ...column, type: type.slice('Array('.length) }, now)];
  if (type.startsWith('Map')) return {};
  if (/^Date(32)?\b(?!Time)/.test(type) && !type.startsWith('DateTime')) return moment.slice(0, 10);
  if (type.startsWith('DateTime64')) return now.toISOString().slice(0, 23).replace('T', ' ');
  if (type.startsWith('DateTime')) return moment;
  if (/^U?Int/.test(type)) return 1;
  if (/^(?:B?Float|Decimal)/.test(type)) return 1.5;
  if (type.startsWith('Bool')) return true;
  if (type.startsWith('UUID')) return '3f2b8f4e-6d1c-4f0a-9d53-0c8a3d1f7b21';
  const choice = /^Enum\w*\('([^']*)'/.exec(type)?.[1];
  return choice ?? `${column.name.replace(/_id$/, '')}_1`;
}
