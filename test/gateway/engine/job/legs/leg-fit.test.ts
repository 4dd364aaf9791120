import { expect, test } from 'vitest';
import {
  chooseTarget,
  fits,
  likelyProgram,
  macroblocks,
  type Viewer,
} from '../../../../../gateway/engine/job/legs/leg-fit.ts';

const level31: Viewer = {
  codec: 'H264',
  packetizationMode: 1,
  maxBitrateKbps: 2048,
  limits: { maxFs: 3600, maxMbps: 108_000 },
};
const level13: Viewer = { ...level31, maxBitrateKbps: 384, limits: { maxFs: 396, maxMbps: 11_880 } };
const program = { ...likelyProgram, kbps: 1500 };

test('macroblocks are counted whole (H.264 6.4.1)', () => {
  expect(macroblocks({ width: 1280, height: 720 })).toBe(3600);
  expect(macroblocks({ width: 640, height: 360 })).toBe(40 * 23);
});

test('a program passes where codec, size, rate and packets fit', () => {
  expect(fits(level31, program)).toBe(true);
  expect(fits({ ...level31, codec: 'VP8' }, program)).toBe(false);
  expect(fits(level31, { ...program, width: 1920, height: 1080 })).toBe(false);
  expect(fits(level31, { ...program, fps: 60 })).toBe(false);
  expect(fits(level13, program)).toBe(false);
  expect(fits({ ...level31, packetizationMode: 0 }, program)).toBe(true);
  expect(fits({ ...level31, packetizationMode: 0 }, { ...program, fragmented: true })).toBe(false);
});

test('no side is longer than the level allows (H.264 A.3.1)', () => {
  expect(fits(level13, { ...program, width: 960, height: 96, kbps: 100 })).toBe(false);
});

test('a bit rate has to be well below the limit before it passes again', () => {
  const viewer = { ...level31, maxBitrateKbps: 1500 };
  expect(fits(viewer, program, true)).toBe(true);
  expect(fits(viewer, program, false)).toBe(false);
  expect(fits(viewer, { ...program, kbps: 1100 }, false)).toBe(true);
});

test('the largest picture within the limits is made', () => {
  expect(chooseTarget({ ...level31, codec: 'VP8' }, program)).toEqual({
    codec: 'VP8',
    width: 1280,
    height: 720,
    fps: 30,
    kbps: 1500,
  });
  expect(chooseTarget(level13, program)).toEqual({ codec: 'H264', width: 352, height: 288, fps: 30, kbps: 345 });
  const level1 = { ...level31, maxBitrateKbps: 64, limits: { maxFs: 99, maxMbps: 1485 } };
  expect(chooseTarget(level1, program)).toMatchObject({ width: 176, height: 144, fps: 15, kbps: 57 });
});

test('few bits make a smaller picture, a small program none larger, and H.265 none that takes a core', () => {
  expect(chooseTarget({ ...level31, maxBitrateKbps: 256 }, program)).toMatchObject({ width: 640, height: 360 });
  const small = { ...program, width: 640, height: 360 };
  expect(chooseTarget({ ...level31, codec: 'VP8' }, small)).toMatchObject({ width: 640, height: 360 });
  expect(chooseTarget({ ...level31, codec: 'H265' }, program).height).toBeLessThanOrEqual(360);
  expect(chooseTarget({ ...level31, maxBitrateKbps: 1 }, program)).toMatchObject({ width: 176, height: 144, kbps: 32 });
});
