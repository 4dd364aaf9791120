/** Speakers' own pictures and sounds, and what is presented, beside the program of a real meeting. */
import { basename } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordingDetailSchema } from '../../server/protocol/recording.ts';
import { obeyed } from '../e2e/centre.ts';
import { enginesOf } from '../load/_cost.ts';
import type { Closer } from './engine-leg-peers.ts';
import { Guest, sourcesOf } from './gateway-guests.ts';
import { GatewayProcess } from './gateway-process.ts';
import { until } from './media-fixture.ts';
import { colourDistance, colourOf, toneLevel } from './perceive.ts';
import { complaintsOf, folderOfRecording, partsIn } from './recorded-parts.ts';
import type { Peer } from './server-peers.ts';

const SLOW_MS = 40_000;

let gateway: GatewayProcess;
let desk: Peer;
const closers: Closer[] = [];
beforeAll(async () => {
  gateway = await GatewayProcess.start({ ROSTRUM_RECORDING_MIN_FREE: '0', ROSTRUM_RECORDING_WARN_FREE: '0' });
  const room = await gateway.open();
  ({ desk } = room);
  const site = await Guest.join(closers, gateway, { roomId: room.roomId, id: 'red', kind: 'simulator' });
  await site.show('camera', '0xffd02020');
  await site.speak(600);
  await site.show('screen', '0xff2020d0');
  await until('the site sends', () => sourcesOf(desk, 'red').length === 3);
}, 60_000);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await gateway.close();
}, 30_000);

test('who speaks and what is presented is kept; their process dies and the program does not notice', async () => {
  await obeyed(desk.command({ verb: 'startRecording', tracks: 'speakers', content: true }));
  await until('it runs', () => desk.state.recording.status === 'running', SLOW_MS);
  const folder = folderOfRecording(gateway, desk);
  await until('content is kept', async () => (await partsIn(folder, 'content')).length > 0, SLOW_MS);
  expect(await partsIn(folder, 'track-red'), 'whose microphone is closed is not').toEqual([]);
  await obeyed(desk.command({ verb: 'openMicrophone', participantId: 'red' }));
  const longEnough = async (parts: number) => {
    const part = (await partsIn(folder, 'track-red'))[parts - 1];
    return part !== undefined && part.to - part.from > 2_000;
  };
  await until('the speaker is kept', () => longEnough(1), SLOW_MS);

  process.kill(enginesOf(gateway.pid, 'track')[0] ?? 0, 'SIGKILL');
  await until('the speaker is kept again', () => longEnough(2), SLOW_MS);
  await until('content is kept again', async () => (await partsIn(folder, 'content')).length > 1, SLOW_MS);
  await obeyed(desk.command({ verb: 'closeMicrophone', participantId: 'red' }));
  await until('his part is finished', async () => (await partsIn(folder, 'track-red'))[1]?.isFinished === true);
  await obeyed(desk.command({ verb: 'stopRecording' }));
  await until('it is saved', () => desk.state.recording.status === 'off', SLOW_MS);

  const program = await partsIn(folder);
  expect(program.map(({ isFinished }) => isFinished)).toEqual([true]);
  const [first, second] = await partsIn(folder, 'track-red');
  expect(first?.header).toMatchObject({ kind: 'track', participantId: 'red', name: 'red', codecs: 'vp8,opus' });
  expect(second?.from).toBeGreaterThan(first?.to ?? 0);
  for (const part of [first, second]) {
    expect(colourDistance(await colourOf(part?.file ?? ''), [208, 32, 32])).toBeLessThan(80);
    expect(await toneLevel(part?.file ?? '', 600, { from: 0.5, seconds: 1 })).toBeGreaterThan(-20);
  }
  const content = await partsIn(folder, 'content');
  expect(content[0]?.header).toMatchObject({ kind: 'content', participantId: 'red' });
  expect(colourDistance(await colourOf(content[0]?.file ?? ''), [32, 32, 208])).toBeLessThan(80);
  for (const { file, isFinished } of [...program, ...content])
    if (isFinished) expect(await complaintsOf(file)).toBe('');

  const { json } = await gateway.operator.send('GET', `/api/recordings/${basename(folder)}`);
  const { streams, timeline } = recordingDetailSchema.parse(json);
  expect(streams.map(({ stream }) => stream)).toEqual(['program', 'content', 'track-red']);
  expect(timeline.gaps).toEqual([]);
}, 120_000);
