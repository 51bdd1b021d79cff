/** A button that shows only an icon; its label is its name for screen readers and its tooltip, with its key if it has one. */
import type { ComponentProps, ReactElement } from 'react';
import css from './icon-button.module.css';
import { Tip } from './tooltip.tsx';

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'aria-label'> {
  readonly label: string;
  readonly icon: ReactElement;
  /** As shown, such as `Ctrl K`. */
  readonly keys?: string;
}

export function IconButton({ label, icon, keys, className, ...rest }: IconButtonProps) {
  return (
    <Tip text={label} {...(keys === undefined ? {} : { keys })}>
      <button type="button" {...rest} aria-label={label} className={className === undefined ? css.button : `${css.button} ${className}`}>
        {icon}
      </button>
    </Tip>
  );
}
