/** Damaged files from a seed: what stands in them is fixed by it, and nearly everything can stand in them. */
/** Small, seeded and repeatable. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const VALUES = [
  '1', '-1', '0', '-0', '1.0', '1.50', '1e2', '1E400', '70000', '18446744073709551615', '18446744073709551616', '123456789012345678901234567890', '0.1', '0.125', '12345678.99', '123456789012.5',
  'true', 'false', 'null', 'NaN', '-Infinity', '"1"', '"01"', '"1.5"', '""', '" "', '"null"', '"true"', '"x\\u0000y"', '"\\ud800"', '"\\ud83d\\ude00"', '"é"', '"{\\"a\\":1}"', '"[1]"', '"-"', '"-x"', '"1e5"', '"3e"', '"2024-01-01"',
  '"2024-02-30 00:00:00"', '"2024-01-01T10:11:12.123456Z"', '"2024-01-01 10:11:12+02:00"', '"2024-01-01 24:00:00"', '"2024-01-01 1:00:00"', '"1700000000"', '1700000000', '1700000000123', '"1899-01-01 00:00:00"', '"epoch"', '"infinity"',
  '{"score":1}', '{"score":"1"}', '{"score": 2.50, "x":[]}', '{}', '[]', '[1, 2]', '{"a":{"b":"c"}}', '"a\\/b"', '"tab\\t"', '"\u007f"', '1.', '+1', '.5', "'x'", '"open', '{"a":', '0x10', '1_000', '"1_000"', '"1700-01-01"',
];
const KEYS = ['id', 'small', 'name', 'at', 'note', 'stats', 'price', 'unknown'];
const NOISE = ['{', '}', '[', ']', '"', ',', ':', '\\', '\n', '\r', ' ', '\t', '\v', '\f', '\0', 'x', '9', 'ÿ', '{"a":', '{}'];

/** Rows of id, small, name, at, stats.score and price, many of them damaged; a few bytes of the whole are any. */
export function mutatedNdjson(seed: number, rows: number): Buffer {
  const random = randomNumbers(seed);
  const lines = Array.from({ length: rows }, (_, id) => {
    const row: Record<string, string> = { id: String(id), small: '1', name: '"n"', at: '"2024-01-01 00:00:00"', stats: '{"score":1}', price: '1.5' };
    for (let count = random(3); count > 0; count -= 1) {
      const key = KEYS[random(KEYS.length)] ?? '';
      if (random(5) === 0) delete row[key];
      else row[key] = VALUES[random(VALUES.length)] ?? '';
    }
    let line = `{${Object.entries(row).map(([key, value]) => `"${key}":${value}`).join(random(9) === 0 ? ' ,\t' : ',')}}`;
    for (let count = random(8) === 0 ? 1 + random(2) : 0; count > 0; count -= 1) {
      const at = random(line.length + 1);
      line = line.slice(0, at) + (NOISE[random(NOISE.length)] ?? '') + line.slice(at + random(3));
    }
    return random(40) === 0 ? ['', ' ', '\r', '\v\f'][random(4)] : line;
  });
  const bytes = Buffer.from(lines.join('\n') + (random(2) === 0 ? '\n' : ''));
  for (let count = random(4); count > 0; count -= 1) bytes[random(bytes.length)] = random(256);
  return bytes;
}

const CELLS = ['', '""', '\\N', '"a,b"', '"a""b"', '"open', 'x"y', ' 5 ', '"line\nend"', '1;2', '"", ', 'é', '\0', ...VALUES.filter((value) => !value.includes('"'))];
const SIGNS = ['"', ',', ';', '\t', '\n', '\r', '\\', '\0', 'ÿ', '""', ',,'];

/** The same columns as CSV, with a header or without. */
export function mutatedCsv(seed: number, rows: number): Buffer {
  const random = randomNumbers(seed);
  const lines = Array.from({ length: rows }, (_, id) => {
    const cells = [String(id), '1', 'n', '2024-01-01 00:00:00', '', '1', '1.5'];
    for (let count = random(3); count > 0; count -= 1) cells[random(cells.length)] = CELLS[random(CELLS.length)] ?? '';
    if (random(30) === 0) cells.push('more');
    if (random(30) === 0) cells.pop();
    let line = cells.join(',');
    for (let count = random(12) === 0 ? 1 + random(2) : 0; count > 0; count -= 1) {
      const at = random(line.length + 1);
      line = line.slice(0, at) + (SIGNS[random(SIGNS.length)] ?? '') + line.slice(at + random(3));
    }
    return random(40) === 0 ? (['', ' ', '\r'][random(3)] ?? '') : line;
  });
  if (random(2) === 0) lines.unshift('id,small,name,at,note,score,price');
  const bytes = Buffer.from(lines.join(random(3) === 0 ? '\r\n' : '\n') + (random(2) === 0 ? '\n' : ''));
  for (let count = random(4); count > 0; count -= 1) bytes[random(bytes.length)] = random(256);
  return bytes;
}
