/**
 * Template expressions from text: Python's precedence, without what a template may not do (power, bit operators,
 * lambda, import, assignment inside an expression). One SandpiperError 'syntax' with a span in the template for a
 * mistake. Depth is bounded, so no text can overflow the stack here or in whoever walks the tree.
 */
import { SandpiperError } from '../errors.ts';
import type { Assignment, BinaryOperator, CompareOperator, ComprehensionClause, KeywordArgument, Target, TemplateExpression } from './expression.ts';
import { ExpressionCursor, unexpected } from './expression-cursor.ts';
import { lexExpression, type ExpressionLexeme } from './lex-expression.ts';

const DEEPEST = 100;
/** Operators and brackets in a row, in one expression: each makes the tree one deeper. */
const MOST_LINKS = 1000;
const REFUSED_OPERATORS: Readonly<Record<string, string>> = { '**': 'Pow', '&': 'BitAnd', '|': 'BitOr', '^': 'BitXor', '<<': 'LShift', '>>': 'RShift', '@': 'MatMult' };
const WORDS = new Set(['and', 'or', 'not', 'in', 'is', 'if', 'else', 'for', 'lambda', 'import', 'from', 'await', 'yield', 'def', 'class', 'return', 'while', 'with', 'try', 'except', 'global', 'nonlocal', 'del', 'assert', 'raise', 'async', 'elif', 'pass', 'break', 'continue', 'as', 'finally']);

/** The expression between two offsets of the template; a bare `a, b` is a tuple. */
export function parseExpression(text: string, start: number, end: number): TemplateExpression {
  return new ExpressionParser(text, start, end).whole();
}

/** `x = e`, `a, b = e`, `x += e`, `d['k'] = e`. */
export function parseAssignment(text: string, start: number, end: number): Assignment {
  return new ExpressionParser(text, start, end).assignment();
}

/** `target in items` of a for tag. */
export function parseForClause(text: string, start: number, end: number): { readonly target: Target; readonly items: TemplateExpression } {
  return new ExpressionParser(text, start, end).forClause();
}

class ExpressionParser {
  readonly #cursor: ExpressionCursor;
  #depth = 0;
  #links = 0;

  constructor(text: string, start: number, end: number) {
    this.#cursor = new ExpressionCursor(lexExpression(text, start, end));
    const first = this.#cursor.peek();
    if (first.kind === 'name' && (first.text === 'import' || first.text === 'from')) {
      throw new SandpiperError('syntax', `import is forbidden at <string>:${text.slice(0, first.span.start).split('\n').length}`, { span: first.span });
    }
  }

  whole(): TemplateExpression {
    const expression = this.#tuple();
    this.#cursor.expectEnd();
    return expression;
  }

  assignment(): Assignment {
    const left = this.#tuple();
    const target = asTarget(left);
    const operator = this.#cursor.take();
    const augmented = /^(\+|-|\*|\/|\/\/|%)=$/.exec(operator.text)?.[1];
    if (operator.kind !== 'symbol' || (operator.text !== '=' && augmented === undefined)) throw unexpected(operator, 'an assignment such as `name = value`');
    const value = this.#tuple();
    this.#cursor.expectEnd();
    return augmented === undefined ? { target, value } : { target, operator: asOperator(augmented), value };
  }

  forClause(): { target: Target; items: TemplateExpression } {
    const target = this.#target();
    this.#cursor.expectWord('in');
    const items = this.#tuple();
    this.#cursor.expectEnd();
    return { target, items };
  }

