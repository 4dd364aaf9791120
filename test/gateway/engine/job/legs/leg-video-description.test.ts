import { expect, test } from 'vitest';
import {
  atMost,
  depayVideoDescription,
  isTranscoded,
  passedCodec,
  videoCaps,
  videoEncodeDescription,
  videoPayloadDescription,
} from '../../../../../gateway/engine/job/legs/leg-video-description.ts';

const at = { ssrc: 7, sequence: 1, timestampOffset: 0 };
const h264 = { codec: 'H264', payloadType: 97, packetizationMode: 1 } as const;

test('key frames can be asked for in both ways', () => {
  const caps = videoCaps(h264);
  expect(caps).toContain('rtcp-fb-nack-pli');
  expect(caps).toContain('rtcp-fb-ccm-fir');
});

test('parameter sets of the SDP are told (RFC 6184 8.1)', () => {
  const caps = videoCaps({ ...h264, parameterSets: ['Z0LAFQ==', 'aMuMsg=='] });
  expect(caps).toContain('sprop-parameter-sets=(string)\\"Z0LAFQ==,aMuMsg==\\"');
  expect(videoCaps(h264)).not.toContain('sprop');
});

test('mode 0 never fragments (RFC 6184 6.2)', () => {
  expect(videoPayloadDescription({ ...h264, packetizationMode: 0 }, at)).toContain('mtu=60000');
  expect(videoPayloadDescription(h264, at)).toContain('mtu=1300');
});

test('only what the server does not take is decoded', () => {
  expect(depayVideoDescription({ codec: 'H264', transcode: false })).not.toContain('dec_h264');
  expect(depayVideoDescription({ codec: 'VP8', transcode: false })).not.toContain('vp8dec');
  expect(depayVideoDescription({ codec: 'H264', transcode: true })).toContain('avdec_h264');
  expect(isTranscoded({ codec: 'H265', transcode: false })).toBe(true);
  expect([passedCodec({ codec: 'VP8' }), passedCodec({ codec: 'H265' })]).toEqual(['VP8', 'H264']);
});

test('a picture made for an endpoint has its size, and no rate but a lower one', () => {
  const made = videoEncodeDescription(h264, { codec: 'H264', width: 352, height: 288, fps: 15 }, at);
  expect(made).toContain('width=352,height=288');
  expect(made).toContain('framerate=15/1');
  expect(atMost(30)).toBe('');
});
