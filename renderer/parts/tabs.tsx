/** Tabs within a view, with one panel; arrow keys walk them. The desk's own tabs of files are desk/tab-strip.tsx. */
import { Tabs } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import css from './tabs.module.css';

export interface TabChoice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** A count or mark beside the label. */
  readonly note?: ReactNode;
}

interface TabbedProps<Value extends string> {
  readonly label: string;
  readonly choices: readonly TabChoice<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** Stands at the end of the row of tabs. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Tabbed<Value extends string>({ label, choices, value, onChange, actions, children }: TabbedProps<Value>) {
  return (
    <Tabs.Root value={value} onValueChange={(chosen: Value) => onChange(chosen)} className={css.root}>
      <div className={css.bar}>
        <Tabs.List aria-label={label} activateOnFocus className={css.list}>
          {choices.map((choice) => (
            <Tabs.Tab key={choice.value} value={choice.value} className={css.tab}>
              {choice.label}
              {choice.note !== undefined && <span className={css.note}>{choice.note}</span>}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <div className={css.actions}>{actions}</div>
      </div>
      <Tabs.Panel value={value} className={css.panel}>{children}</Tabs.Panel>
    </Tabs.Root>
  );
}
