/** The smallest query that still fails: drops what may be dropped, puts parts in the place of wholes, row by row. */
import { NOTHING, size, text, type Tree } from './tree.ts';

/** Tries trees until none smaller fails; `fails` asks both engines. */
export async function shrink(tree: Tree, fails: (candidate: Tree) => Promise<boolean>, most = 250): Promise<Tree> {
  let best = tree;
  let tries = 0;
  for (let progress = true; progress && tries < most; ) {
    progress = false;
    const seen = new Set([text(best)]);
    for (const candidate of [...smaller(best)].sort((one, other) => size(one) - size(other))) {
      const written = text(candidate);
      if (seen.has(written) || written.trim() === '') continue;
      seen.add(written);
      tries += 1;
      if (tries > most) break;
      if (!(await fails(candidate))) continue;
      best = candidate;
      progress = true;
      break;
    }
  }
  return best;
}

/** Trees with one part less. */
function* smaller(tree: Tree): Generator<Tree> {
  for (const [index, part] of tree.parts.entries()) {
    const replaced = (by: Tree): Tree => ({ ...tree, parts: tree.parts.map((one, at) => (at === index ? by : one)) });
    if (part.droppable === true) yield replaced(NOTHING);
    if (part.sort === 'expression' || part.sort === 'source') {
      for (const inner of descendants(part)) if (inner.sort === part.sort) yield replaced(inner);
    }
    if (part.sort === 'expression' && part.parts.length > 0) for (const simple of ['1', "'a'", 'NULL']) yield replaced({ ...NOTHING, write: () => simple, sort: 'expression' });
    for (const inner of smaller(part)) yield replaced(inner);
  }
  if (tree.sort === 'query') for (const inner of tree.parts) if (inner.sort === 'query') yield inner;
}

function* descendants(tree: Tree): Generator<Tree> {
  for (const part of tree.parts) {
    yield part;
    yield* descendants(part);
  }
}
