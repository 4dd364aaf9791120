/** A codec at the end of a narrow line: what the directory says of it is said to the codec, and not exceeded. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildOffer } from '../../gateway/sip/index.ts';
import { headerOf } from '../../gateway/sip/transport/wire.ts';
import { picturesOf } from '../../server/room/line-capacity.ts';
import { type Closer, openPeer } from './engine-leg-peers.ts';
import type { Packet } from './engine-peers.ts';
import { Guest } from './gateway-guests.ts';
import { GatewayProcess } from './gateway-process.ts';
import { pause, until } from './media-fixture.ts';
import { openCodec } from './sip-codec.ts';
import { address } from './sip-peers.ts';

const LINE = { upKbps: 400, downKbps: 240 };
const MEASURED_MS = 5_000;
/** IPv4 and UDP (RFC 791, RFC 768). */
const HEADERS = 28;

let gateway: GatewayProcess;
const closers: Closer[] = [];
beforeAll(async () => {
  gateway = await GatewayProcess.start({ ROSTRUM_PICTURES: '640x360@25' });
  await gateway.addSite('ba-be', { sources: ['127.0.0.1/32'] }, LINE);
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => gateway.close());

const kbpsOf = (packets: readonly Packet[], since: number) => {
  const bytes = packets.filter(({ at }) => at >= since).reduce((sum, one) => sum + one.bytes.length + HEADERS, 0);
  return (bytes * 8) / (performance.now() - since);
};

test('REG-18 a leg asks for and sends no more than the line of its site bears, and uses what it bears', async () => {
  const { roomId } = await gateway.open(['ba-be']);
  const lively = await Guest.join(closers, gateway, { roomId, id: 'na-ri', kind: 'simulator' });
  await lively.show('camera', 'red', 'VP8', true);
  const codec = await openCodec(gateway.sipPort, { user: 'babe', password: '' });
  closers.push(() => codec.close());
  const [sound, picture] = [await openPeer(closers), await openPeer(closers)];
  const body = buildOffer({ address, audio: { port: sound.port, codecs: ['PCMA'] }, video: { port: picture.port } });
  const answer = await codec.request({ method: 'INVITE', to: roomId, body });
  expect(answer.status).toBe(200);
  const toTag = /tag=([^;\s]+)/.exec(headerOf(answer.headers, 'To') ?? '')?.[1] ?? '';
  const inDialog = { to: roomId, toTag, uri: /<([^>]+)>/.exec(headerOf(answer.headers, 'Contact') ?? '')?.[1] ?? '' };
  codec.notify({ method: 'ACK', cseq: 1, ...inDialog });

  // What the codec may send (RFC 3890), beside slides that may come.
  const asked = [...answer.body.matchAll(/b=TIAS:(\d+)/g)].map(([, bits]) => Number(bits) / 1000);
  expect(asked).toContain(picturesOf(LINE.upKbps, true).main);
  for (const kbps of asked) expect(kbps).toBeLessThan(LINE.upKbps);

  await until('it sees', () => picture.rtp.length > 60, 30_000);
  const since = performance.now();
  await pause(MEASURED_MS);
  const [heard, seen] = [kbpsOf(sound.rtp, since), kbpsOf(picture.rtp, since)];
  expect(heard + seen).toBeLessThanOrEqual(LINE.downKbps);
  // Of a picture that is as large and as lively as it would have been: it is the line that bounds it.
  expect(heard).toBeGreaterThan(50);
  expect(seen).toBeGreaterThan(40);
  codec.notify({ method: 'BYE', ...inDialog });
}, 60_000);
