/**
 * The editor of one file with what must be said about it: unsaved text that was brought back, a change made outside
 * meanwhile (compare, overwrite or take), a file that is gone. Loads Monaco when first needed.
 */
import { FileWarning, History } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { errorBodyOf } from '../api.ts';
import { Button } from '../parts/button.tsx';
import { useFile, useProject } from '../queries.ts';
import { keepRecovered, overwriteFile, receiveFile, takeFile, useBuffer, writeAgain, type TextBuffer } from './buffers.ts';
import type { LineNote } from './code-editor.tsx';
import css from './file-editor.module.css';
import { useCheck } from './use-check.ts';

const CodeEditor = lazy(() => import('./code-editor.tsx').then((module) => ({ default: module.CodeEditor })));
const TextComparison = lazy(() => import('./code-editor.tsx').then((module) => ({ default: module.TextComparison })));

interface FileEditorProps {
  readonly path: string;
  readonly notes?: readonly LineNote[];
  readonly marked?: readonly [number, number];
  readonly onCursorLine?: (line: number) => void;
}

export function FileEditor({ path, ...rest }: FileEditorProps) {
  const file = useFile(path);
  const buffer = useBuffer(path);
  const { data: project } = useProject();
  const [comparing, setComparing] = useState(false);
  useCheck(path, project?.revision ?? 0);
  useEffect(() => {
    if (file.data) receiveFile(file.data);
  }, [file.data]);

  if (!buffer) {
    return <p className={css.state} role={file.error ? 'alert' : undefined}>{file.error ? errorBodyOf(file.error).error : 'Opening the file…'}</p>;
  }
  return (
    <div className={css.column}>
      {file.error && (
        <div className={css.bar} data-severity="warning" role="alert">
          <FileWarning size={16} aria-hidden />
          <span className={css.words}>{errorBodyOf(file.error).error}</span>
          <Button onClick={() => void writeAgain(path)}>Write it again</Button>
        </div>
      )}
      {buffer.conflict ? (
        <ConflictBar buffer={buffer} comparing={comparing} onCompare={() => setComparing(!comparing)} />
      ) : (
        buffer.recovered && <RecoveredBar path={path} />
      )}
      <div className={css.editor}>
        <Suspense fallback={<pre className={css.plain}>{buffer.text}</pre>}>
          {comparing && buffer.conflict ? <TextComparison path={path} onDisk={buffer.conflict.text} /> : <CodeEditor path={path} {...rest} />}
        </Suspense>
      </div>
    </div>
  );
}

function ConflictBar({ buffer, comparing, onCompare }: { buffer: TextBuffer; comparing: boolean; onCompare: () => void }) {
  return (
    <div className={css.bar} data-severity="warning" role="alert">
      <FileWarning size={16} aria-hidden />
      <span className={css.words}>This file changed on disk while it had unsaved edits here.{comparing && ' Lines with − are on disk, lines with + are yours.'}</span>
      <Button onClick={onCompare} aria-pressed={comparing}>{comparing ? 'Back to the editor' : 'Compare'}</Button>
      <Button onClick={() => takeFile(buffer.path)}>Take what is on disk</Button>
      <Button onClick={() => void overwriteFile(buffer.path)}>Overwrite with mine</Button>
    </div>
  );
}

function RecoveredBar({ path }: { path: string }) {
  return (
    <div className={css.bar} data-severity="info" role="status">
      <History size={16} aria-hidden />
      <span className={css.words}>Edits that were not saved earlier are back.</span>
      <Button onClick={() => keepRecovered(path)}>Keep them</Button>
      <Button onClick={() => takeFile(path)}>Discard them</Button>
    </div>
  );
}
