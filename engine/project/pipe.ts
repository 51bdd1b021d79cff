/**
 * A pipe as its file describes it: nodes with their SQL, types and targets. A pipe is published when one node has TYPE
 * endpoint, or, Classic's habit, when no node has a TYPE at all: then its last node answers. `TYPE standard` on a node
 * therefore takes such a pipe off the air, which is what the publish switch writes (endpoint-switch.ts).
 * The SQL of a node is kept as it stands in the file, so that every place in it is a place in the file.
 */
import type { Problem, Span } from '../errors.ts';
import { checkTemplate, hasTemplateTags } from '../template/parse.ts';
import type { Template } from '../template/template.ts';
import { readTableEngine, readTokens, readVersion, textOf, type TableEngine, type TokenDeclaration } from './datasource.ts';
import { spanInBlock, type Block, type Directive } from './directive.ts';
import { findNearest } from './keyword.ts';
import { parseSchema, type Column } from './schema.ts';
import { tableNames } from './table-names.ts';

export type NodeType = 'endpoint' | 'materialized' | 'copy' | 'sink' | 'standard';
const NODE_TYPES: readonly NodeType[] = ['endpoint', 'materialized', 'copy', 'sink', 'standard'];

export interface PipeNode {
  readonly name: string;
  readonly nameSpan: Span;
  readonly description: string;
  readonly type: NodeType;
  /** False when the file has no TYPE for the node. */
  readonly hasType: boolean;
  /** The template text: SQL as in the file, without the leading `%`. */
  readonly sql: string;
  /** Where `sql` begins in the file. */
  readonly sqlOffset: number;
  /** Set when an INCLUDE line brought the SQL in: then every place in it is that line. */
  readonly sqlIncluded?: Span;
  /** Whether the SQL begins with `%`, as dynamic SQL should. */
  readonly isDynamic: boolean;
  readonly template: Template;
  /** False when the template has errors: it cannot be rendered. */
  readonly isRenderable: boolean;
  /** From NODE to the end of the last line of the node. */
  readonly span: Span;
  /** The data source that a materialized or copy node fills. */
  readonly target?: string;
  readonly targetSpan?: Span;
  readonly copySchedule?: string;
  readonly copyMode?: 'append' | 'replace';
  /** Classic: the engine and schema of the target, written in the pipe. */
  readonly targetEngine?: TableEngine;
  readonly targetColumns?: readonly Column[];
  /** Keys of sinks and others, as written. */
  readonly settings: Readonly<Record<string, string>>;
  /** Tables that the SQL names. In a Project: the data sources, pipes and nodes that they are. */
  readonly reads: readonly string[];
}

export interface Pipe {
  readonly name: string;
  readonly path: string;
  readonly description: string;
  readonly tokens: readonly TokenDeclaration[];
  readonly tags: string;
  /** From VERSION n: the pipe is also `name__vN`. */
  readonly version?: number;
  readonly nodes: readonly PipeNode[];
  readonly type: NodeType;
  readonly published: boolean;
  /** The name of the node that answers: TYPE endpoint, else the last one. Undefined for a pipe without nodes. */
  readonly outputNode?: string;
}

/** Keywords that belong to the whole pipe wherever they stand. */
export const FILE_LEVEL: ReadonlySet<string> = new Set(['TOKEN', 'TAGS', 'VERSION', 'SOURCE']);
const ALLOWED: Readonly<Record<NodeType, RegExp>> = {
  endpoint: /^(?:CACHE|FILTER|SCOPE)$/,
  standard: /^$/,
  materialized: /^(?:DATASOURCE|DEPLOYMENT_METHOD|SCHEMA|ENGINE.*|(?:PARTITION|SORTING|PRIMARY|SAMPLING)_KEY|TTL)$/,
  copy: /^(?:TARGET_DATASOURCE|COPY_SCHEDULE|COPY_MODE|MODE)$/,
  sink: /^EXPORT_\w+$/,
};

export function isNodeName(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}

