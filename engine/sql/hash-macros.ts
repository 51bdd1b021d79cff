/**
 * CityHash64 (version 1.0.2), SipHash-2-4 and CRC as DuckDB macros over BLOBs, so that cityHash64 and sipHash64 give the
 * very numbers that ClickHouse gives. 64-bit words are UHUGEINT, cut by a mask. Bytes are read from their hexadecimal
 * digits turned back to front, where a little-endian word is one piece of text.
 */

const MASK = '18446744073709551615::UHUGEINT';
const K0 = `${0xc3a5c85c97cb3127n}::UHUGEINT`;
const K1 = `${0xb492b66fbe98f273n}::UHUGEINT`;
const K2 = `${0x9ae16a3b2f90404fn}::UHUGEINT`;
const K3 = `${0xc949d7c7509e6557n}::UHUGEINT`;
const MIXER = `${0x9ddfea08eb382d69n}::UHUGEINT`;

/** Sums wrap; they are cut once, at the end. */
const sum = (...parts: readonly string[]) => `((${parts.join(' + ')}) & ${MASK})`;
const product = (left: string, right: string) => `(((${left}) * (${right})) & ${MASK})`;
/** A word times 2^64 + 1 stands twice side by side, so that a shift turns it. */
const turned = (word: string, right: number) => `(((${word}) * 18446744073709551617::UHUGEINT >> ${right}) & ${MASK})`;
const mixed = (word: string) => `sandpiper_shift_mix(${word})`;
const hash16 = (low: string, high: string) => `sandpiper_hash16(${low}, ${high})`;
/** Words at an offset from the start, or before the end. */
const word = (offset: string) => `sandpiper_word(turn, size - (${offset}))`;
const half = (offset: string) => `sandpiper_half_word(turn, size - (${offset}))`;
const fromEnd = (bytes: number) => `sandpiper_word(turn, ${bytes})`;
const letter = (offset: string) => `CAST(CAST('0x' || substring(turn, CAST(2 * (size - (${offset})) - 1 AS BIGINT), 2) AS UTINYINT) AS UHUGEINT)`;
const SIZE = 'CAST(size AS UHUGEINT)';
const weak = (offset: string, a: string, b: string) => `sandpiper_weak32(turn, size - (${offset}), ${a}, ${b})`;

const UP_TO_16 = `CASE
  WHEN size > 8 THEN xor(${hash16(word('0'), `sandpiper_turn_by(${sum(fromEnd(8), SIZE)}, size)`)}, ${fromEnd(8)})
  WHEN size >= 4 THEN ${hash16(sum(SIZE, `(${half('0')} * 8)`), `sandpiper_half_word(turn, 4)`)}
  WHEN size > 0 THEN ${product(mixed(`xor(${product(`${letter('0')} + ${letter('size // 2')} * 256`, K2)}, ${product(`${SIZE} + ${letter('size - 1')} * 4`, K3)})`), K2)}
  ELSE ${K2} END`;

const difference = (left: string, right: string) => `((${left} + 18446744073709551616::UHUGEINT - ${right}) & ${MASK})`;
const UP_TO_32 = `list_transform([{'a': ${product(word('0'), K1)}, 'b': ${word('8')}, 'c': ${product(fromEnd(8), K2)}, 'd': ${product(fromEnd(16), K0)}}], lambda p:
  ${hash16(sum(turned(difference('p.a', 'p.b'), 43), turned('p.c', 30), 'p.d'), sum(difference('p.a', 'p.c'), turned(`xor(p.b, ${K3})`, 20), SIZE))})[1]`;

const UP_TO_64 = `list_transform([{
    'v': sandpiper_middle(${sum(word('0'), product(sum(SIZE, fromEnd(16)), K0))}, ${word('8')}, ${word('16')}, ${word('24')}),
    'w': sandpiper_middle(${sum(word('16'), fromEnd(32))}, ${fromEnd(24)}, ${fromEnd(16)}, ${fromEnd(8)})}], lambda p:
  ${product(mixed(sum(product(mixed(sum(product(sum('p.v.f', 'p.w.s'), K2), product(sum('p.w.f', 'p.v.s'), K0))), K0), 'p.v.s')), K2)})[1]`;

const START = `list_transform([{'y': xor(${fromEnd(16)}, ${K1}), 'z': xor(${fromEnd(56)}, ${K0})}], lambda p:
  list_transform([{'v': ${weak('size - 64', SIZE, 'p.y')}, 'w': ${weak('size - 32', product(SIZE, K1), K0)}}], lambda q:
    list_transform([${sum('p.z', product(mixed('q.v.s'), K1))}], lambda z:
      {'x': ${product(turned(sum('z', word('0')), 39), K1)}, 'y': ${product(turned('p.y', 33), K1)}, 'z': z, 'v': q.v, 'w': q.w, 'o': 0::BIGINT})[1])[1])[1]`;
