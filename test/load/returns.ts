// How soon sound and pictures go on when a line of 15 kbit/s, both ways, is good again after 20 s: rounds of it between two browsers
// in a room of ours, and in one of Janus where it is installed (Debian: janus), else in a bare one of mediasoup. Prints for each
// {"soundUpMs":{"median":…,"worst":…},"pictureUpMs":…,"soundDownMs":…,"pictureDownMs":…}, and of ours in how many rounds nobody
// saw the site go (`kept`). A number after the name is that of rounds.

import { LineStory, type Seen } from '../e2e/line-story.ts';
import { openBareRoom } from './_bare-room.ts';
import { percentile } from './_figures.ts';
import { hasJanus } from './_janus.ts';
import { openJanusRoom } from './_janus-room.ts';
import { beginPeerStory, type Story } from './_peer-story.ts';

const ROUNDS = Number(process.argv[2] ?? 10);
const GOOD = { delayMs: 20 };
const NARROW = { ...GOOD, kbps: 15 };
const [NARROW_S, GOOD_S] = [20, 12];

interface Round<S> {
  narrow: S;
  good: S;
}

const ours = await roundsOf('ours', await LineStory.begin());
const kept = ours.filter(({ narrow, good }) => narrow.kept && good.kept).length;
const [peer, openRoom] = hasJanus() ? (['janus', openJanusRoom] as const) : (['peer', openBareRoom] as const);
const theirs = await roundsOf(peer, await beginPeerStory(openRoom));
process.stdout.write(`${JSON.stringify({ rounds: ROUNDS, ...figuresOf(ours), kept, [peer]: figuresOf(theirs) })}\n`);

async function roundsOf<S extends Seen>(name: string, story: Story<S>): Promise<Round<S>[]> {
  const rounds: Round<S>[] = [];
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      const narrow = await story.stage(NARROW, NARROW_S);
      const good = await story.stage(GOOD, GOOD_S);
      rounds.push({ narrow, good });
      process.stderr.write(`${name} ${round}: ${JSON.stringify(good.back)}\n`);
    }
  } finally {
    await story.close();
  }
  return rounds;
}

function figuresOf(rounds: readonly Round<Seen>[]) {
  const of = (way: 'up' | 'down', what: 'soundMs' | 'pictureMs') => {
    const all = rounds.map(({ good }) => good.back[way][what]);
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
