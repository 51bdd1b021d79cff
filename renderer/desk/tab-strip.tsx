/** The open files, each with a dot while it has unsaved edits. Arrow keys walk them, Delete closes one. */
import { FileText, Table2, Workflow, X } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { showTab, tabId, useDesk, type Tab } from '../desk-state.ts';
import { isDirty, useBuffers } from '../editor/buffers.ts';
import { fileNameOf } from '../project-lookup.ts';
import { closeView } from './close-view.ts';
import { keysOf } from './commands.ts';
import { pageOf } from './pages.ts';
import css from './tab-strip.module.css';

export function TabStrip() {
  const tabs = useDesk((state) => state.tabs);
  const active = useDesk((state) => state.active);
  const strip = useRef<HTMLDivElement>(null);
  if (tabs.length === 0) return null;

  const walk = (event: KeyboardEvent, id: string) => {
    const at = tabs.findIndex((tab) => tabId(tab) === id);
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (step !== 0 && next) {
      showTab(tabId(next));
      strip.current?.querySelectorAll<HTMLElement>('[role="tab"]')[tabs.indexOf(next)]?.focus();
    } else if (event.key === 'Delete') closeView(id);
    else return;
    event.preventDefault();
  };

  return (
    <div ref={strip} role="tablist" aria-label="Open files" className={css.strip}>
      {tabs.map((tab) => {
        const id = tabId(tab);
        return (
          <div key={id} role="presentation" className={css.holder} data-active={id === active ? '' : undefined}>
            <TabButton tab={tab} shown={id === active} tabStop={id === active || (active === '' && tab === tabs[0])} onKeyDown={(event) => walk(event, id)} />
            <span className={css.close} title={`Close (${keysOf('close-tab').keys})`} onClick={() => closeView(id)}>
              <X size={14} aria-hidden />
            </span>
          </div>
        );
      })}
    </div>
  );
}

function TabButton({ tab, shown, tabStop, onKeyDown }: { tab: Tab; shown: boolean; tabStop: boolean; onKeyDown: (event: KeyboardEvent) => void }) {
  const id = tabId(tab);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (shown) button.current?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
  }, [shown]);
  const dirty = useBuffers((state) => {
    const buffer = state.buffers[id];
    return buffer !== undefined && isDirty(buffer);
  });
  return (
    <button
      ref={button}
      type="button"
      role="tab"
      aria-selected={shown}
      aria-controls="desk-view"
      tabIndex={tabStop ? 0 : -1}
      className={css.tab}
      title={tab.kind === 'file' ? `${tab.path}${dirty ? ', unsaved edits' : ''}` : undefined}
      onClick={() => showTab(id)}
      onAuxClick={(event) => event.button === 1 && closeView(id)}
      onKeyDown={onKeyDown}
    >
      <TabIcon tab={tab} />
      <span>{tab.kind === 'file' ? fileNameOf(tab.path) : pageOf(tab.kind)?.label}</span>
      {dirty && <span className={css.dot}><span className="visually-hidden">unsaved edits</span></span>}
    </button>
  );
}

function TabIcon({ tab }: { tab: Tab }) {
  if (tab.kind !== 'file') {
    const Icon = pageOf(tab.kind)?.icon;
    return Icon ? <Icon size={14} aria-hidden /> : null;
  }
  if (tab.path.endsWith('.pipe')) return <Workflow size={14} aria-hidden />;
  if (tab.path.endsWith('.datasource')) return <Table2 size={14} aria-hidden />;
  return <FileText size={14} aria-hidden />;
}
