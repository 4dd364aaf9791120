import { observer, type types } from 'mediasoup';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MediaNode } from '../../server/media/index.ts';
import type { RtpParametersDictionary } from '../../server/protocol/media.ts';
import type { SentSource } from '../../server/protocol/records.ts';
import { pause, startNode, type TestParticipant, TestRoom, until } from './media-fixture.ts';

let node: MediaNode;
let room: TestRoom;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());
beforeEach(async () => {
  room = await TestRoom.open(node);
});
afterEach(() => room.close());

const VP8 = { mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000, parameters: {}, rtcpFeedback: [] };
const OPUS = { mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2, parameters: {} };
let nextSsrc = 50_000;
let nextMid = 0;

function picture(layers = 3): RtpParametersDictionary {
  const encodings = Array.from({ length: layers }, (_, i) => (layers === 1 ? { ssrc: nextSsrc++ } : { rid: `r${i}` }));
  return { mid: `${nextMid++}`, codecs: [VP8], headerExtensions: [], encodings };
}

function sound(): RtpParametersDictionary {
  return { mid: `${nextMid++}`, codecs: [OPUS], headerExtensions: [], encodings: [{ ssrc: nextSsrc++ }] };
}

async function openTransport(participant: TestParticipant, direction: 'send' | 'receive'): Promise<string> {
  const offer = await participant.request({ request: 'openTransport', direction });
  return (offer as { transportId: string }).transportId;
}

function produce(
  participant: TestParticipant,
  transportId: string,
  kind: 'audio' | 'video',
  sent: SentSource,
  rtpParameters = kind === 'audio' ? sound() : picture(),
): Promise<unknown> {
  return participant.request({ request: 'produce', transportId, kind, sent, rtpParameters });
}

/** A browser with everything on; nothing flows, as no browser is there. */
async function joinBrowser(id: string, role: 'operator' | 'chair' | 'site' | 'guest'): Promise<TestParticipant> {
  const participant = room.join(id, role, 'browser');
  await participant.listen();
  await openTransport(participant, 'receive');
  const send = await openTransport(participant, 'send');
  await produce(participant, send, 'video', { source: 'camera' });
  await produce(participant, send, 'audio', { source: 'microphone' });
  return participant;
}

const refusal = (code: string) => ({ refusal: { code } });
const camera = (participantId: string) => ({ participantId, source: 'camera' as const });

describe('sound', () => {
  it('reaches exactly those who may hear it', async () => {
    const codec = room.join('codec', 'site', 'sip');
    const composer = room.join('composer', 'service', 'composer');
    const recorder = room.join('recorder', 'service', 'recorder');
    const simulator = room.join('simulator', 'site', 'simulator');
    for (const each of [codec, composer, recorder, simulator]) await each.listen();
    const browser = await joinBrowser('browser', 'site');
    await codec.send({ source: 'microphone' });
    await simulator.send({ source: 'microphone' });
    await composer.send({ source: 'mix' });
    await pause(250);
    expect(await composer.heard()).toEqual([]);
    expect(browser.offered).toEqual([]);
    expect(await codec.heard()).toEqual(['composer/mix']);
    expect(await recorder.heard()).toEqual(['composer/mix']);

    await room.open('codec');
    await pause(100);
    expect(browser.offered).toEqual(['codec/microphone']);
    // Its voice is in the mix only when it hears another one.
    expect(await composer.heard()).toEqual([]);
    expect(await codec.heard()).toEqual(['composer/mix']);
    await composer.send({ source: 'mixMinus', for: 'codec' });
    await pause(100);
    expect(await composer.heard()).toEqual(['codec/microphone']);
    expect(await codec.heard()).toEqual(['composer/mixMinus/codec']);
    expect(await recorder.heard()).toEqual(['composer/mix']);

    await room.open('simulator');
    await room.shut('codec');
    await pause(100);
    expect(await composer.heard()).toEqual(['simulator/microphone']);
    expect(browser.offered).toEqual(['simulator/microphone']);
    expect(await codec.heard()).toEqual(['composer/mixMinus/codec']);
    expect(await simulator.heard()).toEqual([]);
  });

  it('of a shared screen passes the gate of whoever shares it', async () => {
    const sharer = room.join('sharer', 'site', 'browser');
    const send = await openTransport(sharer, 'send');
    await produce(sharer, send, 'audio', { source: 'screenAudio' });
    await produce(sharer, send, 'audio', { source: 'microphone' });
    const operator = await joinBrowser('operator', 'operator');
    const codec = room.join('codec', 'site', 'sip');
    await codec.listen();
    expect(operator.offered).toEqual([]);
    await room.open('sharer');
    await until('both', () => operator.offered.length === 2);
    expect(operator.offered).toEqual(['sharer/microphone', 'sharer/screenAudio']);
    expect(codec.offered).toEqual([]);
    await room.shut('sharer');
    expect(operator.offered).toEqual([]);
  });

  it('is measured behind a closed gate, for operators, and makes the speaker only behind an open one', async () => {
    const operator = await joinBrowser('operator', 'operator');
    const other = await joinBrowser('other', 'site');
    const loud = await room.join('loud', 'site', 'sip').send({ source: 'microphone' });
    const soft = await room.join('soft', 'site', 'sip').send({ source: 'microphone' });
    loud.sender.level = -10;
    soft.sender.level = -30;
    const levels = () => operator.notices.filter((n) => n.notice === 'levels').at(-1)?.levels ?? {};
    await until('both are measured', () => Object.keys(levels()).length === 2);
    await pause(500);
    expect(levels()).toEqual({ loud: -10, soft: -30 });
    expect(other.notices.filter((n) => n.notice === 'levels')).toEqual([]);
    expect(room.state.speaker).toBeNull();

    await room.open('soft');
    await pause(1_000);
    expect(room.state.speaker).toBe('soft');
    await room.open('loud');
    await until('the louder one', () => room.state.speaker === 'loud');
    loud.sender.stop();
    soft.sender.stop();
    await until('silence', () => Object.keys(levels()).length === 0);
    expect(room.state.speaker).toBe('loud');
  });
});

