/** A file dropped anywhere on the page opens the import dialog. */
import { FolderInput } from 'lucide-react';
import { useEffect, useState } from 'react';
import { askImport } from '../desk-state.ts';
import css from './drop-target.module.css';

export function DropTarget() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const withFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const enter = (event: DragEvent) => {
      if (!withFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!withFiles(event)) return;
      event.preventDefault();
      setOver(false);
      takeDropped([...(event.dataTransfer?.files ?? [])]);
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragover', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragover', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  if (!over) return null;
  return (
    <div className={css.cover} aria-hidden>
      <p><FolderInput size={20} /> Drop the files to import them</p>
    </div>
  );
}

function takeDropped(files: readonly File[]): void {
  if (files.length > 0) askImport({ files });
}
