import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { inspectRecording } from '../../gateway/recorder/inspection.ts';
import { takeIn } from '../../gateway/recorder/part-intake.ts';
import { inspectionSchema } from '../../server/protocol/recording.ts';
import { type RecordingKeys, readKeys, unseal } from '../../server/recordings/cipher.ts';
import { closeAfterEach } from './closers.ts';
import { scratchFolder } from './engine-peers.ts';
import { colourDistance, colourOf } from './perceive.ts';

const run = promisify(execFile);
const closers = closeAfterEach();
const logger = pino({ level: 'silent' });

function scratch(): string {
  const folder = scratchFolder();
  closers.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** One part of the program as the recorder's process would deliver it: a colour, with a tone of −20 dB between silences. */
async function record(folder: string, keys: RecordingKeys, part: number, colour: string, tones: string): Promise<void> {
  const file = join(scratch(), 'part.mp4');
  const picture = `videotestsrc pattern=${colour} num-buffers=200 ! video/x-raw,width=320,height=180,framerate=25/1`;
  const mux = 'mp4mux name=mux fragment-duration=500 streamable=true ! filesink location=';
  const encode = `x264enc key-int-max=25 tune=zerolatency speed-preset=ultrafast ! video/x-h264,profile=constrained-baseline ! h264parse ! ${mux}${file}`;
  const raw = join(scratch(), 'tones.wav');
  const source = `aevalsrc='0.1*sin(2*PI*1000*t)*(${tones})':s=48000:d=8`;
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, raw]);
  const sound = `filesrc location=${raw} ! wavparse ! audioconvert ! avenc_aac bitrate=128000 ! aacparse ! mux.`;
  await run('gst-launch-1.0', ['-q', ...`${picture} ! ${encode} ${sound}`.split(' ')]);
  const times = Promise.resolve({ atMs: 1_000_000 * part, videoUs: 0, audioUs: 0 });
  const about = { stream: 'program', kind: 'program', container: 'mp4' } as const;
  await takeIn({ ...about, folder, keys, part }, createReadStream(file), times, () => undefined);
}

test('a program of two parts, encrypted, is looked through; what is found is sealed', async () => {
  const folder = scratch();
  const keys = readKeys(randomBytes(32).toString('base64'));
  await record(folder, keys, 1, 'red', 'lt(t,2)+gt(t,5)');
  await record(folder, keys, 2, 'green', 'lt(t,8)');
  await writeFile(join(folder, 'program.3.mp4'), 'torn');
  // In the middle of it a meeting begins, and is over after a while.
  const meeting = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  let pieces = 0;
  const clear = async () => {
    pieces += 1;
    if (pieces === 2) held.resolve();
    if (pieces >= 2) await meeting.promise;
  };
  const inspected = inspectRecording({ folder, keys, clear, logger, signal: new AbortController().signal });
  await held.promise;
  await sleep(500);
  expect([pieces, (await readdir(folder)).includes('inspection.json')]).toEqual([2, false]);
  meeting.resolve();
  expect(await inspected).toBe(true);

  const stored = await readFile(join(folder, 'inspection.json'));
  expect(stored.includes('peaks')).toBe(false);
  const { durationMs, strip, waveform, loudness, silences } = inspectionSchema.parse(
    JSON.parse(unseal(stored, keys).toString()),
  );
  expect(durationMs).toBeGreaterThan(15_900);
  expect(durationMs).toBeLessThan(16_200);
  expect(strip).toMatchObject({ everyMs: 2000, count: 8, width: 160, height: 90, files: ['strip-0.jpg'] });
  const picture = join(scratch(), 'strip.jpg');
  const jpeg = await readFile(join(folder, 'strip-0.jpg'));
  expect(jpeg.includes('JFIF')).toBe(false);
  await writeFile(picture, unseal(jpeg, keys));
  const thumbnail = (index: number) => colourOf(picture, { x: (index + 0.2) / 10, y: 0.2, width: 0.06, height: 0.6 });
  for (const index of [0, 1, 3]) expect(colourDistance(await thumbnail(index), [255, 0, 0])).toBeLessThan(80);
  for (const index of [5, 7]) expect(colourDistance(await thumbnail(index), [0, 255, 0])).toBeLessThan(80);
  expect(colourDistance(await thumbnail(8), [0, 0, 0])).toBeLessThan(80);

  const peaks = Buffer.from(waveform.peaks, 'base64');
  expect(waveform.bucketMs).toBe(100);
  expect(Math.abs(peaks.length - 160)).toBeLessThan(3);
  expect([10, 70, 90, 150].map((at) => Math.abs((peaks[at] ?? 0) - 25) < 6)).toEqual([true, true, true, true]);
  expect(Math.max(...peaks.subarray(25, 47))).toBeLessThan(3);
  // A sine of −20 dB in one channel.
  expect(loudness.integratedLufs).toBeCloseTo(-23, 0);
  expect(Math.abs((loudness.peakDbfs ?? 0) + 20)).toBeLessThan(2);
  expect(silences).toHaveLength(1);
  expect(Math.abs((silences[0]?.fromMs ?? 0) - 2000)).toBeLessThan(300);
  expect(Math.abs((silences[0]?.toMs ?? 0) - 5000)).toBeLessThan(300);
}, 60_000);

test('nothing recorded is nothing to look through; what is interrupted leaves nothing', async () => {
  const folder = scratch();
  const signal = new AbortController().signal;
  expect(await inspectRecording({ folder, keys: [], logger, signal })).toBe(false);
  await record(folder, [], 1, 'red', '1');
  await expect(inspectRecording({ folder, keys: [], logger, signal: AbortSignal.abort() })).rejects.toThrow();
  expect((await readdir(folder)).toSorted()).toEqual(['program.1.index.jsonl', 'program.1.mp4']);
}, 60_000);
