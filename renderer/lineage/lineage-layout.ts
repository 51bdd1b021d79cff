/** Places for the boxes, in layers from left to right, and ways for the arrows. Sizes in CSS pixels. */
import { graphlib, layout } from '@dagrejs/dagre';
import type { LineageArrow, LineageBox, LineageGraph } from './lineage-graph.ts';

export const BOX_WIDTH = 232;
const HEAD_HEIGHT = 52;
const NODE_HEIGHT = 22;
const NODES_PADDING = 6;

export interface PlacedBox {
  readonly box: LineageBox;
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

export interface LineagePicture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly arrows: readonly { readonly arrow: LineageArrow; readonly path: string }[];
}

export function lineagePicture({ boxes, arrows }: LineageGraph): LineagePicture {
  const graph = new graphlib.Graph().setGraph({ rankdir: 'LR', nodesep: 20, ranksep: 64, marginx: 24, marginy: 24 }).setDefaultEdgeLabel(() => ({}));
  for (const box of boxes) graph.setNode(box.id, { width: BOX_WIDTH, height: heightOf(box) });
  for (const { from, to } of arrows) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width, height,
    boxes: boxes.map((box) => {
      const { x, y } = graph.node(box.id);
      return { box, left: x - BOX_WIDTH / 2, top: y - heightOf(box) / 2, height: heightOf(box) };
    }),
    arrows: arrows.map((arrow) => {
      const [from, to] = [graph.node(arrow.from), graph.node(arrow.to)];
      // Out at the right of a box and in at the left of the next; between them past the boxes of other layers.
      const between = graph.edge(arrow.from, arrow.to).points.slice(1, -1).filter(({ x }: Point) => x > from.x + BOX_WIDTH && x < to.x - BOX_WIDTH);
      return { arrow, path: curve([{ x: from.x + BOX_WIDTH / 2, y: from.y }, ...between, { x: to.x - BOX_WIDTH / 2, y: to.y }]) };
    }),
  };
}

function heightOf({ nodes }: LineageBox): number {
  return HEAD_HEIGHT + (nodes.length > 1 ? nodes.length * NODE_HEIGHT + NODES_PADDING : 0);
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A smooth line through the points, level at its ends. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let [path, at] = [`M${first.x},${first.y}`, first];
  for (const point of rest) {
    const middle = (at.x + point.x) / 2;
    path += ` C${middle},${at.y} ${middle},${point.y} ${point.x},${point.y}`;
    at = point;
  }
  return path;
}
