/** What a caller has pressed so far. */
export interface PinEntry {
  digits: string;
  /** Wrong ones. */
  failures: number;
}

export const NOTHING_ENTERED: PinEntry = { digits: '', failures: 0 };
export const PIN_LENGTH = 6;
/** Then the call is over. */
export const MAX_FAILURES = 3;

/** One key: a digit, `#` (done) or `*` (from the beginning). `submitted` is what is to be checked now. */
export function press(entry: PinEntry, key: string): { entry: PinEntry; submitted?: string } {
  if (key === '*') return { entry: { ...entry, digits: '' } };
  if (key === '#') return entry.digits === '' ? { entry } : submit(entry, entry.digits);
  if (!/^\d$/.test(key)) return { entry };
  const digits = entry.digits + key;
  return digits.length < PIN_LENGTH ? { entry: { ...entry, digits } } : submit(entry, digits);
}

/** What was submitted is no meeting's PIN. */
export function failed(entry: PinEntry): PinEntry {
  return { digits: '', failures: entry.failures + 1 };
}

function submit(entry: PinEntry, submitted: string): { entry: PinEntry; submitted: string } {
  return { entry: { ...entry, digits: '' }, submitted };
}