const STEP = `list_transform([{
    'x': xor(${product(turned(sum('s.x', 's.y', 's.v.f', word('e.o + 16')), 37), K1)}, s.w.s),
    'y': xor(${product(turned(sum('s.y', 's.v.s', word('e.o + 48')), 42), K1)}, s.v.f),
    'z': ${turned('xor(s.z, s.w.f)', 33)}}], lambda n:
  {'x': n.z, 'y': n.y, 'z': n.x, 'v': ${weak('e.o', product('s.v.s', K1), sum('n.x', 's.w.f'))}, 'w': ${weak('e.o + 32', sum('n.z', 's.w.s'), 'n.y')}, 'o': e.o})[1]`;
const EMPTY = `{'x': 0::UHUGEINT, 'y': 0::UHUGEINT, 'z': 0::UHUGEINT, 'v': {'f': 0::UHUGEINT, 's': 0::UHUGEINT}, 'w': {'f': 0::UHUGEINT, 's': 0::UHUGEINT}, 'o': place}`;
const LONG = `list_transform([list_reduce(list_prepend(${START}, list_transform(range(0, ((size - 1) // 64) * 64, 64), lambda place: ${EMPTY})), lambda s, e: ${STEP})], lambda r:
  ${hash16(sum(hash16('r.v.f', 'r.w.f'), product(mixed('r.y'), K1), 'r.z'), sum(hash16('r.v.s', 'r.w.s'), 'r.x'))})[1]`;

/** One round of SipHash on the state s, with what the element e puts in before and after it. */
const left = (value: string, bits: number) => turned(value, 64 - bits);
const SIP_ROUND = `list_transform([{'a': ${sum('s.v0', 's.v1')}, 'b': s.v1, 'c': ${sum('xor(s.v2, e.flip)', 'xor(s.v3, e.before)')}, 'd': xor(s.v3, e.before)}], lambda p:
  list_transform([{'a': ${left('p.a', 32)}, 'b': xor(${left('p.b', 13)}, p.a), 'c': p.c, 'd': xor(${left('p.d', 16)}, p.c)}], lambda q:
    list_transform([{'a': ${sum('q.a', 'q.d')}, 'c': ${sum('q.c', 'q.b')}, 'b': q.b, 'd': q.d}], lambda r:
      {'v0': xor(r.a, e.after), 'v1': xor(${left('r.b', 17)}, r.c), 'v2': ${left('r.c', 32)}, 'v3': xor(${left('r.d', 21)}, r.a), 'before': 0::UHUGEINT, 'after': 0::UHUGEINT, 'flip': 0::UHUGEINT})[1])[1])[1]`;
const sipElement = (before: string, after: string, flip: string) => `{'v0': 0::UHUGEINT, 'v1': 0::UHUGEINT, 'v2': 0::UHUGEINT, 'v3': 0::UHUGEINT, 'before': ${before}, 'after': ${after}, 'flip': ${flip}}`;
const ZERO = '0::UHUGEINT';
const LAST_WORD = `(CAST(size % 256 AS UHUGEINT) * 72057594037927936::UHUGEINT + CASE WHEN size % 8 = 0 THEN ${ZERO} ELSE CAST(CAST('0x' || substring(turn, 1, (size % 8) * 2) AS UBIGINT) AS UHUGEINT) END)`;
const SIP_WORDS = `list_concat(list_transform(range(0, (size // 8) * 8, 8), lambda o: ${word('o')}), [${LAST_WORD}])`;
const SIP = `list_transform([list_reduce(list_concat(
    [{'v0': ${0x736f6d6570736575n}::UHUGEINT, 'v1': ${0x646f72616e646f6dn}::UHUGEINT, 'v2': ${0x6c7967656e657261n}::UHUGEINT, 'v3': ${0x7465646279746573n}::UHUGEINT, 'before': ${ZERO}, 'after': ${ZERO}, 'flip': ${ZERO}}],
    flatten(list_transform(${SIP_WORDS}, lambda m: [${sipElement('m', ZERO, ZERO)}, ${sipElement(ZERO, 'm', ZERO)}])),
    [${sipElement(ZERO, ZERO, '255::UHUGEINT')}, ${sipElement(ZERO, ZERO, ZERO)}, ${sipElement(ZERO, ZERO, ZERO)}, ${sipElement(ZERO, ZERO, ZERO)}]), lambda s, e: ${SIP_ROUND})], lambda r: xor(xor(r.v0, r.v1), xor(r.v2, r.v3)))[1]`;

