/** A dialog: for import and for what cannot be undone. Escape and a click outside close it, focus returns. */
import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import css from './dialog.module.css';

interface ModalProps {
  readonly title: string;
  readonly description?: string;
  readonly width?: number;
  readonly onClose: () => void;
  readonly children?: ReactNode;
  /** Buttons, the main one last. */
  readonly actions?: ReactNode;
}

export function Modal({ title, description, width = 440, onClose, children, actions }: ModalProps) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={css.backdrop} />
        <Dialog.Popup className={css.popup} style={{ width }}>
          <header className={css.header}>
            <Dialog.Title className={css.title}>{title}</Dialog.Title>
            <Dialog.Close className={css.close} aria-label="Close"><X size={16} aria-hidden /></Dialog.Close>
          </header>
          <div className={css.body}>
            {description !== undefined && <Dialog.Description className={css.description}>{description}</Dialog.Description>}
            {children}
          </div>
          {actions !== undefined && <footer className={css.actions}>{actions}</footer>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
