/**
 * Eight colours that people who see colours differently can tell apart, near in lightness, for each theme.
 * Drawn in this order, so that neighbours differ most.
 */
export interface ChartColours {
  readonly series: readonly string[];
  readonly text: string;
  readonly faintText: string;
  readonly line: string;
  readonly surface: string;
}

const LIGHT = ['#b86e00', '#2271b2', '#2c7a5b', '#b0417a', '#6a55b8', '#0f7f8c', '#c04a2b', '#6d6a1f'];
const DARK = ['#f0a63c', '#6db4ef', '#66c79c', '#ee8fbd', '#b3a2f5', '#58c4d0', '#f58b6c', '#c9c25a'];

/** Reads the text colours that the element's theme gives it. */
export function chartColours(element: Element, dark: boolean): ChartColours {
  const style = getComputedStyle(element);
  const read = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  return {
    series: dark ? DARK : LIGHT,
    text: read('--text', dark ? '#ece7de' : '#26221b'),
    faintText: read('--text-soft', dark ? '#a9a196' : '#6b6457'),
    line: read('--border', dark ? '#3a362f' : '#ddd6c9'),
    surface: read('--surface', dark ? '#1e1c18' : '#ffffff'),
  };
}
