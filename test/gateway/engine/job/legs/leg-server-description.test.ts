import { expect, test } from 'vitest';
import {
  serverDescription,
  stillDescription,
  tierDescription,
} from '../../../../../gateway/engine/job/legs/leg-server-description.ts';

const output = { payloadType: 102, ssrc: 2222 };

test('without tiers there is only the payloader', () => {
  expect(serverDescription('H264', output)).not.toContain('tee');
  expect(serverDescription('VP8', { ...output, tiers: [] })).toContain('rtpvp8pay');
});

test('with tiers all streams go through one funnel', () => {
  const description = serverDescription('H264', { ...output, tiers: [{ ssrc: 1 }, { ssrc: 2 }] });
  expect(description).toMatch(/name=raw.*name=passed.*ssrc=2222.*name=layers$/);
});

test('a tier is of the codec of what it belongs to, and goes on where it stopped', () => {
  const at = { ssrc: 7, sequence: 99, timestampOffset: 5 };
  expect(tierDescription('low', 'H264', 102, at)).toMatch(/height=\[16,180,2\].*x264enc.*seqnum-offset=99/);
  expect(tierDescription('mid', 'VP8', 102, at)).toMatch(/height=\[16,360,2\].*vp8enc/);
});

test('a still decodes key frames alone', () => {
  expect(stillDescription('H264')).toMatch(/drop-buffer-flags=delta-unit.*avdec_h264.*jpegenc/);
});
