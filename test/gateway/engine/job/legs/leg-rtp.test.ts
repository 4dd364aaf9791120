import { expect, test } from 'vitest';
import { audioCaps, encodeDescription, pickDescription } from '../../../../../gateway/engine/job/legs/leg-rtp.ts';

test('G.722 has a clock of 8000 (RFC 3551 4.5.2), and the payload type that the endpoint sends with', () => {
  expect(audioCaps({ codec: 'G722', payloadType: 9 })).toContain('payload=(int)9,clock-rate=(int)8000');
  expect(audioCaps({ codec: 'opus', payloadType: 96, receivePayloadType: 111 })).toContain('payload=(int)111');
});

test('only the negotiated payload type is let through', () => {
  const ignored = /ignored-payload-types="<([^>]*)>"/.exec(
    pickDescription(audioCaps({ codec: 'PCMA', payloadType: 8 })),
  );
  const types = ignored?.[1]?.split(',').map((type) => Number(type.replace('(int)', '')));
  expect(types).toHaveLength(127);
  expect(types).not.toContain(8);
});

test('a new payloader goes on where the last one stopped', () => {
  const at = { ssrc: 7, sequence: 1234, timestampOffset: 99 };
  const description = encodeDescription({ codec: 'PCMA', payloadType: 8 }, at);
  expect(description).toContain('ssrc=7 seqnum-offset=1234 timestamp-offset=99');
  expect(description).toContain('max-ptime=20000000');
});
