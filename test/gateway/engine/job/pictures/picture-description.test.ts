import { expect, test } from 'vitest';
import {
  composedCaps,
  nalBytes,
  tierDescription,
  tierSenderDescription,
} from '../../../../../gateway/engine/job/pictures/picture-description.ts';
import { rtpOutput } from '../../../../../gateway/engine/protocol.ts';

const rtp = rtpOutput.parse({
  remote: { ip: '127.0.0.1', port: 5000 },
  payloadType: 97,
  ssrc: 7777,
  cname: 'room-1@rostrum',
});

test('the composed picture may have half a frame rate, and has the same colours at every size', () => {
  const caps = composedCaps({ width: 1280, height: 720, fps: 12.5 });
  expect(caps).toContain('width=1280,height=720');
  expect(caps).toContain('framerate=25/2');
  expect(caps).toContain('colorimetry=bt601');
  expect(composedCaps({ width: 640, height: 360, fps: 15 })).toContain('colorimetry=bt601');
});

test('a tier is as large and as quick as it says', () => {
  const tier = { tierId: '360p15', width: 640, height: 360, fps: 15, bitrateKbps: 400 };
  const description = tierDescription(tier, 'x264enc name=encoder');
  expect(description).toContain('max-rate=15');
  expect(description).toContain('width=640,height=360');
});

test('no NAL unit outgrows a packet, so that packetization-mode 0 suffices', () => {
  const description = tierSenderDescription(rtp, { sequence: 4, timestampOffset: 5 });
  const [, packet] = / mtu=(\d+)/.exec(description) ?? [];
  expect(nalBytes + 12).toBeLessThanOrEqual(Number(packet));
  expect(description).toContain('aggregate-mode=none');
  expect(description).toContain('seqnum-offset=4 timestamp-offset=5 pt=97 ssrc=7777');
});
