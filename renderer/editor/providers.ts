/** Completion and hover: asked of the engine with the unsaved text, which knows tables, columns, functions and parameters. */
import type * as Monaco from 'monaco-editor/editor';
import type { Completion } from '../../engine/api/protocol.ts';
import { api, RequestFailed } from '../api.ts';
import { DATA_FILE_LANGUAGE } from './data-file-language.ts';

export const MODEL_SCHEME = 'project';

export function pathOfModel(model: Monaco.editor.ITextModel): string {
  return model.uri.path.replace(/^\//, '');
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
      const { items } = await quietly(api.complete({ path: pathOfModel(model), text: model.getValue(), line: position.lineNumber, column: position.column }), { items: [] });
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
      const { contents } = await quietly(api.hover({ path: pathOfModel(model), text: model.getValue(), line: position.lineNumber, column: position.column }), { contents: '' });
      return contents === '' ? undefined : { contents: [{ value: contents }] };
    },
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
