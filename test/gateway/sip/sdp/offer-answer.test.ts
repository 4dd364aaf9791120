import { describe, expect, it } from 'vitest';
import type { LocalMedia } from '../../../../gateway/sip/sdp/media.ts';
import { answerOffer, buildOffer, readAnswer } from '../../../../gateway/sip/sdp/offer-answer.ts';
import { ciscoAnswer, polyAnswer } from './device-answers.ts';
import { cisco, huawei, poly, yealink } from './device-offers.ts';

const local: LocalMedia = {
  address: '192.0.2.1',
  audio: { port: 4000 },
  video: { port: 4002, maxBitrate: 2_000_000 },
};
const answer = (offer: string, own = local) => {
  const result = answerOffer(offer, own);
  if (!result.ok) throw new Error(result.reason);
  return result;
};
const mediaLines = (sdp: string) => [...sdp.matchAll(/^m=.*$/gm)].map(([line]) => line.trim());
const minimal = ['v=0', 'o=- 1 1 IN IP4 10.0.0.5', 's=-', 'c=IN IP4 10.0.0.5', 't=0 0'];
const offerOf = (...lines: string[]) => `${[...minimal, ...lines].join('\r\n')}\r\n`;

describe('answering', () => {
  it('Poly: G.722, Baseline in mode 1 before its High, slides, BFCP and H.224 refused in their places', () => {
    const { sdp, media } = answer(poly);
    expect(mediaLines(sdp)).toEqual([
      'm=audio 4000 RTP/AVP 9 101',
      'm=video 4002 RTP/AVP 110',
      'm=application 0 UDP/BFCP *',
      'm=video 0 RTP/AVP 109',
      'm=application 0 RTP/AVP 100',
    ]);
    expect(media.audio).toMatchObject({
      codec: 'G722',
      payloadType: 9,
      clockRate: 8_000,
      telephoneEvent: 101,
      remote: { ip: '10.20.1.15', port: 16_384, rtcpPort: 16_385, rtcpMux: false },
    });
    expect(media.video).toMatchObject({
      payloadType: 110,
      packetizationMode: 1,
      profileLevelId: '428020',
      limits: { maxMbps: 245_000, maxFs: 8_192 },
      maxBitrate: 1_856_000,
      feedback: { pli: false, fir: true, tmmbr: true },
    });
  });

  it('Cisco: opus wherever it stands, the section’s own address, the bandwidth that binds', () => {
    const { sdp, media } = answer(cisco);
    expect(mediaLines(sdp).map((line) => line.split(' ')[1])).toEqual(['4000', '4002', '0', '0', '0']);
    expect(media.audio).toMatchObject({ codec: 'opus', payloadType: 99, channels: 2, remote: { ip: '10.30.0.10' } });
    expect(media.audio?.fmtp).toMatchObject({ maxaveragebitrate: '64000' });
    expect(media.video).toMatchObject({ payloadType: 126, packetizationMode: 1, maxBitrate: 5_000_000 });
    expect(media.video?.feedback).toMatchObject({ pli: true, fir: true });
    expect(sdp).toContain('a=rtpmap:99 opus/48000/2');
    expect(sdp).toContain('a=rtcp-fb:126 nack pli');
    expect(sdp).toContain('b=TIAS:2000000');
  });

  it('Huawei: PCMA without rtpmap, Constrained Baseline before High, a=rtcp elsewhere', () => {
    const { sdp, media } = answer(huawei);
    expect(media.audio).toMatchObject({ codec: 'PCMA', payloadType: 8 });
    expect(media.audio?.telephoneEvent).toBeUndefined();
    expect(media.video).toMatchObject({ payloadType: 105, maxBitrate: 2_048_000, remote: { rtcpPort: 10_099 } });
    expect(sdp).toContain('profile-level-id=42e01f;packetization-mode=1');
  });

  it('Yealink: the SRTP section refused, Main in mode 0 before High in mode 1, sendonly turned round', () => {
    const { sdp, media } = answer(yealink, { ...local, rtcpMux: true });
    expect(mediaLines(sdp)).toEqual([
      'm=audio 0 RTP/SAVP 9',
      'm=audio 4000 RTP/AVPF 102 110',
      'm=video 4002 RTP/AVPF 103',
    ]);
    expect(media.audio).toMatchObject({ index: 1, codec: 'opus', telephoneEvent: 110, remote: { rtcpMux: true } });
    expect(media.audio?.remote.rtcpPort).toBe(11_780);
    expect(media.video).toMatchObject({ direction: 'recvonly', packetizationMode: 0, maxBitrate: 900_000 });
    expect(sdp).toContain('a=recvonly');
    expect(answer(yealink).media.audio?.remote.rtcpMux).toBe(false);
  });

  it('takes High where there is nothing else', () => {
    const offer = offerOf(
      'm=video 6000 RTP/AVP 99',
      'a=rtpmap:99 H264/90000',
      'a=fmtp:99 profile-level-id=640028;packetization-mode=1',
    );
    expect(answer(offer).media.video).toMatchObject({ payloadType: 99, profileLevelId: '640028' });
    expect(answer(offer).sdp).toContain('profile-level-id=64001f');
  });

  it('never answers above the offer’s level unless both may differ (RFC 6184 §8.2.2)', () => {
    const at = (extra: string) =>
      answer(
        offerOf(
          'm=video 6000 RTP/AVP 99',
          'a=rtpmap:99 H264/90000',
          `a=fmtp:99 profile-level-id=42800d;packetization-mode=1${extra}`,
        ),
      ).sdp;
    expect(at('')).toContain('profile-level-id=42800d');
    expect(at(';level-asymmetry-allowed=1')).toContain('profile-level-id=42801f');
  });

  it('understands hold, new and old', () => {
    const audio = ['m=audio 6000 RTP/AVP 8'];
    expect(answer(offerOf(...audio, 'a=sendonly')).media.audio?.direction).toBe('recvonly');
    expect(answer(offerOf(...audio, 'a=inactive')).media.audio?.direction).toBe('inactive');
    const old = offerOf(...audio).replace('c=IN IP4 10.0.0.5', 'c=IN IP4 0.0.0.0');
    expect(answer(old).media.audio?.direction).toBe('recvonly');
    const listening: LocalMedia = { address: '192.0.2.1', audio: { port: 4000, direction: 'sendonly' } };
    expect(answer(offerOf(...audio), listening).media.audio?.direction).toBe('sendonly');
  });

  it('refuses a medium that we do not have, and a stream that is switched off', () => {
    const both = offerOf('m=audio 6000 RTP/AVP 8', 'm=video 0 RTP/AVP 31');
    expect(mediaLines(answer(both).sdp)).toEqual(['m=audio 4000 RTP/AVP 8', 'm=video 0 RTP/AVP 31']);
    expect(answer(cisco, { address: '192.0.2.1', audio: { port: 4000, codecs: ['PCMU'] } }).media).toMatchObject({
      audio: { codec: 'PCMU' },
    });
  });

  it('says when it cannot', () => {
    expect(answerOffer('garbage', local)).toEqual({ ok: false, reason: 'unreadable' });
    expect(answerOffer(offerOf('m=audio 6000 RTP/AVP 18'), local)).toEqual({ ok: false, reason: 'nothingInCommon' });
    expect(answerOffer(offerOf('m=audio 6000 RTP/SAVP 8'), local)).toEqual({ ok: false, reason: 'nothingInCommon' });
  });
});

