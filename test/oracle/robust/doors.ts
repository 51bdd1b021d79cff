/**
 * Everything that takes text from outside and is pure: readers of data files, templates, parameters, ClickHouse SQL and
 * types. Each must answer any text with a model, problems in place or a SandpiperError, soon, and nothing else.
 */
import { SandpiperError, type Span } from '../../../engine/errors.ts';
import { contextAt } from '../../../engine/project/cursor-context.ts';
import { parseDataFile } from '../../../engine/project/datafile.ts';
import { setEndpoint } from '../../../engine/project/endpoint-switch.ts';
import { printDataFile } from '../../../engine/project/print.ts';
import { loadProject } from '../../../engine/project/project.ts';
import type { Catalog } from '../../../engine/sql/catalog.ts';
import { parseType } from '../../../engine/sql/parse-type.ts';
import { parseExpression, parseQuery } from '../../../engine/sql/parse.ts';
import { translate } from '../../../engine/sql/translate.ts';
import { printType } from '../../../engine/sql/types.ts';
import { discoverParameters, sampleValue } from '../../../engine/template/parameters.ts';
import { checkTemplate, parseTemplate } from '../../../engine/template/parse.ts';
import { render } from '../../../engine/template/render.ts';

export interface Door {
  readonly name: string;
  readonly takes: 'data file' | 'template' | 'SQL' | 'type' | 'parameter';
  /** Throws nothing but what is a bug. */
  readonly push: (text: string) => void;
}

const COLUMNS = [['id', 'UInt32'], ['a', 'Nullable(Int64)'], ['s', 'String'], ['d', 'Date'], ['at', "DateTime('Europe/Berlin')"], ['arr', 'Array(UInt8)'], ['m', 'Map(String, Float64)'], ['tup', 'Tuple(x Int8, y String)'], ['lc', 'LowCardinality(String)'], ['st', 'AggregateFunction(uniq, String)']] as const;

const CATALOG: Catalog = {
  findTable: (database, name) => (database === undefined && (name === 't' || name === 'u') ? { kind: 'stored', duckdbName: ['main', name], columns: COLUMNS.map(([column, type]) => ({ name: column, type: parseType(type) })) } : undefined),
  tableNames: () => ['t', 'u'],
};

const TYPES = ['String', 'Int8', 'UInt8', 'Int32', 'Int64', 'UInt256', 'Float32', 'Float64', 'Date', 'DateTime', 'DateTime64', 'Boolean', 'Column', 'JSON', 'Symbol'];
const READERS = parseTemplate([...TYPES.map((type) => `{{${type}(p, description='d')}}`), "{{Array(p, 'Int32')}}", "{{Array(p, 'String')}}", '{{columns(p)}}', "{{split_to_array(p, '')}}", "{{sql_and(a__in=Array(p), b=String(p))}}", '{{sql_unescape(p)}}', "{{table(p)}}", "{% for x in split_to_array(p, 'a') %}{{column(x)}}{% end %}", "{{date_diff_in_days(p, '2024-01-01')}}"].join('\n'));

function inside(text: string, span: Span | undefined, what: string): void {
  if (!span) throw new Error(`no span: ${what}`);
  if (!(span.start >= 0 && span.end >= span.start && span.end <= text.length)) throw new Error(`span ${span.start}-${span.end} of ${text.length}: ${what}`);
}

/** Runs what may fail with a SandpiperError whose span lies in the text. */
function tolerate<T>(text: string | undefined, run: () => T): T | undefined {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof SandpiperError)) throw cause;
    if (text !== undefined) inside(text, cause.detail.span, cause.message);
    return undefined;
  }
}

function dataFile(path: string): Door {
  return {
    name: path,
    takes: 'data file',
    push: (text) => {
      const file = parseDataFile(path, text);
      for (const problem of file.problems) inside(text, problem.span, problem.message);
      loadProject([{ path, text }]);
      const context = file.kind === 'include' ? 'pipe' : file.kind;
      for (const at of [0, Math.floor(text.length / 2), text.length]) contextAt(text, at, context);
      parseDataFile(path, printDataFile(file));
      if (file.kind !== 'pipe') return;
      tolerate(undefined, () => setEndpoint(text, undefined));
      const templates = file.pipe.nodes.map(({ template }) => template);
      const given = Object.fromEntries(discoverParameters(templates).map((parameter) => [parameter.name, sampleValue(parameter)]));
      for (const { template } of file.pipe.nodes) for (const values of [{}, given]) tolerate(template.text, () => render(template, values, { pipe: templates }));
    },
  };
}

export const DOORS: readonly Door[] = [
  dataFile('x.datasource'),
  dataFile('x.pipe'),
  dataFile('x.connection'),
  dataFile('x.incl'),
  {
    name: 'template',
    takes: 'template',
    push: (text) => {
      const { template, problems } = checkTemplate(text);
      for (const problem of problems) inside(text, problem.span, problem.message);
      const given = Object.fromEntries(discoverParameters([template]).map((parameter) => [parameter.name, sampleValue(parameter)]));
      for (const values of [{}, given]) tolerate(text, () => render(template, values));
    },
  },
  {
    name: 'parameters',
    takes: 'parameter',
    push: (text) => {
      for (const item of READERS.items) {
        if (item.kind === 'text') continue;
        tolerate(READERS.text, () => render({ ...READERS, items: [item] }, { p: text }));
      }
      tolerate(undefined, () => translate(parseQuery('SELECT {p: String}, {p: Array(Int32)}, {p: Date}'), { catalog: CATALOG, parameters: { p: text } }));
    },
  },
  {
    name: 'SQL',
    takes: 'SQL',
    push: (text) => {
      const query = tolerate(text, () => parseQuery(text));
      if (query) tolerate(text, () => translate(query, { catalog: CATALOG }));
    },
  },
  { name: 'SQL expression', takes: 'SQL', push: (text) => void tolerate(text, () => parseExpression(text)) },
  {
    name: 'type',
    takes: 'type',
    push: (text) => {
      const type = tolerate(undefined, () => parseType(text));
      if (type) parseType(printType(type));
    },
  },
];
