/**
 * How long the language takes: a pipe of a hundred lines from text to DuckDB SQL, warm, against JSON.parse of the same
 * text as a floor; the same text again, which is cached; and `sandpiper check` of a project of 500 pipes.
 */
import * as esbuild from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CLI } from './project.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PIPES = 500;
const WARM_RUNS = 300;
const RUNS = 200;

export async function benchTranslate(folder) {
  const template = longQuery();
  const { parseQuery, translate, checkTemplate, render, parseType } = await language(folder);
  const columns = COLUMNS.map(([name, type]) => ({ name, type: parseType(type) }));
  const catalog = { findTable: (_database, name) => ({ kind: 'stored', duckdbName: ['main', name], columns }), tableNames: () => ['visits', 'users'] };
  const { sql } = render(checkTemplate(template).template, {});
  const translated = () => translate(parseQuery(sql), { catalog });
  const whole = () => translate(parseQuery(render(checkTemplate(template).template, {}).sql), { catalog });
  const text = JSON.stringify(parseQuery(sql));
  const floor = times(() => JSON.parse(text));
  const query = times(translated);
  const all = times(whole);
  const lines = [`translate: a query of ${sql.split('\n').length} lines with 70 aggregates takes ${shown(query)} warm (parse, bind, translate, print), ${shown(all)} with its template; goal 5 ms; ${(query.best / floor.best).toFixed(1)} times JSON.parse of its tree`];

  const project = makeProject(join(folder, 'five-hundred'));
  const started = performance.now();
  const checked = spawnSync(process.execPath, [CLI, 'check', project, '--json'], { encoding: 'utf8', maxBuffer: 1e9 });
  const seconds = (performance.now() - started) / 1000;
  const report = JSON.parse(checked.stdout);
  const broken = report.nodes.find((node) => !node.ok);
  if (report.nodes.length < PIPES || broken) throw new Error(`The project of the bench has errors: ${broken?.error ?? checked.stderr}`);
  lines.push(`check: a project of ${PIPES} pipes (${report.nodes.length} nodes) takes ${seconds.toFixed(2)} s, start and end included; goal 5 s`);
  return lines;
}

