/** An endpoint that sends what nobody can decode, or nothing while nobody speaks there, is heard in its time again. */
import { describe, expect, test } from 'vitest';
import { type Closer, closeAfter } from './closers.ts';
import { listen, openPeer, startLeg } from './engine-leg-peers.ts';
import { type Receiver, sleep, until } from './engine-peers.ts';
import { seededRandom } from './random.ts';
import { type Clip, encodeClip, renumbered } from './rtp-clips.ts';

const limits = { timeout: 60_000, retry: 2 };

const pieces = 'min-ptime=20000000 max-ptime=20000000';
const codecs = [
  { codec: 'PCMA' as const, payloadType: 8, rate: 8000, encode: `alawenc ! rtppcmapay ${pieces}` },
  {
    codec: 'G722' as const,
    payloadType: 9,
    rate: 8000,
    encode: `audio/x-raw,rate=16000 ! avenc_g722 ! rtpg722pay ${pieces}`,
  },
  { codec: 'opus' as const, payloadType: 96, rate: 48_000, encode: 'opusenc bitrate=48000 ! rtpopuspay' },
];
type Codec = (typeof codecs)[number];

/** What every second begins with. */
const beep = { hertz: 1000, ms: 500 };
/** Within which nobody takes notice that something comes earlier or later, and what a stall of this machine takes off a beep. */
const unnoticedMs = 60;

/** One second. */
function beeps({ encode, rate }: Codec): Promise<Clip> {
  const periods = (beep.hertz * beep.ms) / 1000;
  const source = `audiotestsrc wave=ticks freq=${beep.hertz} sine-periods-per-tick=${periods} tick-interval=1000000000 volume=0.3`;
  const raw = `samplesperbuffer=${rate / 50} num-buffers=50 ! audio/x-raw,rate=${rate},channels=1`;
  return encodeClip(`${source} ${raw} ! audioconvert ! audioresample ! ${encode}`, rate, 1);
}

/** What the line does to a packet: another one, or none; `ms` is its place within its second. */
type Line = (bytes: Buffer, packet: { count: number; ms: number }) => { bytes?: Buffer; lateMs?: number };

/** Sends a clip over and over, a packet each time that one is due. */
function send(closers: Closer[], peer: Receiver, to: number, clip: Clip, payloadType: number, line: Line): void {
  const begun = performance.now();
  const under = new Set<NodeJS.Timeout>();
  let [count, sequence] = [0, 0];
  const sendDue = () => {
    const elapsed = ((performance.now() - begun) * clip.clockRate) / 1000;
    for (;;) {
      const packet = clip.packets[count % clip.packets.length];
      const timestamp = (packet?.at ?? 0) + clip.length * Math.floor(count / clip.packets.length);
      if (packet === undefined || timestamp > elapsed) return;
      const ms = (1000 * packet.at) / clip.clockRate;
      const whole = renumbered(packet.bytes, { ssrc: 77, payloadType, sequence, timestamp });
      const { bytes, lateMs = 0 } = line(whole, { count, ms });
      count += 1;
      if (bytes === undefined) continue;
      sequence += 1;
      const timer = setTimeout(() => {
        under.delete(timer);
        peer.send(bytes, to);
      }, lateMs);
      under.add(timer);
    }
  };
  const ticking = setInterval(sendDue, 10);
  closers.push(() => {
    clearInterval(ticking);
    under.forEach(clearTimeout);
  });
}

/** A leg whose endpoint beeps over such a line. */
async function connect(closers: Closer[], codec: Codec, line: Line) {
  const { leg, audioPort } = await startLeg(closers, { video: false });
  const [server, endpoint] = [await openPeer(closers), await openPeer(closers)];
  const caps = 'encoding-name=OPUS,payload=100,clock-rate=48000';
  const heard = await listen(closers, server, caps, 'rtpopusdepay ! opusdec plc=false');
  const remote = { ip: '127.0.0.1', port: server.port };
  await leg.request('sendAudio', { remote, payloadType: 100, ssrc: 1111, cname: 'leg-1' });
  const address = { ip: '127.0.0.1', port: endpoint.port, rtcpPort: endpoint.port };
  const { payloadType } = codec;
  const audio = { remote: address, codec: codec.codec, payloadType, direction: 'sendrecv' as const };
  await leg.request('connectEndpoint', { audio });
  send(closers, endpoint, audioPort, await beeps(codec), payloadType, line);
  /** Everything from the beginning, so that a place in it is a time. */
  return { beepsHeard: async () => beepsIn(await heard.samples(600)) };
}

