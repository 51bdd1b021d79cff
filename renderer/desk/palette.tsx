/** Ctrl+K: every file, node and command by a few of its letters. */
import { Command } from 'cmdk';
import { FileText, Rows3, SquareTerminal, Table2, Workflow } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ProjectView } from '../../engine/api/protocol.ts';
import { openFile, openPlace, openTab, useDesk } from '../desk-state.ts';
import { COMMANDS, readableKey, runCommand, useDeeds } from './commands.ts';
import { PAGES } from './pages.ts';
import css from './palette.module.css';

export function Palette({ project }: { project: ProjectView }) {
  const open = useDesk((state) => state.paletteOpen);
  const deeds = useDeeds((state) => state.deeds);
  const close = () => useDesk.setState({ paletteOpen: false });
  if (!open) return null;
  // After the palette has given the focus back.
  const then = (deed: () => void) => () => {
    close();
    setTimeout(deed, 30);
  };
  const named = new Set([...project.dataSources.map((one) => one.path), ...project.pipes.map((one) => one.path)]);
  return (
    <Command.Dialog open onOpenChange={(now) => !now && close()} label="Search or run a command" overlayClassName={css.backdrop ?? ''} contentClassName={css.dialog ?? ''} className={css.palette} loop>
      <Command.Input placeholder="Type the name of a file, a node or a command" className={css.input} aria-label="Search or run a command" />
      <Command.List className={css.list} label="Found">
        <Command.Empty className={css.empty}>Nothing has that name.</Command.Empty>
        <Command.Group heading="Pipes" className={css.group}>
          {project.pipes.map((pipe) => <Entry key={pipe.path} value={`${pipe.name} pipe ${pipe.path}`} icon={<Workflow size={14} aria-hidden />} label={pipe.name} note={pipe.type} onSelect={then(() => openFile(pipe.path))} />)}
          {project.pipes.flatMap((pipe) =>
            pipe.nodes.map((node) => (
              <Entry key={`${pipe.path}#${node.name}`} value={`${node.name} node of ${pipe.name}`} icon={<Rows3 size={14} aria-hidden />} label={node.name} note={`node of ${pipe.name}`} onSelect={then(() => openPlace({ path: pipe.path, line: node.firstLine, column: 1, endLine: node.firstLine, endColumn: 1 }))} />
            )),
          )}
        </Command.Group>
        <Command.Group heading="Data sources" className={css.group}>
          {project.dataSources.map((source) => <Entry key={source.path} value={`${source.name} data source ${source.path}`} icon={<Table2 size={14} aria-hidden />} label={source.name} note="data source" onSelect={then(() => openFile(source.path))} />)}
        </Command.Group>
        <Command.Group heading="Other" className={css.group}>
          {project.files.filter((file) => !named.has(file.path)).map((file) => <Entry key={file.path} value={file.path} icon={<FileText size={14} aria-hidden />} label={file.path} note={file.kind} onSelect={then(() => openFile(file.path))} />)}
          {PAGES.map(({ id, label, icon: Icon }) => <Entry key={id} value={`${label} page`} icon={<Icon size={14} aria-hidden />} label={label} note="page" onSelect={then(() => openTab({ kind: id }))} />)}
        </Command.Group>
        <Command.Group heading="Commands" className={css.group}>
          {COMMANDS.filter((command) => command.id !== 'open-palette' && deeds[command.id]).map((command) => (
            <Entry key={command.id} value={`${command.label} ${command.id}`} icon={<SquareTerminal size={14} aria-hidden />} label={command.label} {...(command.key === undefined ? {} : { note: readableKey(command.key) })} onSelect={then(() => runCommand(command.id))} />
          ))}
        </Command.Group>
      </Command.List>
    </Command.Dialog>
  );
}

function Entry({ value, icon, label, note, onSelect }: { value: string; icon: ReactNode; label: string; note?: string; onSelect: () => void }) {
  return (
    <Command.Item value={value} onSelect={onSelect} className={css.entry}>
      {icon}
      <span className={css.label}>{label}</span>
      {note !== undefined && <span className={css.note}>{note}</span>}
    </Command.Item>
  );
}
