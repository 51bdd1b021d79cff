/** The page's button: quiet by default, `primary` for the one thing to do, `danger` for what cannot be undone. */
import type { ComponentProps } from 'react';
import css from './button.module.css';

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: 'quiet' | 'plain' | 'primary' | 'danger' | 'link';
}

export function Button({ look = 'quiet', className, ...rest }: ButtonProps) {
  return <button type="button" {...rest} data-look={look} className={className === undefined ? css.button : `${css.button} ${className}`} />;
}
