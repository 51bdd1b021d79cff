/**
 * Import in four steps: choose files, look at what the whole of the first holds, change names and types, import it and read the
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
  readonly files?: readonly File[];
  /** Import into this data source and ask for no schema. */
  readonly dataSource?: string;
  readonly onClose: () => void;
  readonly onImported: (receipt: Receipt) => void;
}

export function ImportDialog({ files, dataSource, onClose, onImported }: ImportDialogProps) {
  const { data: project } = useProject();
  const [given] = useState(() => sourcesOf(files ?? []));
  const [chosen, setChosen] = useState(given);
  const [inspection, setInspection] = useState<string>();
  const [importing, setImporting] = useState<string>();
  const [draft, setDraft] = useState<SchemaDraft>();
  const [mode, setMode] = useState<'append' | 'replace'>('append');
  const told = useRef(false);

  const inspect = useMutation({ mutationFn: (source: FileSource) => api.inspect(source), onSuccess: ({ job }) => setInspection(job) });
  const upload = useMutation({
    mutationFn: async (picked: readonly File[]) => {
      const uploads: FileSource[] = [];
      for (const file of picked) uploads.push({ upload: (await api.upload(file)).upload });
      return uploads;
    },
    onSuccess: (uploads) => look(uploads),
  });
  const start = useMutation({ mutationFn: (request: Parameters<typeof api.import>[0]) => api.import(request), onSuccess: ({ job }) => setImporting(job) });

  const look = (sources: readonly FileSource[]) => {
    setChosen(sources);
    const [first] = sources;
    if (first) inspect.mutate(first);
  };
  const begin = (picked: readonly File[]) => {
    const sources = sourcesOf(picked);
    if (sources) look(sources);
    else upload.mutate(picked);
  };
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    if (given) look(given);
    else if (files && files.length > 0) upload.mutate(files);
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
    if (dataSource !== undefined) start.mutate({ sources: chosen, dataSource, mode });
    else start.mutate({ sources: chosen, dataSource: draft.name, mode: 'create', datafile: datafileOf(draft, schema.fileName) });
  };

  const actions = receipt ? (
    <Button look="primary" onClick={onClose}>Close</Button>
  ) : (
    <>
      <Button onClick={cancel}>{running ? 'Stop the import' : 'Cancel'}</Button>
      {schema && (
        <Button look="primary" disabled={running || faults.length > 0} onClick={run}>
          {dataSource !== undefined && mode === 'replace' ? `Replace the rows of ${dataSource}` : chosen && chosen.length > 1 ? `Import ${chosen.length} files` : `Import ${(schema.lines - schema.blank).toLocaleString('en')} rows`}
        </Button>
      )}
    </>
  );
  return (
    <Modal title={dataSource === undefined ? 'Import a file' : `Import into ${dataSource}`} width={880} onClose={running ? cancel : onClose} actions={actions}>
      <div className={css.content} aria-busy={running || upload.isPending}>
        {problem !== undefined && <p role="alert" className={css.problem}>{problem}</p>}
        {imported?.status === 'cancelled' && <p role="status" className={css.note}>The import was stopped. Nothing was loaded.</p>}
        {!chosen && !upload.isPending && <FileChoice onFiles={begin} onPaths={(paths) => look(paths.map((path) => ({ path })))} />}
        {upload.isPending && <Progress label="Reading" value={undefined} />}
        {inspection !== undefined && !schema && !inspected?.error && <Progress label="Looking at every line" value={inspected?.progress} />}
        {running && <Progress label="Importing" value={imported?.progress} />}
        {receipt && <ReceiptView receipt={receipt} />}
        {schema && draft && !running && !receipt && (
          dataSource === undefined
            ? <SchemaEditor schema={schema} draft={draft} onChange={setDraft} moreFiles={(chosen?.length ?? 1) - 1} />
            : <Target schema={schema} dataSource={dataSource} mode={mode} onMode={setMode} />
        )}
        {!running && !receipt && faults.map((fault) => <p key={fault} role="alert" className={css.problem}>{fault}</p>)}
      </div>
    </Modal>
  );
}

/** Files that the desktop app can read where they are; undefined where one must be uploaded, or there is none. */
function sourcesOf(files: readonly File[]): readonly FileSource[] | undefined {
  const local = files.map((file) => window.sandpiper?.pathForFile(file) ?? '');
  return local.length === 0 || local.includes('') ? undefined : local.map((path) => ({ path }));
}

function FileChoice({ onFiles, onPaths }: { onFiles: (files: readonly File[]) => void; onPaths: (paths: readonly string[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const choose = async () => {
    if (!window.sandpiper) {
      input.current?.click();
      return;
    }
    const paths = await window.sandpiper.call('choose-import-files', undefined);
    if (paths.length > 0) onPaths(paths);
  };
  return (
    <div
      className={css.choice}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        const dropped = [...event.dataTransfer.files];
        if (dropped.length > 0) onFiles(dropped);
      }}
    >
      <p>Drop files here: NDJSON, JSON, CSV, TSV or Parquet, plain or packed with gzip or zstd.</p>
      <Button look="primary" onClick={() => void choose()}>Choose files</Button>
      <input ref={input} type="file" hidden accept=".ndjson,.jsonl,.json,.csv,.tsv,.tab,.parquet,.gz,.zst" multiple aria-label="Files to import" onChange={(event) => { const picked = [...(event.target.files ?? [])]; if (picked.length > 0) onFiles(picked); }} />
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
