/** What the EXPORT_ keys of a sink node say of its files: format, compression, names, and the address they stand for. */
import { SandpiperError } from '../errors.ts';
import type { Pipe, PipeNode } from '../project/pipe.ts';
import type { CatalogColumn } from '../sql/catalog.ts';

export interface SinkFiles {
  readonly format: 'csv' | 'ndjson' | 'parquet';
  readonly compression: 'none' | 'gzip' | 'snappy' | 'zstd' | 'lz4' | 'brotli';
  readonly extension: string;
  /** Never over a file that is there. */
  readonly isNew: boolean;
  /** Below the pipe's own folder: bucket and path. */
  readonly folder: string;
  readonly addressOf: (file: string) => string;
  /** ClickHouse SQL that adds the name of each row's file as the last column of `_`. */
  readonly namedRows: (columns: readonly CatalogColumn[]) => string;
}

const COMPRESSIONS: Readonly<Record<string, SinkFiles['compression']>> = { none: 'none', gz: 'gzip', gzip: 'gzip', snappy: 'snappy', zstd: 'zstd', lz4: 'lz4', brotli: 'brotli' };

/** Throws SandpiperError 'bad-request' for keys that cannot be followed. */
export function readSinkFiles(pipe: Pipe, { settings, name }: PipeNode): SinkFiles {
  const topic = settings['EXPORT_KAFKA_TOPIC'];
  if (topic !== undefined) {
    return { format: 'ndjson', compression: 'none', extension: '.ndjson', isNew: false, folder: '', addressOf: () => `the Kafka topic ${topic}, a message a row`, namedRows: () => `SELECT *, ${text(topic)} AS ${NAME} FROM _` };
  }
  const uri = /^(?<scheme>\w+):\/\/(?<bucket>[^/]+)\/?(?<path>.*?)\/?$/.exec(settings['EXPORT_BUCKET_URI'] ?? '');
  if (!uri?.groups) throw new SandpiperError('bad-request', `The sink ${name} needs EXPORT_BUCKET_URI, as in s3://bucket/folder.`);
  const { scheme = '', bucket = '', path = '' } = uri.groups;
  const format = choice(settings, 'EXPORT_FORMAT', 'csv', { csv: 'csv', ndjson: 'ndjson', jsoneachrow: 'ndjson', parquet: 'parquet' } as const);
  const compression = choice(settings, 'EXPORT_COMPRESSION', 'none', COMPRESSIONS);
  if (format !== 'parquet' && compression !== 'none' && compression !== 'gzip') throw new SandpiperError('bad-request', `EXPORT_COMPRESSION ${compression} is for Parquet: files of ${format} are plain or gz.`);
  const strategy = choice(settings, settings['EXPORT_WRITE_STRATEGY'] === undefined ? 'EXPORT_STRATEGY' : 'EXPORT_WRITE_STRATEGY', '@new', { '@new': 'new', new: 'new', '@replace': 'replace', replace: 'replace', truncate: 'replace' } as const);
  const folder = [bucket, ...path.split('/')].map((part) => part.replace(/[^\w.=-]/g, '_')).filter((part) => part !== '' && !/^\.+$/.test(part)).join('/');
  const template = settings['EXPORT_FILE_TEMPLATE']?.trim() || pipe.name;
  return {
    format, compression, isNew: strategy === 'new', folder, extension: `.${format}${format !== 'parquet' && compression === 'gzip' ? '.gz' : ''}`,
    addressOf: (file) => `${scheme}://${[bucket, path, file].filter((part) => part !== '').join('/')}`,
    namedRows: (columns) => `SELECT *, concat('', ${nameParts(template, columns).join(', ')}) AS ${NAME} FROM _`,
  };
}

const NAME = '`sandpiper file name`';

/** The template as texts and expressions over the columns. */
function nameParts(template: string, columns: readonly CatalogColumn[]): readonly string[] {
  return template.split(/(\{[^{}]*\})/).filter((part) => part !== '').map((part) => {
    const inner = /^\{\s*([^,}]*?)\s*(?:,\s*(.*?)\s*)?\}$/s.exec(part);
    if (!inner) return text(part);
    const [, subject = '', format] = inner;
    if (/^\d+$/.test(subject)) return `toString(cityHash64(${columns.map(({ name }) => quoted(name)).join(', ')}) % ${Math.max(1, Number(subject))})`;
    if (!columns.some(({ name }) => name === subject)) throw new SandpiperError('unknown-name', `EXPORT_FILE_TEMPLATE names ${subject}, and the sink gives no such column: it gives ${columns.map(({ name }) => name).join(', ')}.`);
    return format === undefined ? `ifNull(toString(${quoted(subject)}), '')` : `ifNull(formatDateTime(${quoted(subject)}, ${text(format.replace(/^(['"])(.*)\1$/, '$2'))}), '')`;
  });
}

function choice<T>(settings: Readonly<Record<string, string>>, key: string, usual: string, known: Readonly<Record<string, T>>): T {
  const given = (settings[key]?.trim() || usual).toLowerCase();
  const found = known[given];
  if (found === undefined) throw new SandpiperError('bad-request', `${key} is one of ${Object.keys(known).join(', ')}, not ${given}.`);
  return found;
}

function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function quoted(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
