import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CameraMessage,
  type Capabilities,
  type Direction,
  decodeCapabilities,
  encodeCameraMessage,
  encodeCapabilities,
} from '../../../gateway/camera/h281.ts';
import { decodeCameraMessage } from './endpoint-camera.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const still = { pan: 0, tilt: 0, zoom: 0, focus: 0 } as const;

const direction = fc.constantFrom<Direction>(-1, 0, 1);
const movement = fc.record({ pan: direction, tilt: direction, zoom: direction, focus: direction });
const nibble = fc.nat(15);
const anyMessage: fc.Arbitrary<CameraMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('start' as const),
    movement,
    timeoutMs: fc.integer({ min: 1, max: 16 }).map((n) => n * 50),
  }),
  fc.record({ kind: fc.constantFrom('continue' as const, 'stop' as const), movement }),
  fc.record({ kind: fc.constantFrom('store' as const, 'activate' as const), preset: nibble }),
);
const abilities = {
  motion: fc.boolean(),
  pan: fc.boolean(),
  tilt: fc.boolean(),
  zoom: fc.boolean(),
  focus: fc.boolean(),
};
const name = fc.string({ unit: fc.constantFrom('a', 'B', '1', 'é'), maxLength: 15 });
const anyCapabilities: fc.Arbitrary<Capabilities> = fc.record({
  presets: nibble,
  sources: fc.array(
    fc.oneof(
      fc.record({ source: fc.integer({ min: 1, max: 5 }), ...abilities }),
      fc.record({ source: fc.integer({ min: 6, max: 15 }), name, ...abilities }),
    ),
    { maxLength: 8 },
  ),
});

describe('H.281 messages', () => {
  it.each<[string, CameraMessage, string]>([
    // pan 11 (moves, right), the rest 00; 0 of 50 ms is 800 ms
    ['right, for 800 ms', { kind: 'start', movement: { ...still, pan: 1 }, timeoutMs: 800 }, '01 c0 00'],
    // pan 10 (moves, left), tilt 10 (down); 6 times 50 ms
    [
      'left and down, for 300 ms',
      { kind: 'start', movement: { ...still, pan: -1, tilt: -1 }, timeoutMs: 300 },
      '01 a0 06',
    ],
    ['still up', { kind: 'continue', movement: { ...still, tilt: 1 } }, '02 30'],
    ['no more zooming in', { kind: 'stop', movement: { ...still, zoom: 1 } }, '03 0c'],
    ['no more zooming out and focusing near', { kind: 'stop', movement: { ...still, zoom: -1, focus: 1 } }, '03 0b'],
    ['keep this as 15', { kind: 'store', preset: 15 }, '06 f0'],
    ['go to 0', { kind: 'activate', preset: 0 }, '07 00'],
  ])('say %s', (_what, message, octets) => {
    expect(encodeCameraMessage(message)).toEqual(hex(octets));
    expect(decodeCameraMessage(hex(octets))).toEqual(message);
  });

  it('mean what was meant', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(decodeCameraMessage(encodeCameraMessage(message))).toEqual(message);
      }),
    );
  });
});

describe('what cameras can do', () => {
  it('is presets, then source and abilities for each', () => {
    // 10 presets | source 1, moving pictures | pan, tilt, zoom, focus | source 6, "a" | zoom
    const octets = hex('0a 14 f0 64 61 00 20');
    expect(decodeCapabilities(octets)).toEqual({
      presets: 10,
      sources: [
        { source: 1, motion: true, pan: true, tilt: true, zoom: true, focus: true },
        { source: 6, name: 'a', motion: true, pan: false, tilt: false, zoom: true, focus: false },
      ],
    });
  });

  it('means what was meant, and ends where it makes no sense', () => {
    fc.assert(
      fc.property(anyCapabilities, (any) => {
        expect(decodeCapabilities(encodeCapabilities(any))).toEqual(any);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), (noise) => {
        const { presets, sources } = decodeCapabilities(Buffer.from(noise));
        expect(presets).toBeLessThan(16);
        expect(sources.every(({ source }) => source < 16)).toBe(true);
      }),
    );
    expect(decodeCapabilities(hex('03 14 f0 64 61'))).toMatchObject({ presets: 3, sources: [{ source: 1 }] });
    expect(decodeCapabilities(Buffer.alloc(0))).toEqual({ presets: 0, sources: [] });
  });
});
