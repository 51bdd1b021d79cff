/** The icon of a row of the tree. */
import { Activity, Columns3, FileText, Rows3, Table2, Workflow } from 'lucide-react';
import css from './project-tree.module.css';
import type { TreeRow } from './tree-rows.ts';

export function RowIcon({ kind }: { kind: TreeRow['kind'] }) {
  const shared = { size: 14, 'aria-hidden': true, className: css.icon } as const;
  switch (kind) {
    case 'data-source': return <Table2 {...shared} />;
    case 'column': return <Columns3 {...shared} />;
    case 'pipe': return <Workflow {...shared} />;
    case 'node': return <Rows3 {...shared} />;
    case 'file': return <FileText {...shared} />;
    case 'requests': return <Activity {...shared} />;
    case 'section':
    case 'group':
      return null;
    default:
      return kind satisfies never;
  }
}
