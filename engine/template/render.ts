/**
 * Templates to SQL: runs the tree with the supplied values and keeps, for every stretch of the output, where in the
 * template it came from. Verbatim text maps one to one, what {{ }} wrote maps to its tag. Failures are SandpiperErrors
 * 'parameter' with Tinybird's own wording and the span of the expression.
 */
import { SandpiperError, unreachable, type Span } from '../errors.ts';
import { assign, evaluate, runAssignment, type Scope } from './evaluate.ts';
import { abort, REQUIRED_DOCUMENTATION, requiredMessage, TemplateFault } from './fault.ts';
import { MOST_ITERATIONS, MOST_OUTPUT, spend, startWork } from './limit.ts';
import { itemsOf } from './operation.ts';
import { arrayParameters, namesWithoutDefault } from './parameters.ts';
import { splitArray } from './parameter-type.ts';
import type { Template, TemplateItem } from './template.ts';
import { isTrue, string, toSql, type Value } from './value.ts';

export interface RenderOptions {
  /** The templates of the whole pipe: their Array declarations and required parameters count together. Default: this one. */
  readonly pipe?: readonly Template[];
  /** For `job_timestamp`. */
  readonly clock?: () => Date;
}

export interface Rendered {
  readonly sql: string;
  readonly spans: SourceMap;
  /** From tb_secret: written as `{name: String}`, to be bound by whoever runs the query. */
  readonly secrets: readonly { readonly name: string; readonly defaultValue?: string }[];
  /** From max_threads, cache_ttl, backend_hint, activate and disable. */
  readonly options: Readonly<Record<string, string>>;
}

/** From offsets in rendered SQL back to the template's text. */
export interface SourceMap {
  readonly toSource: (offset: number) => Span;
  readonly toSourceSpan: (span: Span) => Span;
}

interface Stretch {
  /** In the rendered text. */
  readonly start: number;
  readonly source: Span;
  readonly verbatim: boolean;
}

export function render(template: Template, values: Readonly<Record<string, string>>, options: RenderOptions = {}): Rendered {
  const pipe = options.pipe ?? [template];
  startWork();
  const rendering = new Rendering(template, values, pipe, options.clock ?? (() => new Date()));
  try {
    rendering.run(template.items);
  } catch (cause) {
    if (cause instanceof SandpiperError && !cause.detail.span) throw new SandpiperError(cause.code, cause.message, { ...cause.detail, span: rendering.current });
    if (!(cause instanceof TemplateFault)) throw cause;
    const span = cause.span ?? rendering.current;
    if (cause.kind === 'Required') {
      const names = namesWithoutDefault(pipe);
      const named = names.length > 0 ? names : namesAt(template, span);
      throw new SandpiperError('parameter', `Template Syntax Error: ${requiredMessage(named)}`, { span, documentation: REQUIRED_DOCUMENTATION });
    }
    throw new SandpiperError('parameter', `Template Syntax Error: ${cause.message}`, { span });
  }
  return rendering.result();
}

function namesAt(template: Template, span: Span): string[] {
  return template.uses.filter((use) => use.span.start >= span.start && use.span.end <= span.end).map(({ name }) => name);
}

type Flow = 'on' | 'break' | 'continue';

class Rendering {
  readonly #template: Template;
  readonly #scope: Scope;
  readonly #parts: string[] = [];
  readonly #stretches: Stretch[] = [];
  readonly #secrets = new Map<string, string | undefined>();
  readonly #options: Record<string, string> = {};
  #length = 0;
  #iterations = 0;
  /** Where the rendering is. */
  current: Span = { start: 0, end: 0 };

