// How far apart a codec gets what a site says and shows at the same moment, through the server, the composed picture, the
// mix and the codec's leg. `soundLateMs` is how much later sound comes than picture for a codec that keeps both in step by
// their reports (RTCP), `soundLateAsReceivedMs` for one that plays what comes as it comes; `soundMs` and `pictureMs` are the
// times from the site to the codec.
// Prints {"soundLateMs":{"p50":…,"p95":…},"soundLateAsReceivedMs":{…},"soundMs":{…},"pictureMs":{…}}.

import { sleep } from '../integration/engine-peers.ts';
import { type Mark, openChain } from '../integration/lip-sync-chain.ts';
import { percentilesOf } from './_figures.ts';

const SETTLE_S = 8;
const WINDOW_S = Number(process.argv[2] ?? 30);

const closers: (() => unknown)[] = [];
try {
  const chain = await openChain(closers);
  await sleep(SETTLE_S * 1000);
  const from = performance.now();
  await sleep(WINDOW_S * 1000);
  const { sound, picture } = await chain.marks(from);
  const figures = {
    soundLateMs: percentilesOf(apart(sound, picture, 'reportedMs')),
    soundLateAsReceivedMs: percentilesOf(apart(sound, picture, 'receivedMs')),
    soundMs: percentilesOf(sound.map(({ receivedMs }) => receivedMs)),
    pictureMs: percentilesOf(picture.map(({ receivedMs }) => receivedMs)),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  for (const close of closers.reverse()) await close();
}

/** Each beep with the flash of the same second. */
function apart(sound: readonly Mark[], picture: readonly Mark[], by: keyof Mark): number[] {
  return picture.flatMap((flash, index) => {
    const beep = sound[index];
    return beep ? [beep[by] - flash[by]] : [];
  });
}
