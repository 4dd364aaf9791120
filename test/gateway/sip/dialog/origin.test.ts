import { expect, it } from 'vitest';
import { createOrigin } from '../../../../gateway/sip/dialog/origin.ts';

const sdp = (port: number) => `v=0\r\no=- 5 5 IN IP4 10.9.9.9\r\ns=-\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8\r\n`;

it('keeps one session and lets the version rise only when the description changed (RFC 3264 §8)', () => {
  const stamp = createOrigin('192.0.2.1');
  const read = (text: string) => /^o=rostrum (\d+) (\d+) IN IP4 192\.0\.2\.1\r$/m.exec(text)?.slice(1);
  const [id, version] = read(stamp(sdp(4000))) ?? [];
  expect(version).toBe('1');
  expect(read(stamp(sdp(4000)))).toEqual([id, '1']);
  expect(read(stamp(sdp(4002)))).toEqual([id, '2']);
  expect(read(stamp(sdp(4000)))).toEqual([id, '3']);
  expect(stamp(sdp(4000))).toContain('m=audio 4000');
});

it('knows IPv6', () => {
  expect(createOrigin('2001:db8::1')(sdp(1))).toContain(' IN IP6 2001:db8::1\r\n');
});
