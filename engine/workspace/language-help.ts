/**
 * The language as this engine runs it, gathered from the code that runs it: clauses (each tried by translating an
 * example), types, functions, aggregates, template functions, keywords of data files, and where answers differ from
 * ClickHouse's. The help page shows it, and docs/sql-support.md is printed from it.
 */
import { SandpiperError } from '../errors.ts';
import { findKeyword, keywordsOf, type DataFileKind } from '../project/keyword.ts';
import { listAggregates, listCombinators } from '../sql/aggregates/registry.ts';
import { listWindowFunctions } from '../sql/aggregates/window.ts';
import type { Catalog, CatalogTable } from '../sql/catalog.ts';
import { listFunctions } from '../sql/functions/registry.ts';
import { KNOWN_DIFFERENCES } from '../sql/known-differences.ts';
import { parseQuery } from '../sql/parse.ts';
import { parseType } from '../sql/parse-type.ts';
import { duckTypeSql } from '../sql/physical.ts';
import { translate } from '../sql/translate.ts';
import { templateFunctions } from '../template/function-table.ts';
import { LANGUAGE_EXAMPLES, TYPE_EXAMPLES } from './language-examples.ts';

export interface HelpSection {
  readonly id: string;
  readonly title: string;
  readonly intro: string;
  readonly entries: readonly HelpEntry[];
}

export interface HelpEntry {
  readonly name: string;
  /** A signature or an example. */
  readonly code?: string;
  readonly text: string;
  readonly state?: 'refused' | 'different' | 'no effect';
  readonly group?: string;
}

let sections: readonly HelpSection[] | undefined;

export function languageHelp(): readonly HelpSection[] {
  sections ??= [
    { id: 'clauses', title: 'Statements and clauses', intro: 'Each example is translated by this engine when the page is made. What is refused says why, here and in the editor.', entries: clauses() },
    { id: 'types', title: 'Types', intro: 'Types that a column of a data source or an expression may have.', entries: types() },
    { id: 'functions', title: 'Functions', intro: 'Names are case-sensitive, as in ClickHouse, but for those that SQL knows in any case.', entries: functions() },
    { id: 'aggregates', title: 'Aggregate functions', intro: 'Each takes the combinators below, in any order that ClickHouse takes.', entries: aggregates() },
    { id: 'combinators', title: 'Combinators', intro: 'Written behind the name of an aggregate function: `sumIf`, `uniqArrayIf`, `quantileState`.', entries: combinators() },
    { id: 'windows', title: 'Window functions', intro: 'Aggregate functions work over windows too.', entries: listWindowFunctions().map(({ name, signature, help }) => ({ name, code: signature, text: help })) },
    { id: 'templates', title: 'Template functions', intro: 'Inside `{{ }}` and `{% %}` in the SQL of a node that begins with `%`.', entries: templateFunctions().map(({ name, signature, help }) => ({ name, code: signature, text: help })) },
    ...(['datasource', 'pipe', 'connection'] as const).map(keywords),
    { id: 'differences', title: 'Known differences', intro: 'Where the answer is not ClickHouse\'s, and why. Anything else that differs is a fault: please report it.', entries: KNOWN_DIFFERENCES.map(({ differs, why, example }) => ({ name: differs, code: example, text: why, state: 'different' as const })) },
  ];
  return sections;
}

function clauses(): readonly HelpEntry[] {
  return LANGUAGE_EXAMPLES.map(({ group, name, sql }) => {
    const refused = refusal(() => translate(parseQuery(sql), { catalog: EXAMPLE_TABLES, parameters: { name: '1' }, nowMicros: 0n }));
    return { name, group, code: sql, text: refused ?? '', ...(refused === undefined ? {} : { state: 'refused' as const }) };
  });
}

function types(): readonly HelpEntry[] {
  return TYPE_EXAMPLES.map((code) => {
    const refused = refusal(() => duckTypeSql(parseType(code)));
    return { name: /^\w+/.exec(code)?.[0] ?? code, code, text: refused ?? '', ...(refused === undefined ? {} : { state: 'refused' as const }) };
  });
}

/** The sentence with which it is refused; undefined when it runs. */
function refusal(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof SandpiperError) return error.message;
    throw error;
  }
}

const REFUSED = /^Not supported: /;

function functions(): readonly HelpEntry[] {
  return listFunctions().map(({ name, signature, help, category, aliases = [], caseInsensitiveAliases = [] }) => {
    const others = [...aliases, ...caseInsensitiveAliases];
    const text = `${help}${others.length === 0 ? '' : ` Also ${others.join(', ')}.`}`;
    return { name, group: category, code: signature, text, ...(REFUSED.test(help) ? { state: 'refused' as const } : {}) };
  }).sort((a, b) => a.group.toLowerCase().localeCompare(b.group.toLowerCase(), 'en'));
}

