// Asks real ClickHouse on the command line: node test/oracle/ask.mjs "SELECT 1" [FORMAT]
import { query } from 'chdb';

const [sql, format = 'PrettyCompactNoEscapes'] = process.argv.slice(2);
try {
  process.stdout.write(query(sql ?? 'SELECT version()', format));
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
