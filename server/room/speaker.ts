import type { ParticipantId } from '../protocol/ids.ts';
import type { Time } from '../protocol/records.ts';

/** A challenger must be the loudest for this long. */
const CHALLENGE_MS = 700;
/** Whoever became the speaker stays for at least this long. */
const HOLD_MS = 2_000;
/** Quieter than this is not speech (dBov). */
const SPEECH_DBOV = -55;

/** The smoothed active speaker and who is about to take over. */
export interface SpeakerMemory {
  speaker: ParticipantId | null;
  since: Time;
  challenger: ParticipantId | null;
  challengerSince: Time;
}

export const NO_SPEAKER: SpeakerMemory = { speaker: null, since: 0, challenger: null, challengerSince: 0 };

/**
 * Follows the loudest open microphone with hold time and hysteresis. Silence changes nothing: the last speaker stays.
 * @param levels loudness of the open microphones only, dBov
 */
export function followSpeaker(
  memory: SpeakerMemory,
  levels: ReadonlyMap<ParticipantId, number>,
  now: Time,
): SpeakerMemory {
  const loudest = loudestOf(levels);
  if (loudest === null || loudest === memory.speaker) return { ...memory, challenger: null, challengerSince: now };
  if (memory.speaker === null) return { speaker: loudest, since: now, challenger: null, challengerSince: now };
  if (loudest !== memory.challenger) return { ...memory, challenger: loudest, challengerSince: now };
  const ripe = now - memory.challengerSince >= CHALLENGE_MS && now - memory.since >= HOLD_MS;
  return ripe ? { speaker: loudest, since: now, challenger: null, challengerSince: now } : memory;
}

function loudestOf(levels: ReadonlyMap<ParticipantId, number>): ParticipantId | null {
  let best: ParticipantId | null = null;
  let bestLevel = SPEECH_DBOV;
  for (const [id, level] of levels) {
    if (level > bestLevel) {
      best = id;
      bestLevel = level;
    }
  }
  return best;
}
