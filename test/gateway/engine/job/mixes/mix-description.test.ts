import { expect, test } from 'vitest';
import {
  mixInputDescription,
  mixOutputDescription,
  mixSenderDescription,
} from '../../../../../gateway/engine/job/mixes/mix-description.ts';
import { rtpInput, rtpOutput } from '../../../../../gateway/engine/protocol.ts';

const remote = { ip: '127.0.0.1', port: 5000 };

test('a voice is measured before it is shared out', () => {
  const rtp = rtpInput.parse({ ssrc: 1, payloadType: 100, codec: 'opus', clockRate: 48000, remote });
  expect(mixInputDescription(rtp)).toMatch(/ level name=level .* tee name=tee allow-not-linked=true$/);
});

test('the sum is limited before it is coded, in packets of 20 ms', () => {
  const description = mixOutputDescription(48);
  expect(description.indexOf('format=F32LE')).toBeLessThan(description.indexOf('rglimiter'));
  expect(description.indexOf('rglimiter')).toBeLessThan(description.indexOf('opusenc'));
  expect(description).toContain('opusenc bitrate=48000 frame-size=20');
});

test('what sends it has its numbers', () => {
  const rtp = rtpOutput.parse({ remote, payloadType: 111, ssrc: 9, cname: 'room-1@rostrum' });
  expect(mixSenderDescription(rtp)).toContain('rtpopuspay pt=111 ssrc=9');
});