async function language(folder) {
  const outfile = join(folder, 'language.mjs');
  await esbuild.build({
    stdin: {
      contents: `export { parseQuery } from './engine/sql/parse.ts'; export { translate } from './engine/sql/translate.ts'; export { parseType } from './engine/sql/parse-type.ts';
        export { checkTemplate } from './engine/template/parse.ts'; export { render } from './engine/template/render.ts';`,
      resolveDir: ROOT, loader: 'ts',
    },
    bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

function times(work) {
  for (let run = 0; run < WARM_RUNS; run += 1) work();
  const taken = [];
  for (let run = 0; run < RUNS; run += 1) {
    const started = performance.now();
    work();
    taken.push(performance.now() - started);
  }
  taken.sort((left, right) => left - right);
  return { median: taken[RUNS / 2] ?? 0, best: taken[0] ?? 0 };
}

function shown({ median, best }) {
  return `${median.toFixed(2)} ms (fastest ${best.toFixed(2)})`;
}

const COLUMNS = [
  ['id', 'UInt64'], ['at', 'DateTime'], ['user_id', 'String'], ['kind', 'LowCardinality(String)'], ['path', 'String'], ['amount', 'Float64'], ['country', 'Nullable(String)'], ['tags', 'Array(String)'], ['props', 'Map(String, String)'],
];

/** CTEs, joins, windows, lambdas, aliases, aggregates with combinators, and template tags. */
function longQuery() {
  const measures = Array.from({ length: 35 }, (_, index) => `    countIf(kind = 'kind_${index}' AND amount > ${index}) AS n_${index},\n    round(sumIf(amount, path LIKE '%/${index}%') / greatest(n_${index}, 1), 2) AS mean_${index},`).join('\n');
  return `WITH
    {{ Int32(least, 10) }} AS least,
    seen AS (
        SELECT user_id, toStartOfHour(at) AS hour, kind, path, amount, country,
            arrayFilter(tag -> tag != '' AND length(tag) > 2, tags) AS kept,
            props['source'] AS source,
            row_number() OVER (PARTITION BY user_id ORDER BY at DESC) AS place
        FROM visits
        WHERE at BETWEEN {{ DateTime(since, '2024-01-01 00:00:00') }} AND now() - INTERVAL 1 DAY
        {% if defined(country) %} AND country = {{ String(country) }} {% end %}
    ),
    people AS (SELECT user_id, any(country) AS home, min(at) AS first_at FROM users GROUP BY user_id)
SELECT
    hour,
    ifNull(home, 'none') AS home_country,
    multiIf(amount_sum > 1000, 'large', amount_sum > 100, 'middle', 'small') AS size,
    sum(amount) AS amount_sum,
    uniq(user_id) AS visitors,
    quantile(0.9)(amount) AS p90,
    arrayStringConcat(arraySort(groupUniqArray(source)), ',') AS sources,
${measures}
    count() AS hits
FROM seen
LEFT JOIN people USING (user_id)
WHERE place <= 100
    AND (lower(path) LIKE '%home%' OR extract(path, '^/([^/?]+)') IN ('shop', 'blog'))
    AND has(kept, 'x') = 0
    AND dateDiff('day', first_at, toDateTime('2024-06-01 00:00:00')) > 0
GROUP BY hour, home_country
HAVING hits > least
ORDER BY hour DESC, hits DESC
LIMIT 100`;
}

/** 500 pipes with two nodes each: a third reads another pipe, all have parameters. */
function makeProject(folder) {
  for (const name of ['datasources', 'endpoints']) mkdirSync(join(folder, name), { recursive: true });
  const schema = COLUMNS.map(([name, type]) => `    \`${name}\` ${type} \`json:$.${name}${type.startsWith('Array') ? '[:]' : ''}\``).join(',\n');
  for (const name of ['visits', 'users', ...Array.from({ length: 18 }, (_, index) => `events_${index}`)]) writeFileSync(join(folder, `datasources/${name}.datasource`), `SCHEMA >\n${schema}\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "at, user_id"\n`);
  for (let index = 0; index < PIPES; index += 1) {
    const source = index % 3 === 2 ? `pipe_${index - 1}` : `events_${index % 18}`;
    const hour = index % 3 === 2 ? 'hour' : 'toStartOfHour(at)';
    writeFileSync(join(folder, `endpoints/pipe_${index}.pipe`), `DESCRIPTION >
    Number ${index}

NODE prepared
SQL >
    %
    SELECT ${hour} AS hour, user_id, ${index % 3 === 2 ? 'amount' : `if(kind = 'buy', amount, 0) AS amount`}
    FROM ${source}
    WHERE hour >= {{ DateTime(since, '2024-01-01 00:00:00', description='From when') }}
    {% if defined(who) %} AND user_id = {{ String(who) }} {% end %}

NODE answer
SQL >
    %
    SELECT p.hour, ${index % 3 === 1 ? 'p.user_id AS user_id, any(p.amount) AS amount,' : ''} count() AS hits, uniq(p.user_id) AS people, round(sum(p.amount), 2) AS total,
        arrayMap(x -> x * 2, groupArray(p.amount)) AS doubled, max(u.country) AS country
    FROM prepared AS p
    LEFT JOIN users AS u ON u.user_id = p.user_id
    GROUP BY p.hour${index % 3 === 1 ? ', p.user_id' : ''}
    ORDER BY hits DESC
    LIMIT {{ Int32(limit, 100) }}

TYPE endpoint
`);
  }
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { mkdtempSync, rmSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const folder = mkdtempSync(join(tmpdir(), 'sandpiper-translate-'));
  try {
    for (const line of await benchTranslate(folder)) process.stdout.write(`${line}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
