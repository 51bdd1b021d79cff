/** Bytes as characters: how many bytes one takes, and the text that bytes stand for here. */

/** How many bytes a character takes by its first byte; 1 where that is none. */
export function characterSize(first: number): number {
  if (first < 0xc0 || first >= 0xf8) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text, or, where the bytes are no UTF-8, its bytes as \xAB: what sandpiper_text makes of a BLOB. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    // Not UTF-8: shown byte by byte, as everywhere.
    return [...bytes].map((byte) => (byte >= 32 && byte < 127 && byte !== 92 ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`)).join('');
  }
}

const encoder = new TextEncoder();

export function bytesOfText(text: string): Uint8Array {
  return encoder.encode(text);
}
