import { z } from 'zod';
import type { Read } from './conversations.ts';

// What has been read is this tab's, as its ticket is: a reload must not make it unread again.
const readSchema = z.record(z.string(), z.number());
const keyOf = (roomId: string, participantId: string) => `rostrum.read.${roomId}.${participantId}`;

export function keptReading(roomId: string, participantId: string): Read {
  try {
    const kept = readSchema.safeParse(JSON.parse(sessionStorage.getItem(keyOf(roomId, participantId)) ?? '{}'));
    return kept.success ? kept.data : {};
  } catch {
    return {};
  }
}

export function keepReading(roomId: string, participantId: string, read: Read): void {
  try {
    sessionStorage.setItem(keyOf(roomId, participantId), JSON.stringify(read));
  } catch {
    // Forbidden storage: then it is remembered as long as the page.
  }
}
