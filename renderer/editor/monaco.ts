/**
 * Monaco, set up once: the parts of the editor that Sandpiper uses, its worker, the language of data files, YAML for
 * tests, and a theme made of the page's own colours. Everything else takes `monaco` from here.
 */
import * as monaco from 'monaco-editor/editor';
import 'monaco-editor/features/register.all';
import 'monaco-editor/languages/definitions/yaml/register';
// oxlint-disable-next-line import/default -- vite makes the class from `?worker`
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';
import { registerDataFileLanguage } from './data-file-language.ts';
import { registerProviders } from './providers.ts';

self.MonacoEnvironment = { getWorker: () => new EditorWorker() };
registerDataFileLanguage(monaco);
registerProviders(monaco);

export { monaco };

const THEME = 'sandpiper';

/** Makes the editor's theme of the colours that the page shows now. */
export function applyEditorTheme(dark: boolean): void {
  const colour = readColour();
  const ink = (name: string) => colour(name).slice(1);
  monaco.editor.defineTheme(THEME, {
    base: dark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: '', foreground: ink('--text') },
      { token: 'directive', foreground: ink('--code-directive'), fontStyle: 'bold' },
      { token: 'keyword', foreground: ink('--code-keyword') },
      { token: 'name', foreground: ink('--text'), fontStyle: 'bold' },
      { token: 'function', foreground: ink('--code-function') },
      { token: 'type', foreground: ink('--code-type') },
      { token: 'string', foreground: ink('--code-string') },
      { token: 'string.yaml', foreground: ink('--code-string') },
      { token: 'number', foreground: ink('--code-number') },
      { token: 'comment', foreground: ink('--code-comment'), fontStyle: 'italic' },
      { token: 'template', foreground: ink('--code-template'), fontStyle: 'bold' },
      { token: 'template.function', foreground: ink('--code-template') },
      { token: 'template.parameter', foreground: ink('--code-number'), fontStyle: 'bold' },
      { token: 'operator', foreground: ink('--text-soft') },
      { token: 'prose', foreground: ink('--text-soft') },
    ],
    colors: {
      'editor.background': colour('--surface'),
      'editor.foreground': colour('--text'),
      'editorGutter.background': colour('--surface'),
      'editorLineNumber.foreground': colour('--text-faint'),
      'editorLineNumber.activeForeground': colour('--text'),
      'editor.lineHighlightBackground': colour('--surface-raised'),
      'editor.lineHighlightBorder': '#00000000',
      'editor.selectionBackground': dark ? '#5a431b' : '#f7d9a8',
      'editorCursor.foreground': colour('--accent'),
      'editorIndentGuide.background1': colour('--border-soft'),
      'editorWidget.background': colour('--surface-raised'),
      'editorWidget.border': colour('--border-strong'),
      'editorWidget.foreground': colour('--text'),
      'editorSuggestWidget.background': colour('--surface-raised'),
      'editorSuggestWidget.border': colour('--border-strong'),
      'editorSuggestWidget.foreground': colour('--text'),
      'editorSuggestWidget.selectedBackground': colour('--surface-selected'),
      'editorSuggestWidget.selectedForeground': colour('--text'),
      'editorSuggestWidget.highlightForeground': colour('--link'),
      'editorSuggestWidget.focusHighlightForeground': colour('--link'),
      'editorHoverWidget.background': colour('--surface-raised'),
      'editorHoverWidget.border': colour('--border-strong'),
      'editorHoverWidget.highlightForeground': colour('--link'),
      'peekView.border': colour('--accent'),
      'peekViewTitle.background': colour('--surface-raised'),
      'peekViewTitleLabel.foreground': colour('--text'),
      'peekViewTitleDescription.foreground': colour('--text-soft'),
      'peekViewEditor.background': colour('--surface'),
      'peekViewEditorGutter.background': colour('--surface'),
      'peekViewEditor.matchHighlightBackground': dark ? '#5a431b' : '#f7d9a8',
      'peekViewResult.background': colour('--surface-raised'),
      'peekViewResult.fileForeground': colour('--text'),
      'peekViewResult.lineForeground': colour('--text'),
      'peekViewResult.matchHighlightBackground': dark ? '#5a431b' : '#f7d9a8',
      'peekViewResult.selectionBackground': colour('--surface-selected'),
      'peekViewResult.selectionForeground': colour('--text'),
      'editorError.foreground': colour('--bad'),
      'editorWarning.foreground': colour('--warn'),
      'editorInfo.foreground': colour('--info'),
      'editorHint.foreground': colour('--text-faint'),
      'editorBracketMatch.background': colour('--surface-selected'),
      'editorBracketMatch.border': colour('--accent'),
      'editorStickyScroll.background': colour('--surface-raised'),
      'focusBorder': colour('--focus'),
      'list.hoverBackground': colour('--surface-hover'),
      'input.background': colour('--surface'),
      'input.border': colour('--border-strong'),
      'scrollbarSlider.background': dark ? '#7a726455' : '#8f867555',
      'diffEditor.insertedLineBackground': dark ? '#66c79c1a' : '#1d704612',
      'diffEditor.removedLineBackground': dark ? '#ff9a8f1a' : '#b3261e12',
      'diffEditor.insertedTextBackground': dark ? '#66c79c33' : '#1d70461a',
      'diffEditor.removedTextBackground': dark ? '#ff9a8f33' : '#b3261e22',
    },
  });
  monaco.editor.setTheme(THEME);
}

/** Reads custom properties of the page as `#rrggbb`, which is all that Monaco takes. */
function readColour(): (name: string) => string {
  const style = getComputedStyle(document.documentElement);
  const brush = document.createElement('canvas').getContext('2d');
  if (!brush) throw new Error('This browser draws no canvas.');
  return (name) => {
    brush.fillStyle = style.getPropertyValue(name).trim();
    return brush.fillStyle;
  };
}
