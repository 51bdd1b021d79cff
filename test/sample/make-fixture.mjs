/**
 * Writes pipes/fixtures/app_events.ndjson: seven months of a small SaaS product, the same bytes on every run.
 * Users come back on weekdays in working hours, the product grows, and each session walks through a few features.
 *   node test/sample/make-fixture.mjs [ROWS_FILE]
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const FIRST_DAY = Date.UTC(2023, 8, 4);
const DAYS = 210;
const FEATURES = ['dashboard', 'reports', 'billing', 'settings', 'search', 'export', 'integrations', 'alerts'];
const FEATURE_WEIGHTS = [30, 20, 7, 8, 16, 6, 5, 8];
const EVENT_TYPES = ['click', 'page_view', 'search', 'download', 'form_submit'];
const EVENT_WEIGHTS = [40, 35, 10, 5, 10];
const LOCATIONS = ['UK', 'US', 'Germany', 'Spain', 'Canada', 'India', 'Brazil'];
const LOCATION_WEIGHTS = [18, 34, 12, 10, 9, 11, 6];
const DEVICES = [
  { device_type: 'desktop', browser: 'Chrome', os: 'Windows', weight: 34 },
  { device_type: 'desktop', browser: 'Chrome', os: 'macOS', weight: 18 },
  { device_type: 'desktop', browser: 'Firefox', os: 'Linux', weight: 8 },
  { device_type: 'desktop', browser: 'Safari', os: 'macOS', weight: 10 },
  { device_type: 'mobile', browser: 'Safari', os: 'iOS', weight: 14 },
  { device_type: 'mobile', browser: 'Chrome', os: 'Android', weight: 12 },
  { device_type: 'tablet', browser: 'Safari', os: 'iPadOS', weight: 4 },
];
const TIERS = ['free', 'basic', 'pro', 'enterprise'];
const TIER_WEIGHTS = [40, 30, 22, 8];

export function sampleEvents() {
  const random = generator(20230904);
  const pick = (items, weights) => {
    let point = random() * weights.reduce((sum, weight) => sum + weight, 0);
    return items[weights.findIndex((weight) => (point -= weight) < 0)] ?? items[items.length - 1];
  };
  const users = Array.from({ length: 180 }, (_, index) => ({
    id: `usr_${String(index * 5 + 14 - (index % 3)).padStart(3, '0')}`,
    joined: Math.floor(random() ** 1.4 * (DAYS - 20)),
    keenness: 0.02 + random() ** 3 * 0.16,
    device: pick(DEVICES, DEVICES.map((device) => device.weight)),
    location: pick(LOCATIONS, LOCATION_WEIGHTS),
    tier: pick(TIERS, TIER_WEIGHTS),
  }));
  // The user that the tutorial's request asks for is a busy one, there from the first day.
  users[155] = { ...users[155], id: 'usr_789', joined: 0, keenness: 0.3 };

  const events = [];
  let sessions = 0;
  for (let day = 0; day < DAYS; day += 1) {
    const weekday = new Date(FIRST_DAY + day * 86_400_000).getUTCDay();
    const busy = weekday === 0 || weekday === 6 ? 0.35 : 1;
    for (const user of users) {
      if (day < user.joined || random() > user.keenness * busy) continue;
      sessions += 1;
      const session = `sess_${String(20_000 + sessions)}`;
      let second = Math.floor((8 + random() * 11) * 3600 + random() * 900);
      const length = 1 + Math.floor(random() ** 1.6 * 13);
      for (let step = 0; step < length; step += 1) {
        const type = step === 0 ? 'login' : step === length - 1 && random() < 0.4 ? 'logout' : pick(EVENT_TYPES, EVENT_WEIGHTS);
        const stay = Math.floor(4 + random() ** 2 * 420);
        events.push({
          event_id: '',
          user_id: user.id,
          session_id: session,
          event_type: type,
          feature: pick(FEATURES, FEATURE_WEIGHTS),
          timestamp: textOf(FIRST_DAY + day * 86_400_000 + second * 1000),
          device_type: user.device.device_type,
          browser: user.device.browser,
          os: user.device.os,
          location: user.location,
          metadata: JSON.stringify({ subscription_tier: user.tier, duration: stay }),
        });
        second += stay;
      }
    }
  }
  events.sort((left, right) => (left.timestamp < right.timestamp ? -1 : left.timestamp > right.timestamp ? 1 : 0));
  return events.map((event, index) => ({ ...event, event_id: `evt_${370_000 + index}` }));
}

export function sampleFixture() {
  return sampleEvents().map((event) => `${JSON.stringify(event)}\n`).join('');
}

function textOf(milliseconds) {
  return new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
}

/** Mulberry32: small, even, and the same everywhere. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(process.argv[2] ?? new URL('../../pipes/fixtures/app_events.ndjson', import.meta.url), sampleFixture());
}
