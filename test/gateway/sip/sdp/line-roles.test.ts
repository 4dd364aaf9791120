import { describe, expect, it } from 'vitest';
import { lineRoles } from '../../../../gateway/sip/sdp/line-roles.ts';
import { remoteLine } from '../../../../gateway/sip/sdp/rtp-line.ts';
import { parseSdp } from '../../../../gateway/sip/sdp/sdp.ts';

const roles = (lines: string[], keepsContent = true) => {
  const session = parseSdp(['v=0', 'o=- 1 1 IN IP4 10.0.0.5', 's=-', 'c=IN IP4 10.0.0.5', ...lines].join('\r\n'));
  const live = session?.media.flatMap((_, index) => remoteLine(session, index) ?? []) ?? [];
  return lineRoles(live, keepsContent);
};
const indexes = (lines: readonly { index: number }[]) => lines.map(({ index }) => index);
const video = (...attributes: string[]) => ['m=video 6 RTP/AVP 97', ...attributes.map((line) => `a=${line}`)];
const floor = (label: string) => ['m=application 8 UDP/BFCP *', `a=floorid:1 mstrm:${label}`];

describe('people and presentation', () => {
  it.each([
    ['said by content (RFC 4796)', [...video('content:slides'), ...video('content:main')], [1], [0]],
    ['main left out', [...video('content:slides'), ...video()], [1], [0]],
    ['said by the floor’s label alone', [...video('label:12'), ...video('label:11'), ...floor('12')], [1], [0]],
    [
      'content before label',
      [...video('content:main', 'label:12'), ...video('content:slides'), ...floor('12')],
      [0],
      [1],
    ],
    ['not said, but there is a floor', [...video(), ...video(), ...floor('9')], [0, 1], [1]],
    ['not said, and no floor', [...video(), ...video()], [0, 1], []],
    [
      'other angles and sign language are neither',
      [...video('content:alt'), ...video('content:sl'), ...video()],
      [2],
      [],
    ],
    ['an angle where there is nothing else', video('content:alt'), [0], []],
    ['the speaker is people', [...video('content:speaker'), ...video('content:slides,alt')], [0], [1]],
    ['a presentation alone is no picture of people', video('content:slides'), [], [0]],
  ])('%s', (_what, lines, people, slides) => {
    const { video: pictures, content } = roles(lines);
    expect(indexes(pictures)).toEqual(people);
    expect(indexes(content(people[0]))).toEqual(slides);
  });

  it('a presentation alone is the picture where there is no place for presentations', () => {
    expect(indexes(roles(video('content:slides'), false).video)).toEqual([0]);
  });

  it('an alternative of the people is no presentation', () => {
    const { content } = roles([...video(), 'm=video 7 RTP/SAVP 97', ...floor('9')]);
    expect(indexes(content(0))).toEqual([]);
  });
});

it('lines that are off, lead nowhere or are of another kind have no role', () => {
  const {
    audio,
    video: pictures,
    floorControl,
    camera,
  } = roles([
    'm=audio 0 RTP/AVP',
    'm=application 4 UDP/BFCP',
    'm=audio 4 udptl t38',
    'm=audio 4 RTP/AVP 8',
    'c=IN IP4 codec.example',
    'm=audio 4 RTP/AVP 8',
    'm=image 4 udptl t38',
    'm=message 4 TCP/MSRP *',
    'm=text 4 RTP/AVP 98',
    'm=application 4 TCP/TLS/BFCP *',
    'm=application 4 TCP/BFCP *',
    'm=application 4 RTP/AVP 100',
    'a=rtpmap:100 H224/4800',
    'm=application 4 RTP/AVP 101',
    'a=rtpmap:101 x-data/90000',
  ]);
  expect([audio, pictures, floorControl, camera].map(indexes)).toEqual([[4], [], [9], [10]]);
});
