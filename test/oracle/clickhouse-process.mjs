// Holds one ClickHouse session for clickhouse.ts: a JSON request per line in, a JSON answer per line out.
// A process of its own, so that a crash in the library fails one query and not the test run.
import { createInterface } from 'node:readline';
import { Session } from 'chdb';

const session = new Session(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  const { id, sql, format } = JSON.parse(line);
  let answer;
  try {
    answer = { id, text: session.query(sql, format) };
  } catch (error) {
    answer = { id, error: error instanceof Error ? error.message : String(error) };
    // What a failed query had written already would stand before the next answer.
    session.query('SELECT 0', 'TSV');
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
