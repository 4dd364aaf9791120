import type { Attachment } from 'svelte/attachments';

const DELAY_MS = 450;
const GAP_PX = 6;

function place(tip: HTMLElement, anchor: DOMRect): void {
  const { width, height } = tip.getBoundingClientRect();
  const below = anchor.bottom + GAP_PX;
  const top = below + height > innerHeight ? anchor.top - height - GAP_PX : below;
  const left = Math.min(Math.max(4, anchor.left + anchor.width / 2 - width / 2), innerWidth - width - 4);
  tip.style.top = `${top}px`;
  tip.style.left = `${left}px`;
}

function draw(text: string, keys: string | undefined): HTMLElement {
  const tip = document.createElement('div');
  // The same words are the button's accessible name, so that hearing them twice is spared.
  tip.setAttribute('aria-hidden', 'true');
  tip.popover = 'manual';
  Object.assign(tip.style, {
    position: 'fixed',
    inset: 'auto',
    margin: '0',
    padding: '4px 8px',
    maxWidth: '22rem',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius-md)',
    background: 'var(--surface-raised)',
    color: 'var(--ink)',
    font: 'var(--text-sm) / 1.4 var(--font)',
    pointerEvents: 'none',
  });
  tip.append(text);
  if (keys) {
    const key = document.createElement('kbd');
    key.textContent = keys;
    Object.assign(key.style, { marginLeft: '8px', color: 'var(--ink-faint)', font: '600 var(--text-xs) var(--font)' });
    tip.append(key);
  }
  return tip;
}

/**
 * A tooltip: `<button {@attach tip('Mute', 'M')}>`. Appears after a moment's hovering and at once on keyboard focus,
 * goes with Escape (WCAG 2.2, 1.4.13). The tip lives in the top layer and is removed by the attachment that made it.
 */
export function tip(text: string, keys?: string): Attachment<HTMLElement> {
  return (element) => {
    let shown: HTMLElement | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hide = () => {
      clearTimeout(timer);
      shown?.remove();
      shown = undefined;
    };
    const show = () => {
      hide();
      shown = draw(text, keys);
      document.body.append(shown);
      shown.showPopover();
      place(shown, element.getBoundingClientRect());
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(show, DELAY_MS);
    };
    const focus = () => element.matches(':focus-visible') && show();
    const hideOnEscape = (event: KeyboardEvent) => event.key === 'Escape' && hide();
    const stop = new AbortController();
    const options = { signal: stop.signal };
    element.addEventListener('pointerenter', later, options);
    element.addEventListener('pointerleave', hide, options);
    element.addEventListener('pointerdown', hide, options);
    element.addEventListener('focus', focus, options);
    element.addEventListener('blur', hide, options);
    element.addEventListener('keydown', hideOnEscape, options);
    return () => {
      stop.abort();
      hide();
    };
  };
}
