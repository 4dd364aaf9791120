/** A running time in milliseconds as `m:ss` or `h:mm:ss`; the same in every language. Negative counts as 0. */
export function formatDuration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/**
 * How long something lasted, to the nearest second, as `h:mm:ss` also where it was less than an hour: beside others in a table, and as
 * paper has it. Negative counts as 0.
 */
export function formatLength(ms: number): string {
  const whole = Math.round(ms / 1000) * 1000;
  const running = formatDuration(whole);
  return whole >= 3_600_000 ? running : `0:${running.padStart(5, '0')}`;
}

/** For machines and screen readers: ISO 8601 (`PT1H2M3S`), the form of `<time datetime>`. */
export function isoDuration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  return `PT${Math.floor(total / 3600)}H${Math.floor((total % 3600) / 60)}M${total % 60}S`;
}
