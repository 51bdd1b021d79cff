/**
 * Text of a template as a tree: verbatim text, {{ outputs }} and {% tags %}. checkTemplate() finds every problem that
 * can be found without values, parseTemplate() throws the first error. Spans are offsets in the given text.
 */
import { SandpiperError, type Problem, type Span } from '../errors.ts';
import { childrenOf, type TemplateExpression } from './expression.ts';
import { findTemplateFunction, templateFunctions } from './function-table.ts';
import { parseAssignment, parseExpression, parseForClause } from './parse-expression.ts';
import { findParameterUses } from './parameters.ts';
import { splitTemplate, type TemplatePiece } from './split.ts';
import type { IfBranch, Template, TemplateItem, TryHandler } from './template.ts';

const DEEPEST = 60;
const CLOSERS: Readonly<Record<string, string>> = { endif: 'if', endfor: 'for', endwhile: 'while', endtry: 'try', endset: 'set' };
const DIVIDERS = new Set(['end', 'else', 'elif', 'except', 'finally', ...Object.keys(CLOSERS)]);
const MOST_PROBLEMS = 100;
const ELSE_OF = new Set(['if', 'for', 'while', 'try']);
const FORBIDDEN_NAMES = new Set(['q', 'format']);
const RESERVED_NAMES = new Set([
  '__tb__semver', 'debug', 'debug_source_tables', 'explain', 'finalize_aggregations', 'output_format_json_quote_64bit_integers', 'output_format_json_quote_denormals',
  'output_format_parquet_string_as_string', 'pipeline', 'playground', 'query_id', 'release_replacements', 'tag', 'template_parameters', 'token',
]);

/** Whether the text has template tags at all: SQL without any is taken as it is. */
export function hasTemplateTags(text: string): boolean {
  if (text.includes('{{') || text.includes('{%')) return true;
  const comment = text.indexOf('{#');
  return comment !== -1 && text.includes('#}', comment);
}

/** The template; throws the first SandpiperError 'syntax'. */
export function parseTemplate(text: string): Template {
  const { template, problems } = checkTemplate(text);
  const error = problems.find(({ severity }) => severity === 'error');
  if (error) throw new SandpiperError('syntax', error.message, { span: error.span });
  return template;
}

/** The template as far as it can be read, and everything that is wrong or doubtful in it. Never throws a mistake of the author. */
export function checkTemplate(text: string): { readonly template: Template; readonly problems: readonly Problem[] } {
  if (!hasTemplateTags(text)) {
    const span = { start: 0, end: text.length };
    return { template: { text, items: text === '' ? [] : [{ kind: 'text', span }], uses: [] }, problems: [] };
  }
  const problems: Problem[] = [];
  const items = new TemplateParser(text, problems).parse();
  const uses = findParameterUses(items);
  for (const use of uses) {
    if (FORBIDDEN_NAMES.has(use.name)) {
      problems.push({ severity: 'error', message: `"${use.name}" can not be used as a variable name, line ${lineOf(text, use.span.start)}`, span: use.span });
    } else if (RESERVED_NAMES.has(use.name)) {
      problems.push({ severity: 'warning', message: `The name \`${use.name}\` is reserved for the service: another name is safer.`, span: use.span });
    }
  }
  problems.sort((a, b) => a.span.start - b.span.start);
  return { template: { text, items, uses }, problems };
}

interface Open {
  readonly kind: 'if' | 'for' | 'while' | 'try';
  readonly tag: Span;
}

type Tag = Extract<TemplatePiece, { kind: 'tag' }>;

class TemplateParser {
  readonly #text: string;
  readonly #problems: Problem[];
  readonly #pieces: readonly TemplatePiece[];
  #at = 0;
  #depth = 0;
  #loops = 0;

  constructor(text: string, problems: Problem[]) {
    this.#text = text;
    this.#problems = problems;
    this.#pieces = splitTemplate(text, problems);
  }

