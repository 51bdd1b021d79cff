/** The signature of the call that the cursor is in, and which of its arguments it is at: in SQL and in template tags. */
import { findAggregate } from '../sql/aggregates/registry.ts';
import { findWindowFunction } from '../sql/aggregates/window.ts';
import { findFunction } from '../sql/functions/registry.ts';
import { templateFunctions } from '../template/function-table.ts';
import { piecesOf } from '../project/sql-pieces.ts';
import { offsetOf, sqlPlaceAt, tagAt, type EditorPlace } from './editor-symbol.ts';
import type { Understanding } from './sql-scope.ts';

export interface SignatureHelp {
  readonly label: string;
  readonly documentation: string;
  /** Parts of the label. */
  readonly parameters: readonly string[];
  readonly activeParameter: number;
}

/** Undefined outside of calls and in calls of what is not known. */
export function signatureHelp(place: EditorPlace, world: Understanding): SignatureHelp | undefined {
  const inSql = sqlPlaceAt(place, offsetOf(place), world);
  if (!inSql) return undefined;
  const { sql } = inSql.place;
  const tag = tagAt(sql, inSql.at);
  const call = enclosingCall(sql.slice(tag?.span.start ?? 0, inSql.at));
  if (!call) return undefined;
  const known = tag ? templateFunctions().find(({ name }) => name === call.name) : (findFunction(call.name) ?? findAggregate(call.name) ?? findWindowFunction(call.name));
  if (!known) return undefined;
  const parameters = parametersIn(known.signature, call.isSecondPair);
  const last = parameters.at(-1) ?? '';
  const active = call.argument < parameters.length ? call.argument : /…|\.\.\./.test(last) ? parameters.length - 1 : call.argument;
  return { label: known.signature, documentation: known.help, parameters, activeParameter: active };
}

interface Call {
  readonly name: string;
  readonly argument: number;
  /** In the second brackets of `quantile(0.9)(x)`. */
  readonly isSecondPair: boolean;
}

function enclosingCall(before: string): Call | undefined {
  const pieces = piecesOf(before).filter(({ kind }) => kind !== 'comment');
  const last = pieces.at(-1);
  // In a text there is nothing to call.
  if (last?.kind === 'string' && last.end === before.length && (last.text.length === 1 || !last.text.endsWith("'"))) pieces.pop();
  let depth = 0;
  let argument = 0;
  for (let at = pieces.length - 1; at >= 0; at -= 1) {
    const piece = pieces[at];
    const text = piece?.text;
    if (text === ')' || text === ']' || text === '}') depth += 1;
    else if (text === '[' || text === '{') {
      if (depth === 0) argument = 0;
      depth = Math.max(0, depth - 1);
    } else if (text === ',' && depth === 0) argument += 1;
    else if (text === '(' && depth > 0) depth -= 1;
    else if (text === '(') {
      const owner = pieces[at - 1];
      if (owner?.kind === 'word' && /^[A-Za-z_]/.test(owner.text)) return { name: owner.text, argument, isSecondPair: false };
      if (owner?.text === ')') {
        let open = at - 1;
        for (let nested = 0; open >= 0; open -= 1) {
          if (pieces[open]?.text === ')') nested += 1;
          if (pieces[open]?.text === '(') nested -= 1;
          if (nested === 0) break;
        }
        const name = pieces[open - 1];
        if (name?.kind === 'word') return { name: name.text, argument, isSecondPair: true };
      }
      // Plain brackets: on to the call around them, in which they are one argument.
      argument = 0;
    }
  }
  return undefined;
}

/** `f(a, b[, c])` has the parameters a, b and c; of `quantile(level)(x)` the pair that is asked for. */
function parametersIn(signature: string, second: boolean): readonly string[] {
  const pairs: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < signature.length; at += 1) {
    const character = signature.charAt(at);
    if (character === '(') {
      if (depth === 0) start = at + 1;
      depth += 1;
    } else if (character === ')') {
      depth -= 1;
      if (depth === 0) pairs.push(signature.slice(start, at));
    }
  }
  const text = (second ? (pairs[1] ?? pairs[0]) : pairs[0]) ?? '';
  const parts: string[] = [];
  let part = '';
  let nested = 0;
  for (const character of text) {
    if (character === '(' || character === '{') nested += 1;
    if (character === ')' || character === '}') nested -= 1;
    if (character === ',' && nested === 0) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return [...parts, part].map((one) => one.replace(/^[\s[]+|[\s\]]+$/g, '').replace(/\[$/, '').trim()).filter((one) => one !== '');
}
