/** The names that data files may use as $NAME and tb_secret(): the process's environment, and over it PROJECT/.env.local. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string>>;

/** `variables` win over the process's environment, the file over both. */
export function readEnvironment(projectFolder: string, variables: Environment = {}): Environment {
  const own = Object.entries(process.env).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]));
  return { ...Object.fromEntries(own), ...variables, ...parseEnvironment(readText(join(projectFolder, '.env.local'))) };
}

/** Lines of NAME=VALUE; quotes around a value are taken off, `#` begins a comment. */
export function parseEnvironment(text: string): Environment {
  const entries = text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const found = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line);
    if (!found) return [];
    const [, name = '', value = ''] = found;
    const quoted = /^(["'])(.*)\1(?:\s+#.*)?$/.exec(value);
    return [[name, quoted ? (quoted[2] ?? '') : value.replace(/\s+#.*$/, '')]];
  });
  return Object.fromEntries(entries);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Most projects have no such file; one that cannot be read gives no names.
    return '';
  }
}