export function readPipe(name: string, path: string, directives: readonly Directive[], problems: Problem[]): Pipe {
  const firstNode = directives.findIndex(({ keyword }) => keyword === 'NODE');
  const head = firstNode === -1 ? directives : directives.slice(0, firstNode);
  const groups: Directive[][] = [];
  for (const directive of firstNode === -1 ? [] : directives.slice(firstNode)) {
    if (directive.keyword === 'NODE') groups.push([directive]);
    else if (!FILE_LEVEL.has(directive.keyword)) groups.at(-1)?.push(directive);
  }
  for (const { keyword, keywordSpan } of head) {
    if (keyword !== 'DESCRIPTION' && !FILE_LEVEL.has(keyword)) problems.push({ severity: 'error', message: `${keyword} belongs to a node: write NODE name before it.`, span: keywordSpan });
  }
  const nodes: PipeNode[] = [];
  const names = new Set<string>();
  for (const group of groups) {
    const node = readNode(group, problems);
    if (!node) continue;
    if (names.has(node.name)) problems.push({ severity: 'error', message: `Two nodes of this pipe are named ${node.name}.`, span: node.nameSpan });
    else nodes.push(node);
    names.add(node.name);
    if (node.name === name) problems.push({ severity: 'info', message: 'The node has the name of its pipe: another name is clearer, and Tinybird Forward asks for one.', span: node.nameSpan });
  }
  if (groups.length === 0 && problems.every(({ severity }) => severity !== 'error')) {
    problems.push({ severity: 'error', message: 'This pipe has no node: write NODE name and below it SQL > with a query.', span: directives.at(-1)?.span ?? { start: 0, end: 0 } });
  }
  const special = nodes.filter(({ type }) => type !== 'standard');
  for (const node of special.slice(1)) {
    problems.push({ severity: 'warning', message: 'Multiple non-standard nodes in pipe. There can only be one in Tinybird Forward.', span: node.nameSpan });
  }
  const endpoint = nodes.find(({ type }) => type === 'endpoint');
  const isClassicEndpoint = nodes.length > 0 && nodes.every(({ hasType }) => !hasType);
  const output = endpoint ?? nodes.at(-1);
  const version = readVersion(directives);
  return {
    name,
    path,
    description: textOf(head.find(({ keyword }) => keyword === 'DESCRIPTION')),
    tokens: readTokens(directives, ['READ'], problems),
    tags: textOf(directives.find(({ keyword }) => keyword === 'TAGS')),
    ...(version !== undefined && { version }),
    nodes,
    type: endpoint || isClassicEndpoint ? 'endpoint' : (special[0]?.type ?? 'standard'),
    published: endpoint !== undefined || isClassicEndpoint,
    ...(output && { outputNode: output.name }),
  };
}

function readNode(group: readonly Directive[], problems: Problem[]): PipeNode | undefined {
  const [head, ...keys] = group;
  if (!head) return undefined;
  const name = head.value;
  if (!isNodeName(name)) {
    problems.push({ severity: 'error', message: name === '' ? 'NODE needs a name.' : `\`${name}\` is not the name of a node: use letters, digits and underscores.`, span: name === '' ? head.span : head.valueSpan });
    return undefined;
  }
  const find = (...keywords: readonly string[]): Directive | undefined => keys.find(({ keyword }) => keywords.includes(keyword));
  const type = readNodeType(find('TYPE'), problems);
  const sql = readSql(find('SQL')?.block);
  if (!find('SQL')) problems.push({ severity: 'error', message: `The node ${name} has no SQL.`, span: head.span });
  else if (sql.text === '') problems.push({ severity: 'error', message: `The SQL of the node ${name} is empty.`, span: find('SQL')?.span ?? head.span });
  const repeated = keys.filter(({ keyword }, index) => keys.findIndex((other) => other.keyword === keyword) !== index);
  for (const { keyword, keywordSpan } of repeated) problems.push({ severity: 'warning', message: `${keyword} is there twice in the node ${name}: the first one counts.`, span: keywordSpan });
  const isOwn = ({ keyword }: Directive): boolean => !['SQL', 'TYPE', 'DESCRIPTION'].includes(keyword);
  for (const directive of keys.filter(isOwn)) {
    if (ALLOWED[type].test(directive.keyword)) continue;
    const owner = NODE_TYPES.find((one) => ALLOWED[one].test(directive.keyword));
    problems.push({ severity: 'warning', message: type === 'standard' ? `Standard node '${name}' has an invalid attribute: ${directive.keyword}${owner ? ` belongs to TYPE ${owner}` : ''}.` : `${directive.keyword} does not belong to a node of TYPE ${type}.`, span: directive.keywordSpan });
  }
  const template = readTemplate(sql, type, problems);
  const target = type === 'copy' ? find('TARGET_DATASOURCE') : type === 'materialized' ? find('DATASOURCE') : undefined;
  if (!target && (type === 'copy' || type === 'materialized')) {
    problems.push({ severity: 'error', message: type === 'copy' ? `The copy node ${name} needs TARGET_DATASOURCE.` : `The materialized node ${name} needs DATASOURCE.`, span: find('TYPE')?.span ?? head.span });
  }
  if (type === 'sink') checkSink(name, keys, find('TYPE')?.span ?? head.span, problems);
  const schema = find('SCHEMA')?.block;
  const last = group.reduce((end, { span }) => Math.max(end, span.end), head.span.end);
  const mode = readCopyMode(find('COPY_MODE', 'MODE'), problems);
  const schedule = find('COPY_SCHEDULE')?.value;
  return {
    name,
    nameSpan: head.valueSpan,
    description: textOf(find('DESCRIPTION')),
    type,
    hasType: find('TYPE') !== undefined,
    sql: sql.text,
    sqlOffset: sql.offset,
    ...(sql.included && { sqlIncluded: sql.included }),
    isDynamic: sql.isDynamic,
    template: template.template,
    isRenderable: template.isSound && sql.text !== '',
    span: { start: head.span.start, end: last },
    ...(target && { target: lastWord(target.value), targetSpan: target.valueSpan }),
    ...(schedule !== undefined && { copySchedule: schedule }),
    ...(type === 'copy' && { copyMode: mode }),
    ...(type === 'materialized' && keys.some(({ keyword }) => keyword.startsWith('ENGINE')) && { targetEngine: readTableEngine(keys, problems) }),
    ...(schema && { targetColumns: parseSchema(schema, problems) }),
    settings: Object.fromEntries(keys.filter(({ keyword }) => /^(?:EXPORT_|CACHE$|DEPLOYMENT_METHOD$|FILTER$|SCOPE$)/.test(keyword)).map((directive) => [directive.keyword, textOf(directive)])),
    reads: tableNames(sql.text, hasTemplateTags(sql.text)),
  };
}

