/**
 * What Monaco asks while somebody writes, asked of the engine with the unsaved text: completion, hover, signatures,
 * definitions, references, renaming, layout. The engine knows the language; here answers only change their shape.
 */
import type * as Monaco from 'monaco-editor/editor';
import type { Completion } from '../../engine/api/protocol.ts';
import { api, errorBodyOf, RequestFailed, type EditorPosition } from '../api.ts';
import { openPlace } from '../desk-state.ts';
import { DATA_FILE_LANGUAGE } from './data-file-language.ts';
import { isProjectUri, locationOf, pathOf, pathOfModel, rangeOf } from './models.ts';

type Model = Monaco.editor.ITextModel;

function positionIn(model: Model, { lineNumber, column }: Monaco.Position): EditorPosition {
  return { path: pathOfModel(model), text: model.getValue(), line: lineNumber, column };
}

export function registerProviders(monaco: typeof Monaco): void {
  const kinds: Readonly<Record<Completion['kind'], Monaco.languages.CompletionItemKind>> = {
    table: monaco.languages.CompletionItemKind.Struct,
    column: monaco.languages.CompletionItemKind.Field,
    function: monaco.languages.CompletionItemKind.Function,
    aggregate: monaco.languages.CompletionItemKind.Method,
    'template-function': monaco.languages.CompletionItemKind.Constructor,
    parameter: monaco.languages.CompletionItemKind.Variable,
    node: monaco.languages.CompletionItemKind.Module,
    keyword: monaco.languages.CompletionItemKind.Keyword,
    type: monaco.languages.CompletionItemKind.TypeParameter,
    value: monaco.languages.CompletionItemKind.EnumMember,
  };

  monaco.languages.registerCompletionItemProvider(DATA_FILE_LANGUAGE, {
    triggerCharacters: ['.', '{', '`', '('],
    provideCompletionItems: async (model, position) => {
      const word = model.getWordUntilPosition(position);
      const range = { startLineNumber: position.lineNumber, endLineNumber: position.lineNumber, startColumn: word.startColumn, endColumn: word.endColumn };
      const { items } = await quietly(api.complete(positionIn(model, position)), { items: [] });
      return {
        suggestions: items.map((item, index) => ({
          label: item.label,
          kind: kinds[item.kind],
          detail: item.detail,
          ...(item.documentation === undefined ? {} : { documentation: { value: item.documentation } }),
          insertText: snippetOf(item.insert ?? item.label),
          insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet,
          sortText: String(index).padStart(6, '0'),
          range,
        })),
      };
    },
  });

  monaco.languages.registerHoverProvider(DATA_FILE_LANGUAGE, {
    provideHover: async (model, position) => {
      const { contents } = await quietly(api.hover(positionIn(model, position)), { contents: '' });
      return contents === '' ? undefined : { contents: [{ value: contents }] };
    },
  });

  monaco.languages.registerSignatureHelpProvider(DATA_FILE_LANGUAGE, {
    signatureHelpTriggerCharacters: ['(', ','],
    signatureHelpRetriggerCharacters: [')'],
    provideSignatureHelp: async (model, position) => {
      const { signature } = await quietly(api.signature(positionIn(model, position)), {});
      if (!signature) return undefined;
      const { label, documentation, parameters, activeParameter } = signature;
      const shown = { label, documentation: { value: documentation }, parameters: placesIn(label, parameters), activeParameter };
      return { value: { signatures: [shown], activeSignature: 0, activeParameter }, dispose: () => undefined };
    },
  });

  monaco.languages.registerDefinitionProvider(DATA_FILE_LANGUAGE, {
    provideDefinition: async (model, position) => {
      const { place } = await quietly(api.definition(positionIn(model, position)), {});
      return place && locationOf(monaco, place, model);
    },
  });

  monaco.languages.registerReferenceProvider(DATA_FILE_LANGUAGE, {
    provideReferences: async (model, position) => {
      const { places } = await quietly(api.references(positionIn(model, position)), { places: [] });
      return Promise.all(places.map((place) => locationOf(monaco, place, model)));
    },
  });

  // A definition in another file is opened by the desk, in a tab.
  monaco.editor.registerEditorOpener({
    openCodeEditor: (_source, uri, target) => {
      if (!isProjectUri(uri)) return false;
      const start = target && 'startLineNumber' in target ? { line: target.startLineNumber, column: target.startColumn } : { line: target?.lineNumber ?? 1, column: target?.column ?? 1 };
      openPlace({ path: pathOf(uri), ...start, endLine: start.line, endColumn: start.column });
      return true;
    },
  });

  monaco.languages.registerRenameProvider(DATA_FILE_LANGUAGE, {
    resolveRenameLocation: async (model, position) => {
      try {
        const { place, text } = await api.renamedWord(positionIn(model, position));
        return { range: rangeOf(place), text };
      } catch (error) {
        return { range: { startLineNumber: position.lineNumber, startColumn: position.column, endLineNumber: position.lineNumber, endColumn: position.column }, text: '', rejectReason: errorBodyOf(error).error };
      }
    },
    provideRenameEdits: async (model, position, to) => {
      try {
        const { edits } = await api.rename({ ...positionIn(model, position), to });
        return { edits: edits.map(({ place, text }) => ({ resource: model.uri, versionId: model.getVersionId(), textEdit: { range: rangeOf(place), text } })) };
      } catch (error) {
        return { edits: [], rejectReason: errorBodyOf(error).error };
      }
    },
  });

  monaco.languages.registerDocumentFormattingEditProvider(DATA_FILE_LANGUAGE, {
    displayName: 'Sandpiper',
    provideDocumentFormattingEdits: async (model) => {
      const { text } = await quietly(api.format(pathOfModel(model), model.getValue()), { text: model.getValue() });
      return text === model.getValue() ? [] : [{ range: model.getFullModelRange(), text }];
    },
  });
}

/** Where each parameter stands in the label, one behind the other. */
function placesIn(label: string, parameters: readonly string[]): { label: [number, number] }[] {
  let from = label.indexOf('(') + 1;
  return parameters.map((parameter) => {
    const start = Math.max(0, label.indexOf(parameter, from));
    from = start + parameter.length;
    return { label: [start, from] };
  });
}

/** `$0` is the cursor; every other special character of a snippet stands for itself. */
function snippetOf(insert: string): string {
  return insert
    .split('$0')
    .map((part) => part.replace(/[\\$}]/g, '\\$&'))
    .join('$0');
}

/** Help while typing says nothing when the engine is away: the status line says so already. */
async function quietly<Answer>(asked: Promise<Answer>, otherwise: Answer): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RequestFailed) return otherwise;
    throw error;
  }
}
