// How soon sound and pictures go on when a line of 15 kbit/s, both ways, is good again after 20 s: rounds of it between two browsers
// in a room of ours, and in one of Janus where it is installed (Debian: janus), else in a bare one of mediasoup. Prints for each
// {"soundUpMs":{"median":…,"worst":…},"pictureUpMs":…,"soundDownMs":…,"pictureDownMs":…}, and of ours in how many rounds nobody
// saw the site go (`kept`). A number after the name is that of rounds.

import { LineStory, type Seen } from '../e2e/line-story.ts';
import { openBareRoom } from './_bare-room.ts';
import { percentile } from './_figures.ts';
import { hasJanus } from './_janus.ts';
import { openJanusRoom } from './_janus-room.ts';
import { beginPeerStory, type PeerStory } from './_peer-story.ts';

const ROUNDS = Number(process.argv[2] ?? 10);
const GOOD = { delayMs: 20 };
const NARROW = { ...GOOD, kbps: 15 };
const [NARROW_S, GOOD_S] = [20, 12];

const own = await LineStory.begin();
let kept = 0;
const ours = await roundsOf('ours', {
  async stage(weather, seconds) {
    const stage = await own.stage(weather, seconds);
    if (weather === GOOD && stage.kept) kept++;
    return stage;
  },
  close: () => own.close(),
});
const [peer, openRoom] = hasJanus() ? (['janus', openJanusRoom] as const) : (['peer', openBareRoom] as const);
const theirs = await roundsOf(peer, await beginPeerStory(openRoom));
process.stdout.write(`${JSON.stringify({ rounds: ROUNDS, ...ours, kept, [peer]: theirs })}\n`);

async function roundsOf(name: string, story: PeerStory) {
  const rounds: Seen['back'][] = [];
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      await story.stage(NARROW, NARROW_S);
      const { back } = await story.stage(GOOD, GOOD_S);
      rounds.push(back);
      process.stderr.write(`${name} ${round}: ${JSON.stringify(back)}\n`);
    }
  } finally {
    await story.close();
  }
  const of = (way: 'up' | 'down', what: 'soundMs' | 'pictureMs') => {
    const all = rounds.map((back) => back[way][what]);
    return { median: finite(percentile(all, 0.5)), worst: finite(Math.max(...all)) };
  };
  return {
    ...{ soundUpMs: of('up', 'soundMs'), pictureUpMs: of('up', 'pictureMs') },
    ...{ soundDownMs: of('down', 'soundMs'), pictureDownMs: of('down', 'pictureMs') },
  };
}

/** Null: not within the round. */
function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}
