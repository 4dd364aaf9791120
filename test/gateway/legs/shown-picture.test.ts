import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ShownPicture } from '../../../gateway/legs/shown-picture.ts';
import type { ConsumerOffer } from '../../../server/protocol/media.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function offer(consumerId: string, ssrc: number): ConsumerOffer {
  return {
    consumerId,
    producerId: `producer-of-${consumerId}`,
    from: { participantId: consumerId, source: 'program' },
    kind: 'video',
    rtpParameters: {
      codecs: [{ mimeType: 'video/H264', payloadType: 102, clockRate: 90_000 }],
      encodings: [{ ssrc }],
    },
    address: { ip: '127.0.0.1', port: 20_000 },
  };
}

const [first, second, third] = [offer('first', 1), offer('second', 2), offer('third', 3)];

function open() {
  const said: string[] = [];
  const shown = new ShownPicture({
    patienceMs: 5000,
    onLeft: () => void said.push('left'),
    onNothing: () => void said.push('nothing'),
  });
  const before = () => shown.before.map(({ participantId }) => participantId);
  return { shown, said, before };
}

test('the former picture is kept until the next one has begun', () => {
  const { shown, said, before } = open();
  shown.show(first);
  expect(before()).toEqual([]);
  shown.show(second);
  expect(shown.offer).toBe(second);
  expect(before()).toEqual(['first']);
  shown.begun(1);
  expect(before()).toEqual(['first']);
  shown.begun(2);
  expect(before()).toEqual([]);
  vi.advanceTimersByTime(10_000);
  expect(said).toEqual(['left']);
});

test('nothing is kept for a picture that does not come', () => {
  const { shown, said, before } = open();
  shown.show(first);
  shown.show(second);
  vi.advanceTimersByTime(4000);
  shown.show(third);
  vi.advanceTimersByTime(4000);
  expect(before()).toEqual(['first', 'second']);
  vi.advanceTimersByTime(1000);
  expect(before()).toEqual([]);
  expect(said).toEqual(['nothing', 'left']);
});

test('the first is there still when the second has gone before it came', () => {
  const { shown, said, before } = open();
  shown.show(first);
  shown.show(second);
  shown.closed('second');
  expect(shown.offer).toBeUndefined();
  shown.show(first);
  expect(before()).toEqual([]);
  shown.show(third);
  shown.closed('first');
  vi.advanceTimersByTime(10_000);
  expect(said).toEqual([]);
});

test('what is cleared waits for nothing', () => {
  const { shown, said } = open();
  shown.show(first);
  shown.show(second);
  shown.clear();
  vi.advanceTimersByTime(10_000);
  expect(shown.offer).toBeUndefined();
  expect(said).toEqual([]);
});