describe('pictures', () => {
  it('go to the operator on request, to a site where program shows them', async () => {
    const operator = await joinBrowser('operator', 'operator');
    const a = await joinBrowser('a', 'site');
    await joinBrowser('b', 'site');
    await until('sources', () => room.state.participants.b?.sources.length === 2);
    const everyone = ['a', 'b'].map((id) => ({ from: camera(id), spatialLayer: 0 }));
    await operator.watch(everyone);
    await a.watch(everyone);
    await until('the operator', () => operator.offered.length === 2);
    await until('the site', () => a.offered.length === 1);
    expect(a.offered).toEqual(['b/camera']);

    const layout = { name: '1' as const, slots: [{ show: 'empty' as const }] };
    await room.dispatch({ verb: 'editPreview', layout });
    await room.dispatch({ verb: 'take', version: room.state.preview.version });
    expect(a.offered).toEqual([]);
    expect(operator.offered).toEqual(['a/camera', 'b/camera']);

    const withB = { name: '1' as const, slots: [{ show: 'participant' as const, participantId: 'b' }] };
    await room.dispatch({ verb: 'editPreview', layout: withB });
    await room.dispatch({ verb: 'take', version: room.state.preview.version });
    await until('shown again', () => a.offered.length === 1);
    expect(a.offered).toEqual(['b/camera']);
    await a.watch([]);
    expect(a.offered).toEqual([]);
  });

  it('start paused, and change their layer without a new consumer', async () => {
    const consumers: types.Consumer[] = [];
    const onTransport = (transport: types.Transport) => transport.observer.on('newconsumer', (c) => consumers.push(c));
    const onWorker = (worker: types.Worker) =>
      worker.observer.on('newrouter', (router) => router.observer.on('newtransport', onTransport));
    observer.on('newworker', onWorker);
    const seen = await startNode();
    observer.off('newworker', onWorker);
    const before = room;
    room = await TestRoom.open(seen);
    const operator = await joinBrowser('operator', 'operator');
    await joinBrowser('site', 'site');
    await operator.watch([{ from: camera('site'), spatialLayer: 0 }]);
    await until('offered', () => operator.offered.length === 1);
    const [consumer] = consumers;
    expect(consumer?.paused).toBe(true);
    expect(consumer?.preferredLayers?.spatialLayer).toBe(0);
    await operator.watch([{ from: camera('site'), spatialLayer: 2 }]);
    await until('layer 2', () => consumer?.preferredLayers?.spatialLayer === 2);
    await operator.watch([{ from: camera('site'), spatialLayer: 1 }]);
    await until('layer 1', () => consumer?.preferredLayers?.spatialLayer === 1);
    await operator.request({ request: 'resumeConsumer', consumerId: consumer?.id ?? '' });
    expect(consumer?.paused).toBe(false);
    await room.open('site');
    await until('sound', () => consumers.length === 2);
    await until('sound flows without being asked for', () => consumers[1]?.paused === false);
    expect(operator.notices.filter((n) => n.notice === 'consumerOpened')).toHaveLength(2);
    await room.close();
    await seen.close();
    room = before;
  });
});

