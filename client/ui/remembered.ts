/** What this browser remembers. Storage may be forbidden; then the choice lasts as long as the page. */
export function recall(key: string): string | null {
  try {
    return globalThis.localStorage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    globalThis.localStorage?.setItem(key, value);
  } catch {
    // Forbidden storage is no reason to stop.
  }
}
