/**
 * Requests to an endpoint as a person would write them: curl, TypeScript, Python; with the parameters and token given.
 * Pure text; values are quoted for the language that they stand in.
 */
export type SnippetLanguage = 'curl' | 'TypeScript' | 'Python';

export const SNIPPET_LANGUAGES: readonly SnippetLanguage[] = ['curl', 'TypeScript', 'Python'];

export interface EndpointRequest {
  /** `http://127.0.0.1:7181` */
  readonly address: string;
  readonly pipe: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly token: string;
}

/** The endpoint's URL with its parameters and without the token. */
export function endpointUrl(request: EndpointRequest): string {
  const query = new URLSearchParams(request.parameters).toString();
  return `${request.address}/v0/pipes/${encodeURIComponent(request.pipe)}.json${query === '' ? '' : `?${query}`}`;
}

export function snippet(language: SnippetLanguage, request: EndpointRequest): string {
  switch (language) {
    case 'curl':
      return [`curl ${shellQuoted(endpointUrl(request))}`, `  -H ${shellQuoted(`Authorization: Bearer ${request.token}`)}`].join(' \\\n');
    case 'TypeScript':
      return [
        `const url = new URL(${JSON.stringify(`${request.address}/v0/pipes/${request.pipe}.json`)});`,
        ...Object.entries(request.parameters).map(([name, value]) => `url.searchParams.set(${JSON.stringify(name)}, ${JSON.stringify(value)});`),
        `const response = await fetch(url, { headers: { Authorization: ${JSON.stringify(`Bearer ${request.token}`)} } });`,
        'if (!response.ok) throw new Error((await response.json()).error);',
        'const { data } = await response.json();',
      ].join('\n');
    case 'Python':
      return [
        'import requests',
        '',
        'response = requests.get(',
        `    ${pythonQuoted(`${request.address}/v0/pipes/${request.pipe}.json`)},`,
        `    params={${Object.entries(request.parameters).map(([name, value]) => `${pythonQuoted(name)}: ${pythonQuoted(value)}`).join(', ')}},`,
        `    headers={"Authorization": ${pythonQuoted(`Bearer ${request.token}`)}},`,
        ')',
        'response.raise_for_status()',
        'data = response.json()["data"]',
      ].join('\n');
    default:
      throw new Error(`There is no snippet in ${String(language satisfies never)}.`);
  }
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** JSON's text literals are Python's too. */
function pythonQuoted(text: string): string {
  return JSON.stringify(text);
}
