/**
 * Monaco's models of the project's files: which file a model is of, and models of files that no editor shows yet, so that
 * a definition in another file can be looked at before it is opened. Buffers own the texts of open files.
 */
import type * as Monaco from 'monaco-editor/editor';
import type { Place } from '../../engine/errors.ts';
import { api } from '../api.ts';
import { useDesk } from '../desk-state.ts';
import { findBuffer } from './buffers.ts';
import { DATA_FILE_LANGUAGE } from './data-file-language.ts';

const MODEL_SCHEME = 'project';
const PLAIN_BRACKETS = { bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false } };

export function pathOfModel(model: Monaco.editor.ITextModel): string {
  return pathOf(model.uri);
}

/** The file that a uri of ours names. */
export function pathOf(uri: Monaco.Uri): string {
  return uri.path.replace(/^\//, '');
}

export function isProjectUri(uri: Monaco.Uri): boolean {
  return uri.scheme === MODEL_SCHEME;
}

/** The model of a file with this text; a known one is brought up to date as one edit, so that it can be undone. */
export function modelOf(monaco: typeof Monaco, path: string, text: string): Monaco.editor.ITextModel {
  const uri = monaco.Uri.from({ scheme: MODEL_SCHEME, path: `/${path}`, query: useDesk.getState().folder });
  const known = monaco.editor.getModel(uri);
  if (known) {
    if (known.getValue() !== text) replaceText(known, text);
    return known;
  }
  const language = /\.(datasource|pipe|connection|incl)$/.test(path) ? DATA_FILE_LANGUAGE : /\.ya?ml$/.test(path) ? 'yaml' : 'plaintext';
  return withPlainBrackets(monaco.editor.createModel(text, language, uri));
}

export function withPlainBrackets(model: Monaco.editor.ITextModel): Monaco.editor.ITextModel {
  model.updateOptions(PLAIN_BRACKETS);
  return model;
}

export function replaceText(model: Monaco.editor.ITextModel, text: string): void {
  model.pushEditOperations([], [{ range: model.getFullModelRange(), text }], () => null);
}

/** A place as Monaco has it, with a model behind it. */
export async function locationOf(monaco: typeof Monaco, place: Place, otherwise: Monaco.editor.ITextModel): Promise<Monaco.languages.Location> {
  const path = place.path ?? pathOfModel(otherwise);
  const model = path === pathOfModel(otherwise) ? otherwise : modelOf(monaco, path, findBuffer(path)?.text ?? (await api.file(path)).text);
  return { uri: model.uri, range: rangeOf(place) };
}

export function rangeOf(place: Place): Monaco.IRange {
  return { startLineNumber: place.line, startColumn: place.column, endLineNumber: place.endLine, endColumn: place.endColumn };
}