  parse(): readonly TemplateItem[] {
    const items: TemplateItem[] = [];
    for (;;) {
      items.push(...this.#items());
      const stray = this.#pieces[this.#at];
      if (!stray || stray.kind !== 'tag') return items;
      this.#at += 1;
      if (stray.word === 'end') this.#report(`Extra {% end %} block: nothing is open at line ${lineOf(this.#text, stray.span.start)}.`, stray.span);
      else this.#report(`{% ${stray.word} %} stands outside a block that can have it.`, stray.span);
    }
  }

  /** Items up to a tag that ends or divides a block. */
  #items(): TemplateItem[] {
    const items: TemplateItem[] = [];
    for (; ; this.#at += 1) {
      const piece = this.#pieces[this.#at];
      if (!piece) return items;
      if (piece.kind === 'text') {
        items.push(piece);
      } else if (piece.kind === 'output') {
        const expression = this.#expression(piece.inner);
        if (expression) items.push({ kind: 'output', expression, text: this.#text.slice(piece.inner.start, piece.inner.end).trim(), span: piece.span });
      } else {
        if (DIVIDERS.has(piece.word)) return items;
        const item = this.#tag(piece);
        if (item) items.push(item);
      }
    }
  }

  #tag(tag: Tag): TemplateItem | undefined {
    switch (tag.word) {
      case 'comment':
        return undefined;
      case 'set': {
        const assignment = this.#read(() => parseAssignment(this.#text, tag.rest.start, tag.rest.end));
        if (!assignment) return undefined;
        this.#checkCalls(assignment.value);
        return { kind: 'set', assignment, span: tag.span };
      }
      case 'break':
      case 'continue':
        if (this.#loops > 0) return { kind: tag.word, span: tag.span };
        this.#report(`{% ${tag.word} %} stands outside a loop.`, tag.span);
        return undefined;
      case 'if':
      case 'for':
      case 'while':
      case 'try':
        return this.#block(tag, tag.word);
      case 'import':
      case 'from':
        this.#report(`import is forbidden at <string>:${lineOf(this.#text, tag.span.start)}`, tag.span);
        return undefined;
      case '':
        this.#report('The tag {% %} is empty.', tag.span);
        return undefined;
      default:
        this.#report(`\`${tag.word}\` is not a tag of templates. There are if, elif, else, for, while, set, break, continue, try, except, finally, comment and end.`, tag.span);
        return undefined;
    }
  }

  #block(tag: Tag, kind: Open['kind']): TemplateItem | undefined {
    if (this.#depth >= DEEPEST) {
      this.#report(`Blocks are nested more than ${DEEPEST} deep.`, tag.span);
      return undefined;
    }
    this.#depth += 1;
    this.#at += 1;
    const item = kind === 'if' ? this.#if(tag) : kind === 'try' ? this.#try(tag) : this.#loop(tag, kind);
    this.#depth -= 1;
    return item;
  }

  #if(tag: Tag): TemplateItem | undefined {
    const branches: IfBranch[] = [];
    let otherwise: TemplateItem[] | undefined;
    let current: Tag | undefined = tag;
    while (current) {
      const test: TemplateExpression | undefined = current.word === 'else' ? undefined : this.#condition(current);
      const body = this.#items();
      if (current.word === 'else') otherwise = body;
      else if (test) branches.push({ test, body });
      const next = this.#divider({ kind: 'if', tag: tag.span }, otherwise === undefined ? ['elif', 'else'] : []);
      current = next;
    }
    return { kind: 'if', branches, ...(otherwise && { otherwise }), span: tag.span };
  }

