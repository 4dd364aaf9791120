/** Descriptions of whole sessions: room systems, telephones and ourselves, with everything that we have. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LocalMedia, SecurityPolicy } from '../../gateway/sip/sdp/media.ts';
import { answerOffer, buildOffer, readAnswer } from '../../gateway/sip/sdp/offer-answer.ts';
import { quirksOf } from '../../gateway/sip/sdp/quirks.ts';
import { parseSdp } from '../../gateway/sip/sdp/sdp.ts';
import { everyOffer, linphone, poly, telephone } from './sip/sdp/device-offers.ts';
import { ciscoSecure, highOnly, huaweiBox, realPresence, sony } from './sip/sdp/room-offers.ts';

const answer = (offer: string, own: LocalMedia) => {
  const result = answerOffer(offer, own);
  if (!result.ok) throw new Error(result.reason);
  return result;
};
const mediaLines = (sdp: string) => [...sdp.matchAll(/^m=.*$/gm)].map(([line]) => line.trim());
const minimal = ['v=0', 'o=- 1 1 IN IP4 10.0.0.5', 's=-', 'c=IN IP4 10.0.0.5', 't=0 0'];
const offerOf = (...lines: string[]) => `${[...minimal, ...lines].join('\r\n')}\r\n`;

const keyOf = (octets: number, fill: number) => Buffer.alloc(octets, fill).toString('base64');
const srtpKeys = (fill: number) => ({
  AEAD_AES_256_GCM: keyOf(44, fill),
  AES_CM_128_HMAC_SHA1_80: keyOf(30, fill),
  AES_CM_128_HMAC_SHA1_32: keyOf(30, fill),
});
const codecs = ['H264', 'VP8', 'H265'] as const;
/** All that we have. */
const full = (address = '192.0.2.1', policy: SecurityPolicy = 'preferred', fill = 1): LocalMedia => ({
  address,
  rtcpMux: true,
  security: { policy, fingerprint: `sha-256 ${Array(32).fill(`0${fill}`).join(':')}` },
  audio: { port: 4000, srtpKeys: srtpKeys(fill) },
  video: { port: 4002, srtpKeys: srtpKeys(fill), codecs, maxBitrate: 2_000_000 },
  content: { port: 4004, srtpKeys: srtpKeys(fill), codecs, label: '3' },
  floorControl: { port: 4006, transport: 'udp', otherPort: 4007, confId: 1, userId: fill, floorId: 1 },
  camera: { port: 4008, srtpKeys: srtpKeys(fill) },
});
const ports = (sdp: string) => mediaLines(sdp).map((line) => Number(line.split(' ')[1]));

