/**
 * Import in four steps: choose a file, look at what the whole of it holds, change names and types, import it and read the
 * receipt. Every line is accounted for: lines = loaded + quarantined + blank. Each step can be left without a trace.
 */
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { FileSource, InferredSchema, Receipt } from '../../engine/api/protocol.ts';
import { api, errorBodyOf } from '../api.ts';
import { Button } from '../parts/button.tsx';
import { Modal } from '../parts/dialog.tsx';
import { useProject } from '../queries.ts';
import css from './import-dialog.module.css';
import { ReceiptView } from './receipt-view.tsx';
import { datafileOf, draftOf, problemsOf, type SchemaDraft } from './schema-draft.ts';
import { SchemaEditor } from './schema-editor.tsx';
import { useImportJob } from './use-import-job.ts';

interface ImportDialogProps {
  readonly file?: File;
  /** A path on this machine, from the desktop's own dialog. */
  readonly path?: string;
  /** Import into this data source and ask for no schema. */
  readonly dataSource?: string;
  readonly onClose: () => void;
  readonly onImported: (receipt: Receipt) => void;
}

export function ImportDialog({ file, path, dataSource, onClose, onImported }: ImportDialogProps) {
  const { data: project } = useProject();
  const [given] = useState(() => sourceOf(file, path));
  const [chosen, setChosen] = useState(given);
  const [inspection, setInspection] = useState<string>();
  const [importing, setImporting] = useState<string>();
  const [draft, setDraft] = useState<SchemaDraft>();
  const [mode, setMode] = useState<'append' | 'replace'>('append');
  const told = useRef(false);

  const inspect = useMutation({ mutationFn: (source: FileSource) => api.inspect(source), onSuccess: ({ job }) => setInspection(job) });
  const upload = useMutation({
    mutationFn: (picked: File) => api.upload(picked),
    onSuccess: ({ upload: name }) => {
      setChosen({ upload: name });
      inspect.mutate({ upload: name });
    },
  });
  const start = useMutation({ mutationFn: (request: Parameters<typeof api.import>[0]) => api.import(request), onSuccess: ({ job }) => setImporting(job) });

  const begin = (picked: File) => {
    const source = sourceOf(picked, undefined);
    setChosen(source);
    if (source) inspect.mutate(source);
    else upload.mutate(picked);
  };
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    if (given) inspect.mutate(given);
    else if (file) upload.mutate(file);
  });

  const inspected = useImportJob(inspection);
  const imported = useImportJob(importing);
  const schema = inspected?.result && 'columns' in inspected.result ? inspected.result : undefined;
  const receipt = imported?.result && 'loaded' in imported.result ? imported.result : undefined;
  if (schema && !draft) setDraft(draftOf(schema));
  useEffect(() => {
    if (!receipt || told.current) return;
    told.current = true;
    onImported(receipt);
  }, [receipt, onImported]);

  const failure = [upload, inspect, start].find((step) => step.error)?.error;
  const problem = failure ? errorBodyOf(failure).error : (inspected?.error?.error ?? imported?.error?.error);
  const taken = [...(project?.dataSources ?? []), ...(project?.pipes ?? [])].map(({ name }) => name);
  const faults = draft && dataSource === undefined ? problemsOf(draft, taken) : [];
  const running = importing !== undefined && !receipt && imported?.status !== 'error' && imported?.status !== 'cancelled';

  const cancel = () => {
    if (importing !== undefined && running) void api.cancelJob(importing);
    else if (inspection !== undefined && !schema) void api.cancelJob(inspection);
    if (!running) onClose();
  };
  const run = () => {
    if (!chosen || !schema || !draft) return;
    if (dataSource !== undefined) start.mutate({ source: chosen, dataSource, mode });
    else start.mutate({ source: chosen, dataSource: draft.name, mode: 'create', datafile: datafileOf(draft, schema.fileName) });
  };

  const actions = receipt ? (
    <Button look="primary" onClick={onClose}>Close</Button>
  ) : (
    <>
      <Button onClick={cancel}>{running ? 'Stop the import' : 'Cancel'}</Button>
      {schema && (
        <Button look="primary" disabled={running || faults.length > 0} onClick={run}>
          {dataSource !== undefined && mode === 'replace' ? `Replace the rows of ${dataSource}` : `Import ${(schema.lines - schema.blank).toLocaleString('en')} rows`}
        </Button>
      )}
    </>
  );
  return (
    <Modal title={dataSource === undefined ? 'Import a file' : `Import into ${dataSource}`} width={880} onClose={running ? cancel : onClose} actions={actions}>
      <div className={css.content} aria-busy={running || upload.isPending}>
        {problem !== undefined && <p role="alert" className={css.problem}>{problem}</p>}
        {imported?.status === 'cancelled' && <p role="status" className={css.note}>The import was stopped. Nothing was loaded.</p>}
        {!chosen && !upload.isPending && <FileChoice onFile={begin} onPath={(picked) => { setChosen({ path: picked }); inspect.mutate({ path: picked }); }} />}
        {upload.isPending && <Progress label="Reading the file" value={undefined} />}
        {inspection !== undefined && !schema && !inspected?.error && <Progress label="Looking at every line" value={inspected?.progress} />}
        {running && <Progress label="Importing" value={imported?.progress} />}
        {receipt && <ReceiptView receipt={receipt} />}
        {schema && draft && !running && !receipt && (
          dataSource === undefined
            ? <SchemaEditor schema={schema} draft={draft} onChange={setDraft} />
            : <Target schema={schema} dataSource={dataSource} mode={mode} onMode={setMode} />
        )}
        {!running && !receipt && faults.map((fault) => <p key={fault} role="alert" className={css.problem}>{fault}</p>)}
      </div>
    </Modal>
  );
}

