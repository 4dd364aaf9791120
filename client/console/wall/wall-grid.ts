const SHAPE = 16 / 9;

/**
 * How many columns of 16:9 cards show all of them at once as large as possible; never narrower than `minWidth`: then
 * the wall scrolls. Lengths in CSS pixels.
 */
export function fitColumns(
  count: number,
  width: number,
  height: number,
  { minWidth, maxWidth, gap }: { minWidth: number; maxWidth: number; gap: number },
): number {
  const widthOf = (columns: number) => (width - gap * (columns - 1)) / columns;
  const most = Math.max(1, Math.floor((width + gap) / (minWidth + gap)));
  const least = Math.max(1, Math.ceil((width + gap) / (maxWidth + gap)));
  for (let columns = least; columns < most; columns += 1) {
    const rows = Math.ceil(count / columns);
    if (rows * (widthOf(columns) / SHAPE) + gap * (rows - 1) <= height) return columns;
  }
  return Math.max(least, most);
}

/** Where an arrow key leads from a card; null where the key is none of the wall's. */
export function step(from: number, key: string, columns: number, count: number): number | null {
  const to = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from - columns,
    ArrowDown: from + columns,
    Home: 0,
    End: count - 1,
  }[key];
  if (to === undefined) return null;
  // From the last full row down into a row that is shorter.
  if (key === 'ArrowDown' && to >= count && Math.floor(from / columns) < Math.floor((count - 1) / columns))
    return count - 1;
  return to >= 0 && to < count ? to : from;
}
