const collator = new Intl.Collator('vi', { numeric: true });

/** As Vietnamese sorts: đ after d, ă and â after a; `Xã 2` before `Xã 10`. */
export function byName(a: { name: string }, b: { name: string }): number {
  return collator.compare(a.name, b.name);
}
