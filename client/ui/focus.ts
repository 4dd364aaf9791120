/** An attachment for the form that a page is about: whoever comes to it types at once. */
export function focusFirstField(form: HTMLFormElement): void {
  form.querySelector<HTMLInputElement>('input:not([type=hidden])')?.focus();
}

/**
 * An attachment for the heading (with `tabindex="-1"`) of what has taken the place of another page: the keyboard's place
 * went with that page, and screen readers read on from here.
 */
export function focusHere(heading: HTMLElement): void {
  heading.focus({ preventScroll: true });
}
