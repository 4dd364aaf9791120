import { expect, test } from 'vitest';
import {
  rtpCaps,
  rtpInputDescription,
  rtpOutputDescription,
  sendingRtpBin,
} from '../../../../gateway/engine/job/rtp-description.ts';
import { rtpInput } from '../../../../gateway/engine/protocol.ts';

const input = rtpInput.parse({
  ssrc: 1234,
  payloadType: 96,
  codec: 'VP8',
  clockRate: 90000,
  remote: { ip: '127.0.0.1', port: 5000 },
});

test('video asks for key frames, sound does not', () => {
  expect(rtpCaps(input)).toContain('rtcp-fb-nack-pli=(boolean)true');
  expect(rtpCaps({ codec: 'opus', payloadType: 111, clockRate: 48000 })).toBe(
    'application/x-rtp,media=(string)audio,encoding-name=(string)OPUS,payload=(int)111,clock-rate=(int)48000,sprop-stereo=(string)0',
  );
});

test('an input is linked by its SSRC and payload type alone', () => {
  expect(rtpInputDescription(input, 2)).toMatch(/rtp\.recv_rtp_src_2_1234_96 !$/);
});

test('an output sends reports and takes feedback in its own session', () => {
  const description = rtpOutputDescription(3);
  for (const pad of ['send_rtp_sink_3', 'send_rtp_src_3', 'send_rtcp_src_3', 'recv_rtcp_sink_3']) {
    expect(description).toContain(`rtp.${pad}`);
  }
});

test('a CNAME cannot break out of its description', () => {
  expect(sendingRtpBin('room-1@rostrum" ! fakesink "')).toContain(
    '"application/x-rtp-source-sdes,cname=(string)\\"room-1@rostrum____fakesink__\\""',
  );
});