  #target(): Target {
    const start = this.#cursor.peek().span.start;
    const items: TemplateExpression[] = [this.#postfix()];
    let isTuple = false;
    while (this.#cursor.takeSymbol(',')) {
      isTuple = true;
      if (this.#cursor.isWord('in')) break;
      items.push(this.#postfix());
    }
    const [first] = items;
    if (!isTuple && first) return asTarget(first);
    return asTarget({ kind: 'tuple', items, span: this.#cursor.from(start) });
  }

  #tuple(): TemplateExpression {
    const start = this.#cursor.peek().span.start;
    const first = this.#expression();
    if (!this.#cursor.isSymbol(',')) return first;
    const items = [first];
    while (this.#cursor.takeSymbol(',')) {
      const next = this.#cursor.peek();
      if (next.kind === 'end' || (next.kind === 'symbol' && /^(=|[-+*/%]=|\/\/=|\)|\]|\})$/.test(next.text))) break;
      items.push(this.#expression());
    }
    return { kind: 'tuple', items, span: this.#cursor.from(start) };
  }

  #expression(): TemplateExpression {
    return this.#deeper(() => {
      const start = this.#cursor.peek().span.start;
      if (this.#cursor.isWord('lambda')) throw new SandpiperError('syntax', 'lambda is not part of the template language.', { span: this.#cursor.peek().span });
      const then = this.#or();
      if (!this.#cursor.takeWord('if')) return then;
      const test = this.#or();
      this.#cursor.expectWord('else');
      const otherwise = this.#expression();
      return { kind: 'conditional', test, whenTrue: then, otherwise, span: this.#cursor.from(start) };
    });
  }

  #or(): TemplateExpression {
    return this.#logical('or', () => this.#logical('and', () => this.#not()));
  }

  #logical(operator: 'and' | 'or', operand: () => TemplateExpression): TemplateExpression {
    const start = this.#cursor.peek().span.start;
    const operands = [operand()];
    while (this.#cursor.takeWord(operator)) operands.push(operand());
    const [only] = operands;
    return operands.length === 1 && only ? only : { kind: 'logical', operator, operands, span: this.#cursor.from(start) };
  }

  #not(): TemplateExpression {
    const start = this.#cursor.peek().span.start;
    if (!this.#cursor.takeWord('not')) return this.#compare();
    const operand = this.#deeper(() => this.#not());
    return { kind: 'unary', operator: 'not', operand, span: this.#cursor.from(start) };
  }

  #compare(): TemplateExpression {
    const start = this.#cursor.peek().span.start;
    const first = this.#sum();
    const rest: { operator: CompareOperator; operand: TemplateExpression }[] = [];
    for (;;) {
      const operator = this.#takeCompareOperator();
      if (operator === undefined) break;
      rest.push({ operator, operand: this.#sum() });
    }
    return rest.length === 0 ? first : { kind: 'compare', first, rest, span: this.#cursor.from(start) };
  }

  #takeCompareOperator(): CompareOperator | undefined {
    const lexeme = this.#cursor.peek();
    if (lexeme.kind === 'symbol' && ['==', '!=', '<', '<=', '>', '>='].includes(lexeme.text)) {
      this.#cursor.take();
      return lexeme.text as CompareOperator;
    }
    if (this.#cursor.takeWord('in')) return 'in';
    if (this.#cursor.isWord('not') && this.#cursor.isWord('in', 1)) {
      this.#cursor.take();
      this.#cursor.take();
      return 'not in';
    }
    if (!this.#cursor.takeWord('is')) return undefined;
    return this.#cursor.takeWord('not') ? 'is not' : 'is';
  }

  #sum(): TemplateExpression {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/', '//', '%'], () => this.#unary()));
  }

  #chain(operators: readonly string[], operand: () => TemplateExpression): TemplateExpression {
    const start = this.#cursor.peek().span.start;
    let left = operand();
    for (;;) {
      const lexeme = this.#cursor.peek();
      if (lexeme.kind !== 'symbol') return left;
      const refused = REFUSED_OPERATORS[lexeme.text];
      if (refused !== undefined) throw new SandpiperError('syntax', `Invalid BinOp: ${refused}()`, { span: lexeme.span });
      if (!operators.includes(lexeme.text)) return left;
      this.#link();
      this.#cursor.take();
      const right = operand();
      left = { kind: 'binary', operator: asOperator(lexeme.text), left, right, span: this.#cursor.from(start) };
    }
  }

  #unary(): TemplateExpression {
    const lexeme = this.#cursor.peek();
    if (lexeme.kind !== 'symbol' || (lexeme.text !== '-' && lexeme.text !== '+')) return this.#postfix();
    this.#cursor.take();
    const operand = this.#deeper(() => this.#unary());
    return { kind: 'unary', operator: lexeme.text, operand, span: this.#cursor.from(lexeme.span.start) };
  }

  #postfix(): TemplateExpression {
    const start = this.#cursor.peek().span.start;
    let object = this.#atom();
    for (;; this.#link()) {
      if (this.#cursor.isSymbol('(')) {
        if (object.kind !== 'name') throw new SandpiperError('syntax', 'Only functions and methods can be called.', { span: this.#cursor.peek().span });
        const { name, span } = object;
        const { positional, keywords } = this.#arguments();
        object = { kind: 'call', name, nameSpan: span, arguments: positional, keywords, span: this.#cursor.from(start) };
      } else if (this.#cursor.takeSymbol('.')) {
        const name = this.#cursor.take();
        if (name.kind !== 'name') throw unexpected(name, 'the name of a method');
        if (!this.#cursor.isSymbol('(')) {
          if (name.text.startsWith('_')) throw new SandpiperError('syntax', `Write the method with brackets: \`.${name.text}()\`. Templates have no attributes.`, { span: name.span });
          object = { kind: 'attribute', name: name.text, span: this.#cursor.from(start) };
          continue;
        }
        const { positional, keywords } = this.#arguments();
        object = { kind: 'method', object, name: name.text, arguments: positional, keywords, span: this.#cursor.from(start) };
      } else if (this.#cursor.takeSymbol('[')) {
        object = this.#subscript(object, start);
      } else {
        return object;
      }
    }
  }

  #link(): void {
    this.#links += 1;
    if (this.#links > MOST_LINKS) throw new SandpiperError('syntax', 'This expression is too long for a template.', { span: this.#cursor.peek().span });
  }

  #subscript(object: TemplateExpression, start: number): TemplateExpression {
    const part = () => (this.#cursor.isSymbol(':') || this.#cursor.isSymbol(']') ? undefined : this.#tuple());
    const from = part();
    if (this.#cursor.takeSymbol(':')) {
      const to = part();
      const step = this.#cursor.takeSymbol(':') ? part() : undefined;
      this.#cursor.expectSymbol(']');
      return { kind: 'slice', object, ...(from && { from }), ...(to && { to }), ...(step && { step }), span: this.#cursor.from(start) };
    }
    if (!from) throw unexpected(this.#cursor.peek(), 'an index');
    this.#cursor.expectSymbol(']');
    return { kind: 'index', object, index: from, span: this.#cursor.from(start) };
  }

  #arguments(): { positional: TemplateExpression[]; keywords: KeywordArgument[] } {
    this.#cursor.expectSymbol('(');
    const positional: TemplateExpression[] = [];
    const keywords: KeywordArgument[] = [];
    while (!this.#cursor.takeSymbol(')')) {
      const lexeme = this.#cursor.peek();
      if (lexeme.kind === 'symbol' && (lexeme.text === '*' || lexeme.text === '**')) throw new SandpiperError('syntax', 'Arguments cannot be spread with * in templates.', { span: lexeme.span });
      const next = this.#cursor.peek(1);
      if (lexeme.kind === 'name' && next.kind === 'symbol' && next.text === '=') {
        this.#cursor.take();
        this.#cursor.take();
        const value = this.#expression();
        if (keywords.some(({ name }) => name === lexeme.text)) throw new SandpiperError('syntax', `keyword argument repeated: ${lexeme.text}`, { span: lexeme.span });
        keywords.push({ name: lexeme.text, value, span: this.#cursor.from(lexeme.span.start) });
      } else {
        const value = this.#expression();
        if (keywords.length > 0) throw new SandpiperError('syntax', 'positional argument follows keyword argument', { span: value.span });
        positional.push(this.#cursor.isWord('for') ? this.#comprehension(value) : value);
      }
      if (!this.#cursor.takeSymbol(',')) {
        this.#cursor.expectSymbol(')');
        break;
      }
    }
    return { positional, keywords };
  }

  #comprehension(element: TemplateExpression): TemplateExpression {
    const clauses: ComprehensionClause[] = [];
    while (this.#cursor.takeWord('for')) {
      const target = this.#target();
      this.#cursor.expectWord('in');
      const items = this.#or();
      const tests: TemplateExpression[] = [];
      while (this.#cursor.takeWord('if')) tests.push(this.#or());
      clauses.push({ target, items, tests });
    }
    return { kind: 'comprehension', element, clauses, span: this.#cursor.from(element.span.start) };
  }

  #atom(): TemplateExpression {
    const lexeme = this.#cursor.take();
    const { span, text } = lexeme;
    switch (lexeme.kind) {
      case 'integer':
        return { kind: 'integer', value: BigInt(/^0\d/.test(text) ? text.replace(/^0+(?=\d)/, '') : text), span };
      case 'float':
        return { kind: 'float', value: Number(text), span };
      case 'string': {
        let value = text;
        while (this.#cursor.peek().kind === 'string') value += this.#cursor.take().text;
        return { kind: 'string', value, span: this.#cursor.from(span.start) };
      }
      case 'name':
        if (text === 'None') return { kind: 'none', span };
        if (text === 'True' || text === 'False') return { kind: 'boolean', value: text === 'True', span };
        if (WORDS.has(text)) throw unexpected(lexeme, 'a value');
        return { kind: 'name', name: text, span };
      case 'symbol':
        return this.#bracketed(lexeme);
      case 'end':
        throw unexpected(lexeme, 'a value');
    }
  }

  #bracketed(open: ExpressionLexeme): TemplateExpression {
    const { start } = open.span;
    if (open.text === '(') {
      if (this.#cursor.takeSymbol(')')) return { kind: 'tuple', items: [], span: this.#cursor.from(start) };
      const inside = this.#tuple();
      const value = this.#cursor.isWord('for') ? this.#comprehension(inside) : inside;
      this.#cursor.expectSymbol(')');
      return value;
    }
    if (open.text === '[') {
      if (this.#cursor.takeSymbol(']')) return { kind: 'list', items: [], span: this.#cursor.from(start) };
      const first = this.#expression();
      if (this.#cursor.isWord('for')) {
        const made = this.#comprehension(first);
        this.#cursor.expectSymbol(']');
        return made;
      }
      const items = [first, ...this.#restOfList(']')];
      return { kind: 'list', items, span: this.#cursor.from(start) };
    }
    if (open.text === '{') return this.#braces(start);
    throw unexpected(open, 'a value');
  }

  #restOfList(close: string): TemplateExpression[] {
    const items: TemplateExpression[] = [];
    while (this.#cursor.takeSymbol(',')) {
      if (this.#cursor.isSymbol(close)) break;
      items.push(this.#expression());
    }
    this.#cursor.expectSymbol(close);
    return items;
  }

  #braces(start: number): TemplateExpression {
    if (this.#cursor.takeSymbol('}')) return { kind: 'dict', entries: [], span: this.#cursor.from(start) };
    const first = this.#expression();
    if (!this.#cursor.takeSymbol(':')) {
      const items = [first, ...this.#restOfList('}')];
      // `{{ x }}` inside a tag, which Tinybird tolerates, is x itself.
      if (first.kind === 'set' && items.length === 1 && first.items.length === 1 && first.span.start === start + 1) return first.items[0] ?? first;
      return { kind: 'set', items, span: this.#cursor.from(start) };
    }
    const entries = [{ key: first, value: this.#expression() }];
    while (this.#cursor.takeSymbol(',')) {
      if (this.#cursor.isSymbol('}')) break;
      const key = this.#expression();
      this.#cursor.expectSymbol(':');
      entries.push({ key, value: this.#expression() });
    }
    this.#cursor.expectSymbol('}');
    return { kind: 'dict', entries, span: this.#cursor.from(start) };
  }

  #deeper(parse: () => TemplateExpression): TemplateExpression {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new SandpiperError('syntax', 'This expression is nested too deeply for a template.', { span: this.#cursor.peek().span });
    const expression = parse();
    this.#depth -= 1;
    return expression;
  }
}

function asOperator(text: string): BinaryOperator {
  return text as BinaryOperator;
}

function asTarget(expression: TemplateExpression): Target {
  const { span } = expression;
  switch (expression.kind) {
    case 'name':
      return { kind: 'name', name: expression.name, span };
    case 'tuple':
    case 'list':
      return { kind: 'names', targets: expression.items.map(asTarget), span };
    case 'index':
      return { kind: 'element', object: expression.object, index: expression.index, span };
    default:
      throw new SandpiperError('syntax', 'Only a name can be assigned to.', { span });
  }
}
