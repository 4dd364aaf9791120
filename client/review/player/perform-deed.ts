import type { Stretch } from '../recording-time.ts';
import { type ContentsLine, neighbour } from './contents.ts';
import type { Playback } from './playback.svelte.ts';
import type { Deed } from './player-keys.ts';

/** The parts of the player that a key can lead to. */
export interface Reach {
  playback: Playback;
  view: () => Stretch;
  lines: () => readonly ContentsLine[];
  live: () => boolean;
  fill: () => void;
  mark: (edge: 'from' | 'to' | null) => void;
  comment: () => void;
  share: () => void;
  search: () => void;
  sheet: () => void;
}

type Performers = { [D in Deed['do']]: (reach: Reach, deed: Extract<Deed, { do: D }>) => void };

/** What every key and button does: a deed that is missing here does not compile. */
const PERFORMERS: Performers = {
  toggle: ({ playback }) => playback.toggle(),
  mute: ({ playback }) => playback.toggleMuted(),
  fullscreen: ({ fill }) => fill(),
  skipSilence: ({ playback }) => {
    playback.skipping = !playback.skipping;
  },
  live: ({ playback, live }) => {
    if (live()) playback.goLive();
  },
  jump: ({ playback }, { ms }) => playback.jump(ms),
  step: ({ playback }, { frames }) => playback.step(frames),
  chapter: ({ playback, lines }, { step }) => {
    const at = neighbour(lines(), playback.at, step);
    if (at !== undefined) playback.seek(at);
  },
  rate: ({ playback }, { step }) => {
    if (step === 0) playback.setRate(1);
    else playback.stepRate(step);
  },
  tenth: ({ playback, view }, { tenth }) => {
    const { from, to } = view();
    playback.seek(from + ((to - from) * tenth) / 10);
  },
  begin: ({ playback, view }) => playback.seek(view().from),
  end: ({ playback, view }) => playback.seek(view().to),
  markFrom: ({ mark }) => mark('from'),
  markTo: ({ mark }) => mark('to'),
  unmark: ({ mark }) => mark(null),
  comment: ({ comment }) => comment(),
  share: ({ share }) => share(),
  search: ({ search }) => search(),
  sheet: ({ sheet }) => sheet(),
};

export function performDeed(reach: Reach, deed: Deed): void {
  const performer = PERFORMERS[deed.do] as (reach: Reach, deed: Deed) => void;
  performer(reach, deed);
}

const USUAL_STRETCH_MS = 60_000;
const SHORTEST_MS = 1_000;

/** The marked stretch after one of its edges was put here; the other stays where it can. */
export function markEdge(marked: Stretch | null, edge: 'from' | 'to', at: number, view: Stretch): Stretch {
  if (edge === 'from') {
    const kept = marked && marked.to > at + SHORTEST_MS ? marked.to : at + USUAL_STRETCH_MS;
    return { from: Math.min(at, view.to - SHORTEST_MS), to: Math.min(view.to, kept) };
  }
  const kept = marked && marked.from < at - SHORTEST_MS ? marked.from : at - USUAL_STRETCH_MS;
  return { from: Math.max(view.from, kept), to: Math.max(at, view.from + SHORTEST_MS) };
}
