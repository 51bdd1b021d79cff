/**
 * The rules of an ENGINE_TTL: `time [DELETE] [WHERE condition]`, `time GROUP BY keys [SET column = aggregate, …]` and
 * `time TO DISK|VOLUME '…'`, several with commas between them. Gives the texts of their parts, checked to be expressions.
 */
import { Cursor } from './cursor.ts';
import { parseExpressionAt } from './parse-expression.ts';
import { parseQueryAt } from './parse.ts';

export interface TtlRule {
  /** A Date or DateTime: the row is due when it has passed. */
  readonly time: string;
  readonly action: TtlAction;
}

export type TtlAction =
  | { readonly kind: 'delete'; readonly where: string | undefined }
  | { readonly kind: 'roll-up'; readonly keys: readonly string[]; readonly set: ReadonlyMap<string, string> }
  /** To another disk: there is but one here. */
  | { readonly kind: 'move' };

/** Throws SandpiperError with a span in the text. */
export function parseTtl(text: string): readonly TtlRule[] {
  const cursor = new Cursor(text, parseQueryAt);
  const rules: TtlRule[] = [];
  if (cursor.peek().kind === 'end') return rules;
  do rules.push({ time: expressionText(cursor), action: parseAction(cursor) });
  while (cursor.takeSymbol(','));
  if (cursor.peek().kind !== 'end') throw cursor.unexpected('DELETE, WHERE, GROUP BY, a comma or the end');
  return rules;
}

function parseAction(cursor: Cursor): TtlAction {
  if (cursor.takeWords('TO')) {
    if (!cursor.takeWords('DISK') && !cursor.takeWords('VOLUME')) throw cursor.unexpected('DISK or VOLUME');
    if (cursor.peek().kind !== 'string') throw cursor.unexpected('a name in quotes');
    cursor.take();
    return { kind: 'move' };
  }
  if (cursor.takeWords('GROUP', 'BY')) {
    const isTuple = cursor.isWords('TUPLE') || cursor.isSymbol('(');
    const keys = [expressionText(cursor)];
    while (!isTuple && cursor.takeSymbol(',')) keys.push(expressionText(cursor));
    const set = new Map<string, string>();
    if (cursor.takeWords('SET')) {
      do {
        const column = cursor.take().text;
        if (!cursor.takeSymbol('=')) throw cursor.unexpected('=');
        set.set(column, expressionText(cursor));
      } while (cursor.isSymbol(',') && cursor.isSymbol('=', 2) && cursor.takeSymbol(','));
    }
    return { kind: 'roll-up', keys, set };
  }
  cursor.takeWords('DELETE');
  return { kind: 'delete', where: cursor.takeWords('WHERE') ? expressionText(cursor) : undefined };
}

function expressionText(cursor: Cursor): string {
  const { span } = parseExpressionAt(cursor);
  return cursor.text.slice(span.start, span.end);
}