interface Heard {
  /** Second of the whole sound in which it begins. */
  readonly second: number;
  /** Milliseconds of the whole sound at which it is over. */
  readonly end: number;
  readonly ms: number;
}

/** The beeps of a sound at 16 kHz. */
function beepsIn(samples: Int16Array): Heard[] {
  const loud = Array.from({ length: Math.floor(samples.length / 160) }, (_, block) => {
    const power = samples.subarray(160 * block, 160 * (block + 1)).reduce((sum, sample) => sum + sample ** 2, 0) / 160;
    return power > 2000 ** 2;
  });
  return loud.flatMap((isLoud, block) => {
    const isFirst = isLoud && !loud.slice(Math.max(0, block - 30), block).some(Boolean);
    // The last one may not have come to its end yet.
    if (!isFirst || block + 60 > loud.length) return [];
    const lasts = loud.slice(block, block + 60);
    const end = 10 * (block + lasts.lastIndexOf(true) + 1);
    return [{ second: block / 100, end, ms: 10 * lasts.filter(Boolean).length }];
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

const places = (beeps: readonly Heard[]) => beeps.map(({ end }) => end % 1000);

/** Side by side: they wait for one second after the other. Not more than these at once. */
describe('sound that is spoilt', () => {
  test.concurrent.for(codecs)(
    '$codec: after packets that nobody can decode the voice is where it was',
    limits,
    async (codec, context) => {
      const random = seededRandom(codec.payloadType);
      let spoils = false;
      const garbage = () => Buffer.from(Array.from({ length: 1 + 80 * random() }, () => 256 * random()));
      const line: Line = (bytes, { count }) =>
        spoils && count % 3 === 0 ? { bytes: Buffer.concat([bytes.subarray(0, 12), garbage()]) } : { bytes };
      const { beepsHeard } = await connect(closeAfter(context), codec, line);
      await until(async () => (await beepsHeard()).length >= 3, 'three beeps');
      const before = await beepsHeard();
      spoils = true;
      await sleep(2500);
      spoils = false;
      await sleep(1000);
      const from = (await beepsHeard()).length;
      await until(async () => (await beepsHeard()).length >= from + 3, 'three more beeps', 10_000);
      const after = (await beepsHeard()).slice(from);
      expect(Math.abs(median(places(after)) - median(places(before)))).toBeLessThan(unnoticedMs);
      expect(median(after.map(({ ms }) => ms))).toBeGreaterThan(beep.ms - unnoticedMs);
    },
  );
});

/** What comes while nobody speaks: of Opus now and then a packet (RFC 7587 3.1.3), else comfort noise (RFC 3389 4). */
function pause({ codec }: Codec, bytes: Buffer, ms: number): Buffer | undefined {
  if (codec === 'opus') return ms % 400 === 0 ? bytes : undefined;
  if (ms % 200 !== 0) return undefined;
  const noise = Buffer.concat([bytes.subarray(0, 12), Buffer.from([60])]);
  noise[1] = 13;
  return noise;
}

describe('sound with pauses', () => {
  test.concurrent.for(codecs)(
    '$codec: whose first packets after a pause are late is not late',
    limits,
    async (codec, context) => {
      const line: Line = (bytes, { count, ms }) => {
        const isFirst = ms < 100 && Math.floor(count / 50) % 3 === 2;
        const sent = ms < beep.ms + 40 ? bytes : pause(codec, bytes, ms);
        return { ...(sent && { bytes: sent }), lateMs: isFirst ? 150 : 0 };
      };
      const { beepsHeard } = await connect(closeAfter(context), codec, line);
      await until(async () => (await beepsHeard()).length >= 7, 'seven beeps');
      const heard = await beepsHeard();
      const usual = median(places(heard));
      // What is late is missing; the rest is heard where it belongs, and nothing that is not late is missing.
      for (const place of places(heard).slice(1)) expect(place - usual).toBeLessThan(unnoticedMs);
      expect(median(heard.map(({ ms }) => ms))).toBeGreaterThan(beep.ms - unnoticedMs);
    },
  );
});
