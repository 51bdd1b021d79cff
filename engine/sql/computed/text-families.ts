/** The computed functions about texts: hashes, digests, likeness, encodings. One line for each family. */
import type { ComputedFunction } from './definition.ts';
import { DIGESTS } from './digest.ts';
import { HASH_FUNCTIONS } from './hash-algorithm.ts';
import { INT_HASHES } from './int-hash.ts';
import { NGRAM_LIKENESSES } from './ngram-likeness.ts';
import { SHINGLE_HASHES } from './shingle-hash.ts';
import { SPACE_CURVES } from './space-curve.ts';
import { SQIDS } from './sqid.ts';
import { TEXT_FORMS } from './text-form.ts';
import { MARKUP } from './markup.ts';
import { SPARSE_GRAM_FUNCTIONS } from './sparse-gram.ts';
import { TOKEN_FUNCTIONS } from './token.ts';
import { JSON_FORMS } from './json-form.ts';
import { KEY_VALUE_FUNCTIONS } from './key-value.ts';

export const TEXT_FAMILIES: readonly ComputedFunction[] = [
  ...DIGESTS,
  ...HASH_FUNCTIONS,
  ...INT_HASHES,
  ...NGRAM_LIKENESSES,
  ...SHINGLE_HASHES,
  ...SPACE_CURVES,
  ...SQIDS,
  ...TEXT_FORMS,
  ...MARKUP,
  ...SPARSE_GRAM_FUNCTIONS,
  ...TOKEN_FUNCTIONS,
  ...JSON_FORMS,
  ...KEY_VALUE_FUNCTIONS,
];