describe('room systems', () => {
  it('Cisco, encrypted by itself: people, presentation, floor and camera, all under the keys of plain lines', () => {
    const { sdp, media } = answer(ciscoSecure, full());
    expect(ports(sdp)).toEqual([4000, 4002, 4006, 4004, 4008, 0]);
    expect(media.audio).toMatchObject({ codec: 'G722', security: { kind: 'sdes' } });
    expect(media.video).toMatchObject({
      payloadType: 126,
      limits: { maxFs: 3_600, maxMbps: 490_000 },
      maxBitrate: 4_000_000,
      security: { kind: 'sdes', remote: { suite: 'AES_CM_128_HMAC_SHA1_80' } },
      feedback: { pli: true, fir: true, tmmbr: true },
    });
    expect(media.content).toMatchObject({ index: 3, remote: { port: 2406 }, payloadType: 126 });
    expect(media.floorControl).toMatchObject({ role: 'server', confId: 3, floorId: 2, mstrm: '12', transport: 'udp' });
    expect(media.camera).toMatchObject({ index: 4, payloadType: 107, security: { kind: 'sdes' } });
    expect(sdp).toContain('a=crypto:0 AES_CM_128_HMAC_SHA1_80 inline:');
    expect(sdp).toMatch(/a=content:slides\r\na=label:12/);
    expect(sdp).toMatch(/a=floorctrl:s-only\r\na=confid:3\r\na=userid:18\r\na=floorid:2 mstrm:12/);
    expect(sdp).toContain('m=application 0 UDP/UDT/IX *');
  });

  it('RealPresence: floor control by TCP before there is a presentation', () => {
    const { sdp, media } = answer(realPresence, full());
    expect(ports(sdp)).toEqual([4000, 4002, 0, 4007]);
    expect(media).toMatchObject({
      audio: { codec: 'G722', security: { kind: 'none' }, telephoneEvent: 119 },
      video: { payloadType: 110, transcode: false, maxBitrate: 2_048_000 },
      floorControl: { transport: 'tcp', setup: 'passive', floorId: 1, mstrm: '3' },
    });
    expect(media.content).toBeUndefined();
  });

  it.each([
    ['preferred', [4000, 0, 4002, 0, 4004, 4006], 'sdes'],
    ['required', [4000, 0, 4002, 0, 4004, 4006], 'sdes'],
    ['off', [0, 4000, 0, 4002, 0, 4006], 'none'],
  ] as const)('Huawei Box: of its alternatives, with encryption %s, these: %j', (policy, expected, kind) => {
    const { sdp, media } = answer(huaweiBox, full('192.0.2.1', policy));
    expect(ports(sdp)).toEqual(expected);
    expect(media.audio?.security.kind).toBe(kind);
    expect(media.video).toMatchObject({ codec: 'H264', transcode: false, security: { kind } });
    expect(media.floorControl).toMatchObject({ role: 'server', userId: 14, mstrm: policy === 'off' ? '3' : '2' });
  });

  it('Sony: mode 0 within its level, the second line is the presentation, TCP from their side', () => {
    const { sdp, media } = answer(sony, full());
    expect(ports(sdp)).toEqual([4000, 4002, 4004, 4007]);
    expect(media.video).toMatchObject({ packetizationMode: 0, limits: { maxFs: 396 }, maxBitrate: 768_000 });
    expect(media.video?.feedback).toEqual({ pli: false, fir: false, tmmbr: false });
    expect(sdp).toContain('profile-level-id=42800d;packetization-mode=0');
    expect(media.floorControl).toMatchObject({ role: 'server', setup: 'passive', mstrm: '3' });
    expect(sdp).toMatch(/a=content:slides\r\na=label:3/);
  });

  it('High alone is taken to be transcoded; IPv6; parameter sets out of band', () => {
    const { sdp, media } = answer(highOnly, full('2001:db8::1'));
    expect(media.video).toMatchObject({ transcode: true, parameterSets: ['Z2QAKKwrQCgC3Q==', 'aO48sA=='] });
    expect(media.audio).toMatchObject({ remote: { ip: '2001:db8::77' }, ptime: 20 });
    expect(sdp).toContain('c=IN IP6 2001:db8::1');
  });

  it('Linphone: DTLS in a plain line, VP8 with what it bears', () => {
    const { sdp, media } = answer(linphone, full());
    expect(media.audio).toMatchObject({
      codec: 'opus',
      telephoneEvent: 101,
      security: { kind: 'dtls', role: 'active' },
    });
    expect(media.video).toMatchObject({ codec: 'VP8', transcode: false, limits: { maxFs: 1_200 } });
    expect(sdp).toContain('m=audio 4000 RTP/AVPF 96 101');
    expect(sdp).not.toMatch(/ice|candidate|crypto/);
  });

  it('a telephone is a call', () => {
    const { sdp, media } = answer(telephone, full());
    expect(mediaLines(sdp)).toEqual(['m=audio 4000 RTP/AVP 8 101']);
    expect(media).toMatchObject({ audio: { codec: 'PCMA', ptime: 30 } });
    expect(Object.keys(media)).toEqual(['audio', 'lines']);
  });
});

describe('encryption that is required', () => {
  it('is said to be missing only where that is what is missing', () => {
    const required = full('192.0.2.1', 'required');
    expect(answerOffer(poly, required)).toEqual({ ok: false, reason: 'encryptionRequired' });
    expect(answerOffer(offerOf('m=audio 6000 RTP/AVP 18'), required)).toEqual({ ok: false, reason: 'nothingInCommon' });
    expect(answer(ciscoSecure, required).media.video?.security.kind).toBe('sdes');
  });

  it('leaves out the lines that lack it', () => {
    const { sdp, media } = answer(`${ciscoSecure}m=video 9000 RTP/AVP 97\r\n`, full('192.0.2.1', 'required'));
    expect(ports(sdp).at(-1)).toBe(0);
    expect(media.audio?.security.kind).toBe('sdes');
    const offer = buildOffer(full('192.0.2.1', 'required'));
    const careless = offerOf(
      'm=audio 6000 RTP/SAVP 8',
      `a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:${keyOf(30, 5)}`,
      'm=video 6002 RTP/AVP 97',
      'a=rtpmap:97 H264/90000',
      ...['m=video 0 RTP/SAVP 97', 'm=application 0 UDP/BFCP *', 'm=application 0 RTP/SAVP 100'],
    );
    const agreed = readAnswer(offer, careless, full('192.0.2.1', 'required'));
    expect(agreed?.audio?.security).toMatchObject({ kind: 'sdes', remote: { key: keyOf(30, 5) } });
    expect(agreed?.video).toBeUndefined();
  });
});

