/**
 * Functions on texts and hashes that ClickHouse knows and Sandpiper does not run, each with the reason, so that nobody
 * takes them for mistyped names and nothing gives a value that differs from ClickHouse's.
 */
import { unsupported } from './arguments.ts';
import type { FunctionDefinition } from './definition.ts';

/** The reason completes "… is not supported: …". */
const REFUSED: readonly (readonly [string, readonly string[]])[] = [
  ["DuckDB cannot compute this hash with ClickHouse's value; use cityHash64, sipHash64, MD5 or SHA256", [
    'xxHash32', 'xxHash64', 'xxh3', 'murmurHash2_32', 'murmurHash2_64', 'murmurHash3_32', 'murmurHash3_64', 'murmurHash3_128', 'gccMurmurHash', 'kafkaMurmurHash', 'farmHash64', 'farmFingerprint64', 'metroHash64', 'wyHash64',
    'sipHash128', 'sipHash64Keyed', 'sipHash128Keyed', 'sipHash128Reference', 'URLHash', 'MD4', 'SHA224', 'SHA384', 'SHA512', 'SHA512_256', 'RIPEMD160', 'keccak256', 'CRC32IEEE', 'CRC64', 'jumpConsistentHash', 'kostikConsistentHash',
    'ngramSimHash', 'ngramMinHash', 'wordShingleSimHash', 'wordShingleMinHash',
  ]],
  ['texts are compared with editDistance, jaroSimilarity or stringJaccardIndex here', ['ngramDistance', 'ngramDistanceUTF8', 'ngramDistanceCaseInsensitive', 'ngramSearch', 'ngramSearchUTF8', 'ngramSearchCaseInsensitive', 'multiFuzzyMatchAny', 'multiFuzzyMatchAnyIndex', 'multiFuzzyMatchAllIndices']],
  ['keep data encrypted outside of queries', ['encrypt', 'decrypt', 'tryDecrypt', 'aes_encrypt_mysql', 'aes_decrypt_mysql', 'HMAC']],
  ['merge the values with toJSONString and mapConcat', ['JSONMergePatch']],
  ['read the pairs with extractAllGroups', ['extractKeyValuePairs', 'extractKeyValuePairsWithEscaping']],
  ['replace the marks one by one with replaceAll', ['decodeHTMLComponent', 'decodeXMLComponent', 'extractTextFromHTML']],
  ['texts are UTF-8 here', ['convertCharset']],
  ['write concat(toString(a), …)', ['formatRow', 'formatRowNoNewline']],
  ['it calls a service in the network', ['aiGenerate', 'aiClassify', 'aiExtract', 'aiTranslate', 'aiEmbed']],
];

export const REFUSED_TEXT: readonly FunctionDefinition[] = REFUSED.flatMap(([reason, names]) => names.map((name): FunctionDefinition => ({
  name, signature: `${name}(…)`, help: `Not supported: ${reason}.`, category: 'other',
  bind: (call) => {
    throw unsupported(`${name} is not supported: ${reason}.`, call.span);
  },
})));
