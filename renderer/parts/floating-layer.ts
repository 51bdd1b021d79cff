/** Where menus and tips are drawn: inside the main landmark, over everything. Dialogs draw theirs in the body. */
export const FLOATING_LAYER = 'floating-layer';

/** To spread into a portal; the body is taken while the desk is not there yet. */
export function floatingLayer(): { container?: HTMLElement } {
  const container = document.getElementById(FLOATING_LAYER);
  return container ? { container } : {};
}
