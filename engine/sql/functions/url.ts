/** Functions that take URLs apart. They do not check a URL: what is not there gives an empty text. */
import { bound, type Bound } from '../bound.ts';
import { duck, duckString, type DuckSql } from '../duck.ts';
import { plainSql } from '../physical.ts';
import { array, STRING, uint } from '../types.ts';
import { at, constantText, define, isNull, need, nullResult, once, result, rule } from './arguments.ts';
import { escapedPattern, present, textOrEmpty } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';
import { REGISTERED_NAME } from './public-suffix.ts';

const text = (pattern: string) => duckString(pattern);
const capture = (url: DuckSql, pattern: string) => duck`regexp_extract(${url}, ${text(pattern)}, 1, 's')`;
const removed = (url: DuckSql, pattern: string, by = '') => duck`regexp_replace(${url}, ${text(pattern)}, ${text(by)}, 's')`;

const describe = (name: string, signature: string, help: string, extra: { readonly caseInsensitive?: boolean } = {}) => ({ name, signature, help, category: 'URL' as const, ...extra });

const afterScheme = (url: DuckSql) => removed(url, '^(?:[A-Za-z0-9.+-]*:)?//');

/** The host; the RFC form knows user names, passwords and addresses in brackets. */
type Host = (url: DuckSql) => DuckSql;
const host: Host = (url) => duck`sandpiper_host(${url})`;
const hostRfc: Host = (url) => duck`sandpiper_host_rfc(${url})`;

const withoutWww = (name: DuckSql) => removed(name, '^www[.]');
const registered = (name: DuckSql) => duck`coalesce(nullif(regexp_extract(${name}, ${text(REGISTERED_NAME)}), ''), ${name})`;

/** A function of the host, and its RFC twin. */
function ofHost(name: string, help: string, sql: (host: DuckSql) => DuckSql): readonly FunctionDefinition[] {
  return ([['', host], ['RFC', hostRfc]] as const).map(([suffix, read]) =>
    define(describe(`${name}${suffix}`, `${name}${suffix}(url)`, help), 1, 1, (args, call) => {
      need(call, at(args, 0), 'text');
      if (args.some(isNull)) return nullResult(call.span);
      return result(call, args, STRING, once(call, read(plainSql(at(args, 0))), sql));
    }));
}

function port(pattern: string) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const [url, fallback] = [at(args, 0), args[1]];
    need(call, url, 'text', 0);
    if (args.some(isNull)) return nullResult(call.span);
    const otherwise = fallback ? plainSql(fallback) : duck`0`;
    return result(call, args, uint(16), present([url], duck`CAST(coalesce(TRY_CAST(${capture(plainSql(url), pattern)} AS USMALLINT), ${otherwise}) AS USMALLINT)`));
  };
}

/** The parameters behind the first ? or #. */
const parameters = (url: DuckSql) => capture(url, '^[^?#]*[?#](.*)$');

function extractURLParameter(args: readonly Bound[], call: FunctionCall): Bound {
  const [url, name] = [at(args, 0), at(args, 1)];
  need(call, url, 'text', 0);
  need(call, name, 'text', 1);
  if (args.some(isNull)) return nullResult(call.span);
  if (name.constant?.kind === 'text') return result(call, args, STRING, capture(plainSql(url), `[?&#]${escapedPattern(name.constant.value)}=([^&#]*)`));
  return result(call, args, STRING, duck`regexp_extract(${plainSql(url)}, '[?&#]' || regexp_escape(${plainSql(name)}) || '=([^&#]*)', 1)`);
}

