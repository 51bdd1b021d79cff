/** The top line: which project, the way to every command, where the API answers, light or dark. */
import { Bird, ChevronDown, CircleQuestionMark, Copy, FolderOpen, FolderInput, Monitor, Moon, Plus, Radio, Search, Sun } from 'lucide-react';
import type { ProjectView } from '../../engine/api/protocol.ts';
import { setTheme, useDesk, type Theme } from '../desk-state.ts';
import { IconButton } from '../parts/icon-button.tsx';
import { ButtonMenu, type MenuAction } from '../parts/menu.tsx';
import { Tip } from '../parts/tooltip.tsx';
import { COMMANDS, keysOf, runCommand } from './commands.ts';
import css from './top-bar.module.css';

export function TopBar({ project }: { project: ProjectView }) {
  const connected = useDesk((state) => state.connected);
  return (
    <header className={css.bar}>
      <ButtonMenu
        actions={projectActions()}
        trigger={
          <button type="button" className={css.project} title={project.folder}>
            <Bird size={18} aria-hidden className={css.bird} />
            <span className={css.name}>{project.name}</span>
            <ChevronDown size={14} aria-hidden />
          </button>
        }
      />
      <button type="button" className={css.search} onClick={() => runCommand('open-palette')}>
        <Search size={14} aria-hidden />
        <span>Search or run a command</span>
        <kbd>{keysOf('open-palette').keys}</kbd>
      </button>
      <div className={css.end}>
        <Tip text={connected ? `The API answers at ${project.address}. Copy the address.` : 'The engine does not answer at the moment.'}>
          <button type="button" className={css.address} data-connected={connected ? '' : undefined} onClick={() => runCommand('copy-address')}>
            <Radio size={14} aria-hidden />
            <span>{connected ? `serving ${portOf(project.address)}` : 'not serving'}</span>
          </button>
        </Tip>
        <IconButton label="Help" icon={<CircleQuestionMark size={16} aria-hidden />} {...keysOf('show-help')} onClick={() => runCommand('show-help')} />
        <ThemeMenu />
      </div>
    </header>
  );
}

function ThemeMenu() {
  const theme = useDesk((state) => state.theme);
  const icon = theme === 'light' ? <Sun size={16} aria-hidden /> : theme === 'dark' ? <Moon size={16} aria-hidden /> : <Monitor size={16} aria-hidden />;
  const choice = (value: Theme, label: string): MenuAction => ({ label, checked: theme === value, run: () => setTheme(value) });
  return (
    <ButtonMenu
      align="end"
      actions={[choice('system', 'As the system'), choice('light', 'Light'), choice('dark', 'Dark')]}
      trigger={<IconButton label="Theme" icon={icon} />}
    />
  );
}

function projectActions(): readonly MenuAction[] {
  const action = (id: string, icon: React.ReactElement, separated = false): MenuAction => ({
    label: COMMANDS.find((command) => command.id === id)?.label ?? id,
    icon,
    separated,
    ...keysOf(id),
    run: () => void runCommand(id),
  });
  return [
    action('new-data-source', <Plus size={14} />),
    action('new-pipe', <Plus size={14} />),
    action('import-file', <FolderInput size={14} />),
    ...(window.sandpiper ? [action('open-folder', <FolderOpen size={14} />, true)] : []),
    action('copy-address', <Copy size={14} />, true),
    action('copy-token', <Copy size={14} />),
  ];
}

function portOf(address: string): string {
  const { port } = new URL(address);
  return port === '' ? address : `:${port}`;
}