describe('offering', () => {
  it('names every codec we have, H.264 in both modes, and our bandwidth', () => {
    const offer = buildOffer(local);
    expect(mediaLines(offer)).toEqual(['m=audio 4000 RTP/AVP 96 9 8 0 101 102', 'm=video 4002 RTP/AVP 97 98']);
    for (const line of [
      'c=IN IP4 192.0.2.1',
      'a=rtpmap:9 G722/8000',
      'a=rtpmap:96 opus/48000/2',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:97 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1;max-mbps=108000;max-fs=3600',
      'b=AS:2000',
      'a=rtcp:4003',
      'a=rtcp-fb:* ccm fir',
    ]) {
      expect(offer.split('\r\n')).toContain(line);
    }
    expect(offer).not.toContain('rtcp-mux');
    expect(buildOffer({ ...local, rtcpMux: true })).toContain('a=rtcp:4000\r\na=rtcp-mux');
  });

  it('is understood by itself', () => {
    const offer = buildOffer({ ...local, rtcpMux: true });
    const other = { ...local, address: '192.0.2.2', rtcpMux: true };
    const { sdp, media } = answer(offer, other);
    const agreed = readAnswer(offer, sdp);
    expect(agreed?.audio).toMatchObject({ codec: 'opus', payloadType: 96, remote: { ip: '192.0.2.2', rtcpMux: true } });
    expect(agreed?.video).toMatchObject({ packetizationMode: 1, payloadType: 97, maxBitrate: 2_000_000 });
    expect(media.video?.feedback).toMatchObject({ pli: true, fir: true });
  });

  it('takes the first codec of an answer that leaves several, under the other end’s own number', () => {
    const offer = buildOffer(local);
    const agreed = readAnswer(
      offer,
      offerOf(
        'm=audio 6000 RTP/AVP 8 120',
        'a=rtpmap:120 opus/48000/2',
        'm=video 6002 RTP/AVP 121',
        'a=rtpmap:121 H264/90000',
        'a=fmtp:121 profile-level-id=42e00c;packetization-mode=0',
      ),
    );
    expect(agreed?.audio).toMatchObject({ codec: 'PCMA', payloadType: 8, receivePayloadType: 8 });
    expect(agreed?.video).toMatchObject({ payloadType: 121, receivePayloadType: 98, packetizationMode: 0 });
  });

  it('takes a refused medium for none, and an answer that does not fit for no answer', () => {
    const offer = buildOffer(local);
    const soundOnly = readAnswer(offer, offerOf('m=audio 6000 RTP/AVP 8', 'm=video 0 RTP/AVP 97'));
    expect(soundOnly).toMatchObject({ audio: { codec: 'PCMA' } });
    expect(soundOnly?.video).toBeUndefined();
    expect(readAnswer(offer, offerOf('m=audio 6000 RTP/AVP 8'))).toBeUndefined();
    expect(readAnswer(offer, offerOf('m=audio 0 RTP/AVP 8', 'm=video 0 RTP/AVP 97'))).toBeUndefined();
    expect(readAnswer(offer, 'garbage')).toBeUndefined();
  });
});

