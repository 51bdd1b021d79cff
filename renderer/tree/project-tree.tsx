/**
 * What the project has, as a tree: one stop for Tab, arrow keys walk it, Enter opens, F2 renames, Delete deletes, a
 * right click or the menu key shows what can be done with a row. New names and renames are typed in place.
 */
import { ChevronRight, CircleAlert, Plus } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { ProjectView } from '../../engine/api/protocol.ts';
import { openFile, openPlace, openTab, useDesk } from '../desk-state.ts';
import { isDirty, useBuffers } from '../editor/buffers.ts';
import { PointerMenu } from '../parts/menu.tsx';
import { counted } from '../readable.ts';
import { newFilePath, renamedPath } from './file-deeds.ts';
import { NameField } from './name-field.tsx';
import css from './project-tree.module.css';
import { RowIcon } from './row-icon.tsx';
import { rowActions } from './row-actions.tsx';
import { treeRows, type TreeRow } from './tree-rows.ts';

export function ProjectTree({ project }: { project: ProjectView }) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState('section:sources');
  const [menuRow, setMenuRow] = useState<TreeRow>();
  const tree = useRef<HTMLDivElement>(null);
  const active = useDesk((state) => state.active);
  const naming = useDesk((state) => state.naming);
  const rows = useMemo(() => treeRows(project, toggled), [project, toggled]);
  const tabStop = rows.some((row) => row.id === focused) ? focused : rows[0]?.id;

  const focusRow = (row: TreeRow | undefined) => {
    if (!row) return;
    setFocused(row.id);
    tree.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.id)}"]`)?.focus();
  };
  const toggle = (row: TreeRow) => {
    setToggled((before) => {
      const after = new Set(before);
      if (!after.delete(row.id)) after.add(row.id);
      return after;
    });
  };
  const walk = (event: KeyboardEvent, row: TreeRow) => {
    if (event.target !== event.currentTarget) return;
    const target = destination(event.key, rows, row);
    if (target === 'toggle') toggle(row);
    else if (target === 'open') openRow(row, toggle);
    else if (event.key === 'Delete' && isFileRow(row)) useDesk.setState({ deleting: row.path });
    else if (target) focusRow(target);
    else if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) focusRow(rowStartingWith(event.key, rows, row));
    else return;
    event.preventDefault();
  };

  return (
    <PointerMenu actions={menuRow ? rowActions(menuRow, project) : []}>
      <div ref={tree} role="tree" aria-label="Project" className={css.tree}>
        {rows.map((row) => {
          if (naming?.kind === 'rename' && naming.path === row.path && isFileRow(row)) {
            return <NameField key={row.id} level={row.level} label={`New name of ${row.label}`} start={row.label} pathOf={(name) => renamedPath(naming.path, name)} naming={naming} />;
          }
          return (
            <TreeItem
              key={row.id}
              row={row}
              tabStop={row.id === tabStop}
              shown={isShown(row, active)}
              onFocus={() => setFocused(row.id)}
              onKeyDown={(event) => walk(event, row)}
              onOpen={() => openRow(row, toggle)}
              onToggle={() => toggle(row)}
              onMenu={() => setMenuRow(row)}
            >
              {naming?.kind === 'new' && naming.makes === row.makes && (
                <NameField level={2} label={naming.makes === 'pipe' ? 'Name of the new pipe' : 'Name of the new data source'} start="" pathOf={(name) => newFilePath(naming.makes, name, project)} naming={naming} />
              )}
            </TreeItem>
          );
        })}
      </div>
    </PointerMenu>
  );
}

interface TreeItemProps {
  readonly row: TreeRow;
  readonly tabStop: boolean;
  readonly shown: boolean;
  readonly onFocus: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onOpen: () => void;
  readonly onToggle: () => void;
  readonly onMenu: () => void;
  readonly children: React.ReactNode;
}

