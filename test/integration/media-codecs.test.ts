import { createSocket, type Socket } from 'node:dgram';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { receivable } from '../../gateway/session/codecs.ts';
import type { MediaNode } from '../../server/media/index.ts';
import {
  plainTransportOfferSchema,
  producedSchema,
  type RtpParametersDictionary,
  type Watched,
} from '../../server/protocol/media.ts';
import type { SentSource } from '../../server/protocol/records.ts';
import { defaultSlots } from '../../server/room/geometry.ts';
import { startNode, type TestParticipant, TestRoom, until } from './media-fixture.ts';

let node: MediaNode;
let room: TestRoom;
const sockets: Socket[] = [];
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());
beforeEach(async () => {
  room = await TestRoom.open(node);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await room.close();
});

const H264 = {
  mimeType: 'video/H264',
  payloadType: 102,
  clockRate: 90_000,
  parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f' },
  rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
};
const VP8 = { ...H264, mimeType: 'video/VP8', payloadType: 96, parameters: {} };
let nextSsrc = 70_000;

/** As a leg does: each layer has its SSRC, the smallest first. */
async function send(participant: TestParticipant, sent: SentSource, layers = 1, codec: object = H264) {
  const transport = plainTransportOfferSchema.parse(
    await participant.request({ request: 'openTransport', direction: 'send' }),
  );
  const encodings = Array.from({ length: layers }, () => ({ ssrc: nextSsrc++ }));
  const rtpParameters: RtpParametersDictionary = { codecs: [{ ...codec }], encodings, rtcp: { cname: participant.id } };
  const { transportId } = transport;
  const produced = await participant.request({ request: 'produce', transportId, kind: 'video', sent, rtpParameters });
  return { producerId: producedSchema.parse(produced).producerId, transport, ssrcs: encodings.map((e) => e.ssrc) };
}

/**
 * Layers of one picture from one port, thirty key frames a second (RFC 6184 5.6: a single NAL unit of type 7 that carries
 * the layer's name), with sender reports (RFC 3550 6.4.1), without which the SFU does not change layers. Until the test ends.
 */
function stream({ ip, port }: { ip: string; port: number }) {
  const socket = createSocket('udp4');
  sockets.push(socket);
  const layers = new Set<number>();
  const startedAt = performance.now();
  let n = 0;
  const timer = setInterval(() => {
    n += 1;
    const elapsed = Math.round(performance.now() - startedAt);
    for (const ssrc of layers) {
      const header = Buffer.alloc(13);
      header.writeUInt16BE(0x8000 | 0x80 | H264.payloadType, 0);
      header.writeUInt16BE(n & 0xffff, 2);
      header.writeUInt32BE(elapsed * 90 + ssrc, 4);
      header.writeUInt32BE(ssrc, 8);
      header.writeUInt8(0x67, 12);
      socket.send(Buffer.concat([header, Buffer.from(`layer ${ssrc}`.padEnd(40))]), port, ip);
      if (n % 10 !== 0) continue;
      const report = Buffer.alloc(28);
      report.writeUInt32BE(0x80c80006, 0);
      report.writeUInt32BE(ssrc, 4);
      report.writeUInt32BE(0xe0000000 + Math.floor(elapsed / 1_000), 8);
      report.writeUInt32BE(Math.floor(((elapsed % 1_000) / 1_000) * 2 ** 32), 12);
      report.writeUInt32BE(elapsed * 90 + ssrc, 16);
      report.writeUInt32BE(n, 20);
      socket.send(report, port, ip);
    }
  }, 33);
  socket.once('close', () => clearInterval(timer));
  return layers;
}

function join(id: string, kind: 'sip' | 'composer' | 'recorder'): TestParticipant {
  const participant = room.join(id, kind === 'sip' ? 'site' : 'service', kind);
  const rtpCapabilities = receivable(room.media.routerRtpCapabilities);
  void participant.request({ request: 'setRtpCapabilities', rtpCapabilities });
  return participant;
}

async function browser(id: string, role: 'operator' | 'site'): Promise<TestParticipant> {
  const participant = room.join(id, role, 'browser');
  await participant.listen();
  await participant.request({ request: 'openTransport', direction: 'receive' });
  return participant;
}

