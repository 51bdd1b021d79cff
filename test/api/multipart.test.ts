/** Multipart bodies, cut into pieces at every possible byte. */
import { expect, test } from 'vitest';
import { readMultipart } from '../../engine/api/multipart.ts';

const BODY = ['preamble', '--b0', 'Content-Disposition: form-data; name="mode"', '', 'append', '--b0', 'Content-Disposition: form-data; name="csv"; filename="a \\"b\\".csv"', 'Content-Type: text/csv', '', 'id,at\r\n1,--b', '2,\r\n-', '--b0', 'Content-Disposition: form-data; name=last; filename=empty', '', '', '--b0--', ''].join('\r\n');

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function partsOf(text: string, size: number, type = 'multipart/form-data; boundary=b0'): Promise<unknown[]> {
  const parts: unknown[] = [];
  for await (const part of readMultipart(pieces(text, size), type)) {
    if (part.kind === 'field') parts.push([part.name, part.value]);
    else {
      let body = '';
      for await (const chunk of part.body) body += Buffer.from(chunk).toString('latin1');
      parts.push([part.name, part.fileName, body]);
    }
  }
  return parts;
}

test('parts are the same however the body is cut', async () => {
  const expected = [['mode', 'append'], ['csv', 'a "b".csv', 'id,at\r\n1,--b\r\n2,\r\n-'], ['last', 'empty', '']];
  const sizes = [1, 2, 3, 5, 7, 11, 64, 10_000];
  expect(await Promise.all(sizes.map((size) => partsOf(BODY, size)))).toEqual(sizes.map(() => expected));
});

test('a file that nobody reads is passed over', async () => {
  const names: string[] = [];
  for await (const part of readMultipart(pieces(BODY, 4), 'multipart/form-data; boundary="b0"')) names.push(part.name);
  expect(names).toEqual(['mode', 'csv', 'last']);
});

test('a body that is cut off, or names no boundary, is refused', async () => {
  await expect(partsOf(BODY.slice(0, 150), 9)).rejects.toThrow('The multipart body ends in the middle of a part.');
  await expect(partsOf(BODY, 9, 'multipart/form-data')).rejects.toThrow('The multipart body has no boundary in its Content-Type.');
});
