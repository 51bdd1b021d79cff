/**
 * The project as its files say now, and as it would be with one text changed. What has not changed since the last reading
 * is not parsed again, so that its data sources and pipes stay the same objects.
 */
import { isDeepStrictEqual } from 'node:util';
import type { DataFile } from '../project/datafile.ts';
import { loadProject, type Project } from '../project/project.ts';
import { readEnvironment, type Environment } from './environment.ts';
import type { ProjectFile, ProjectFolder } from './project-folder.ts';

export class ProjectFiles {
  readonly #folder: ProjectFolder;
  #texts: ReadonlyMap<string, string> = new Map();
  #parsed: ReadonlyMap<string, DataFile> = new Map();
  /** Names that were set over HTTP. */
  variables: () => Environment = () => ({});
  #environment: Environment = {};
  #project: Project = loadProject([]);

  constructor(folder: ProjectFolder) {
    this.#folder = folder;
  }

  get project(): Project {
    return this.#project;
  }

  get environment(): Environment {
    return this.#environment;
  }

  /** '' for a file that is not there. */
  text(path: string): string {
    return this.#texts.get(path) ?? '';
  }

  /** Reads all files again; gives whether anything differs from before. */
  read(unreadable: (message: string) => void): boolean {
    const files = this.#folder.dataFiles(unreadable);
    const environment = readEnvironment(this.#folder.path, this.variables());
    const texts = new Map(files.map(({ path, text }) => [path, text]));
    const isSameEnvironment = isDeepStrictEqual(environment, this.#environment);
    if (isSameEnvironment && isDeepStrictEqual(texts, this.#texts)) return false;
    if (!isSameEnvironment) this.#parsed = new Map();
    this.#environment = environment;
    this.#texts = texts;
    this.#project = this.#load(files);
    this.#parsed = new Map(this.#project.files.map((file) => [file.path, file.datafile]));
    return true;
  }

  /** The project with one text in place of a file's own, as it would be if that were saved. */
  with(path: string, text: string): Project {
    const others = [...this.#texts].filter(([known]) => known !== path).map(([known, own]) => ({ path: known, text: own }));
    return this.#load([...others, { path, text }]);
  }

  #load(files: readonly ProjectFile[]): Project {
    return loadProject(files, {
      environment: this.#environment,
      parsed: (path, text) => {
        const known = this.#parsed.get(path);
        return known?.text === text ? known : undefined;
      },
    });
  }
}
