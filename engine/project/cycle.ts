/**
 * Circles in a graph of names, each in the order of one way round.
 * Iterative, so that a chain of any length is no problem.
 */

/** For each circle, the names on a way that begins and ends with the same one. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[][] = [];
  for (const start of graph.keys()) {
    if (state.has(start)) continue;
    const trail: { readonly name: string; next: number }[] = [{ name: start, next: 0 }];
    state.set(start, 'open');
    for (let top = trail.at(-1); top; top = trail.at(-1)) {
      const target = graph.get(top.name)?.[top.next];
      top.next += 1;
      if (target === undefined) {
        state.set(top.name, 'done');
        trail.pop();
      } else if (state.get(target) === 'open') {
        const from = trail.findIndex(({ name }) => name === target);
        cycles.push([...trail.slice(from).map(({ name }) => name), target]);
      } else if (!state.has(target)) {
        state.set(target, 'open');
        trail.push({ name: target, next: 0 });
      }
    }
  }
  return cycles;
}