describe('between two of us', () => {
  const [here, there] = [full(), full('192.0.2.2', 'preferred', 2)];
  const offer = buildOffer(here);
  const first = answer(offer, there);
  const agreed = readAnswer(offer, first.sdp, here);

  it('everything is agreed on, and both mean the same', () => {
    expect(mediaLines(offer)).toEqual([
      'm=audio 4000 RTP/AVP 96 9 8 0 101 102',
      'm=video 4002 RTP/AVP 97 98 99',
      'm=video 4004 RTP/AVP 97 98 99',
      'm=application 4006 UDP/BFCP *',
      'm=application 4008 RTP/AVP 100',
    ]);
    expect(agreed).toMatchObject({
      audio: { codec: 'opus', telephoneEvent: 102, security: { kind: 'dtls', role: 'passive' } },
      video: { codec: 'H264', packetizationMode: 1, remote: { ip: '192.0.2.2', rtcpMux: true } },
      content: { index: 2, codec: 'H264' },
      floorControl: { role: 'client', setup: 'active', confId: 1, userId: 1, floorId: 1, mstrm: '3' },
      camera: { payloadType: 100, direction: 'sendrecv' },
    });
    expect(first.media).toMatchObject({
      audio: { security: { kind: 'dtls', role: 'active' } },
      floorControl: { role: 'server', setup: 'passive' },
    });
    const { fingerprint: _, ...security } = here.security ?? { policy: 'preferred' as const };
    const keyed = buildOffer({ ...here, security });
    expect(readAnswer(keyed, answer(keyed, there).sdp, here)?.video?.security).toEqual({
      kind: 'sdes',
      local: { suite: 'AEAD_AES_256_GCM', key: keyOf(44, 1) },
      remote: { suite: 'AEAD_AES_256_GCM', key: keyOf(44, 2) },
    });
  });

  it('later offers from either side keep lines, numbers, roles and keys', () => {
    const again = buildOffer(there, first.media);
    expect(mediaLines(again).map((line) => line.split(' ')[0])).toEqual(
      mediaLines(offer).map((line) => line.split(' ')[0]),
    );
    const second = answer(again, here);
    const kept = answerOffer(again, here, agreed);
    expect(kept).toMatchObject({ ok: true, media: { audio: { security: { role: 'passive' } } } });
    expect(second.media.audio?.security).toMatchObject({ role: 'active' }); // without what holds, it would change
    if (!kept.ok) throw new Error(kept.reason);
    expect(readAnswer(again, kept.sdp, there)).toMatchObject({
      audio: { security: { role: 'active' }, receivePayloadType: 96 },
      floorControl: { role: 'server' },
      content: { index: 2 },
    });
  });

  it('takes over a key that the other end has changed', () => {
    const held = answer(ciscoSecure, here);
    const changed = ciscoSecure.replaceAll('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd', keyOf(30, 0x55));
    const next = answerOffer(changed, here, held.media);
    expect(next).toMatchObject({
      media: { audio: { security: { local: { key: keyOf(30, 1) }, remote: { key: keyOf(30, 0x55) } } } },
    });
  });
});

