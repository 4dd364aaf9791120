import { describe, expect, it } from 'vitest';
import type { LocalMedia, LocalVideo, NegotiatedVideo } from '../../../../gateway/sip/sdp/media.ts';
import { remoteLine } from '../../../../gateway/sip/sdp/rtp-line.ts';
import { parseSdp } from '../../../../gateway/sip/sdp/sdp.ts';
import { answerVideo, offerVideo, readVideo } from '../../../../gateway/sip/sdp/video-line.ts';

const every: LocalVideo = { port: 4002, codecs: ['H264', 'VP8', 'H265'], maxBitrate: 2_000_000 };
const local: LocalMedia = { address: '192.0.2.1' };
const parsed = (...lines: string[]) => {
  const session = parseSdp(['v=0', 'o=- 1 1 IN IP4 10.0.0.5', 's=-', 'c=IN IP4 10.0.0.5', ...lines].join('\r\n'));
  if (!session) throw new Error('unreadable');
  return session;
};
const lineOf = (...lines: string[]) => {
  const line = remoteLine(parsed(...lines), 0);
  if (!line) throw new Error('no line');
  return line;
};
const answer = (lines: string[], own = every) => answerVideo(lineOf(...lines), own, local);
const agreed = (...lines: string[]): NegotiatedVideo | undefined => answer(lines)?.agreed;
const fmtpOf = (lines: string[], own = every) =>
  answer(lines, own)?.section.attributes.find(({ name }) => name === 'fmtp')?.value;

const high = ['a=rtpmap:120 H264/90000', 'a=fmtp:120 profile-level-id=640028;packetization-mode=1'];
const baseline = ['a=rtpmap:97 H264/90000', 'a=fmtp:97 profile-level-id=42e01f'];
const vp8 = ['a=rtpmap:100 VP8/90000', 'a=fmtp:100 max-fr=15;max-fs=1200'];
const h265 = [
  'a=rtpmap:98 H265/90000',
  'a=fmtp:98 profile-id=1;level-id=120;sprop-vps=QAEM;sprop-sps=QgEB,QgEC;sprop-pps=RAHA',
];

describe('which codec', () => {
  it.each([
    ['120 98 100 97', 'H264', 97],
    ['120 98 100', 'VP8', 100],
    ['98 120', 'H264', 120],
    ['98', 'H265', 98],
  ])('of %s it is %s', (formats, codec, payloadType) => {
    const chosen = agreed(`m=video 6000 RTP/AVP ${formats}`, ...high, ...baseline, ...vp8, ...h265);
    expect(chosen).toMatchObject({ codec, payloadType, transcode: codec === 'H265' || payloadType === 120 });
  });

  it('is only what we speak', () => {
    const onlyH264 = { port: 4002 };
    expect(answer(['m=video 6000 RTP/AVP 98 100', ...vp8, ...h265], onlyH264)).toBeUndefined();
    expect(answer(['m=video 6000 RTP/AVP 31 34 96', 'a=rtpmap:96 H263-1998/90000'])).toBeUndefined();
  });

  it.each(['profile-id=2', 'profile-space=1', 'sprop-max-don-diff=2', 'tx-mode=MRST'])(
    'is no H.265 with %s',
    (parameters) => {
      expect(agreed('m=video 6000 RTP/AVP 98', 'a=rtpmap:98 H265/90000', `a=fmtp:98 ${parameters}`)).toBeUndefined();
    },
  );
});

