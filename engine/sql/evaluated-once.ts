/** Keeps long SQL from being written, planned and computed several times by what uses its value several times. */
import { duck, duckName, type DuckSql } from './duck.ts';

/** A body that uses only this value: short SQL is written again, long SQL is computed once as a lambda's parameter. */
export function evaluatedOnce(value: DuckSql, body: (value: DuckSql) => DuckSql): DuckSql {
  if (value.text.length <= 60) return body(value);
  const name = duckName('q');
  return duck`list_transform([${value}], lambda ${name}: ${body(name)})[1]`;
}
