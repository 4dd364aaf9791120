/** What is lost of the endpoint's sound is made up for, and no loss that a sender feigns does harm. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { closeAfterEach } from './closers.ts';
import { listen, openPeer, sendFrom, startLeg, toneSource } from './engine-leg-peers.ts';
import { type Receiver, sleep, until } from './engine-peers.ts';
import { seededRandom } from './random.ts';

const limits = { timeout: 120_000, retry: 2 };
const closers = closeAfterEach();

const pieces = 'min-ptime=20000000 max-ptime=20000000';
/** `clockRate` is the one of the timestamps (RFC 3551 4.5.2). */
const codecs = [
  { codec: 'PCMA' as const, payloadType: 8, clockRate: 8000, encode: `alawenc ! rtppcmapay pt=8 ${pieces}` },
  { codec: 'PCMU' as const, payloadType: 0, clockRate: 8000, encode: `mulawenc ! rtppcmupay pt=0 ${pieces}` },
  {
    codec: 'G722' as const,
    payloadType: 9,
    clockRate: 8000,
    encode: `audio/x-raw,rate=16000 ! avenc_g722 ! rtpg722pay pt=9 ${pieces}`,
  },
  {
    codec: 'opus' as const,
    payloadType: 96,
    clockRate: 48_000,
    encode: 'audio/x-raw,rate=48000 ! opusenc ! rtpopuspay pt=96',
  },
];

async function startListening({ codec, payloadType }: (typeof codecs)[number]) {
  const started = await startLeg(closers);
  const { leg } = started;
  const [server, endpoint] = [await openPeer(closers), await openPeer(closers)];
  const opus = 'encoding-name=OPUS,payload=100,clock-rate=48000';
  const heard = await listen(closers, server, opus, 'rtpopusdepay ! opusdec');
  const remote = { ip: '127.0.0.1', port: server.port };
  await leg.request('sendAudio', { remote, payloadType: 100, ssrc: 1111, cname: 'leg-1' });
  await leg.request('connectEndpoint', {
    audio: {
      remote: { ip: '127.0.0.1', port: endpoint.port, rtcpPort: endpoint.port },
      codec,
      payloadType,
      direction: 'sendrecv',
    },
  });
  return { ...started, heard, endpoint };
}

/** The level of every 10 ms, in dB of full scale. */
function levels(samples: Int16Array): number[] {
  const found: number[] = [];
  for (let start = 0; start + 160 <= samples.length; start += 160) {
    const power = samples.subarray(start, start + 160).reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / 160;
    found.push(10 * Math.log10(power + 1e-12));
  }
  return found;
}

function usual(all: readonly number[]): number {
  return all.toSorted((one, other) => one - other)[all.length >> 1] ?? 0;
}

test.each(codecs)(
  '$codec: where single packets are lost, 5 % of them, there is sound instead',
  limits,
  async (codec) => {
    const { heard, endpoint, audioPort, leg } = await startListening(codec);
    const tone = `${toneSource(440)} ! ${codec.encode} ssrc=5`;
    const everyTwentieth = (bytes: Buffer) => (bytes.readUInt16BE(2) % 20 === 0 ? undefined : bytes);
    await sendFrom(closers, endpoint, audioPort, tone, everyTwentieth);
    await until(async () => (await heard.level(440)) > -20, 'the tone is heard');
    await sleep(2000);
    let found: number[] = [];
    // Two seconds with five losses, in which this machine itself did not stall: with nothing instead, five would be low.
    await until(
      async () => {
        found = levels(await heard.samples(2));
        return found.filter((level) => level < usual(found) - 15).length <= 1;
      },
      'the tone has no holes',
      25_000,
    );
    expect(found).toHaveLength(200);
    expect(usual(found)).toBeGreaterThan(-20);
    expect(Math.max(...found)).toBeLessThan(usual(found) + 4);
    // Two and a half a second: the fifth may be lost in this moment.
    const lost = async () => (await leg.request('stats', {})).audio?.received.lost ?? 0;
    await until(async () => (await lost()) >= 5, 'five losses are counted');
  },
);

/**
 * Sends packets of half a millisecond, two thousand a second, with what harms one who believes timestamps:
 * jumps of a few samples, a fifth lost, late by up to 200 ms, some twice, now and then a leap of time or of numbers.
 */
async function floodWithFeints(peer: Receiver, to: number, { payloadType, clockRate }: (typeof codecs)[number]) {
  const random = seededRandom(payloadType + 1);
  const below = (bound: number) => Math.floor(random() * bound);
  const under = new Set<NodeJS.Timeout>();
  closers.push(() => under.forEach(clearTimeout));
  let [sequence, timestamp, sent] = [65_000, 0xffff0000, 0];
  const later = (packet: Buffer) => {
    const timer = setTimeout(() => {
      under.delete(timer);
      peer.send(packet, to);
    }, random() * 200);
    under.add(timer);
  };
  const began = performance.now();
  for (let elapsed = 0; elapsed < 12_000; elapsed = performance.now() - began) {
    for (; sent < 2 * elapsed; sent++) {
      const packet = Buffer.concat([Buffer.alloc(12), randomBytes(1 + below(16))]);
      packet.writeUInt16BE(0x8000 | payloadType, 0);
      packet.writeUInt16BE(sequence & 0xffff, 2);
      packet.writeUInt32BE(timestamp >>> 0, 4);
      packet.writeUInt32BE(77, 8);
      const chance = random();
      if (chance > 0.2) (chance < 0.6 ? later : (bytes: Buffer) => peer.send(bytes, to))(packet);
      if (chance > 0.98) peer.send(packet, to);
      sequence += chance > 0.999 ? below(300) : 1;
      const leap = below(clockRate) - clockRate / 2;
      timestamp += chance > 0.999 ? leap : 1 + below(clockRate / 1000);
    }
    await sleep(2);
  }
  return sent;
}

test.each(codecs)('$codec: feigned losses of a few samples do no harm', limits, async (codec) => {
  const { heard, endpoint, audioPort, leg, logger, events } = await startListening(codec);
  const sent = await floodWithFeints(endpoint, audioPort, codec);
  expect(sent).toBeGreaterThan(15_000);
  expect((await leg.request('stats', {})).audio?.received.packets).toBeGreaterThan(5000);
  await sleep(1500);
  await sendFrom(closers, endpoint, audioPort, `${toneSource(440)} ! ${codec.encode} ssrc=5`);
  await until(async () => (await heard.level(440)) > -20, 'the tone is heard');
  expect(events.some(({ event }) => event === 'error')).toBe(false);
  expect(logger.lines).toEqual([]);
});
