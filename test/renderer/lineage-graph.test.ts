/** The picture of a project: its boxes, the arrows between them, and what belongs together. */
import { expect, test } from 'vitest';
import { lineageGraph, related } from '../../renderer/lineage/lineage-graph.ts';
import { lineagePicture } from '../../renderer/lineage/lineage-layout.ts';
import { dataSource, node, pipe, project } from './project.ts';

const sample = lineageGraph(project({
  dataSources: [dataSource('events'), dataSource('by_day'), dataSource('lonely')],
  pipes: [
    pipe('by_day_view', [node('clean', ['events']), node('by_day_node', ['clean'], { target: 'by_day' })], { type: 'materialized' }),
    pipe('top', [node('top_node', ['by_day', 'events'])], { type: 'endpoint' }),
    pipe('best', [node('best_node', ['top', 'unknown'])], { type: 'endpoint' }),
    pipe('daily', [node('daily_node', ['events'])], { type: 'sink', schedule: { cron: '0 1 * * *', isPaused: false } }),
  ],
}));

test('arrows follow rows: into views and their targets, and into what reads them; nodes stay inside of their pipe', () => {
  expect([sample.arrows.map(({ from, to, kind }) => `${from} ${kind} ${to}`), sample.boxes.map(({ name, role }) => `${name}: ${role}`)]).toEqual([
    ['source events fills pipe by_day_view', 'pipe by_day_view fills source by_day', 'source by_day reads pipe top', 'source events reads pipe top', 'pipe top reads pipe best', 'source events reads pipe daily'],
    ['events: MergeTree', 'by_day: MergeTree', 'lonely: MergeTree', 'by_day_view: materialized view', 'top: endpoint', 'best: endpoint', 'daily: sink, 0 1 * * *'],
  ]);
});

test('a box is related to all that its rows came from and go to, and to nothing beside', () => {
  expect([[...related(sample, 'source by_day')].sort(), [...related(sample, 'source lonely')]]).toEqual([['pipe best', 'pipe by_day_view', 'pipe top', 'source by_day', 'source events'], ['source lonely']]);
});

test('boxes do not overlap, and every arrow points to the right', () => {
  const { boxes, arrows } = lineagePicture(sample);
  const left = new Map(boxes.map(({ box, left: x }) => [box.id, x]));
  const overlaps = boxes.flatMap((one, index) => boxes.slice(index + 1).filter((other) => Math.abs(one.left - other.left) < 208 && one.top < other.top + other.height && other.top < one.top + one.height));
  expect([overlaps, arrows.every(({ arrow }) => (left.get(arrow.from) ?? 0) < (left.get(arrow.to) ?? 0))]).toEqual([[], true]);
});