const picture = (participantId: string, sent: SentSource, spatialLayer = 2): Watched => ({
  from: { participantId, ...sent },
  spatialLayer,
});
const layersSaid = (participant: TestParticipant) =>
  participant.notices.flatMap((n) => (n.notice === 'layersWanted' ? [n.layers] : []));

it('a leg learns which layers of its picture anybody receives, and not of those that cost it an encoder for nothing', async () => {
  const codec = join('codec', 'sip');
  const composer = join('composer', 'composer');
  const operator = await browser('operator', 'operator');
  await send(codec, { source: 'camera' }, 3);
  await until('nobody looks', () => layersSaid(codec).length === 1);
  await composer.watch([picture('codec', { source: 'camera' }, 0)]);
  await until('the composer takes the large one', () => layersSaid(codec).length === 2);
  await operator.watch([picture('codec', { source: 'camera' }, 0)]);
  await until('the wall wants a small one', () => layersSaid(codec).length === 3);
  await operator.watch([]);
  await until('nobody wants it any more', () => layersSaid(codec).length === 4, 8_000);
  expect(layersSaid(codec)).toEqual([[], [2], [0, 2], [2]]);
});

it('a composer learns of each tier whether anybody receives it', async () => {
  const composer = join('composer', 'composer');
  const recorder = join('recorder', 'recorder');
  const [large, small] = [
    { source: 'program', tier: '1080p30' } as const,
    { source: 'program', tier: '360p15' } as const,
  ];
  await send(composer, large, 1);
  await send(composer, small, 1);
  await until('nobody looks', () => layersSaid(composer).length === 2);
  await recorder.watch([picture('composer', small)]);
  await until('one of them is recorded', () => layersSaid(composer).length === 3);
  expect(recorder.offered).toEqual(['composer/program/360p15']);
  const sources = room.state.participants.composer?.sources;
  expect(sources).toEqual([large, small]);
  await recorder.watch([picture('composer', large)]);
  await until('it is no longer', () => layersSaid(composer).length === 5, 8_000);
  expect(recorder.offered).toEqual(['composer/program/1080p30']);
  expect(layersSaid(composer)).toEqual([[], [], [0], [0], []]);
});

it('who wants a layer that is not sent gets the next larger one, and the right one as soon as it is', async () => {
  const codec = join('codec', 'sip');
  const composer = join('composer', 'composer');
  const { transport, ssrcs } = await send(codec, { source: 'camera' }, 3);
  const [small = 0, , large = 0] = ssrcs;
  const layers = stream(transport).add(large);
  await composer.watch([picture('codec', { source: 'camera' }, 0)]);
  const last = () => composer.receivers.get('codec/camera')?.packets.at(-1)?.name;
  await until('the large one', () => last() === `layer ${large}`);
  layers.add(small);
  await until('the small one', () => last() === `layer ${small}`, 10_000);
  layers.delete(small);
  await until('the large one again', () => last() === `layer ${large}`, 10_000);
});

it.each([
  ['H264', H264],
  ['VP8', VP8],
])('a codec’s picture may be %s', async (_name, codec) => {
  const leg = join('leg', 'sip');
  const operator = await browser('operator', 'operator');
  await send(leg, { source: 'camera' }, 3, codec);
  await operator.watch([picture('leg', { source: 'camera' })]);
  await until('offered', () => operator.offered.includes('leg/camera'));
});

