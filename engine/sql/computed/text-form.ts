/** Texts brought to another form: Unicode's normal forms, other character sets, other bases, and the text of HTML. */
import { BIGINT, BLOB, computed, DOUBLE, INTEGER, VARCHAR } from './definition.ts';
import { bytesOfText } from './utf8-text.ts';

const FORMS = { NFC: 'NFC', NFD: 'NFD', NFKC: 'NFKC', NFKD: 'NFKD' } as const;

function isForm(form: string): form is keyof typeof FORMS {
  return form in FORMS;
}

/** The text in NFC, NFD, NFKC or NFKD; NFKCCasefold has small letters besides. */
export const NORMALIZE = computed('sandpiper_normalize', [VARCHAR, VARCHAR], VARCHAR, (text, form) => {
  if (isForm(form)) return text.normalize(form);
  return text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
});

/** A whole number of one base in another, as MySQL's CONV: what follows the digits is left out, negative numbers are their 64 bits. */
export const CONVERT_BASE = computed('sandpiper_convert_base', [VARCHAR, INTEGER, INTEGER], VARCHAR, (text, from, to) => {
  const trimmed = text.trimStart();
  if (trimmed === '') throw new Error('The number for conv is empty.');
  let number = 0n;
  for (const letter of trimmed.replace(/^[-+]/, '')) {
    const digit = /[0-9a-z]/i.test(letter) ? Number.parseInt(letter, 36) : 36;
    if (digit >= from) break;
    number = number * BigInt(from) + BigInt(digit);
  }
  const most = 0xffffffffffffffffn;
  const cut = number > most ? most : number;
  return (trimmed.startsWith('-') ? BigInt.asUintN(64, -cut) : cut).toString(to).toUpperCase();
});

/** Names of character sets as TextDecoder knows them. */
const CHARSETS: Readonly<Record<string, string>> = { utf8: 'utf-8', latin1: 'iso-8859-1', ascii: 'us-ascii', 'utf-16le': 'utf-16le', ucs2: 'utf-16le' };

/** Its characters from 128 to 159. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function decoded(bytes: Uint8Array, charset: string): string {
  if (charset === 'iso-8859-1' || charset === 'us-ascii') return [...bytes].map((byte) => (charset === 'us-ascii' && byte > 127 ? '\ufffd' : String.fromCharCode(byte))).join('');
  // Some builds of TextDecoder read windows-1252 as ISO 8859-1.
  if (charset === 'windows-1252') return [...bytes].map((byte) => (byte >= 128 && byte < 160 ? (WINDOWS_1252[byte - 128] ?? '') : String.fromCharCode(byte))).join('');
  if (charset === 'utf-16') return new TextDecoder(bytes[0] === 254 && bytes[1] === 255 ? 'utf-16be' : 'utf-16le').decode(bytes);
  return decoder(charset).decode(bytes);
}

function decoder(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset, { ignoreBOM: true });
  } catch {
    throw new Error(`convertCharset does not know the character set ${charset}.`); // TextDecoder's own sentence names no function.
  }
}

const tables = new Map<string, ReadonlyMap<string, number>>();

/** Which byte stands for which character, in a set of single bytes. */
function byteTable(charset: string): ReadonlyMap<string, number> {
  const known = tables.get(charset);
  if (known) return known;
  const made = new Map<string, number>();
  for (let byte = 0; byte < 256; byte += 1) {
    const letter = decoded(Uint8Array.of(byte), charset);
    if (letter.length === 1 && letter !== '\ufffd') made.set(letter, byte);
  }
  if (made.size < 96) throw new Error(`convertCharset does not write the character set ${charset} here.`);
  tables.set(charset, made);
  return made;
}

/** Characters that the set lacks become the byte 26, SUB. */
function encoded(text: string, charset: string): Uint8Array {
  const isWide = charset === 'utf-16le' || charset === 'utf-16be' || charset === 'utf-16';
  if (charset === 'utf-8') return bytesOfText(text);
  if (isWide) {
    const units = charset === 'utf-16' ? `\ufeff${text}` : text;
    const view = new DataView(new ArrayBuffer(units.length * 2));
    for (let index = 0; index < units.length; index += 1) view.setUint16(index * 2, units.charCodeAt(index), charset !== 'utf-16be');
    return new Uint8Array(view.buffer);
  }
  const table = byteTable(charset);
  return Uint8Array.from([...text].map((letter) => table.get(letter) ?? 26));
}

export const CONVERT_CHARSET = computed('sandpiper_convert_charset', [BLOB, VARCHAR, VARCHAR], BLOB, (bytes, from, to) => {
  const name = (given: string) => CHARSETS[given.toLowerCase()] ?? given.toLowerCase();
  return encoded(decoded(bytes, name(from)), name(to));
});

/** Shannon's entropy of the bytes, in bits. */
export const BYTES_ENTROPY = computed('sandpiper_bytes_entropy', [BLOB], DOUBLE, (bytes) => {
  const counts = new Map<number, number>();
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / bytes.length) * Math.log2(count / bytes.length);
  return entropy === 0 ? 0 : entropy;
});

/** Compares pieces of two texts; bytes beyond ASCII come first, as ClickHouse's signed bytes do. */
export const COMPARE_PIECES = computed('sandpiper_compare_pieces', [BLOB, BLOB, BIGINT, BIGINT, BIGINT], INTEGER, (left: Uint8Array, right: Uint8Array, leftFrom: bigint, rightFrom: bigint, count: bigint) => {
  const piece = (bytes: Uint8Array, from: bigint) => new Int8Array(bytes.slice(Number(from), Number(from + count)));
  const [one, other] = [piece(left, leftFrom), piece(right, rightFrom)];
  for (let place = 0; place < Math.min(one.length, other.length); place += 1) {
    const difference = (one[place] ?? 0) - (other[place] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(one.length - other.length);
});

export const TEXT_FORMS = [COMPARE_PIECES, NORMALIZE, CONVERT_BASE, CONVERT_CHARSET, BYTES_ENTROPY];
