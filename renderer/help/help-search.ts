/** Finding in the help: entries that hold all words of what was typed, those whose name begins with it first. Pure. */
import type { HelpEntry, HelpSection } from '../../engine/api/protocol.ts';

export interface FoundEntry {
  readonly section: HelpSection;
  readonly entry: HelpEntry;
}

export function findInHelp(sections: readonly HelpSection[], typed: string): readonly FoundEntry[] {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return [];
  return sections
    .flatMap((section) => section.entries.map((entry) => ({ section, entry, rank: rankOf(entry, section, words) })))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ section, entry }) => ({ section, entry }));
}

function rankOf(entry: HelpEntry, section: HelpSection, words: readonly string[]): number {
  const name = entry.name.toLowerCase();
  const all = `${name} ${entry.code ?? ''} ${entry.text} ${entry.group ?? ''} ${entry.state ?? ''} ${section.title}`.toLowerCase();
  if (!words.every((word) => all.includes(word))) return 0;
  const typed = words.join(' ');
  if (name === typed) return 4;
  if (name.startsWith(typed)) return 3;
  return words.every((word) => name.includes(word)) ? 2 : 1;
}
