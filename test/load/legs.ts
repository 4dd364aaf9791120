// What a codec's call costs: 1, 5, 10 and 20 that watch one composed picture and hear one mix, some that speak, and some
// whose picture must be made anew. Prints {"corePerWatchingLeg":…,"corePerSpeakingLeg":…,"mbPerLeg":…,…}: cores of one
// leg's engine process; `floor` is what a process costs that only passes the same packets on, in the same run. The codecs
// send sound and a 720p picture all the time, as real ones do, whether somebody looks or not.

import { show } from '../e2e/centre.ts';
import { sleep } from '../integration/engine-peers.ts';
import { GatewayProcess } from '../integration/gateway-process.ts';
import type { LightOptions } from '../integration/light-codec.ts';
import { type PictureClip, pictureClip, toneClip } from '../integration/rtp-clips.ts';
import { coresOver, memoryOf } from './_cost.ts';
import { measureFloor } from './_legs-floor.ts';
import { LegsRoom, type MeasuredLeg } from './_legs-room.ts';

const COUNTS = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 5, 10, 20];
const SPEAKING = 2;
const SETTLE_S = 6;
const WINDOW_S = 10;
const CAMERA: PictureClip = {
  ...{ width: 1280, height: 720, framesPerSecond: 25, kbps: 1000, seconds: 6 },
  codec: 'constrained-baseline',
};

const sound = await toneClip(400);
const picture = await pictureClip(CAMERA);
const camera: LightOptions = { sound, picture };
const gateway = await GatewayProcess.start({ ROSTRUM_PICTURES: '1280x720@25', ROSTRUM_SIP_CALLERS: 'any' });
const room = await LegsRoom.open(gateway);
try {
  const legs: MeasuredLeg[] = [];
  const watching: Record<string, number> = {};
  const shown = await room.join('shown', camera);
  await show(room.desk, '1', [shown.participantId]);
  for (const count of COUNTS) {
    while (legs.length < count) legs.push(await room.join(`codec${legs.length + 1}`, camera));
    watching[count] = await measure(legs);
  }
  const memory = legs.map(({ pid }) => memoryOf(pid));
  const floor = await measureFloor([sound, picture], legs.length, WINDOW_S);

  const speakers = legs.slice(0, SPEAKING);
  for (const leg of legs.slice(SPEAKING)) await room.leave(leg);
  for (const leg of speakers) await room.openMicrophone(leg);
  await show(room.desk, '1', [speakers[0]?.participantId ?? '']);
  const speaking = await measure(speakers.slice(0, 1));
  await show(
    room.desk,
    'side-by-side',
    speakers.map(({ participantId }) => participantId),
  );
  const speakingInTiles = await measure(speakers);

  const figures = {
    corePerWatchingLeg: last(watching),
    corePerSpeakingLeg: speaking,
    mbPerLeg: rounded(memory.reduce((sum, mb) => sum + mb, 0) / memory.length),
    watching,
    speakingInTiles,
    transcoding: await measureTranscoding(),
    floor,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  await room.rack.close();
  await gateway.close();
}

/** Cores that one of these legs needs, on average. */
async function measure(legs: readonly MeasuredLeg[]): Promise<number> {
  await sleep(SETTLE_S * 1000);
  const before = legs.map(({ codec }) => codec.picture?.heard.markers ?? 0);
  const cores = await coresOver(
    legs.map(({ pid }) => pid),
    WINDOW_S,
  );
  for (const [index, { codec }] of legs.entries()) {
    const pictures = (codec.picture?.heard.markers ?? 0) - (before[index] ?? 0);
    if (pictures < WINDOW_S) throw new Error(`${codec.uri} saw ${pictures} pictures in ${WINDOW_S} s`);
  }
  process.stderr.write(`${legs.length} legs: ${rounded(cores / legs.length)} cores each\n`);
  return rounded(cores / legs.length);
}

/** Codecs whose picture, ours or theirs, is made anew in their leg. */
async function measureTranscoding(): Promise<Record<string, number>> {
  const kinds: Record<string, LightOptions> = {
    h264High: { sound, picture: await pictureClip({ ...CAMERA, codec: 'high' }), profileLevelId: '640028' },
    h265: { sound, picture: await pictureClip({ ...CAMERA, codec: 'H265' }), pictureCodec: 'H265' },
    vp8: { sound, picture: await pictureClip({ ...CAMERA, codec: 'VP8' }), pictureCodec: 'VP8' },
  };
  const cores: Record<string, number> = {};
  for (const [name, options] of Object.entries(kinds)) {
    const leg = await room.join(name, options, 'codec');
    await show(room.desk, '1', [leg.participantId]);
    cores[name] = await measure([leg]);
    await room.leave(leg);
  }
  return cores;
}

function last(watching: Record<string, number>): number {
  return Object.values(watching).at(-1) ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