/** Removes a parameter with the & after it, or, at the very end, the & before it. */
function cutURLParameter(args: readonly Bound[], call: FunctionCall): Bound {
  const [url, name] = [at(args, 0), at(args, 1)];
  need(call, url, 'text', 0);
  if (args.some(isNull)) return nullResult(call.span);
  const names = name.constant?.kind === 'array' ? name.constant.items.map((item) => (item.kind === 'text' ? item.value : '')) : [constantText(call, name, 'the name of the parameter')];
  const sql = names.reduce((left, one) => {
    const pattern = escapedPattern(one);
    return once(call, left, (value) => duck`CASE WHEN regexp_matches(${value}, ${text(`[?&#]${pattern}=[^&#]*&`)}) THEN ${removed(value, `([?&#])${pattern}=[^&#]*&`, '\\1')} WHEN regexp_matches(${value}, ${text(`&${pattern}=[^&#]*$`)}) THEN ${removed(value, `&${pattern}=[^&#]*$`)} ELSE ${removed(value, `([?&#])${pattern}=[^&#]*`, '\\1')} END`);
  }, plainSql(url));
  return result(call, args, STRING, sql);
}

function list(name: string, help: string, sql: (url: DuckSql) => DuckSql): FunctionDefinition {
  return define(describe(name, `${name}(url)`, help), 1, 1, (args, call) => {
    need(call, at(args, 0), 'text');
    return bound(array(STRING), once(call, textOrEmpty(at(args, 0)), sql), call.span);
  });
}

/** Ever longer beginnings of a URL, each up to a separator. */
function hierarchy(url: DuckSql, withHost: boolean): DuckSql {
  const start = capture(url, '^([A-Za-z0-9.+-]*://[^/?#]*)');
  const rest = duck`substring(${url}, length(${start}) + 1)`;
  const pieces = duck`list_prepend(left(${rest}, 1), regexp_extract_all(substring(${rest}, 2), '[/?#]*[^/?#]+[/?#]?'))`;
  const steps = (list: DuckSql, before: DuckSql) => duck`list_transform(range(1, len(${list}) + 1), lambda i: ${before} || array_to_string(${list}[1:i], ''))`;
  if (withHost) return duck`CASE WHEN ${url} = '' THEN [] WHEN ${start} = '' OR ${rest} = '' THEN [${url}] ELSE ${steps(pieces, start)} END`;
  return duck`CASE WHEN ${start} = '' THEN [] ELSE (${steps(pieces, duck`''`)})[2:] END`;
}

function netloc(args: readonly Bound[], call: FunctionCall): Bound {
  need(call, at(args, 0), 'text');
  if (args.some(isNull)) return nullResult(call.span);
  // What cannot stand in a host makes it none.
  return result(call, args, STRING, capture(plainSql(at(args, 0)), '^(?:[A-Za-z0-9.+-]*://|//)?([^/?# \\t<>%{}|\\\\^~\\[\\];=&]*)(?:[/?#]|$)'));
}

function decode(form: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    need(call, at(args, 0), 'text');
    if (args.some(isNull)) return nullResult(call.span);
    const value = plainSql(at(args, 0));
    return result(call, args, STRING, duck`sandpiper_url_decode(${form ? duck`replace(${value}, '+', ' ')` : value})`);
  };
}

function encode(form: boolean) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    need(call, at(args, 0), 'text');
    if (args.some(isNull)) return nullResult(call.span);
    const encoded = duck`url_encode(${plainSql(at(args, 0))})`;
    return result(call, args, STRING, form ? duck`replace(${encoded}, '%20', '+')` : encoded);
  };
}

const part = (name: string, help: string, sql: (url: DuckSql) => DuckSql) => rule(describe(name, `${name}(url)`, help), ['text'], STRING, sql);

