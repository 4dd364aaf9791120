import { beforeEach, describe, expect, it } from 'vitest';
import { Receiver } from '../../../client/media/receiver.ts';
import { FakePort, liveTransport, loadDevice, offer } from './fake-media.ts';

let port: FakePort;
let receiver: Receiver;

beforeEach(async () => {
  port = new FakePort();
  receiver = new Receiver(port, liveTransport(await loadDevice(), 'receive'));
});

describe('Receiver', () => {
  it('is ready before it lets the server send', async () => {
    await receiver.open(offer('c1', 'site', 'video'));
    expect(receiver.received.get('site/camera')?.kind).toBe('video');
    expect(port.asked).toEqual([{ request: 'resumeConsumer', consumerId: 'c1' }]);
  });

  it('forgets a consumer that is closed, also while it is being set up', async () => {
    const opening = receiver.open(offer('c1', 'site', 'video'));
    receiver.close('c1');
    await opening;
    expect(receiver.received.size).toBe(0);
    expect(port.asked).toEqual([]);
  });

  it('keeps the newer consumer of a source when the older one closes', async () => {
    await receiver.open(offer('c1', 'site', 'video'));
    await receiver.open(offer('c2', 'site', 'video'));
    const newer = receiver.received.get('site/camera')?.track;
    receiver.close('c1');
    expect(receiver.received.get('site/camera')?.track).toBe(newer);
  });

  it('makes equal to what stands at the server after a return', async () => {
    await receiver.open(offer('c1', 'away', 'video'));
    await receiver.open(offer('c2', 'site', 'audio'));
    receiver.returned([offer('c2', 'site', 'audio'), offer('c3', 'new', 'video')]);
    await expect.poll(() => [...receiver.received.keys()]).toEqual(['site/microphone', 'new/camera']);
  });

  it('gives up what may not be resumed', async () => {
    port.refusing.set('resumeConsumer', 'consumerUnknown');
    await receiver.open(offer('c1', 'site', 'video'));
    expect(receiver.received.size).toBe(0);
  });
});
