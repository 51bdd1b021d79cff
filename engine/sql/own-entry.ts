/** Looking up a word of the user in a table: `toString` and `constructor` are in every object, and in no table of ours. */
export function ownEntry<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