it('codecs get what is presented, but not their own, and a bridge its own picture and no other', async () => {
  await room.dispatch({
    verb: 'invite',
    sites: [{ siteId: 'bo', name: 'Bộ', bridge: true, encryption: 'off' }],
  });
  const arrival = { callId: 'in1', participantId: 'site-bo', address: 'sip:mcu@10.1.0.1', name: 'Bộ', siteId: 'bo' };
  await room.dispatch({ verb: 'recordCall', ...arrival });
  await room.dispatch({
    verb: 'admit',
    participant: { id: 'site-bo', role: 'site', kind: 'sip', name: 'Bộ', callId: 'in1' },
  });
  const [bridge, codec, presenter] = [join('site-bo', 'sip'), join('codec', 'sip'), join('presenter', 'sip')];
  const composer = join('composer', 'composer');
  // Nobody large, so that every codec but the bridge sees the same.
  await room.dispatch({ verb: 'editPreview', layout: { name: '2x2', slots: defaultSlots('2x2') } });
  await room.dispatch({ verb: 'take', version: 1 });
  await send(presenter, { source: 'screen' });
  await until('presented', () => room.state.participants.presenter?.sources.length === 1);
  const composed: SentSource[] = [{ source: 'program' }, { source: 'program', for: 'site-bo' }, { source: 'content' }];
  for (const sent of composed) await send(composer, sent);
  for (const leg of [bridge, codec, presenter]) await leg.watch(composed.map((sent) => picture('composer', sent)));
  const expected = [
    ['composer/content', 'composer/program/site-bo'],
    ['composer/content', 'composer/program'],
    ['composer/program'],
  ];
  await until('offered', () => [bridge, codec, presenter].every((leg, i) => leg.offers.size === expected[i]?.length));
  expect([bridge, codec, presenter].map((leg) => leg.offered)).toEqual(expected);
  await room.dispatch({ verb: 'stopPresenting', participantId: 'presenter' });
  await until('it may see what others present', () => presenter.offered.includes('composer/content'));
});

it('a presentation ends at the server: stopped by the centre, or replaced by a newer one', async () => {
  const site = await browser('site', 'site');
  const codec = join('codec', 'sip');
  const operator = await browser('operator', 'operator');
  const transportId = ((await site.request({ request: 'openTransport', direction: 'send' })) as { transportId: string })
    .transportId;
  const encodings = [{ ssrc: nextSsrc++ }];
  const rtpParameters = { mid: '0', codecs: [VP8], encodings };
  await site.request({ request: 'produce', transportId, kind: 'video', sent: { source: 'screen' }, rtpParameters });
  await operator.watch(['site', 'codec'].map((id) => picture(id, { source: 'screen' })));
  await until('shown', () => operator.offered.includes('site/screen'));

  const { producerId } = await send(codec, { source: 'screen' });
  await until('replaced', () => operator.offered.join() === 'codec/screen');
  expect(site.notices.filter((n) => n.notice === 'producerClosed')).toHaveLength(1);
  await room.dispatch({ verb: 'stopPresenting', participantId: 'codec' });
  expect(codec.notices).toContainEqual({ notice: 'producerClosed', producerId });
  await until('nothing is presented', () => operator.offered.length === 0);
  // The browser keeps its transport for what it sends next; the leg's carried nothing else.
  expect(await room.media.count()).toMatchObject({ producers: 0, consumers: 0, transports: 3 });
  expect(Object.values(room.state.participants).flatMap((p) => p.sources)).toEqual([]);
});

it('an operator’s wall gets stills of codecs, from legs alone and by operators alone', async () => {
  const codec = join('codec', 'sip');
  const operator = await browser('operator', 'operator');
  const site = await browser('site', 'site');
  const wanted = () => codec.notices.flatMap((n) => (n.notice === 'stillsWanted' ? [n.wanted] : []));
  await operator.request({ request: 'watchStills', participantIds: ['codec'] });
  await codec.request({ request: 'sendStill', jpeg: '/9j/4AAQ' });
  expect(operator.notices).toContainEqual({ notice: 'still', participantId: 'codec', jpeg: '/9j/4AAQ' });
  await expect(site.request({ request: 'watchStills', participantIds: ['codec'] })).rejects.toThrow('notPermitted');
  await expect(site.request({ request: 'sendStill', jpeg: '/9j/4AAQ' })).rejects.toThrow('notPermitted');
  await room.leave('operator');
  expect(wanted()).toEqual([false, true, false]);
  await expect(codec.request({ request: 'sendStill', jpeg: '/9j/4AAQ' })).rejects.toThrow('notPermitted');
  expect(site.notices.filter((n) => n.notice === 'still')).toEqual([]);
});
