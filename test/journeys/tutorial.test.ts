/** The tutorial's own requests against a fresh engine on the sample project, judged by real ClickHouse on the same rows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClickHouse, type ClickHouse } from '../oracle/clickhouse.ts';
import { sampleFixture } from '../sample/make-fixture.mjs';
import { makeProject, removeProject, ROOT, run, startEngine, type RunningEngine } from './engine.ts';

const RANGE = 'start_date=2023-01-01+00%3A00%3A00&end_date=2023-12-31+23%3A59%3A59';
const FILTER = "timestamp BETWEEN '2023-01-01 00:00:00' AND '2023-12-31 23:59:59'";

let engine: RunningEngine;
let clickHouse: ClickHouse | undefined;

beforeAll(async () => {
  engine = await startEngine(makeProject());
  clickHouse = openClickHouse();
  if (!clickHouse) return;
  await clickHouse.text(`CREATE TABLE app_events (event_id String, user_id String, session_id String, event_type String, feature String, timestamp DateTime,
    device_type String, browser String, os String, location String, metadata String) ENGINE = MergeTree ORDER BY (timestamp, user_id, event_type)`);
  await clickHouse.text(`INSERT INTO app_events SELECT * FROM file('${join(ROOT, 'pipes/fixtures/app_events.ndjson')}', 'JSONEachRow')`);
}, 120_000);

afterAll(async () => {
  clickHouse?.close();
  await engine?.stop();
  if (engine) removeProject(engine.project);
});

async function sameAsClickHouse(path: string, sql: string, order: 'ordered' | 'unordered' = 'ordered'): Promise<void> {
  const answer = await engine.get(`${path}&token=${engine.token}`, '');
  expect({ status: answer.status, error: answer.status === 200 ? '' : answer.text }).toEqual({ status: 200, error: '' });
  const expected = (await clickHouse?.text(sql, 'JSONEachRow')) ?? '';
  const lines = (text: string) => (order === 'ordered' ? text.trim().split('\n') : text.trim().split('\n').sort()).map((line) => JSON.parse(line) as unknown);
  const numbers = (text: string) => text.replace(/:"(\d+)"/g, ':$1');
  expect(lines(answer.text)).toEqual(lines(numbers(expected)));
}

test('the sample file is what its generator makes', () => {
  expect(readFileSync(join(ROOT, 'pipes/fixtures/app_events.ndjson'), 'utf8')).toBe(sampleFixture());
});

test('session_insights answers like ClickHouse', async (context) => {
  if (!clickHouse) return context.skip('ClickHouse is not installed');
  await sameAsClickHouse(
    `/v0/pipes/session_insights.ndjson?${RANGE}&user_id=usr_789&limit=50&utm_source=DEV&utm_campaign=tb+create+--prompt+DEV`,
    `SELECT session_id, user_id, min(timestamp) AS session_start, max(timestamp) AS session_end, dateDiff('second', min(timestamp), max(timestamp)) AS session_duration_seconds,
      count() AS event_count, device_type, browser, os, location FROM app_events WHERE ${FILTER} AND user_id = 'usr_789'
      GROUP BY session_id, user_id, device_type, browser, os, location HAVING session_duration_seconds > 0 ORDER BY session_start DESC LIMIT 50`,
  );
});

test('active_users answers like ClickHouse for each interval', async (context) => {
  if (!clickHouse) return context.skip('ClickHouse is not installed');
  for (const interval of ['1 week', '1 day', '1 month', '1 hour']) {
    await sameAsClickHouse(
      `/v0/pipes/active_users.ndjson?${RANGE}&interval=${encodeURIComponent(interval)}`,
      `SELECT toStartOfInterval(timestamp, INTERVAL '${interval}') AS interval_start, uniqExact(user_id) AS active_users, uniqExact(session_id) AS sessions, count() AS events,
        round(sessions / active_users, 2) AS sessions_per_user FROM app_events WHERE ${FILTER} GROUP BY interval_start ORDER BY interval_start`,
    );
  }
});

test('feature_usage reads the materialized view and answers like ClickHouse over the rows', async (context) => {
  if (!clickHouse) return context.skip('ClickHouse is not installed');
  await sameAsClickHouse(
    `/v0/pipes/feature_usage.ndjson?${RANGE}&features=billing,reports,search`,
    `SELECT feature, count() AS event_count, uniqExact(user_id) AS unique_users, round(event_count / unique_users, 2) AS events_per_user, max(toDate(timestamp)) AS last_used
      FROM app_events WHERE ${FILTER} AND feature IN ('billing', 'reports', 'search') GROUP BY feature ORDER BY event_count DESC, feature`,
  );
});

test("the tutorial's event is stored, counted by the view and served at once", async () => {
  const event = {
    event_id: 'evt_372713', user_id: 'user_2713', session_id: 'sess_22713', event_type: 'login', feature: 'billing', timestamp: '2025-05-11 21:25:07', device_type: 'mobile', browser: 'Firefox', os: 'iOS',
    location: 'UK', metadata: '{"subscription_tier":"basic","duration":323}',
  };
  const sent = await engine.post('/v0/events?name=app_events&wait=true&utm_source=DEV', JSON.stringify(event));
  const stored = await engine.get("/v0/sql?q=SELECT+*+FROM+app_events+WHERE+session_id='sess_22713'+FORMAT+JSONEachRow");
  const counted = await engine.get("/v0/sql?q=SELECT+countMerge(events)+AS+n+FROM+feature_usage_daily+WHERE+date='2025-05-11'+FORMAT+JSONEachRow");
  expect([sent.status, JSON.parse(sent.text), JSON.parse(stored.text), JSON.parse(counted.text)]).toEqual([200, { successful_rows: 1, quarantined_rows: 0 }, event, { n: 1 }]);
});

test("the sample project's own tests and check pass", () => {
  const [tested, checked] = [run(['test', join(ROOT, 'pipes')]), run(['check', join(ROOT, 'pipes'), '--json'])];
  expect([tested.code, tested.out.trim().split('\n').at(-1), checked.code]).toEqual([0, expect.stringMatching(/^[1-9]\d* passed, 0 failed$/) as string, 0]);
});
