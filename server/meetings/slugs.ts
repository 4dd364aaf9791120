/** `Sở Y tế` → `so-y-te`, with a number behind it where that is taken. @param fallback for a name without letters */
export function freeSlug(name: string, fallback: string, isTaken: (id: string) => boolean): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/gi, 'd').toLowerCase();
  const slug = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  const base = slug.slice(0, 36).replace(/-+$/, '') || fallback;
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!isTaken(id)) return id;
  }
}

/** Names that differ in case, in how their letters are put together or in their blanks are one; marks count. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}
