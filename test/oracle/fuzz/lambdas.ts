/** Lambdas for functions of arrays and maps: short bodies that fit the type of the elements. */
import { bare, type ClickHouseType } from '../../../engine/sql/types.ts';
import type { Random } from './random.ts';
import type { Expression } from './tree.ts';

const CONDITIONS = /Filter|Exists|All|Count|First|Last|Fill|Split|Compact/;

/** `other` is any expression of the row, for lambdas that look outside. */
export function lambdaFor(name: string, word: string, collection: Expression, other: Expression, random: Random): Expression | undefined {
  const type = bare(collection.type);
  const wantsCondition = CONDITIONS.test(name) && !name.includes('Compact');
  const made = (write: (texts: readonly string[]) => string): Expression => ({ parts: [other], write, sort: 'expression', type: { kind: 'Nothing' }, constant: true, depth: 0, called: '->' });
  if (type.kind === 'Map') {
    const condition = random.pick([conditionOn('v', type.value, random), conditionOn('k', type.key, random)]);
    if (word.includes('(…, …)')) return made(() => `(k, v) -> (${random.chance(0.5) ? 'k' : 'toString(k)'}, ${random.chance(0.5) ? 'v' : valueOn('v', type.value, random)})`);
    return made(() => `(k, v) -> ${condition}`);
  }
  if (type.kind !== 'Array') return undefined;
  if (word.includes('acc')) return made(() => '(acc, x) -> acc + 1');
  const body = wantsCondition ? conditionOn('x', type.of, random) : valueOn('x', type.of, random);
  if (random.chance(0.15)) return made(([outer]) => `x -> ${wantsCondition ? `(x = x) AND isNotNull(${outer})` : `(x, ${outer})`}`);
  return made(() => `x -> ${body}`);
}

function conditionOn(name: string, type: ClickHouseType, random: Random): string {
  switch (bare(type).kind) {
    case 'Integer':
    case 'Float':
    case 'Decimal':
      return random.pick([`${name} > 1`, `${name} = 0`, `${name} != 2`, `(${name} % 2) = 0`.replace(/^/, ''), `${name} <= 3 OR ${name} > 7`, `${name} BETWEEN 0 AND 5`]);
    case 'String':
    case 'FixedString':
      return random.pick([`${name} != ''`, `length(${name}) > 1`, `${name} LIKE '%a%'`, `${name} = 'a'`, `empty(${name})`]);
    case 'Date':
    case 'DateTime':
    case 'Date32':
    case 'DateTime64':
      return random.pick([`toYear(${name}) > 2000`, `${name} >= '2024-02-01'`, `${name} = ${name}`]);
    case 'Array':
      return `notEmpty(${name})`;
    default:
      return random.pick([`${name} = ${name}`, `isNotNull(${name})`, `NOT isNull(${name})`]);
  }
}

function valueOn(name: string, type: ClickHouseType, random: Random): string {
  switch (bare(type).kind) {
    case 'Integer':
    case 'Float':
    case 'Decimal':
      return random.pick([`${name} + 1`, `${name} * 2`, `-${name}`, name, `toString(${name})`, `${name} > 0`, `if(${name} > 1, ${name}, 0)`, `${name} / 2`]);
    case 'String':
      return random.pick([`upper(${name})`, `concat(${name}, '!')`, `length(${name})`, name, `${name} = ''`, `substring(${name}, 1, 2)`]);
    case 'Date':
    case 'DateTime':
      return random.pick([`toYear(${name})`, `${name} + 1`, name, `toDate(${name})`]);
    case 'Array':
      return random.pick([`length(${name})`, name]);
    default:
      return random.pick([name, `toString(${name})`, `tuple(${name}, 1)`, `isNull(${name})`]);
  }
}
