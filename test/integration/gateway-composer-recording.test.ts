/** A meeting is being recorded when what draws dies, and then what mixes: what the recording shows of it. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseIndex } from '../../server/recordings/part-index.ts';
import { obeyed } from '../e2e/centre.ts';
import { enginesOf } from '../load/_cost.ts';
import type { Closer } from './engine-leg-peers.ts';
import { sleep } from './engine-peers.ts';
import { Guest, sourcesOf } from './gateway-guests.ts';
import { GatewayProcess } from './gateway-process.ts';
import { until } from './media-fixture.ts';
import type { Peer } from './server-peers.ts';
import { toneTrack } from './tone-track.ts';

const run = promisify(execFile);
const SLOW_MS = 40_000;
/** Three seconds are promised; a machine that tests is busy with more. */
const BACK_MS = 6_000;
const TONE_HERTZ = 600;
const TORN_MS = 300;
const FRAMES_PER_SECOND = 15;

let gateway: GatewayProcess;
let desk: Peer;
const closers: Closer[] = [];
beforeAll(async () => {
  gateway = await GatewayProcess.start({ ROSTRUM_RECORDING_MIN_FREE: '0', ROSTRUM_RECORDING_WARN_FREE: '0' });
  const room = await gateway.open();
  ({ desk } = room);
  const site = await Guest.join(closers, gateway, { roomId: room.roomId, id: 'red', kind: 'simulator' });
  await site.show('camera', '0xffd02020');
  await site.speak(TONE_HERTZ);
  await until('the site sends', () => sourcesOf(desk, 'red').length === 2);
  await obeyed(desk.command({ verb: 'openMicrophone', participantId: 'red' }));
}, 60_000);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await gateway.close();
}, 30_000);

/** A stretch in ms of the recording. */
interface Stretch {
  from: number;
  to: number;
}

/** Kills the processes that run this job, and answers when, in ms since 1970. */
function kill(job: 'picture' | 'mix'): number {
  for (const pid of enginesOf(gateway.pid, job)) process.kill(pid, 'SIGKILL');
  return Date.now();
}

/** When each frame is shown, in ms from the part's beginning, and whether it shows the site. */
async function framesIn(file: string): Promise<{ at: number; isSite: boolean }[]> {
  const show = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', file];
  const { stdout: times } = await run('ffprobe', show);
  const raw = ['-v', 'error', '-i', file, '-fps_mode', 'passthrough', '-vf', 'scale=8:8', '-pix_fmt', 'rgb24'];
  const { stdout } = await run('ffmpeg', [...raw, '-f', 'rawvideo', '-'], { encoding: 'buffer', maxBuffer: 1e8 });
  return times
    .trim()
    .split('\n')
    .map((time, index) => {
      // Not quite in the middle, where the ball is not.
      const at = (index * 64 + 26) * 3;
      const [red = 0, green = 0] = [stdout[at], stdout[at + 1]];
      return { at: 1000 * Number.parseFloat(time), isSite: red > 120 && green < 90 };
    });
}

/** Every stretch without the tone that is longer than what this machine's other work may tear out of it. */
async function silencesIn(file: string): Promise<Stretch[]> {
  const raw = ['-v', 'error', '-i', file, '-vn', '-ac', '1', '-ar', '48000', '-f', 's16le', '-'];
  const { stdout } = await run('ffmpeg', raw, { encoding: 'buffer', maxBuffer: 1e8 });
  const samples = new Int16Array(stdout.buffer, stdout.byteOffset, stdout.length >> 1);
  // The mix levels what it hears, with time.
  const heard = toneTrack(samples, TONE_HERTZ).filter(({ db }) => db > -40);
  return heard.flatMap(({ at }, index) => {
    const before = heard[index - 1]?.at ?? at;
    return at - before > TORN_MS ? [{ from: before, to: at }] : [];
  });
}

test('what draws dies, then what mixes: the recording goes on in one part, each only without what has died', async () => {
  await obeyed(desk.command({ verb: 'startRecording' }));
  await until('it runs', () => desk.state.recording.status === 'running', SLOW_MS);
  const { recording } = desk.state;
  const folder = join(gateway.server.folder, 'recordings', recording.status === 'off' ? '' : recording.id);
  await sleep(3_000);
  const pictureKilledAt = kill('picture');
  await sleep(BACK_MS);
  const mixKilledAt = kill('mix');
  await sleep(3_500);
  await obeyed(desk.command({ verb: 'stopRecording' }));
  await until('it is saved', () => desk.state.recording.status === 'off', SLOW_MS);

  const parts = (await readdir(folder)).filter((name) => /^program.*\.mp4$/.test(name));
  expect(parts).toEqual(['program.1.mp4']);
  const file = join(folder, 'program.1.mp4');
  const { header } = parseIndex(await readFile(join(folder, 'program.1.index.jsonl'), 'utf8')) ?? {};
  const begin = header?.startedAt ?? Number.NaN;

  const frames = await framesIn(file);
  const back = frames.filter(({ at }, index) => index > 0 && !(at > (frames[index - 1]?.at ?? 0)));
  expect(back, 'time goes on').toEqual([]);
  const gapMs = Math.max(...frames.slice(1).map(({ at }, index) => at - (frames[index]?.at ?? 0)));
  expect(gapMs).toBeLessThan(BACK_MS);
  const seen = frames.filter(({ isSite }) => isSite);
  const killedAt = pictureKilledAt - begin;
  const backMs = (seen.find(({ at }) => at > killedAt + 500)?.at ?? Number.NaN) - killedAt;
  expect(backMs).toBeLessThan(BACK_MS);

  const mixedAt = mixKilledAt - begin;
  const silences = await silencesIn(file);
  const before = silences.filter(({ from }) => from < mixedAt - 500);
  expect(before, 'no sound is missing while nothing is drawn').toEqual([]);
  const silentMs = Math.max(0, ...silences.map(({ from, to }) => to - from));
  expect(silentMs).toBeLessThan(BACK_MS);
  const drawn = seen.filter(({ at }) => at > mixedAt && at < mixedAt + 3_000);
  expect(drawn.length, 'the picture goes on while nothing is mixed').toBeGreaterThan(2.5 * FRAMES_PER_SECOND);
  if (process.env.ROSTRUM_FIGURES) console.log({ pictureGoneMs: backMs, longestGapMs: gapMs, soundGoneMs: silentMs });
}, 120_000);