/** A file that the desktop app can read where it is; undefined for one that must be uploaded. */
function sourceOf(file: File | undefined, path: string | undefined): FileSource | undefined {
  const local = path ?? (file ? (window.sandpiper?.pathForFile(file) ?? '') : '');
  return local === '' ? undefined : { path: local };
}

function FileChoice({ onFile, onPath }: { onFile: (file: File) => void; onPath: (path: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const choose = async () => {
    if (!window.sandpiper) {
      input.current?.click();
      return;
    }
    const path = await window.sandpiper.call('choose-import-file', undefined);
    if (path !== undefined) onPath(path);
  };
  return (
    <div
      className={css.choice}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        const [dropped] = event.dataTransfer.files;
        if (dropped) onFile(dropped);
      }}
    >
      <p>Drop a file here: NDJSON, one JSON object per line, plain or compressed with gzip.</p>
      <Button look="primary" onClick={() => void choose()}>Choose a file</Button>
      <input ref={input} type="file" hidden accept=".ndjson,.jsonl,.json,.gz,.csv" aria-label="File to import" onChange={(event) => { const [picked] = event.target.files ?? []; if (picked) onFile(picked); }} />
    </div>
  );
}

function Progress({ label, value }: { label: string; value: number | undefined }) {
  return (
    <div className={css.progress}>
      <label>
        {label}{value === undefined ? '…' : `: ${Math.round(value * 100)}%`}
        <progress {...(value === undefined ? {} : { value })} max={1} />
      </label>
    </div>
  );
}

function Target({ schema, dataSource, mode, onMode }: { schema: InferredSchema; dataSource: string; mode: 'append' | 'replace'; onMode: (mode: 'append' | 'replace') => void }) {
  return (
    <fieldset className={css.target}>
      <legend>{schema.fileName}: {schema.lines.toLocaleString('en')} lines. What should happen to the rows that {dataSource} has?</legend>
      <label><input type="radio" name="mode" checked={mode === 'append'} onChange={() => onMode('append')} /> Keep them and append</label>
      <label><input type="radio" name="mode" checked={mode === 'replace'} onChange={() => onMode('replace')} /> Replace them, all at once when the import has succeeded</label>
    </fieldset>
  );
}