describe('what is sent', () => {
  it('is checked: source, kind of media, role and codec', async () => {
    const guest = room.join('guest', 'guest', 'browser');
    const send = await openTransport(guest, 'send');
    await expect(produce(guest, send, 'video', { source: 'screen' })).rejects.toMatchObject(refusal('notPermitted'));
    await expect(produce(guest, send, 'video', { source: 'program' })).rejects.toMatchObject(refusal('notPermitted'));
    await expect(produce(guest, send, 'audio', { source: 'mix' })).rejects.toMatchObject(refusal('notPermitted'));
    await expect(produce(guest, send, 'audio', { source: 'camera' })).rejects.toMatchObject(
      refusal('mediaUnsupported'),
    );
    await expect(produce(guest, 'nowhere', 'video', { source: 'camera' })).rejects.toMatchObject(
      refusal('transportUnknown'),
    );
    const vp9 = { ...picture(), codecs: [{ ...VP8, mimeType: 'video/VP9' }] };
    await expect(produce(guest, send, 'video', { source: 'camera' }, vp9)).rejects.toMatchObject(
      refusal('mediaUnsupported'),
    );
    await expect(produce(guest, send, 'video', { source: 'camera' }, picture(4))).rejects.toMatchObject(
      refusal('mediaUnsupported'),
    );
    await expect(produce(guest, send, 'audio', { source: 'microphone', for: 'someone' })).rejects.toMatchObject(
      refusal('malformed'),
    );
    expect(await room.media.count()).toMatchObject({ producers: 0 });
    await produce(guest, send, 'video', { source: 'camera' });
    expect(await room.media.count()).toMatchObject({ producers: 1 });
  });

  it('survives nonsense', async () => {
    const site = room.join('site', 'site', 'browser');
    const transportId = await openTransport(site, 'send');
    const nonsense: RtpParametersDictionary[] = [
      { codecs: [{}], encodings: [{}] },
      { codecs: [{ ...VP8, parameters: { a: { b: 1 } } }], encodings: [{ ssrc: -1 }] },
      { codecs: [{ ...VP8, payloadType: 4096 }], encodings: [{ ssrc: 2 ** 40 }] },
      { codecs: [VP8], encodings: [{ ssrc: 'x' }] },
      { codecs: [VP8], encodings: [{}] },
      { codecs: [VP8], encodings: [{ ssrc: 1 }, { ssrc: 1 }] },
      { codecs: [VP8], headerExtensions: [{ uri: 'x', id: 'y' }], encodings: [{ ssrc: 77 }] },
    ];
    for (const rtpParameters of nonsense) {
      await produce(site, transportId, 'video', { source: 'camera' }, rtpParameters).catch((error) =>
        expect(error).toMatchObject(refusal('mediaUnsupported')),
      );
    }
    const fingerprints = [{ algorithm: 'rot13', value: 'zz' }];
    await expect(
      site.request({ request: 'connectTransport', transportId, dtlsParameters: { fingerprints } }),
    ).rejects.toMatchObject(refusal('mediaUnsupported'));
    await expect(
      site.request({ request: 'setRtpCapabilities', rtpCapabilities: { codecs: [{ mimeType: 3 }] } }),
    ).rejects.toMatchObject(refusal('mediaUnsupported'));
    expect(node.health()).toEqual({ status: 'ok' });
    await produce(site, transportId, 'video', { source: 'camera' });
  });

  it('is bounded', async () => {
    const codec = room.join('codec', 'site', 'sip');
    for (let i = 0; i < 8; i++) await openTransport(codec, 'send');
    await expect(openTransport(codec, 'send')).rejects.toMatchObject(refusal('tooManyStreams'));
    await expect(openTransport(codec, 'receive')).rejects.toMatchObject(refusal('mediaUnsupported'));
    const recorder = room.join('recorder', 'service', 'recorder');
    await expect(openTransport(recorder, 'send')).rejects.toMatchObject(refusal('tooManyStreams'));
    const site = room.join('site', 'site', 'browser');
    for (let i = 0; i < 5; i++) await openTransport(site, 'send');
    for (let i = 0; i < 5; i++) await openTransport(site, 'receive');
    expect(await room.media.count()).toMatchObject({ transports: 8 + 2 });
    const flood = Array.from({ length: 100 }, () => site.request({ request: 'watch', pictures: [] }));
    const answers = await Promise.allSettled(flood);
    expect(answers.filter((a) => a.status === 'rejected')).toHaveLength(36);
  });

  it('ends when its producer is closed, with the transport of a service', async () => {
    const composer = room.join('composer', 'service', 'composer');
    const recorder = room.join('recorder', 'service', 'recorder');
    await recorder.listen();
    const { producerId } = await composer.send({ source: 'mix' });
    await until('heard', async () => (await recorder.heard(60)).length === 1);
    expect(await room.media.count()).toEqual({ transports: 2, producers: 1, consumers: 1 });
    await composer.request({ request: 'closeProducer', producerId });
    await until('the state', () => room.state.participants.composer?.sources.length === 0);
    expect(recorder.offered).toEqual([]);
    expect(await room.media.count()).toEqual({ transports: 0, producers: 0, consumers: 0 });
    await expect(composer.request({ request: 'closeProducer', producerId })).rejects.toMatchObject(
      refusal('producerUnknown'),
    );
  });
});

