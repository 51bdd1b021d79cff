/** `sandpiper translate`: one ClickHouse query as DuckDB SQL, with the names of a project where one is given. */
import { placeOf, SandpiperError } from '../errors.ts';
import { loadProject } from '../project/project.ts';
import { parseQuery } from '../sql/parse.ts';
import { translate } from '../sql/translate.ts';
import { readEnvironment } from './environment.ts';
import { ProjectFolder } from './project-folder.ts';
import { Queries, type QueryWorld } from './queries.ts';
import { storedTables } from './tables.ts';

export function translateText(text: string, projectPath: string | undefined): string {
  const catalog = projectPath === undefined ? { findTable: () => undefined, tableNames: () => [] } : catalogOf(projectPath);
  try {
    return translate(parseQuery(text), { catalog }).duckdbSql;
  } catch (error) {
    if (error instanceof SandpiperError && error.detail.span) throw error.at(placeOf(text, error.detail.span));
    throw error;
  }
}

function catalogOf(path: string) {
  const files = new ProjectFolder(path).dataFiles();
  const environment = readEnvironment(path);
  const project = loadProject(files, { environment });
  const world: Omit<QueryWorld, 'database'> = {
    project, tables: storedTables(project.dataSources), fileText: (wanted) => files.find((file) => file.path === wanted)?.text ?? '', timeZone: 'UTC', environment, rowCount: () => 0,
  };
  return new Queries(() => ({ ...world, get database(): never {
    throw new Error('Translating needs no database');
  } })).projectCatalog({});
}
