import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directionOf, formatSdp, parseSdp, rtpFormats } from '../../../../gateway/sip/sdp/sdp.ts';
import { cisco, everyOffer, huawei, poly } from './device-offers.ts';

const minimal = ['v=0', 'o=- 1 1 IN IP4 10.0.0.5', 's=-', 't=0 0'];
const read = (...lines: string[]) => parseSdp(`${[...minimal, ...lines].join('\r\n')}\r\n`);

describe('reading a session description', () => {
  it('knows the formats of an RTP section, static ones without rtpmap too (RFC 3551 §6)', () => {
    const [audio] = parseSdp(huawei)?.media ?? [];
    expect(audio && rtpFormats(audio).map(({ payloadType, codec }) => [payloadType, codec])).toEqual([
      [8, 'pcma'],
      [0, 'pcmu'],
    ]);
    const [, video] = parseSdp(poly)?.media ?? [];
    expect(video && rtpFormats(video)[0]).toEqual({
      payloadType: 109,
      codec: 'h264',
      clockRate: 90_000,
      channels: 1,
      fmtp: { 'profile-level-id': '640028', 'max-mbps': '490000', 'packetization-mode': '1', 'max-br': '2500' },
    });
  });

  it('turns bandwidth into bit/s, and keeps what belongs to a section apart', () => {
    const session = parseSdp(cisco);
    expect(session?.bandwidth).toEqual({ as: 6_000_000 });
    expect(session?.media[0]).toMatchObject({ connection: '10.30.0.10', bandwidth: { tias: 128_000 } });
    expect(session?.media[2]?.connection).toBeUndefined();
  });

  it('takes the direction of the section before that of the session', () => {
    const session = read('a=recvonly', 'm=audio 5 RTP/AVP 8', 'a=inactive', 'm=audio 7 RTP/AVP 8');
    const directions = session?.media.map((section) => directionOf(section, session));
    expect(directions).toEqual(['inactive', 'recvonly']);
    const silent = read('m=audio 5 RTP/AVP 8');
    expect(silent?.media[0] && directionOf(silent.media[0], silent)).toBe('sendrecv');
  });

  it.each(Object.entries(everyOffer))('keeps everything it understood of %s when written again', (_name, text) => {
    const session = parseSdp(text);
    expect(session).toBeDefined();
    expect(session && parseSdp(formatSdp(session))).toEqual(session);
  });

  it.each([
    ['nothing', ''],
    ['another version', 'v=1\r\no=- 1 1 IN IP4 1.1.1.1\r\n'],
    ['no origin', 'v=0\r\ns=-\r\n'],
    ['no SDP', 'hello\r\n'],
    ['a port that is none', [...minimal, 'm=audio 70000 RTP/AVP 0'].join('\r\n')],
    ['a broken m= line', [...minimal, 'm=audio'].join('\r\n')],
    ['too many sections', [...minimal, ...Array.from({ length: 40 }, () => 'm=audio 1 RTP/AVP 0')].join('\r\n')],
    ['too many formats', [...minimal, `m=audio 1 RTP/AVP${' 0'.repeat(200)}`].join('\r\n')],
    ['too much', `v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\n${'a=x\r\n'.repeat(20_000)}`],
  ])('takes %s for no description', (_what, text) => {
    expect(parseSdp(text)).toBeUndefined();
  });

  it('never throws, and is not fooled by names of prototypes', () => {
    const session = read('m=audio 5 RTP/AVP 96', 'a=rtpmap:96 opus/48000/2', 'a=fmtp:96 __proto__=1;constructor=2');
    expect(session?.media[0] && rtpFormats(session.media[0])[0]?.fmtp).toEqual({ constructor: '2' });
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.nat(), (noise, at) => {
        const position = at % cisco.length;
        const mangled = parseSdp(cisco.slice(0, position) + noise + cisco.slice(position));
        for (const section of mangled?.media ?? []) rtpFormats(section);
        parseSdp(noise);
      }),
    );
  });

  it('is not held up by what takes long to read', () => {
    const spaces = ' '.repeat(5_000);
    const long = read(
      `m=video 5 RTP/AVP${Array.from({ length: 127 }, (_, at) => ` ${at}`).join('')}`,
      `a=fmtp:96 a=${spaces}x;b${spaces}=${spaces}c`,
      ...Array.from({ length: 300 }, (_, at) => `a=rtpmap:${at % 128} H264/90000`),
    );
    const formats = long?.media[0] && rtpFormats(long.media[0]);
    expect(formats).toHaveLength(127);
    expect(read(`m=audio ${spaces}5${spaces}`)).toBeUndefined();
  });
});

describe('any description', () => {
  const token = fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/);
  const text = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);
  const bandwidth = fc.record(
    { as: fc.nat({ max: 100_000 }).map((kbps) => kbps * 1000), tias: fc.nat() },
    { requiredKeys: [] },
  );
  const attributes = fc.array(
    fc.record({ name: token.map((name) => name.toLowerCase()), value: text }, { requiredKeys: ['name'] }),
    { maxLength: 6 },
  );
  const connection = fc.oneof(fc.ipV4(), fc.ipV6());
  const section = fc.record(
    {
      kind: fc.constantFrom('audio', 'video', 'application', 'image'),
      port: fc.nat({ max: 65_535 }),
      protocol: fc.constantFrom('RTP/AVP', 'UDP/TLS/RTP/SAVPF', 'TCP/BFCP', 'UDPTL'),
      formats: fc.array(token, { minLength: 1, maxLength: 5 }),
      connection,
      bandwidth,
      attributes,
    },
    { requiredKeys: ['kind', 'port', 'protocol', 'formats', 'bandwidth', 'attributes'] },
  );
  const session = fc.record(
    { origin: text, name: text, connection, bandwidth, attributes, media: fc.array(section, { maxLength: 5 }) },
    { requiredKeys: ['origin', 'name', 'bandwidth', 'attributes', 'media'] },
  );

  it('is read as it was written', () => {
    fc.assert(
      fc.property(session, (written) => {
        expect(parseSdp(formatSdp(written))).toEqual(written);
      }),
    );
  });
});
