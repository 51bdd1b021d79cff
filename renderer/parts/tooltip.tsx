/** A short text, and a key, beside the thing that the pointer or the focus is on. */
import { Tooltip } from '@base-ui/react/tooltip';
import type { ReactElement } from 'react';
import { floatingLayer } from './floating-layer.ts';
import css from './tooltip.module.css';

export const TipProvider = Tooltip.Provider;

export function Tip({ text, keys, side = 'bottom', children }: { text: string; keys?: string; side?: 'top' | 'bottom' | 'left' | 'right'; children: ReactElement<Record<string, unknown>> }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal {...floatingLayer()}>
        <Tooltip.Positioner side={side} sideOffset={6} className={css.positioner}>
          <Tooltip.Popup className={css.popup}>
            {text}
            {keys !== undefined && <kbd className={css.keys}>{keys}</kbd>}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