  #loop(tag: Tag, kind: 'for' | 'while'): TemplateItem | undefined {
    const clause = kind === 'for' ? this.#read(() => parseForClause(this.#text, tag.rest.start, tag.rest.end)) : undefined;
    if (clause) this.#checkCalls(clause.items);
    const test = kind === 'while' ? this.#condition(tag) : undefined;
    this.#loops += 1;
    const body = this.#items();
    this.#loops -= 1;
    const open: Open = { kind, tag: tag.span };
    const otherwise = this.#divider(open, ['else']) ? this.#items() : undefined;
    if (otherwise) this.#divider(open, []);
    const rest = { body, ...(otherwise && { otherwise }), span: tag.span };
    if (clause) return { kind: 'for', ...clause, ...rest };
    return test ? { kind: 'while', test, ...rest } : undefined;
  }

  #try(tag: Tag): TemplateItem {
    const open: Open = { kind: 'try', tag: tag.span };
    const body = this.#items();
    const handlers: TryHandler[] = [];
    let otherwise: TemplateItem[] | undefined;
    let last: TemplateItem[] | undefined;
    for (let next = this.#divider(open, ['except', 'else', 'finally']); next; next = this.#divider(open, last ? [] : ['except', 'else', 'finally'])) {
      const items = this.#items();
      if (next.word === 'else') otherwise = items;
      else if (next.word === 'finally') last = items;
      else handlers.push({ ...this.#handler(next), body: items });
    }
    return { kind: 'try', body, handlers, ...(otherwise && { otherwise }), ...(last && { finally: last }), span: tag.span };
  }

  #handler(tag: Tag): Omit<TryHandler, 'body'> {
    const text = this.#text.slice(tag.rest.start, tag.rest.end).trim();
    if (text === '') return {};
    const match = /^\(?\s*([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)\s*\)?(?:\s+as\s+([A-Za-z_]\w*))?$/.exec(text);
    if (!match) {
      this.#report('Write {% except %} or {% except ValueError as name %}.', tag.span);
      return {};
    }
    const types = (match[1] ?? '').split(',').map((type) => type.trim());
    const name = match[2];
    return { ...(types.includes('Exception') ? {} : { types }), ...(name !== undefined && { name }) };
  }

  /** Takes the tag that ends the block, or gives the tag that begins its next part. */
  #divider(open: Open, allowed: readonly string[]): Tag | undefined {
    for (;;) {
      const piece = this.#pieces[this.#at];
      if (!piece || piece.kind !== 'tag') {
        this.#report(`Missing {% end %} block for ${open.kind} at line ${lineOf(this.#text, open.tag.start)}`, open.tag);
        return undefined;
      }
      // The caller of #block steps over the end tag.
      if (piece.word === 'end') return undefined;
      if (piece.word in CLOSERS) {
        // Read as the {% end %} that was meant, so that one slip gives one problem.
        this.#report(`Blocks close with {% end %}, not with {% ${piece.word} %}.`, piece.span);
        return undefined;
      }
      this.#at += 1;
      if (allowed.includes(piece.word)) return piece;
      this.#report(piece.word === 'else' && !ELSE_OF.has(open.kind) ? `{% else %} does not belong to ${open.kind}.` : `{% ${piece.word} %} does not belong here: the ${open.kind} of line ${lineOf(this.#text, open.tag.start)} is open.`, piece.span);
      this.#items();
    }
  }

  #condition(tag: Tag): TemplateExpression | undefined {
    if (this.#text.slice(tag.rest.start, tag.rest.end).trim() === '') {
      this.#report(`{% ${tag.word} %} needs a condition.`, tag.span);
      return undefined;
    }
    return this.#expression(tag.rest);
  }

  #expression(span: Span): TemplateExpression | undefined {
    if (this.#text.slice(span.start, span.end).trim() === '') {
      this.#report('Write an expression between {{ and }}.', { start: Math.max(0, span.start - 2), end: span.end + 2 });
      return undefined;
    }
    const expression = this.#read(() => parseExpression(this.#text, span.start, span.end));
    if (expression) this.#checkCalls(expression);
    return expression;
  }

  #checkCalls(expression: TemplateExpression): void {
    if (expression.kind === 'call' && !findTemplateFunction(expression.name)) {
      const near = templateFunctions().find(({ name }) => name.toLowerCase() === expression.name.toLowerCase());
      const hint = near ? `. Did you mean ${near.name}?` : '';
      this.#report(`Template Syntax Error: '${expression.name}' is not a valid function, line ${lineOf(this.#text, expression.nameSpan.start)}${hint}`, expression.nameSpan);
    }
    for (const child of childrenOf(expression)) this.#checkCalls(child);
  }

  #read<T>(parse: () => T): T | undefined {
    try {
      return parse();
    } catch (cause) {
      if (!(cause instanceof SandpiperError)) throw cause;
      this.#report(cause.message, cause.detail.span ?? { start: 0, end: 0 });
      return undefined;
    }
  }

  #report(message: string, span: Span): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push({ severity: 'error', message, span });
  }
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
