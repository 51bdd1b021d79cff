/** What two answers to one query mean: agreement, a difference of some class, or a query that says nothing. */
import { KNOWN_DIFFERENCES, type KnownDifference } from '../../../engine/sql/known-differences.ts';
import { compare, type Answer } from '../../sql/two-engines.ts';

export type Verdict =
  | { readonly kind: 'equal' | 'refused by both' }
  /** ClickHouse refuses for its types or names, Sandpiper answers. */
  | { readonly kind: 'too lenient'; readonly detail: string }
  /** ClickHouse fails while running. */
  | { readonly kind: 'failed in ClickHouse'; readonly detail: string }
  | { readonly kind: 'different'; readonly what: KnownDifference['kind']; readonly detail: string };

/** Codes of errors about types, names and numbers of arguments, not about values met while running. */
const TYPE_RULES = /^(?:Query failed: )?Code: (?:43|44|42|53|386|47|36|35|46|48|50|70|62|207|215|184|179|10|352|44)\./;

export function judge(ours: Answer, theirs: Answer, ordered: boolean): Verdict {
  if ('error' in theirs) {
    if ('error' in ours) return ours.isBug && !/Conversion Error|Out of Range|Invalid Input/.test(ours.error) && TYPE_RULES.test(theirs.error) ? { kind: 'too lenient', detail: `DuckDB: ${ours.error.slice(0, 150)}; ClickHouse: ${theirs.error.slice(0, 150)}` } : { kind: 'refused by both' };
    return TYPE_RULES.test(theirs.error) ? { kind: 'too lenient', detail: theirs.error.slice(0, 200) } : { kind: 'failed in ClickHouse', detail: theirs.error.slice(0, 200) };
  }
  if ('error' in ours) return { kind: 'different', what: ours.isBug ? 'error' : 'refused', detail: `${ours.isBug ? 'DuckDB: ' : ''}${ours.error.slice(0, 300)}; ClickHouse answers ${theirs.types.join(', ').slice(0, 300)}` };
  const detail = compare(ours, theirs, ordered ? false : 'rows', true);
  if (detail === undefined) return { kind: 'equal' };
  if (JSON.stringify(ours.types) !== JSON.stringify(theirs.types)) return { kind: 'different', what: 'type', detail };
  if (compare(ours, theirs, ordered ? false : 'rows', false) === undefined) return { kind: 'different', what: 'name', detail };
  return { kind: 'different', what: ordered && compare(ours, theirs, 'rows', false) === undefined ? 'order' : 'value', detail };
}

/** The entry of the table of known differences that explains this one; `evidence` is the query and how the answers differ. */
export function knownDifference(evidence: string, what: KnownDifference['kind']): KnownDifference | undefined {
  return KNOWN_DIFFERENCES.find((known) => known.kind === what && new RegExp(known.pattern).test(evidence));
}
