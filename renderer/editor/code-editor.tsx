/**
 * One Monaco editor on the text of one open file: shows and edits its buffer, draws the engine's diagnostics, tells
 * where the cursor is. Keeps undo and scroll of each file while the page lives. Buffers own the text; this shows it.
 */
import { useEffect, useRef } from 'react';
import type { Diagnostic } from '../../engine/errors.ts';
import { useCommand } from '../desk/commands.ts';
import { useDesk, type WantedPlace } from '../desk-state.ts';
import { useDarkTheme } from '../result/use-dark-theme.ts';
import { editText, findBuffer, useBuffer } from './buffers.ts';
import css from './code-editor.module.css';
import { DATA_FILE_LANGUAGE } from './data-file-language.ts';
import { modelOf, replaceText, withPlainBrackets } from './models.ts';
import { applyEditorTheme, monaco } from './monaco.ts';

/** A note that stands behind the text of a line. */
export interface LineNote {
  readonly line: number;
  readonly text: string;
  readonly state: 'good' | 'bad' | 'busy';
}

interface CodeEditorProps {
  readonly path: string;
  readonly notes?: readonly LineNote[];
  /** Lines, from and to, that are marked at the margin. */
  readonly marked?: readonly [number, number];
  readonly onCursorLine?: (line: number) => void;
}

const DATA_FILE = /\.(datasource|pipe|connection|incl)$/;
const viewStates = new Map<string, monaco.editor.ICodeEditorViewState>();

export function CodeEditor({ path, notes = [], marked, onCursorLine }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(undefined);
  const decorations = useRef<monaco.editor.IEditorDecorationsCollection>(undefined);
  const tellLine = useRef(onCursorLine);
  const buffer = useBuffer(path);
  const dark = useDarkTheme();
  const wanted = useDesk((state) => state.wantedPlace);

  useEffect(() => {
    tellLine.current = onCursorLine;
  }, [onCursorLine]);

  const isDataFile = DATA_FILE.test(path);
  const act = (action: string) => {
    editor.current?.focus();
    editor.current?.trigger('desk', action, null);
  };
  useCommand('rename-name', isDataFile ? () => act('editor.action.rename') : undefined);
  useCommand('show-definition', isDataFile ? () => act('editor.action.revealDefinition') : undefined);
  useCommand('show-references', isDataFile ? () => act('editor.action.goToReferences') : undefined);
  useCommand('format-file', isDataFile ? () => act('editor.action.formatDocument') : undefined);

  useEffect(() => applyEditorTheme(dark), [dark]);

  useEffect(() => {
    if (!host.current) return undefined;
    const created = monaco.editor.create(host.current, { ...OPTIONS, ariaLabel: `Text of ${path}. Press Control M to let Tab move the focus.` });
    const model = modelOf(monaco, path, findBuffer(path)?.text ?? '');
    created.setModel(model);
    const seen = viewStates.get(model.uri.toString());
    if (seen) created.restoreViewState(seen);
    const typed = model.onDidChangeContent(() => editText(path, model.getValue()));
    const moved = created.onDidChangeCursorPosition((event) => tellLine.current?.(event.position.lineNumber));
    editor.current = created;
    decorations.current = created.createDecorationsCollection();
    void document.fonts.ready.then(() => monaco.editor.remeasureFonts());
    return () => {
      const state = created.saveViewState();
      if (state) viewStates.set(model.uri.toString(), state);
      typed.dispose();
      moved.dispose();
      created.dispose();
      editor.current = undefined;
    };
  }, [path]);

  useEffect(() => {
    const model = editor.current?.getModel();
    if (model && buffer && model.getValue() !== buffer.text) replaceText(model, buffer.text);
  }, [buffer]);

  useEffect(() => {
    const model = editor.current?.getModel();
    if (model) monaco.editor.setModelMarkers(model, 'sandpiper', (buffer?.check?.diagnostics ?? []).map(markerOf));
  }, [buffer?.check]);

  useEffect(() => {
    decorations.current?.set([...notes.map(noteDecoration), ...(marked ? [markDecoration(marked)] : [])]);
  }, [notes, marked]);

  useEffect(() => {
    if (!wanted || wanted.path !== path || !editor.current || !buffer) return;
    showPlace(editor.current, wanted);
    useDesk.setState({ wantedPlace: undefined });
  }, [wanted, path, buffer]);

  return <div ref={host} className={css.editor} data-editor={path} />;
}

