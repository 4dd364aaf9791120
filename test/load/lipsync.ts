// How far apart a codec gets what a site says and shows at the same moment, through the server, the composed picture, the
// mix and the codec's leg. Positive is sound after its picture: it may be up to 125 ms late and 45 ms early (ITU-R BT.1359,
// which counts the other way round, is +45/-125). `byReports` is for a codec that keeps both in step by their reports (RTCP),
// `asReceived` for one that plays what comes as it comes; `soundMs` and `pictureMs` are the times from the site to the codec.
// Prints {"soundLateMs":{"byReports":{"p5":…,"p50":…,"p95":…},"asReceived":{…}},"allowedMs":[-45,125],"within":…,…}.

import { sleep } from '../integration/engine-peers.ts';
import { type Mark, openChain } from '../integration/lip-sync-chain.ts';
import { percentilesOf } from './_figures.ts';

const SETTLE_S = 8;
const WINDOW_S = Number(process.argv[2] ?? 30);
const ALLOWED_MS = [-45, 125] as const;

const closers: (() => unknown)[] = [];
try {
  const chain = await openChain(closers);
  await sleep(SETTLE_S * 1000);
  const from = performance.now();
  await sleep(WINDOW_S * 1000);
  const { sound, picture } = await chain.marks(from);
  const soundLateMs = {
    byReports: spread(apart(sound, picture, 'reportedMs')),
    asReceived: spread(apart(sound, picture, 'receivedMs')),
  };
  const figures = {
    soundLateMs,
    allowedMs: ALLOWED_MS,
    within: Object.values(soundLateMs).every(({ p5, p95 }) => p5 >= ALLOWED_MS[0] && p95 <= ALLOWED_MS[1]),
    soundMs: percentilesOf(sound.map(({ receivedMs }) => receivedMs)),
    pictureMs: percentilesOf(picture.map(({ receivedMs }) => receivedMs)),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  for (const close of closers.reverse()) await close();
}

/** Early is as bad as late: the other end too. */
function spread(values: number[]) {
  return { p5: -percentilesOf(values.map((value) => -value)).p95, ...percentilesOf(values) };
}

/** Each beep with the flash of the same second. */
function apart(sound: readonly Mark[], picture: readonly Mark[], by: keyof Mark): number[] {
  return picture.flatMap((flash, index) => {
    const beep = sound[index];
    return beep ? [beep[by] - flash[by]] : [];
  });
}