describe('what we may send', () => {
  it('VP8 within max-fs and max-fr (RFC 7741 §6.1)', () => {
    expect(agreed('m=video 6000 RTP/AVP 100', ...vp8)).toMatchObject({
      limits: { maxFs: 1_200, maxMbps: 18_000 },
      profileLevelId: '42e014',
      packetizationMode: 1,
    });
    expect(agreed('m=video 6000 RTP/AVP 100', 'a=rtpmap:100 VP8/90000')?.limits).toMatchObject({ maxFs: 3_600 });
    expect(fmtpOf(['m=video 6000 RTP/AVP 100', ...vp8])).toBe('100 max-fr=30;max-fs=3600');
  });

  it('H.265 within its level, and we say that we take no more than 720p (RFC 7798)', () => {
    const only = ['m=video 6000 RTP/AVP 98', ...h265];
    expect(agreed(...only)).toMatchObject({
      limits: { maxFs: 8_704, maxMbps: 261_120, maxBitrate: 12_000_000 },
      parameterSets: ['QAEM', 'QgEB', 'QgEC', 'RAHA'],
      profileLevelId: '42e029',
    });
    expect(fmtpOf(only)).toBe('98 profile-id=1;level-id=93');
  });

  it('the least of all bandwidths, of session and section', () => {
    const video = ['m=video 6000 RTP/AVP 97', ...baseline];
    expect(agreed('b=AS:512', ...video, 'b=TIAS:400000')?.maxBitrate).toBe(400_000);
    expect(agreed('b=TIAS:300000', ...video, 'b=AS:2000', 'b=RR:0', 'b=RS:600')?.maxBitrate).toBe(300_000);
    expect(agreed(...video, 'b=AS:0')?.maxBitrate).toBe(14_000_000);
    // Of the whole conference: telephones say no more, and it bounds what goes by this line all the same.
    expect(agreed('b=CT:384', ...video)?.maxBitrate).toBe(384_000);
    expect(agreed('b=CT:384', 'b=AS:512', ...video)?.maxBitrate).toBe(512_000);
    expect(agreed('b=AS:512', 'b=CT:384', ...video)?.maxBitrate).toBe(512_000);
  });

  it('pictures that the other end has room for (RFC 6236)', () => {
    const with_ = (value: string) =>
      agreed('m=video 6000 RTP/AVP 97', ...baseline, `a=imageattr:${value}`)?.limits.maxFs;
    expect(with_('97 recv [x=640,y=360]')).toBe(920);
    expect(with_('* send [x=1920,y=1080] recv [x=[320:16:800],y=[180,448],q=0.5] [x=176,y=144]')).toBe(1_400);
    expect(with_('97 recv [x=640,y=360] send [x=1280,y=720]')).toBe(920);
    expect(with_('97 recv [x=1920,y=1080]')).toBe(3_600);
    for (const nothing of ['97 recv *', '98 recv [x=16,y=16]', '97 send [x=16,y=16]', '97', '97 recv [x=,y=]']) {
      expect(with_(nothing)).toBe(3_600);
    }
  });

  it('level 1b as level 1b, and a level as it is, with what widens it', () => {
    const at = (parameters: string) =>
      agreed('m=video 6000 RTP/AVP 97', 'a=rtpmap:97 H264/90000', `a=fmtp:97 ${parameters}`)?.limits;
    expect(at('profile-level-id=42f00b')).toEqual({ maxFs: 99, maxMbps: 1_485, maxBitrate: 128_000 });
    expect(at('profile-level-id=42f00b;max-fs=396;max-mbps=nonsense;max-smbps=9999')).toMatchObject({
      maxFs: 396,
      maxMbps: 1_485,
    });
    const asked = ['m=video 6000 RTP/AVP 97', 'a=rtpmap:97 H264/90000', 'a=fmtp:97 profile-level-id=42f00b'];
    expect(fmtpOf(asked)).toContain('profile-level-id=42f00b');
  });
});

describe('parameter sets out of band', () => {
  const sets = (value: string) =>
    agreed('m=video 6000 RTP/AVP 97', 'a=rtpmap:97 H264/90000', `a=fmtp:97 sprop-parameter-sets=${value}`)
      ?.parameterSets;

  it('are handed on', () => {
    expect(sets('Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==')).toEqual(['Z0LAHtkDxWhAAAADAEAAAAwDxYuS', 'aMuMsg==']);
  });

  it.each(['', 'not base64!,aMuMsg==', `${'A'.repeat(1_028)}`, Array(17).fill('aMuMsg==').join(',')])(
    'are left out where they cannot be used: %s',
    (value) => {
      expect(sets(value)).toBeUndefined();
    },
  );
});

describe('offering', () => {
  it('H.264 in both modes before VP8, never H.265', () => {
    const { formats, attributes } = offerVideo(every);
    expect(formats).toEqual(['97', '98', '99']);
    expect(attributes).toContainEqual({ name: 'fmtp', value: '99 max-fr=30;max-fs=3600' });
    expect(attributes).toContainEqual({ name: 'rtcp-fb', value: '* ccm tmmbr' });
    expect(offerVideo({ port: 1 }).formats).toEqual(['97', '98']);
  });

  it('keeps the numbers and the codec of a session that stands', () => {
    const standing = agreed('m=video 6000 RTP/AVP 98', ...h265);
    expect(offerVideo(every, standing).formats).toEqual(['97', '99', '100', '98']);
    const highOnly = agreed('m=video 6000 RTP/AVP 120', ...high);
    const again = offerVideo(every, highOnly);
    expect(again.formats).toEqual(['120', '98', '99']);
    expect(again.attributes[1]?.value).toContain('profile-level-id=64001f;packetization-mode=1');
  });
});

describe('reading an answer', () => {
  const ours = parsed(
    'm=video 4002 RTP/AVP 97 98 99',
    'a=rtpmap:97 H264/90000',
    'a=fmtp:97 profile-level-id=42e01f;packetization-mode=1',
    'a=rtpmap:98 H264/90000',
    'a=fmtp:98 profile-level-id=42e01f;packetization-mode=0',
    'a=rtpmap:99 VP8/90000',
  ).media[0];
  const read = (...lines: string[]) => ours && readVideo(ours, lineOf(...lines), false);

  it('takes a forgotten packetization-mode for what its number says', () => {
    const sloppy = read('m=video 6 RTP/AVP 97', 'a=rtpmap:97 H264/90000', 'a=fmtp:97 profile-level-id=42801f');
    expect(sloppy).toMatchObject({ payloadType: 97, receivePayloadType: 97, packetizationMode: 0 });
  });

  it('finds our number behind another one of theirs, and VP8 where they chose that', () => {
    expect(read('m=video 6 RTP/AVP 121', 'a=rtpmap:121 H264/90000')).toMatchObject({ receivePayloadType: 98 });
    expect(read('m=video 6 RTP/AVP 97', 'a=rtpmap:97 VP8/90000')).toMatchObject({
      codec: 'VP8',
      receivePayloadType: 99,
    });
    expect(read('m=video 6 RTP/AVP 97', 'a=rtpmap:97 H265/90000')).toBeUndefined();
  });
});
