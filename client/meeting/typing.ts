const TAKES_KEYS = 'input, textarea, select, [contenteditable], [role="menu"], [role="dialog"]';

/** A key that belongs to a field, a menu or a dialog, or to the browser, is no shortcut of the page. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented) return true;
  return event.target instanceof Element && event.target.closest(TAKES_KEYS) !== null;
}
