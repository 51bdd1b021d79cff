/** A menu that opens from a button, or at the pointer over a row; both show the same list of actions. */
import { ContextMenu } from '@base-ui/react/context-menu';
import { Menu } from '@base-ui/react/menu';
import type { ReactElement } from 'react';
import { floatingLayer } from './floating-layer.ts';
import css from './menu.module.css';

export interface MenuAction {
  readonly label: string;
  readonly icon?: ReactElement;
  readonly keys?: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Draws a line above. */
  readonly separated?: boolean;
  /** Shows a mark when true. */
  readonly checked?: boolean;
  readonly run: () => void;
}

export function ButtonMenu({ trigger, actions, align = 'start' }: { trigger: ReactElement<Record<string, unknown>>; actions: readonly MenuAction[]; align?: 'start' | 'end' }) {
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger render={trigger} />
      <Menu.Portal {...floatingLayer()}>
        <Menu.Positioner sideOffset={4} align={align} className={css.positioner}>
          <Menu.Popup className={css.popup}>{actions.map((action) => <Action key={action.label} action={action} />)}</Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** `children` takes the place of the area that is right-clicked. */
export function PointerMenu({ children, actions }: { children: ReactElement<Record<string, unknown>>; actions: readonly MenuAction[] }) {
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger render={children} />
      <ContextMenu.Portal {...floatingLayer()}>
        <ContextMenu.Positioner className={css.positioner}>
          <ContextMenu.Popup className={css.popup}>{actions.map((action) => <Action key={action.label} action={action} />)}</ContextMenu.Popup>
        </ContextMenu.Positioner>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}

function Action({ action }: { action: MenuAction }) {
  return (
    <>
      {action.separated && <Menu.Separator className={css.separator} />}
      <Menu.Item className={css.item} data-danger={action.danger ? '' : undefined} disabled={action.disabled ?? false} onClick={action.run}>
        <span className={css.icon}>{action.icon}</span>
        <span className={css.label}>{action.label}</span>
        {action.checked && <span className={css.keys}>✓<span className="visually-hidden"> chosen</span></span>}
        {action.keys !== undefined && <kbd className={css.keys}>{action.keys}</kbd>}
      </Menu.Item>
    </>
  );
}