  constructor(template: Template, values: Readonly<Record<string, string>>, pipe: readonly Template[], clock: () => Date) {
    this.#template = template;
    const arrays = arrayParameters(pipe);
    const parameters = new Map<string, Value>();
    this.#scope = {
      locals: new Map(),
      findParameter: (name) => {
        const known = parameters.get(name);
        if (known) return known;
        const text = Object.hasOwn(values, name) ? values[name] : undefined;
        if (text === undefined) {
          return name === 'job_timestamp' ? string(clock().toISOString().slice(0, 19).replace('T', ' ')) : undefined;
        }
        const type = arrays.get(name);
        const value: Value = type === undefined ? string(text) : { kind: 'list', items: splitArray(string(text), type), text };
        parameters.set(name, value);
        return value;
      },
      context: {
        setOption: (name, value) => {
          this.#options[name] = value;
        },
        addSecret: (name, defaultValue) => {
          this.#secrets.set(name, defaultValue ?? this.#secrets.get(name));
        },
      },
    };
  }

  run(items: readonly TemplateItem[]): Flow {
    for (const item of items) {
      const flow = this.#item(item);
      if (flow !== 'on') return flow;
    }
    return 'on';
  }

  #item(item: TemplateItem): Flow {
    this.current = item.span;
    spend(1);
    switch (item.kind) {
      case 'text':
        this.#write(this.#template.text.slice(item.span.start, item.span.end), item.span, true);
        return 'on';
      case 'output': {
        const value = evaluate(item.expression, this.#scope);
        if (value.kind === 'none') {
          const shown = item.text.length > 20 ? `${item.text.slice(0, 20)}...` : item.text;
          throw new TemplateFault('ValueError', `expression "${shown}" evaluated to null`, item.span);
        }
        this.#write(toSql(value), item.span, false);
        return 'on';
      }
      case 'set':
        runAssignment(item.assignment, this.#scope);
        return 'on';
      case 'break':
      case 'continue':
        return item.kind;
      case 'if': {
        const branch = item.branches.find(({ test }) => isTrue(evaluate(test, this.#scope)));
        return this.run(branch?.body ?? item.otherwise ?? []);
      }
      case 'for':
        return this.#for(item);
      case 'while':
        return this.#while(item);
      case 'try':
        return this.#try(item);
      default:
        return unreachable(item);
    }
  }

  #for(item: Extract<TemplateItem, { kind: 'for' }>): Flow {
    const items = evaluate(item.items, this.#scope);
    let walked: readonly Value[];
    try {
      walked = [...itemsOf(items)];
    } catch (cause) {
      if (cause instanceof TemplateFault) cause.span ??= item.items.span;
      throw cause;
    }
    for (const value of walked) {
      this.#countIteration(item.span);
      assign(item.target, value, this.#scope);
      const flow = this.run(item.body);
      if (flow === 'break') return 'on';
    }
    return this.run(item.otherwise ?? []);
  }

  #while(item: Extract<TemplateItem, { kind: 'while' }>): Flow {
    while (isTrue(evaluate(item.test, this.#scope))) {
      this.#countIteration(item.span);
      const flow = this.run(item.body);
      if (flow === 'break') return 'on';
    }
    return this.run(item.otherwise ?? []);
  }

  #try(item: Extract<TemplateItem, { kind: 'try' }>): Flow {
    let flow: Flow = 'on';
    try {
      flow = this.run(item.body);
      if (flow === 'on') flow = this.run(item.otherwise ?? []);
    } catch (cause) {
      // error(), custom_error() and the limits are SandpiperErrors and pass through.
      if (!(cause instanceof TemplateFault)) throw cause;
      const { kind } = cause;
      const handler = item.handlers.find(({ types }) => types === undefined || types.includes(kind) || (kind === 'Required' && types.includes('ValueError')) || ((kind === 'KeyError' || kind === 'IndexError') && types.includes('LookupError')));
      if (!handler) throw cause;
      if (handler.name !== undefined) this.#scope.locals.set(handler.name, string(kind === 'Required' ? 'Required parameter is not defined' : cause.message));
      flow = this.run(handler.body);
    } finally {
      if (item.finally) this.run(item.finally);
    }
    return flow;
  }

  #countIteration(span: Span): void {
    this.#iterations += 1;
    if (this.#iterations > MOST_ITERATIONS) throw abort(`Template Syntax Error: the template's loops ran more than ${MOST_ITERATIONS.toLocaleString('en')} times.`, { span });
  }

  #write(text: string, source: Span, verbatim: boolean): void {
    if (text === '') return;
    if (this.#length + text.length > MOST_OUTPUT) throw abort(`Template Syntax Error: the template writes more than ${MOST_OUTPUT.toLocaleString('en')} characters.`, { span: source });
    this.#stretches.push({ start: this.#length, source, verbatim });
    this.#parts.push(text);
    this.#length += text.length;
  }

  result(): Rendered {
    const stretches = this.#stretches;
    const length = this.#length;
    const end = this.#template.text.length;
    const toSource = (offset: number): Span => {
      const stretch = stretchAt(stretches, Math.min(Math.max(offset, 0), length));
      if (!stretch) return { start: 0, end };
      if (!stretch.verbatim) return stretch.source;
      const at = Math.min(stretch.source.start + offset - stretch.start, stretch.source.end);
      return { start: at, end: Math.min(at + 1, stretch.source.end) };
    };
    return {
      sql: this.#parts.join(''),
      spans: {
        toSource,
        toSourceSpan: ({ start, end: last }) => {
          const from = toSource(start);
          const to = last > start ? toSource(last - 1) : from;
          // A span that begins after its end comes from a loop: the first place is the one to show.
          return to.end >= from.start ? { start: from.start, end: to.end } : from;
        },
      },
      secrets: [...this.#secrets].map(([name, defaultValue]) => (defaultValue === undefined ? { name } : { name, defaultValue })),
      options: this.#options,
    };
  }
}

function stretchAt(stretches: readonly Stretch[], offset: number): Stretch | undefined {
  let low = 0;
  let high = stretches.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((stretches[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return stretches[low];
}
