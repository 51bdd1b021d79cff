/** The paths of values in JSON documents, and the types that ClickHouse reads them as. */
import { computed, list, VARCHAR } from './definition.ts';

type Visit = (path: string, type: string) => void;

function walk(value: unknown, path: string, visit: Visit): void {
  if (value === null || value === undefined) return;
  if (typeof value !== 'object' || Array.isArray(value)) {
    visit(path, typeOf(value));
    return;
  }
  for (const [name, inner] of Object.entries(value)) walk(inner, path === '' ? name : `${path}.${name}`, visit);
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return `Array(${elementType(value)})`;
  switch (typeof value) {
    case 'boolean':
      return 'Bool';
    case 'number':
      return Number.isInteger(value) ? 'Int64' : 'Float64';
    case 'string':
      if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return 'Date';
      if (/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}$/.test(value)) return 'DateTime';
      return /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}\.\d+$/.test(value) ? 'DateTime64(9)' : 'String';
    default:
      return 'String';
  }
}

function elementType(elements: readonly unknown[]): string {
  const types = new Set(elements.filter((element) => element !== null).map((element) => (typeof element === 'object' && !Array.isArray(element) ? 'JSON(max_dynamic_types=16, max_dynamic_paths=256)' : typeOf(element))));
  if (types.size === 0) return 'Nullable(String)';
  if (types.size === 2 && types.has('Int64') && types.has('Float64')) return 'Nullable(Float64)';
  const [type = 'String'] = types;
  if (types.size > 1) return 'Dynamic';
  return type.startsWith('JSON') || type.startsWith('Array') ? type : `Nullable(${type})`;
}

/** Path and type of each, one after another, sorted and without repetition. */
function pathsAndTypes(documents: readonly string[]): readonly (readonly string[])[] {
  const found = new Map<string, Set<string>>();
  for (const document of documents) {
    walk(JSON.parse(document), '', (path, type) => {
      const types = found.get(path) ?? new Set<string>();
      found.set(path, types.add(type));
    });
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([path, types]) => [path, ...[...types].sort()]);
}

export const JSON_PATHS = computed('sandpiper_json_paths', [list(VARCHAR)], list(list(VARCHAR)), pathsAndTypes);
