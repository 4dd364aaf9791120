/** Keys told by INFO, in the two forms that endpoints use; neither has an RFC, both are older than RFC 4733's events. */

export const digitTypes = ['application/dtmf-relay', 'application/dtmf'] as const;

/** 0 to 9, *, #, A to D, or nothing: a hook flash is no digit. */
export function readDigit(contentType: string | undefined, body: string): string | undefined {
  const type = /^\s*application\/([\w.-]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase();
  if (type === 'dtmf-relay') return digitOf(/^\s*Signal\s*=\s*(\S{1,2})\s*$/im.exec(body)?.[1]);
  if (type === 'dtmf') return digitOf(/^\s*(?:Signal\s*=\s*)?(\S{1,2})\s*$/im.exec(body)?.[1]);
  return undefined;
}

/** By the key, or by its number among the telephone events (RFC 4733 §3.2). */
function digitOf(signal: string | undefined): string | undefined {
  if (signal === undefined) return undefined;
  if (/^[0-9*#A-D]$/i.test(signal)) return signal.toUpperCase();
  const numbered: Record<string, string> = { '10': '*', '11': '#', '12': 'A', '13': 'B', '14': 'C', '15': 'D' };
  return numbered[signal];
}
