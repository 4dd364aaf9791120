import { expect, test } from 'vitest';
import {
  drawnPictureDescription,
  pictureOutputDescription,
} from '../../../../gateway/engine/job/picture-description.ts';
import { pictureTier } from '../../../../gateway/engine/picture-protocol.ts';
import { rtpOutput } from '../../../../gateway/engine/protocol.ts';

const rtp = rtpOutput.parse({
  remote: { ip: '127.0.0.1', port: 5000 },
  payloadType: 97,
  ssrc: 7777,
  cname: 'room-1@rostrum',
});

const tier = { tierId: '720p25', width: 1280, height: 720, fps: 25, bitrateKbps: 1500 };

test('a tier keeps its size, rate and colours, with a key frame at least every 10 s', () => {
  const description = pictureOutputDescription(pictureTier.parse(tier), 'superfast', rtp);
  expect(description).toContain('width=1280,height=720,framerate=25/1,colorimetry=bt709');
  expect(description).toContain(' bitrate=1500 ');
  expect(description).toContain(' key-int-max=250 ');
  expect(description).toContain('pt=97 ssrc=7777');
});

test('no NAL unit outgrows a packet, so that packetization-mode 0 suffices', () => {
  const description = pictureOutputDescription(pictureTier.parse(tier), 'superfast', rtp);
  const [, nal] = /slice-max-size=(\d+)/.exec(description) ?? [];
  const [, packet] = / mtu=(\d+)/.exec(description) ?? [];
  expect(Number(nal) + 12).toBeLessThanOrEqual(Number(packet));
});

test('drawn pictures have the colours and the rhythm of the output', () => {
  const description = drawnPictureDescription({ width: 640, height: 360, fps: 15 });
  expect(description).toContain('colorimetry=bt601');
  expect(description).toContain('framerate=15/1');
});
