import { expect, test } from 'vitest';
import { TelephoneEvents } from '../../../../../gateway/engine/job/legs/telephone-events.ts';

interface Report {
  event: number;
  timestamp: number;
  marker?: boolean;
  end?: boolean;
  duration?: number;
  ssrc?: number;
}

function pressed(reports: readonly Report[]): string {
  const events = new TelephoneEvents();
  return reports
    .map(({ event, timestamp, marker = false, end = false, duration = 160, ssrc = 7 }, index) => {
      const payload = Uint8Array.of(event, (end ? 0x80 : 0) | 10, duration >> 8, duration & 255);
      return events.read({ marker, payloadType: 101, sequence: index, timestamp, ssrc, payload }) ?? '';
    })
    .join('');
}

/** As RFC 4733 2.5.1.4 would have it: the beginning marked, updates, the end three times. */
const press = (event: number, timestamp: number): Report[] => [
  { event, timestamp, marker: true },
  { event, timestamp, duration: 320 },
  ...[1, 2, 3].map(() => ({ event, timestamp, end: true, duration: 480 })),
];

test('a press counts once, however often its packets come', () => {
  expect(pressed([...press(1, 1000), ...press(11, 9000), ...press(15, 17_000)])).toBe('1#D');
});

test('the same key twice is two presses', () => {
  expect(pressed([...press(5, 1000), ...press(5, 9000)])).toBe('55');
});

test('lost packets: without its beginning, without its end, and with nothing but its end', () => {
  expect(pressed([...press(1, 1000).slice(1), ...press(2, 9000).slice(0, 2), ...press(3, 17_000).slice(4)])).toBe(
    '123',
  );
});

test('what comes late, after the next press has begun, is no new press', () => {
  const [first, second] = [press(1, 1000), press(2, 9000)];
  expect(pressed([...first.slice(0, 3), ...second.slice(0, 2), ...first.slice(3), ...second.slice(2)])).toBe('12');
});

test('a long press goes on in segments (RFC 4733 2.5.1.3)', () => {
  const held = [
    { event: 4, timestamp: 1000, marker: true },
    { event: 4, timestamp: 1000, duration: 0xffff },
    { event: 4, timestamp: 1000 + 0xffff },
    { event: 4, timestamp: 1000 + 0xffff, duration: 0xffff },
    { event: 4, timestamp: 1000 + 2 * 0xffff, end: true, duration: 900 },
  ];
  expect(pressed([...held, ...press(4, 200_000)])).toBe('44');
});

test('timestamps may wrap round', () => {
  expect(pressed([...press(6, 0xffff_f000), ...press(6, 100)])).toBe('66');
});

test('another stream may use the same timestamp', () => {
  expect(pressed([...press(8, 1000), { event: 8, timestamp: 1000, marker: true, ssrc: 9 }])).toBe('88');
});

test('flash and other events are no keys, nor is a payload that is cut off', () => {
  expect(pressed([{ event: 16, timestamp: 1 }])).toBe('');
  const cut = { marker: true, payloadType: 101, sequence: 1, timestamp: 1, ssrc: 1, payload: Uint8Array.of(1, 2) };
  expect(new TelephoneEvents().read(cut)).toBeUndefined();
});