/** Two texts side by side: what is on disk, and what is in the editor. */
export function TextComparison({ path, onDisk }: { path: string; onDisk: string }) {
  const host = useRef<HTMLDivElement>(null);
  const dark = useDarkTheme();
  useEffect(() => applyEditorTheme(dark), [dark]);
  useEffect(() => {
    if (!host.current) return undefined;
    const editor = monaco.editor.createDiffEditor(host.current, { ...OPTIONS, renderOverviewRuler: false, hideUnchangedRegions: { enabled: true } });
    editor.getOriginalEditor().updateOptions({ ariaLabel: `${path} on disk` });
    editor.getModifiedEditor().updateOptions({ ariaLabel: `${path} with your edits` });
    const original = withPlainBrackets(monaco.editor.createModel(onDisk, DATA_FILE_LANGUAGE));
    const modified = modelOf(monaco, path, findBuffer(path)?.text ?? '');
    editor.setModel({ original, modified });
    const typed = modified.onDidChangeContent(() => editText(path, modified.getValue()));
    return () => {
      typed.dispose();
      editor.dispose();
      original.dispose();
    };
  }, [path, onDisk]);
  return <div ref={host} className={css.editor} />;
}

const OPTIONS: monaco.editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  fontFamily: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSize: 13,
  lineHeight: 20,
  fontLigatures: false,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  padding: { top: 8, bottom: 8 },
  lineNumbersMinChars: 3,
  lineDecorationsWidth: 12,
  glyphMargin: false,
  folding: true,
  showFoldingControls: 'mouseover',
  renderLineHighlight: 'line',
  tabSize: 4,
  insertSpaces: true,
  wordWrap: 'on',
  wrappingIndent: 'indent',
  fixedOverflowWidgets: true,
  overviewRulerLanes: 2,
  overviewRulerBorder: false,
  renderFinalNewline: 'on',
  stickyScroll: { enabled: false },
  quickSuggestions: { other: true, comments: false, strings: true },
  wordBasedSuggestions: 'off',
  suggest: { showWords: false },
  scrollbar: { verticalScrollbarSize: 12, horizontalScrollbarSize: 12, useShadows: false },
  'semanticHighlighting.enabled': false,
  unicodeHighlight: { ambiguousCharacters: false },
};

function showPlace(editor: monaco.editor.IStandaloneCodeEditor, place: WantedPlace): void {
  editor.setPosition({ lineNumber: place.line, column: place.column });
  editor.revealLineInCenterIfOutsideViewport(place.line);
  if (place.focus) editor.focus();
}

function markerOf(diagnostic: Diagnostic): monaco.editor.IMarkerData {
  const severities = { error: monaco.MarkerSeverity.Error, warning: monaco.MarkerSeverity.Warning, info: monaco.MarkerSeverity.Info, hint: monaco.MarkerSeverity.Hint };
  return {
    severity: severities[diagnostic.severity],
    message: diagnostic.message,
    startLineNumber: diagnostic.line,
    startColumn: diagnostic.column,
    endLineNumber: diagnostic.endLine,
    endColumn: diagnostic.endColumn,
  };
}

function noteDecoration(note: LineNote): monaco.editor.IModelDeltaDecoration {
  const looks = { good: css.good, bad: css.bad, busy: css.busy };
  return {
    range: new monaco.Range(note.line, 1, note.line, Number.MAX_SAFE_INTEGER),
    options: { after: { content: `   ${note.text}`, inlineClassName: `${css.note} ${looks[note.state]}` }, showIfCollapsed: true },
  };
}

function markDecoration([from, to]: readonly [number, number]): monaco.editor.IModelDeltaDecoration {
  return { range: new monaco.Range(from, 1, to, 1), options: { isWholeLine: true, linesDecorationsClassName: css.marked ?? '' } };
}