function aggregates(): readonly HelpEntry[] {
  return listAggregates().map(({ name, signature, help, aliases = [], state }) => ({
    name, code: signature, text: `${help}${aliases.length === 0 ? '' : ` Also ${aliases.join(', ')}.`}${state ? '' : ' It has no state: -State and -Merge refuse it.'}`,
  }));
}

const COMBINATOR_HELP: Readonly<Record<string, string>> = {
  If: 'Counts only rows for which the last argument is true.', Array: 'Takes the elements of arrays as rows.', Map: 'Aggregates the values of each key of a map.', Distinct: 'Counts each different row once.', OrNull: 'Gives NULL over no rows.', OrDefault: 'Gives the default of the type over no rows.',
  ForEach: 'Aggregates the first elements of arrays, then the second, and so on.', Resample: 'Groups rows into intervals of a key and aggregates each.', State: 'Gives the state, to be kept in an AggregateFunction column and merged.', Merge: 'Merges states and gives the result.', MergeState: 'Merges states into one state.',
  SimpleState: 'Gives a value for a SimpleAggregateFunction column.', ArgMin: 'Aggregates the rows in which the last argument is smallest.', ArgMax: 'Aggregates the rows in which the last argument is largest.',
};

function combinators(): readonly HelpEntry[] {
  return [...new Set(listCombinators())].sort().map((name) => ({ name: `-${name}`, text: COMBINATOR_HELP[name] ?? '' }));
}

function keywords(kind: DataFileKind): HelpSection {
  const entries = keywordsOf(kind).map((name): HelpEntry => {
    const keyword = findKeyword(kind, name);
    const isInert = keyword?.note?.severity === 'info' && !/also found/.test(keyword.note.message);
    return { name, text: `${keyword?.help ?? ''}${keyword?.note ? ` ${keyword.note.message}` : ''}`, ...(isInert ? { state: 'no effect' as const } : {}) };
  });
  return { id: `${kind}-keywords`, title: `Keywords of .${kind} files`, intro: 'All are read, checked and kept. Those without an effect on this computer say so.', entries };
}

const EXAMPLE_TABLES: Catalog = {
  tableNames: () => ['visits', 'people', 'people_ids'],
  findTable: (database, name) => (database === undefined ? TABLES[name] : undefined),
};

function table(name: string, columns: Readonly<Record<string, string>>): CatalogTable {
  return { kind: 'stored', duckdbName: ['main', name], columns: Object.entries(columns).map(([column, type]) => ({ name: column, type: parseType(type) })), engine: { name: 'ReplacingMergeTree', sortingKey: ['id'] } };
}

const TABLES: Readonly<Record<string, CatalogTable>> = {
  visits: table('visits', { id: 'UInt64', at: 'DateTime', path: 'String', tags: 'Array(String)', tags_lengths: 'Array(UInt64)', props: 'Map(String, String)' }),
  people: table('people', { id: 'UInt64', name: 'Nullable(String)', since: 'DateTime' }),
  people_ids: table('people_ids', { id: 'UInt64' }),
};

/** The page as Markdown. */
export function helpMarkdown(help: readonly HelpSection[] = languageHelp()): string {
  const lines = ['# What runs in Sandpiper', '', '<!-- Written by `npm run docs` from the code; a test fails when it is stale. -->', ''];
  for (const section of help) {
    lines.push(`- [${section.title}](#${section.title.toLowerCase().replace(/[^a-z0-9 ]/g, '').replaceAll(' ', '-')})`);
  }
  for (const { title, intro, entries } of help) {
    lines.push('', `## ${title}`, '', intro);
    let group: string | undefined;
    if (entries.length > 0 && entries[0]?.group === undefined) lines.push('');
    for (const entry of entries) {
      if (entry.group !== group) {
        group = entry.group;
        lines.push('', `### ${group ?? ''}`, '');
      }
      lines.push(entryLine(entry));
    }
  }
  return `${lines.join('\n')}\n`;
}

function entryLine({ name, code, text, state }: HelpEntry): string {
  const told = text === '' ? '' : `: ${text}`;
  if (state === 'different') return `- ${plain(name)} ${plain(text)} ${code === undefined ? '' : inCode(code)}`.trimEnd();
  const mark = state === undefined ? '' : ` (${state})`;
  const isSignature = code !== undefined && (code.startsWith(name) || code === name);
  if (code === undefined || isSignature) return `- ${inCode(code ?? name)}${mark}${told}`;
  return `- ${plain(name)}${mark} ${inCode(code)}${text === '' ? '' : ` ${text}`}`;
}

/** Text in which Markdown sees no marks. */
function plain(text: string): string {
  return text.replace(/[*_<>[\]`]/g, '\\$&');
}

function inCode(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}
