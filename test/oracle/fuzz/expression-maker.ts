/**
 * Random expressions over the columns of a source, from small to large: functions of the registry take arguments that
 * their signature asks for, and the translator tells the type of what came out. What it refuses is kept apart, for
 * ClickHouse may take it.
 */
import type { FunctionDefinition } from '../../../engine/sql/functions/definition.ts';
import { listFunctions } from '../../../engine/sql/functions/registry.ts';
import { bare, type ClickHouseType } from '../../../engine/sql/types.ts';
import { lambdaFor } from './lambdas.ts';
import { OPERATORS } from './operators.ts';
import type { Random } from './random.ts';
import { readSignature, type Signature } from './signatures.ts';
import { text, type Expression } from './tree.ts';
import { ANY, wantFor, type Want } from './wants.ts';

/** Gives the type that the translator finds, or undefined when it refuses. */
export type TypeOf = (expression: string) => ClickHouseType | undefined;

/** Answers that change from run to run or tell of the server. */
const UNSTEADY = /^(now|now64|today|yesterday|UTCTimestamp|rand|random|generate|currentUser|currentDatabase|displayName|hostName|FQDN|version|uptime|timezone|throwIf|sleep|isConstant|byteSize|toJSONString|arrayPartial|erfc|jaroWinkler|MACStringTo|javaHashUTF16LE|toColumnTypeName|initializeAggregation|finalizeAggregation|identity$)/;

const WEIGHTS: Readonly<Record<string, number>> = {
  arithmetic: 10, comparison: 8, logical: 4, conditional: 8, null: 7, 'type conversion': 8, rounding: 4, mathematical: 3, 'dates and times': 14, string: 10, 'string search': 5, 'string replacement': 3,
  splitting: 3, array: 10, tuple: 3, map: 4, JSON: 3, URL: 2, encoding: 2, hash: 1, UUID: 0.5, 'IP address': 0.7, bit: 2, distance: 0.7, other: 1.5,
};

interface Candidate {
  readonly definition: FunctionDefinition;
  readonly signature: Signature;
}

const BY_CATEGORY = new Map<string, Candidate[]>();
for (const definition of listFunctions()) {
  if (UNSTEADY.test(definition.name) || /\(…\)$/.test(definition.signature) || definition.category === 'random') continue;
  const list = BY_CATEGORY.get(definition.category);
  const candidate = { definition, signature: readSignature(definition.signature) };
  if (list) list.push(candidate);
  else BY_CATEGORY.set(definition.category, [candidate]);
}

/** The functions that the fuzzer calls. */
export function functionsInUse(): readonly string[] {
  return [...BY_CATEGORY.values()].flat().map(({ definition }) => definition.name).sort();
}

export class ExpressionMaker {
  readonly #random: Random;
  readonly #typeOf: TypeOf;
  readonly #refused: Expression[] = [];
  /** Expressions to choose from: columns first, then what was made of them. */
  readonly known: Expression[];

  constructor(columns: readonly Expression[], random: Random, typeOf: TypeOf) {
    this.known = [...columns];
    this.#random = random;
    this.#typeOf = typeOf;
  }

  /** Calls that Sandpiper refused. */
  get refused(): readonly Expression[] {
    return this.#refused;
  }

  grow(count: number): void {
    for (let made = 0; made < count; made += 1) this.#makeOne();
  }

  #makeOne(): void {
    if (this.#random.chance(0.35)) {
      const operator = this.#random.weighted(OPERATORS.map((one) => [one.weight, one] as const));
      this.add(operator.name, operator.wants.map((want) => this.take(want)), operator.write);
      return;
    }
    const category = this.#random.weighted([...BY_CATEGORY.keys()].map((name) => [WEIGHTS[name] ?? 0.3, name] as const));
    const { definition, signature } = this.#random.pick(BY_CATEGORY.get(category) ?? []);
    const places = signature.places.filter((place) => !place.optional || this.#random.chance(0.35));
    const last = places.at(-1);
    if (signature.repeats && last && this.#random.chance(0.5) && !last.word.startsWith('x ->')) places.push(last);
    const args = places.map((place) => (place.word.includes('->') ? undefined : this.take(wantFor(place.word, category))));
    if (places[0]?.word.includes('->')) {
      const collection = args.findLast((argument) => argument !== undefined);
      const lambda = collection && lambdaFor(definition.name, places[0].word, collection, this.take(ANY), this.#random);
      if (!lambda) return;
      args[0] = lambda;
    }
    const whole = args.filter((argument) => argument !== undefined);
    if (whole.length === places.length) this.add(definition.name, whole, (texts) => written(definition.name, texts));
  }

  /** Keeps the expression when the translator gives it a type. */
  add(called: string, parts: readonly Expression[], write: (texts: readonly string[]) => string): Expression | undefined {
    const untyped = { parts, write, called, sort: 'expression' as const, constant: parts.length > 0 && parts.every((part) => part.constant), depth: 1 + Math.max(0, ...parts.map((part) => part.depth)) };
    if (untyped.depth > 5) return undefined;
    const type = this.#typeOf(text(untyped));
    if (!type) {
      this.#refused.push({ ...untyped, type: { kind: 'Nothing' } });
      return undefined;
    }
    if (!holdable(type)) return undefined;
    const made = { ...untyped, type };
    this.known.push(made);
    return made;
  }

  /** An expression at hand that fits, or a constant. */
  take(want: Want): Expression {
    const fits = want.fits;
    const fitting = fits ? this.known.filter((one) => fits(one.type, text(one))) : [];
    if (fitting.length > 0 && !this.#random.chance(want.constants ?? 0)) {
      // Small expressions more often: what fails in them is found sooner.
      const shallow = fitting.filter((one) => one.depth <= 1);
      return this.#random.pick(shallow.length > 0 && this.#random.chance(0.6) ? shallow : fitting);
    }
    const literal = want.literal(this.#random);
    return { parts: [], write: () => literal, sort: 'expression', type: this.#typeOf(literal) ?? { kind: 'Nothing' }, constant: true, depth: 0 };
  }

  /** One that fits and reads a column, if there is one. */
  find(want: Want): Expression | undefined {
    const fitting = this.known.filter((one) => !one.constant && want.fits?.(one.type, text(one)) === true);
    return fitting.length === 0 ? undefined : this.#random.pick(fitting);
  }
}

/** Sets that come as arrays have no order of their own. */
const SETS = /^(arrayUnion|arrayIntersect|arraySymmetricDifference|arrayDistinct|extractURLParameterNames)$/;

function written(name: string, texts: readonly string[]): string {
  const call = `${name}(${texts.join(', ')})`;
  return SETS.test(name) ? `arraySort(${call})` : call;
}

/** Types that can stand in a column and in an answer. */
function holdable(type: ClickHouseType): boolean {
  const inner = bare(type);
  if (inner.kind === 'Array') return holdable(inner.of);
  if (inner.kind === 'Tuple') return inner.elements.length > 0 && inner.elements.every((element) => holdable(element.type));
  if (inner.kind === 'Map') return holdable(inner.key) && holdable(inner.value);
  return !['AggregateFunction', 'Dynamic', 'Variant', 'JSON', 'Time', 'Time64'].includes(inner.kind);
}