describe('a media session', () => {
  it('ends what a page had before it was loaded again', async () => {
    const site = await joinBrowser('site', 'site');
    const operator = await joinBrowser('operator', 'operator');
    await site.watch([{ from: camera('operator'), spatialLayer: 0 }]);
    await room.open('operator');
    await until('sound', () => site.offered.includes('operator/microphone'));
    const { mediaSession, producers } = room.media.session('site');
    expect(producers.map((p) => p.sent.source).sort()).toEqual(['camera', 'microphone']);

    await openTransport(site, 'receive');
    await site.listen();
    await until('sound', () => site.offered.length === 1);
    expect(site.offered).toEqual(['operator/microphone']);
    expect(room.media.session('site')).toMatchObject({ mediaSession, producers: [] });
    await until('no sources', () => room.state.participants.site?.sources.length === 0);
    await operator.watch([]);
    expect(await room.media.count()).toEqual({ transports: 3, producers: 2, consumers: 1 });
  });

  it('offers everything anew to a service that started again', async () => {
    const composer = room.join('composer', 'service', 'composer');
    const recorder = room.join('recorder', 'service', 'recorder');
    await composer.send({ source: 'mix' });
    await recorder.listen();
    await until('offered', () => recorder.offers.size === 1);
    const [before] = recorder.offers.keys();
    await recorder.listen();
    await until('offered anew', () => recorder.offers.size === 1 && !recorder.offers.has(before ?? ''));
    await until('heard', async () => (await recorder.heard(60)).length === 1);
    expect(await room.media.count()).toEqual({ transports: 2, producers: 1, consumers: 1 });
  });

  it('outlives a lost connection, and its ICE is restarted', async () => {
    const site = await joinBrowser('site', 'site');
    const operator = await joinBrowser('operator', 'operator');
    await operator.watch([{ from: camera('site'), spatialLayer: 0 }]);
    await until('offered', () => operator.offered.length === 1);
    const before = room.media.session('operator');
    await room.dispatch({ verb: 'lose', participantId: 'operator' });
    expect(room.media.session('operator')).toEqual(before);
    const transportId = await openTransport(site, 'send');
    const answer = await site.request({ request: 'restartIce', transportId });
    expect(answer).toMatchObject({ iceParameters: { usernameFragment: expect.any(String) } });
    await expect(site.request({ request: 'restartIce', transportId: 'x' })).rejects.toMatchObject(
      refusal('transportUnknown'),
    );
  });
});