function lastWord(value: string): string {
  return value.split(/\s+/).at(-1) ?? value;
}

function readNodeType(directive: Directive | undefined, problems: Problem[]): NodeType {
  if (!directive) return 'standard';
  const text = directive.value.toLowerCase();
  const known = NODE_TYPES.find((type) => type === text);
  if (known) return known;
  const nearest = findNearest(text, NODE_TYPES);
  problems.push({ severity: 'error', message: `\`${directive.value}\` is not the type of a node. ${nearest === undefined ? `There are ${NODE_TYPES.join(', ')}.` : `Did you mean ${nearest}?`}`, span: directive.value === '' ? directive.span : directive.valueSpan });
  return 'standard';
}

interface Sql {
  readonly text: string;
  readonly offset: number;
  readonly included?: Span;
  readonly isDynamic: boolean;
}

function readSql(block: Block | undefined): Sql {
  if (!block) return { text: '', offset: 0, isDynamic: false };
  let start = block.text.search(/\S/);
  if (start === -1) return { text: '', offset: block.offset, isDynamic: false };
  const isDynamic = block.text.charAt(start) === '%';
  if (isDynamic) {
    const next = block.text.slice(start + 1).search(/\S/);
    start = next === -1 ? block.text.length : start + 1 + next;
  }
  const place = spanInBlock(block, start, start);
  return { text: block.text.slice(start).trimEnd(), offset: place.start, ...(block.included && { included: block.included }), isDynamic };
}

function readTemplate(sql: Sql, type: NodeType, problems: Problem[]): { readonly template: Template; readonly isSound: boolean } {
  const { template, problems: found } = checkTemplate(sql.text);
  const place = (span: Span): Span => sql.included ?? { start: sql.offset + span.start, end: sql.offset + span.end };
  for (const problem of found) problems.push({ ...problem, span: place(problem.span) });
  if (hasTemplateTags(sql.text) && !sql.isDynamic) {
    const tag = sql.text.search(/\{[{%#]/);
    problems.push({ severity: 'hint', message: 'This SQL has template tags and does not begin with a line `%`: it is rendered here all the same, and Tinybird asks for the `%`.', span: place({ start: tag, end: tag + 2 }) });
  }
  if (type === 'materialized') {
    const [use] = template.uses;
    if (use) problems.push({ severity: 'warning', message: `A materialized node runs without a caller: the parameter ${use.name} always has its default.`, span: place(use.span) });
  }
  return { template, isSound: found.every(({ severity }) => severity !== 'error') };
}

function readCopyMode(directive: Directive | undefined, problems: Problem[]): 'append' | 'replace' {
  const mode = directive?.value.toLowerCase() ?? 'append';
  if (mode === 'append' || mode === 'replace') return mode;
  problems.push({ severity: 'error', message: `\`${directive?.value ?? ''}\` is not a copy mode: there are append and replace.`, span: directive?.valueSpan ?? { start: 0, end: 0 } });
  return 'append';
}

function checkSink(name: string, keys: readonly Directive[], span: Span, problems: Problem[]): void {
  const has = (pattern: RegExp): boolean => keys.some(({ keyword }) => pattern.test(keyword));
  if (!has(/^EXPORT_CONNECTION_NAME$/)) problems.push({ severity: 'error', message: `The sink ${name} needs EXPORT_CONNECTION_NAME.`, span });
  if (has(/^EXPORT_KAFKA_TOPIC$/) && has(/^EXPORT_BUCKET_URI$/)) problems.push({ severity: 'error', message: `The sink ${name} mixes keys of Kafka and of a bucket.`, span });
}

/** The place in the file of a span in the node's SQL. */
export function placeInFile(node: PipeNode, span: Span): Span {
  return node.sqlIncluded ?? { start: node.sqlOffset + span.start, end: node.sqlOffset + span.end };
}