export const URLS: readonly FunctionDefinition[] = [
  part('protocol', 'The scheme, such as https.', (url) => capture(url, '^([A-Za-z][A-Za-z0-9+.-]*)://')),
  ...ofHost('domain', 'The host.', (name) => name),
  ...ofHost('domainWithoutWWW', 'The host without www. at its start.', withoutWww),
  ...ofHost('topLevelDomain', 'The last part of the host.', (name) => capture(name, '[.]([^.0-9][^.]*)$')),
  ...ofHost('firstSignificantSubdomain', 'The name that is registered, without its ending: example of www.example.co.uk. Knows common endings only.', (name) => duck`split_part(${registered(withoutWww(name))}, '.', 1)`),
  ...ofHost('cutToFirstSignificantSubdomain', 'The registered name with its ending: example.co.uk. Knows common endings only.', (name) => registered(withoutWww(name))),
  ...ofHost('cutToFirstSignificantSubdomainWithWWW', 'The same, keeping www. where nothing else stands before the ending.', (name) => registered(name)),
  define(describe('port', 'port(url[, default])', 'The port, or the default (0).'), 1, 2, port('^(?:[A-Za-z0-9.+-]*://|//)?[^@:/?#]*:([0-9]+)(?:[/?#]|$)')),
  define(describe('portRFC', 'portRFC(url[, default])', 'The port, or the default (0).'), 1, 2, port('^(?:[A-Za-z0-9.+-]*://|//)?(?:[^/?#]*@)?(?:\\[[^\\]]*\\]|[^:/?#]*):([0-9]+)(?:[/?#]|$)')),
  part('path', 'The path, without parameters.', (url) => duck`regexp_extract(${afterScheme(url)}, '(?s)/[^?#]*')`),
  part('pathFull', 'The path with parameters and fragment.', (url) => duck`regexp_extract(${afterScheme(url)}, '(?s)/.*')`),
  part('queryString', 'What stands between ? and #.', (url) => capture(url, '[?]([^#]*)')),
  part('fragment', 'What stands after #.', (url) => capture(url, '#(.*)$')),
  part('queryStringAndFragment', 'What stands after ?, with the fragment.', (url) => duck`CASE WHEN regexp_matches(${url}, '^[^#]*[?]') THEN ${capture(url, '[?](.*)$')} ELSE regexp_extract(${url}, '(?s)#.*$') END`),
  define(describe('netloc', 'netloc(url)', 'User, host and port.'), 1, 1, netloc),
  part('cutWWW', 'The URL without www. before its host.', (url) => removed(url, '^([A-Za-z0-9.+-]*://|//)www[.]', '\\1')),
  part('cutQueryString', 'The URL without parameters.', (url) => removed(url, '[?][^#]*')),
  part('cutFragment', 'The URL without its fragment.', (url) => removed(url, '#.*$')),
  part('cutQueryStringAndFragment', 'The URL without parameters and fragment.', (url) => removed(url, '[?#].*$')),
  define(describe('extractURLParameter', "extractURLParameter(url, 'name')", 'The value of a parameter.'), 2, 2, extractURLParameter),
  list('extractURLParameters', 'The parameters as name=value.', (url) => duck`CASE WHEN ${parameters(url)} = '' THEN [] ELSE sandpiper_url_parameters(${parameters(url)}) END`),
  list('extractURLParameterNames', 'The names of the parameters.', (url) => duck`regexp_extract_all(${parameters(url)}, '([^=&#]*)(?:=[^&#]*(?:[&#]|$)|[&#])', 1)`),
  define(describe('cutURLParameter', "cutURLParameter(url, 'name' or ['name', …])", 'The URL without a parameter.'), 2, 2, cutURLParameter),
  list('URLHierarchy', 'Ever longer beginnings of the URL, at each / ? #.', (url) => hierarchy(url, true)),
  list('URLPathHierarchy', 'Ever longer beginnings of the path, at each / ? #.', (url) => hierarchy(url, false)),
  define(describe('decodeURLComponent', 'decodeURLComponent(text)', 'The text with %20 and the like decoded.'), 1, 1, decode(false)),
  define(describe('decodeURLFormComponent', 'decodeURLFormComponent(text)', 'The text with %20 and + decoded.'), 1, 1, decode(true)),
  define(describe('encodeURLComponent', 'encodeURLComponent(text)', 'The text with all but letters, digits and -_.~ encoded.'), 1, 1, encode(false)),
  define(describe('encodeURLFormComponent', 'encodeURLFormComponent(text)', 'The same, with + for a blank.'), 1, 1, encode(true)),
];
