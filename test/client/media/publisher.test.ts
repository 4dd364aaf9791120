import type { Device } from 'mediasoup-client';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type LocalTracks, Publisher } from '../../../client/media/publisher.ts';
import { FakePort, liveTransport, loadDevice, makeTrack } from './fake-media.ts';

const nothing: LocalTracks = { camera: null, microphone: null, screen: null, screenAudio: null };
let device: Device;
let port: FakePort;
let publisher: Publisher;
let opened = 0;

beforeEach(async () => {
  device = await loadDevice();
  port = new FakePort();
  opened = 0;
  publisher = new Publisher(port, async () => {
    opened += 1;
    return liveTransport(device, 'send');
  });
});

const produced = () => port.asked.flatMap((asked) => (asked.request === 'produce' ? [asked.sent.source] : []));
const settled = (sources: string[]) => vi.waitFor(() => expect(produced()).toEqual(sources));

describe('Publisher', () => {
  it('opens a transport only when there is something to send', async () => {
    publisher.send(nothing);
    await Promise.resolve();
    expect(opened).toBe(0);
    publisher.send({ ...nothing, microphone: await makeTrack(device, 'audio') });
    await settled(['microphone']);
    expect(opened).toBe(1);
  });

  it('replaces a track in place and closes what is gone', async () => {
    publisher.send({ ...nothing, microphone: await makeTrack(device, 'audio') });
    await settled(['microphone']);
    publisher.send({ ...nothing, microphone: await makeTrack(device, 'audio') });
    publisher.send(nothing);
    await vi.waitFor(() => expect(port.asked.at(-1)).toEqual({ request: 'closeProducer', producerId: 'producer-1' }));
    expect(produced()).toEqual(['microphone']);
  });

  it('produces again what the server lost, and closes there what this side no longer has', async () => {
    publisher.send({ ...nothing, microphone: await makeTrack(device, 'audio') });
    await settled(['microphone']);
    publisher.returned([{ producerId: 'stale', sent: { source: 'camera' } }]);
    await settled(['microphone', 'microphone']);
    expect(port.asked).toContainEqual({ request: 'closeProducer', producerId: 'stale' });
  });

  it('tries again after a refusal that passes', async () => {
    port.refusing.set('produce', 'mediaUnavailable');
    publisher.send({ ...nothing, microphone: await makeTrack(device, 'audio') });
    await settled(['microphone']);
    port.refusing.clear();
    await vi.waitFor(() => expect(produced()).toEqual(['microphone', 'microphone']), { timeout: 2000 });
  });

  it('does not offer again what the server cannot take', async () => {
    port.refusing.set('produce', 'mediaUnsupported');
    const tracks = { ...nothing, microphone: await makeTrack(device, 'audio') };
    publisher.send(tracks);
    await settled(['microphone']);
    publisher.send({ ...tracks });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(produced()).toEqual(['microphone']);
  });

  it('sends nothing after it was closed', async () => {
    publisher.close();
    publisher.send({ ...nothing, microphone: await makeTrack(device, 'audio') });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(port.asked).toEqual([]);
  });
});
