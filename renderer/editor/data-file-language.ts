/**
 * The colours of .datasource and .pipe files: directives at the start of a line, their blocks (SQL, SCHEMA, prose), and
 * template tags inside SQL. Which words exist is the engine's to know: here they only get a colour.
 */
import type * as Monaco from 'monaco-editor/editor';

export const DATA_FILE_LANGUAGE = 'sandpiper-data-file';

const DIRECTIVE_WORDS = [
  'DESCRIPTION', 'TOKEN', 'SCHEMA', 'INDEXES', 'ENGINE', 'ENGINE_[A-Z_]+', 'PARTITION_KEY', 'SORTING_KEY', 'PRIMARY_KEY', 'SAMPLING_KEY', 'TTL',
  'FORWARD_QUERY', 'BACKFILL', 'SHARED_WITH', 'KAFKA_[A-Z_]+', 'IMPORT_[A-Z_]+', 'TAGS', 'VERSION', 'SOURCE', 'INCLUDE', 'NODE', 'SQL', 'TYPE',
  'DATASOURCE', 'TARGET_DATASOURCE', 'COPY_[A-Z_]+', 'EXPORT_[A-Z_]+', 'DEPLOYMENT_METHOD', 'S3_[A-Z_]+', 'GCS_[A-Z_]+', 'CACHE',
];

const SQL_WORDS = [
  'select', 'distinct', 'from', 'prewhere', 'where', 'group', 'by', 'having', 'order', 'limit', 'offset', 'with', 'as', 'join', 'inner', 'left', 'right',
  'full', 'cross', 'outer', 'any', 'all', 'asof', 'semi', 'anti', 'global', 'array', 'on', 'using', 'union', 'intersect', 'except', 'and', 'or', 'not', 'in',
  'between', 'like', 'ilike', 'is', 'null', 'case', 'when', 'then', 'else', 'end', 'interval', 'asc', 'desc', 'nulls', 'first', 'last', 'final', 'sample',
  'over', 'partition', 'rows', 'range', 'unbounded', 'preceding', 'following', 'current', 'row', 'window', 'qualify', 'fill', 'step', 'totals', 'rollup',
  'cube', 'settings', 'format', 'cast', 'true', 'false', 'default', 'codec', 'materialized', 'exists', 'replace', 'ties', 'sets', 'grouping',
  'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year',
];

const TEMPLATE_WORDS = ['if', 'elif', 'else', 'end', 'for', 'in', 'set', 'not', 'and', 'or', 'is', 'None', 'True', 'False', 'while', 'break', 'continue', 'import', 'comment'];

const TYPE_NAMES = /(?:U?Int(?:8|16|32|64|128|256)|B?Float(?:16|32|64)|Decimal(?:32|64|128|256)?|String|FixedString|DateTime64|DateTime|Date32|Date|UUID|Bool|Enum(?:8|16)?|IPv[46]|Nullable|LowCardinality|Array|Tuple|Map|JSON|Nested|AggregateFunction|SimpleAggregateFunction)\b/;

export function registerDataFileLanguage(monaco: typeof Monaco): void {
  monaco.languages.register({ id: DATA_FILE_LANGUAGE, extensions: ['.datasource', '.pipe', '.connection', '.incl'] });
  monaco.languages.setLanguageConfiguration(DATA_FILE_LANGUAGE, {
    comments: { lineComment: '--', blockComment: ['/*', '*/'] },
    brackets: [['(', ')'], ['[', ']'], ['{', '}']],
    autoClosingPairs: [
      { open: '(', close: ')' }, { open: '[', close: ']' }, { open: '{{', close: ' }}' }, { open: '{%', close: ' %}' },
      { open: "'", close: "'", notIn: ['string', 'comment'] }, { open: '`', close: '`' }, { open: '"', close: '"', notIn: ['string', 'comment'] },
    ],
    surroundingPairs: [{ open: '(', close: ')' }, { open: '[', close: ']' }, { open: "'", close: "'" }, { open: '`', close: '`' }, { open: '"', close: '"' }],
    folding: { offSide: true },
    onEnterRules: [{ beforeText: /^(?:SCHEMA|SQL|DESCRIPTION|INDEXES|SHARED_WITH|FORWARD_QUERY)\s*>\s*$/i, action: { indentAction: monaco.languages.IndentAction.Indent } }],
    wordPattern: /[A-Za-z_][\w]*/,
  });
  monaco.languages.setMonarchTokensProvider(DATA_FILE_LANGUAGE, grammar());
}