describe('our offer in a session that a device began', () => {
  it('has the device’s lines in their order, ours under their numbers, what was refused at port 0 or offered again', () => {
    const { media } = answer(ciscoSecure, full());
    const again = buildOffer(full(), media);
    expect(mediaLines(again)).toEqual([
      'm=audio 4000 RTP/AVP 96 9 8 0 101 102',
      'm=video 4002 RTP/AVP 126 98 99',
      'm=application 4006 UDP/BFCP *',
      'm=video 4004 RTP/AVP 126 98 99',
      'm=application 4008 RTP/AVP 107',
      'm=application 0 UDP/UDT/IX *',
    ]);
    expect(again).not.toContain('a=fingerprint');
    expect(again).toMatch(/a=floorctrl:s-only\r\na=confid:3/);
    expect(again).toMatch(/a=content:slides\r\na=label:12/);
    const soundOnly = offerOf('m=audio 6000 RTP/AVP 8', 'm=video 0 RTP/AVP 97');
    expect(ports(buildOffer(full(), answer(soundOnly, full()).media))).toEqual([4000, 4002]);
  });

  it('does not add lines', () => {
    expect(mediaLines(buildOffer(full(), answer(telephone, full()).media))).toHaveLength(1);
  });

  it('asks again in another way where it was refused', () => {
    const protocols = Array.from({ length: 5 }, (_, refusedOffers) =>
      mediaLines(buildOffer(full(), undefined, { ...quirksOf(), refusedOffers })).map((line) => line.split(' ')[2]),
    );
    expect(protocols.map(([audio]) => audio)).toEqual([
      'RTP/AVP',
      'RTP/SAVP',
      'UDP/TLS/RTP/SAVPF',
      'RTP/SAVPF',
      'RTP/AVP',
    ]);
    expect(protocols[2]).toEqual([
      'UDP/TLS/RTP/SAVPF',
      'UDP/TLS/RTP/SAVPF',
      'UDP/TLS/RTP/SAVPF',
      'UDP/BFCP',
      'UDP/TLS/RTP/SAVPF',
    ]);
    expect(buildOffer(full(), undefined, { ...quirksOf(), refusedOffers: 4 })).not.toMatch(/crypto|fingerprint/);
  });
});

describe('whatever is said', () => {
  const offers = Object.values(everyOffer);
  const noise = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.constantFrom(
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:',
      'a=fingerprint:sha-256 ',
      'a=setup:',
      'm=video 9 RTP/SAVP 97\r\n',
      'm=application 9 TCP/BFCP *\r\n',
      'a=floorid: mstrm:',
      'a=imageattr:* recv [x=',
      '\r\n',
      'c=IN IP4 x\r\n',
    ),
  );
  const mangled = fc
    .tuple(fc.constantFrom(...offers), fc.nat(), fc.nat({ max: 60 }), noise)
    .map(([offer, at, cut, text]) => {
      const position = at % offer.length;
      return offer.slice(0, position) + text + offer.slice(position + cut);
    });
  const policy = fc.constantFrom<SecurityPolicy>('off', 'preferred', 'required');

  it('an answer has the offer’s lines, and takes nothing that was not offered', () => {
    fc.assert(
      fc.property(fc.oneof(mangled, fc.constantFrom(...offers), fc.string()), policy, (text, wanted) => {
        const result = answerOffer(text, full('192.0.2.1', wanted));
        if (!result.ok) return;
        const [offered, answered] = [parseSdp(text), parseSdp(result.sdp)];
        expect(answered?.media.map(({ kind, protocol }) => [kind, protocol])).toEqual(
          offered?.media.map(({ kind, protocol }) => [kind, protocol]),
        );
        for (const [index, section] of (answered?.media ?? []).entries()) {
          expect(offered?.media[index]?.formats).toEqual(expect.arrayContaining(section.formats));
          if (offered?.media[index]?.port === 0) expect(section.port).toBe(0);
        }
        const { audio, video, content, floorControl, camera } = result.media;
        const taken = [audio, video, content, floorControl, camera].flatMap((medium) => medium?.index ?? []);
        expect(new Set(taken).size).toBe(taken.length);
        expect(ports(result.sdp).filter((port) => port !== 0)).toHaveLength(taken.length);
        for (const stream of [audio, video, content, camera]) {
          if (wanted === 'required') expect(stream?.security.kind).not.toBe('none');
          if (wanted === 'off') expect(stream?.security.kind ?? 'none').toBe('none');
        }
        expect(buildOffer(full(), result.media)).toContain('v=0');
      }),
      { numRuns: 300 },
    );
  });

  it('reading an answer never throws, and agrees on nothing that we did not offer', () => {
    fc.assert(
      fc.property(mangled, policy, (text, wanted) => {
        const own = full('192.0.2.1', wanted);
        const offer = buildOffer(own);
        const agreed = readAnswer(offer, text, own);
        const reply = answerOffer(offer, full('192.0.2.9', wanted, 3));
        const read = reply.ok ? readAnswer(offer, reply.sdp, own) : undefined;
        expect(read?.audio?.codec).toBe('opus');
        for (const stream of [agreed?.audio, agreed?.video]) {
          if (stream) expect(mediaLines(offer)[stream.index]).toContain(String(stream.receivePayloadType));
        }
      }),
      { numRuns: 150 },
    );
  });
});
