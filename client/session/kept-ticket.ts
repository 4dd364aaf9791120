import { z } from 'zod';
import { type Ticket, ticketSchema } from '../../server/protocol/http.ts';

/** A tab keeps its ticket over a reload, so that the same participant comes back. Gone with the tab. */
const KEY = 'rostrum.ticket';
const keptSchema = z.object({ token: z.string(), ticket: ticketSchema });

export function keepTicket(token: string, ticket: Ticket): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ token, ticket }));
  } catch {
    // Forbidden storage: then a reload leads to the join page.
  }
}

/** The ticket that this tab got by this link, if it has not given it up. */
export function keptTicket(token: string): Ticket | null {
  try {
    const kept = keptSchema.safeParse(JSON.parse(sessionStorage.getItem(KEY) ?? 'null'));
    return kept.success && kept.data.token === token ? kept.data.ticket : null;
  } catch {
    return null;
  }
}

export function dropTicket(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept either.
  }
}