function grammar(): Monaco.languages.IMonarchLanguage {
  // Case matters to type names only, so words come in both cases instead of `ignoreCase`.
  const directive = bothCases(DIRECTIVE_WORDS).join('|');
  const leave: Monaco.languages.IMonarchLanguageRule = [new RegExp(`^(?=(?:${directive})\\b)`), { token: '', next: '@pop' }];
  return {
    defaultToken: '',
    sqlWords: bothCases(SQL_WORDS),
    templateWords: TEMPLATE_WORDS,
    tokenizer: {
      root: [
        [/^(SQL|sql|FORWARD_QUERY)(\s*)(>)/, ['directive', '', { token: 'operator', next: '@sql' }]],
        [/^(SCHEMA|schema|INDEXES)(\s*)(>)/, ['directive', '', { token: 'operator', next: '@schema' }]],
        [/^([A-Za-z_]+)(\s*)(>)/, ['directive', '', { token: 'operator', next: '@prose' }]],
        [/^(DESCRIPTION|description)\b/, { token: 'directive', next: '@restOfLine' }],
        [/^(NODE|TYPE|DATASOURCE|TARGET_DATASOURCE|node|type|datasource)(\s+)(\S+)/, ['directive', '', 'name']],
        [new RegExp(`^(?:${directive})\\b`), 'directive'],
        [/^\s*#.*$/, 'comment'],
        [/"/, 'string', '@quoted'],
        [/\{\{/, 'template', '@expression'],
        [/\b(?:READ|APPEND|read|append|endpoint|materialized|copy|sink)\b/, 'keyword'],
        [/\b\d+(?:\.\d+)?\b/, 'number'],
      ],
      restOfLine: [[/.+$/, 'prose', '@pop'], [/^/, '', '@pop']],
      quoted: [[/[^"]+/, 'string'], [/"/, 'string', '@pop']],
      prose: [leave, [/.+/, 'prose']],
      schema: [
        leave,
        [/--.*$/, 'comment'],
        [/`json:[^`]*`/, 'string'],
        [/`[^`]*`/, 'name'],
        { include: '@sqlParts' },
      ],
      sql: [leave, [/^\s*%\s*$/, 'template'], { include: '@sqlParts' }],
      sqlParts: [
        [/\{#/, 'comment', '@templateComment'],
        [/\{\{/, 'template', '@expression'],
        [/\{%/, 'template', '@statement'],
        [/--.*$/, 'comment'],
        [/\/\*/, 'comment', '@blockComment'],
        [/'/, 'string', '@single'],
        [/`[^`]*`/, ''],
        [/"[^"]*"/, ''],
        [TYPE_NAMES, 'type'],
        [/[A-Za-z_]\w*(?=\s*\()/, { cases: { '@sqlWords': 'keyword', '@default': 'function' } }],
        [/[A-Za-z_]\w*/, { cases: { '@sqlWords': 'keyword', '@default': '' } }],
        [/\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/, 'number'],
        [/[-+*/%<>=!|:?]+/, 'operator'],
      ],
      single: [[/\{\{/, 'template', '@expression'], [/[^'\\{]+/, 'string'], [/\\./, 'string'], [/''/, 'string'], [/'/, 'string', '@pop'], [/\{/, 'string']],
      blockComment: [[/[^*]+/, 'comment'], [/\*\//, 'comment', '@pop'], [/\*/, 'comment']],
      templateComment: [[/#\}/, 'comment', '@pop'], [/[^#]+/, 'comment'], [/#/, 'comment']],
      expression: [[/\}\}/, 'template', '@pop'], { include: '@templateParts' }],
      statement: [[/%\}/, 'template', '@pop'], { include: '@templateParts' }],
      templateParts: [
        [/(\w+)(\s*\(\s*)(\w+)(?=\s*[,)])/, ['template.function', '', 'template.parameter']],
        [/'[^']*'|"[^"]*"/, 'string'],
        [/[A-Za-z_]\w*(?=\s*\()/, { cases: { '@templateWords': 'keyword', '@default': 'template.function' } }],
        [/[A-Za-z_]\w*(?=\s*=[^=])/, 'prose'],
        [/[A-Za-z_]\w*/, { cases: { '@templateWords': 'keyword', '@default': 'template.parameter' } }],
        [/\d+(?:\.\d+)?/, 'number'],
        [/[-+*/%<>=!|]+/, 'operator'],
      ],
    },
  };
}

function bothCases(words: readonly string[]): string[] {
  return [...words.map((word) => word.toUpperCase()), ...words.map((word) => word.toLowerCase())];
}