/** The table of a reflected CRC. */
function crcTable(polynomial: bigint): string {
  const rows = Array.from({ length: 256 }, (_, index) => {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    return String(value);
  });
  return `[${rows.join(',')}]::UBIGINT[]`;
}

function crc(name: string, polynomial: bigint, start: bigint, end: bigint): string {
  const bytes = "list_transform(regexp_extract_all(hex(b), '..'), lambda pair: CAST('0x' || pair AS UBIGINT))";
  return `CREATE OR REPLACE MACRO ${name}(b) AS xor(list_reduce(list_prepend(${start}::UBIGINT, ${bytes}), lambda state, byte: xor((${crcTable(polynomial)})[CAST(xor(state, byte) & 255 AS INTEGER) + 1], state >> 8)), ${end}::UBIGINT)`;
}

const prepared = (body: string) => `list_transform([{'turn': array_to_string(list_reverse(regexp_extract_all(hex(b), '..')), ''), 'size': octet_length(b)}], lambda input: list_transform([input.turn], lambda turn: list_transform([input.size], lambda size: ${body})[1])[1])[1]`;

export const HASH_MACROS: readonly string[] = [
  `CREATE OR REPLACE MACRO sandpiper_shift_mix(v) AS list_transform([v], lambda x: xor(x, x >> 47))[1]`,
  `CREATE OR REPLACE MACRO sandpiper_hash16(u, v) AS list_transform([v], lambda high: ${product(mixed(product(`xor(high, ${mixed(product('xor(u, high)', MIXER))})`, MIXER)), MIXER)})[1]`,
  `CREATE OR REPLACE MACRO sandpiper_turn_by(v, bits) AS ((v * 18446744073709551617::UHUGEINT >> CAST(bits AS UHUGEINT)) & ${MASK})`,
  // The word whose first byte is so many bytes before the end.
  `CREATE OR REPLACE MACRO sandpiper_word(turn, before_end) AS CAST(CAST('0x' || substring(turn, CAST(2 * (before_end) - 15 AS BIGINT), 16) AS UBIGINT) AS UHUGEINT)`,
  `CREATE OR REPLACE MACRO sandpiper_half_word(turn, before_end) AS CAST(CAST('0x' || substring(turn, CAST(2 * (before_end) - 7 AS BIGINT), 8) AS UBIGINT) AS UHUGEINT)`,
  `CREATE OR REPLACE MACRO sandpiper_middle(a, p, q, z) AS list_transform([{'a': a, 'p': p, 'q': q, 'z': z}], lambda i: {'f': ${sum('i.a', 'i.p', 'i.q', 'i.z')}, 's': ${sum(turned(sum('i.a', 'i.z'), 52), turned('i.a', 37), turned(sum('i.a', 'i.p'), 7), turned(sum('i.a', 'i.p', 'i.q'), 31))}})[1]`,
  `CREATE OR REPLACE MACRO sandpiper_weak32(turn, before_end, a, b) AS list_transform([{'w': sandpiper_word(turn, before_end), 'x': sandpiper_word(turn, before_end - 8), 'y': sandpiper_word(turn, before_end - 16), 'z': sandpiper_word(turn, before_end - 24), 'a': a, 'b': b}], lambda i:
    {'f': ${sum('i.a', 'i.w', 'i.x', 'i.y', 'i.z')}, 's': ${sum(turned(sum('i.b', 'i.a', 'i.w', 'i.z'), 21), turned(sum('i.a', 'i.w', 'i.x', 'i.y'), 44), 'i.a', 'i.w')}})[1]`,
  `CREATE OR REPLACE MACRO sandpiper_city64(b) AS ${prepared(`CASE WHEN size <= 16 THEN ${UP_TO_16} WHEN size <= 32 THEN ${UP_TO_32} WHEN size <= 64 THEN ${UP_TO_64} ELSE ${LONG} END`)}`,
  `CREATE OR REPLACE MACRO sandpiper_sip64(b) AS ${prepared(SIP)}`,
  // A 64-bit number as its eight bytes, lowest first.
  `CREATE OR REPLACE MACRO sandpiper_word_hex(n) AS array_to_string(list_reverse(regexp_extract_all(lpad(to_hex(n), 16, '0'), '..')), '')`,
  crc('sandpiper_crc32', 0xedb88320n, 0xffffffffn, 0xffffffffn),
];
