/** The icon of a row of the tree. */
import { Columns3, FileText, Rows3, Table2, Workflow } from 'lucide-react';
import { pageOf } from '../desk/pages.ts';
import css from './project-tree.module.css';
import type { TreeRow } from './tree-rows.ts';

export function RowIcon({ row: { kind, page } }: { row: TreeRow }) {
  const shared = { size: 14, 'aria-hidden': true, className: css.icon } as const;
  switch (kind) {
    case 'data-source': return <Table2 {...shared} />;
    case 'column': return <Columns3 {...shared} />;
    case 'pipe': return <Workflow {...shared} />;
    case 'node': return <Rows3 {...shared} />;
    case 'file': return <FileText {...shared} />;
    case 'page': {
      const Icon = page && pageOf(page)?.icon;
      return Icon ? <Icon {...shared} /> : null;
    }
    case 'section':
    case 'group':
      return null;
    default:
      return kind satisfies never;
  }
}