function TreeItem({ row, tabStop, shown, onFocus, onKeyDown, onOpen, onToggle, onMenu, children }: TreeItemProps) {
  const dirty = useBuffers((state) => isFileRow(row) && isDirtyPath(state.buffers, row.path ?? ''));
  const item = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (shown) item.current?.scrollIntoView({ block: 'nearest' });
  }, [shown]);
  return (
    <>
      <div
        ref={item}
        role="treeitem"
        aria-level={row.level}
        aria-setsize={row.setSize}
        aria-posinset={row.position}
        aria-expanded={row.expandable ? row.expanded : undefined}
        aria-selected={shown}
        tabIndex={tabStop ? 0 : -1}
        className={css.row}
        data-kind={row.kind}
        data-row={row.id}
        data-path={row.path}
        style={{ paddingLeft: 4 + (row.level - 1) * 12 }}
        onFocus={onFocus}
        onKeyDown={onKeyDown}
        onClick={onOpen}
        onContextMenu={onMenu}
      >
        <span
          className={css.arrow}
          data-open={row.expanded ? '' : undefined}
          onClick={(event) => {
            if (!row.expandable) return;
            event.stopPropagation();
            onToggle();
          }}
        >
          {row.expandable && <ChevronRight size={14} aria-hidden />}
        </span>
        <RowIcon row={row} />
        <span className={css.label}>{row.label}</span>
        {dirty && <span className={css.dot} title="Unsaved edits"><span className="visually-hidden">, unsaved edits</span></span>}
        {row.errors > 0 && <span className={css.bad} title={counted(row.errors, 'error')}><CircleAlert size={13} aria-hidden /><span className="visually-hidden">, {counted(row.errors, 'error')}</span></span>}
        {row.note !== undefined && <span className={css.note} title={row.noteTitle}><span className="visually-hidden">, </span>{row.note}{row.kind === 'data-source' && <span className="visually-hidden"> rows</span>}</span>}
        {row.makes !== undefined && (
          <span
            className={css.add}
            title={row.makes === 'pipe' ? 'New pipe' : 'New data source'}
            aria-hidden
            onClick={(event) => {
              event.stopPropagation();
              if (row.makes) useDesk.setState({ naming: { kind: 'new', makes: row.makes } });
            }}
          >
            <Plus size={14} aria-hidden />
          </span>
        )}
      </div>
      {children}
    </>
  );
}

function openRow(row: TreeRow, toggle: (row: TreeRow) => void): void {
  if (row.page !== undefined) openTab({ kind: row.page });
  else if (row.kind === 'section' || row.kind === 'group') toggle(row);
  else if (row.path !== undefined && row.line !== undefined) openPlace({ path: row.path, line: row.line, column: 1, endLine: row.line, endColumn: 1 });
  else if (row.path !== undefined) openFile(row.path);
}

function destination(key: string, rows: readonly TreeRow[], row: TreeRow): TreeRow | 'toggle' | 'open' | undefined {
  const at = rows.indexOf(row);
  switch (key) {
    case 'ArrowDown': return rows[at + 1];
    case 'ArrowUp': return rows[at - 1];
    case 'Home': return rows[0];
    case 'End': return rows.at(-1);
    case 'Enter': return 'open';
    case ' ': return row.expandable ? 'toggle' : 'open';
    case 'ArrowRight': return row.expandable ? (row.expanded ? rows[at + 1] : 'toggle') : undefined;
    case 'ArrowLeft': return row.expanded ? 'toggle' : rows.slice(0, at).findLast((one) => one.level < row.level);
    default: return undefined;
  }
}

function rowStartingWith(letter: string, rows: readonly TreeRow[], row: TreeRow): TreeRow | undefined {
  const at = rows.indexOf(row);
  return [...rows.slice(at + 1), ...rows.slice(0, at)].find((one) => one.label.toLowerCase().startsWith(letter.toLowerCase()));
}

function isShown(row: TreeRow, active: string): boolean {
  if (row.page !== undefined) return active === `:${row.page}`;
  return row.path === active && isFileRow(row);
}

/** Rows that stand for a whole file. */
function isFileRow(row: TreeRow): boolean {
  return row.path !== undefined && (row.kind === 'data-source' || row.kind === 'pipe' || row.kind === 'file');
}

function isDirtyPath(buffers: ReturnType<typeof useBuffers.getState>['buffers'], path: string): boolean {
  const buffer = buffers[path];
  return buffer !== undefined && isDirty(buffer);
}
