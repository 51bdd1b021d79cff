/**
 * Functions on texts and hashes that ClickHouse knows and Sandpiper does not run, each with the reason, so that nobody
 * takes them for mistyped names and nothing gives a value that differs from ClickHouse's.
 */
import { unsupported } from './arguments.ts';
import type { FunctionDefinition } from './definition.ts';

/** The reason completes "… is not supported: …". */
const REFUSED: readonly (readonly [string, readonly string[]])[] = [
  ['keep data encrypted outside of queries', ['encrypt', 'decrypt', 'tryDecrypt', 'aes_encrypt_mysql', 'aes_decrypt_mysql', 'HMAC']],
  ['its letters pass over a list of words that is not kept here; sqidDecode reads them', ['sqidEncode']],
  ['it calls a service in the network', ['aiGenerate', 'aiClassify', 'aiExtract', 'aiTranslate', 'aiEmbed']],
];

export const REFUSED_TEXT: readonly FunctionDefinition[] = REFUSED.flatMap(([reason, names]) => names.map((name): FunctionDefinition => ({
  name, signature: `${name}(…)`, help: `Not supported: ${reason}.`, category: 'other',
  bind: (call) => {
    throw unsupported(`${name} is not supported: ${reason}.`, call.span);
  },
})));
