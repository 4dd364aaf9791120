import { describe, expect, it } from 'vitest';
import { answerAudio, offerAudio, readAudio } from '../../../../gateway/sip/sdp/audio-line.ts';
import type { LocalMedia } from '../../../../gateway/sip/sdp/media.ts';
import { remoteLine } from '../../../../gateway/sip/sdp/rtp-line.ts';
import { parseSdp } from '../../../../gateway/sip/sdp/sdp.ts';

const local: LocalMedia = { address: '192.0.2.1', rtcpMux: true, audio: { port: 4000 } };
const lineOf = (...lines: string[]) => {
  const session = parseSdp(['v=0', 'o=- 1 1 IN IP4 10.0.0.5', 's=-', 'c=IN IP4 10.0.0.5', ...lines].join('\r\n'));
  const line = session && remoteLine(session, 0);
  if (!line) throw new Error('no line');
  return line;
};
const answer = (...lines: string[]) => answerAudio(lineOf(...lines), local);
const agreed = (...lines: string[]) => answer(...lines)?.agreed;
const opus = ['a=rtpmap:96 opus/48000/2'];

describe('digits (RFC 4733)', () => {
  const events = ['a=rtpmap:101 telephone-event/8000', 'a=rtpmap:110 telephone-event/48000'];

  it('run at the clock of the sound', () => {
    expect(agreed('m=audio 6 RTP/AVP 96 8 101 110', ...opus, ...events)).toMatchObject({
      codec: 'opus',
      telephoneEvent: 110,
      telephoneEventClockRate: 48_000,
    });
    expect(agreed('m=audio 6 RTP/AVP 8 110 101', ...events)).toMatchObject({
      telephoneEvent: 101,
      receiveTelephoneEvent: 101,
      telephoneEventClockRate: 8_000,
    });
  });

  it('run at the clock that the device has, where it knows no other', () => {
    const result = answer('m=audio 6 RTP/AVP 96 101', ...opus, ...events.slice(0, 1));
    expect(result?.agreed).toMatchObject({ telephoneEvent: 101, telephoneEventClockRate: 8_000 });
    expect(result?.section.attributes).toContainEqual({ name: 'rtpmap', value: '101 telephone-event/8000' });
  });

  it('have two numbers where each side has its own', () => {
    const offer = offerAudio({ port: 4000 });
    const ours = { kind: 'audio', port: 4000, protocol: 'RTP/AVP', bandwidth: {}, ...offer };
    const read = readAudio(ours, lineOf('m=audio 6 RTP/AVP 0 97', 'a=rtpmap:97 telephone-event/8000'), false);
    expect(read).toMatchObject({ codec: 'PCMU', telephoneEvent: 97, receiveTelephoneEvent: 101 });
  });
});

describe('packets', () => {
  it.each([
    [[], 20],
    [['a=ptime:30'], 30],
    [['a=ptime:40', 'a=maxptime:20'], 20],
    [['a=ptime:0'], 20],
    [['a=ptime:5'], 10],
    [['a=ptime:200'], 60],
    [['a=ptime:x', 'a=maxptime:y'], 20],
  ])('with %j have %i ms', (lines, ptime) => {
    expect(agreed('m=audio 6 RTP/AVP 8', ...lines)?.ptime).toBe(ptime);
  });

  it('share a port with RTCP only under numbers that cannot be mistaken (RFC 5761 §4)', () => {
    const at = (number: number) =>
      agreed(`m=audio 6 RTP/AVP ${number}`, `a=rtpmap:${number} opus/48000/2`, 'a=rtcp-mux', 'a=rtcp-rsize')?.remote;
    expect(at(96)).toMatchObject({ rtcpMux: true, rtcpPort: 6 });
    expect(at(72)).toMatchObject({ rtcpMux: false, rtcpPort: 7 });
  });

  it.each([
    ['a=rtcp:4711', 4711],
    ['a=rtcp:4711 IN IP4 10.9.9.9', 4711],
    ['a=rtcp:0', 7],
    ['a=rtcp:99999', 7],
    ['a=rtcp:x', 7],
  ])('and their reports go where %s says', (line, port) => {
    expect(agreed('m=audio 6 RTP/AVP 8', line)?.remote.rtcpPort).toBe(port);
  });
});

describe('codecs', () => {
  it('that nobody here speaks are passed over', () => {
    const others = [
      'a=rtpmap:115 G7221/32000',
      'a=rtpmap:107 MP4A-LATM/90000',
      'a=rtpmap:118 SIRENLPR/48000/1',
      'a=rtpmap:13 CN/8000',
      'a=rtpmap:97 speex/16000',
      'a=rtpmap:98 opus/16000',
    ];
    expect(answer('m=audio 6 RTP/AVP 107 115 118 13 97 98 18', ...others)).toBeUndefined();
    expect(agreed('m=audio 6 RTP/AVP 107 115 13 0', ...others)).toMatchObject({ codec: 'PCMU' });
  });

  it('of one number are the first that is written', () => {
    expect(agreed('m=audio 6 RTP/AVP 96', ...opus, 'a=rtpmap:96 PCMA/8000')?.codec).toBe('opus');
  });

  it('keep the numbers of a session that stands, and no other takes them', () => {
    const standing = agreed(
      'm=audio 6 RTP/AVP 101 102',
      'a=rtpmap:101 opus/48000/2',
      'a=rtpmap:102 telephone-event/48000',
    );
    const { formats, attributes } = offerAudio({ port: 4000 }, standing);
    expect(formats).toEqual(['101', '9', '8', '0', '103', '102']);
    expect(attributes).toContainEqual({ name: 'rtpmap', value: '103 telephone-event/8000' });
  });
});