describe('answers of devices to all that we have', () => {
  const key = Buffer.alloc(30, 3).toString('base64');
  const keys = { AEAD_AES_256_GCM: Buffer.alloc(44, 3).toString('base64'), AES_CM_128_HMAC_SHA1_80: key };
  const all: LocalMedia = {
    address: '192.0.2.1',
    security: { policy: 'preferred' },
    audio: { port: 4000, srtpKeys: keys },
    video: { port: 4002, srtpKeys: keys },
    content: { port: 4004, srtpKeys: keys, label: '3' },
    floorControl: { port: 4006, transport: 'udp', confId: 1, userId: 2, floorId: 1 },
    camera: { port: 4008, srtpKeys: keys },
  };
  const offer = buildOffer(all);

  it('Cisco: encrypted, with a presentation that it only watches and a floor of its own', () => {
    const agreed = readAnswer(offer, ciscoAnswer, all);
    const security = { kind: 'sdes', local: { key }, remote: { suite: 'AES_CM_128_HMAC_SHA1_80' } };
    expect(agreed).toMatchObject({
      audio: { codec: 'G722', telephoneEvent: 101, receiveTelephoneEvent: 101, security },
      video: { packetizationMode: 1, limits: { maxFs: 8_160, maxMbps: 245_000 }, maxBitrate: 2_500_000, security },
      content: { direction: 'sendonly', maxBitrate: 3_000_000, label: '3', security },
      floorControl: { role: 'client', confId: 77, userId: 4, floorId: 2, mstrm: '12', setup: 'active' },
      camera: { remote: { port: 2340 }, security: { kind: 'none' } },
    });
    expect(readAnswer(offer, ciscoAnswer, { ...all, security: { policy: 'required' } })?.camera).toBeUndefined();
  });

  it('Poly: no presentation, a forgotten packetization-mode, a camera under another number', () => {
    const agreed = readAnswer(offer, polyAnswer, all);
    expect(agreed).toMatchObject({
      audio: { security: { kind: 'none' } },
      video: { receivePayloadType: 97, packetizationMode: 0, feedback: { pli: false, fir: true, tmmbr: false } },
      camera: { payloadType: 105, receivePayloadType: 100 },
    });
    expect(agreed?.content).toBeUndefined();
    expect(agreed?.floorControl).toBeUndefined();
    expect(mediaLines(buildOffer(all, agreed))).toEqual([
      'm=audio 4000 RTP/AVP 96 9 8 0 101 102',
      'm=video 4002 RTP/AVP 97 98',
      'm=video 4004 RTP/AVP 97 98',
      'm=application 4006 UDP/BFCP *',
      'm=application 4008 RTP/AVP 100',
    ]);
  });
});
