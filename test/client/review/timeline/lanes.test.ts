import { describe, expect, it } from 'vitest';
import { coloursOf, lanesOf, speakersAt, toldAt } from '../../../../client/review/timeline/lanes.ts';
import type { Chapter } from '../../../../server/protocol/recording.ts';

function floor(participantId: string, at: number, to?: number): Chapter {
  return { kind: 'floor', at, ...(to === undefined ? {} : { to }), participantId, name: participantId.toUpperCase() };
}

const chapters: Chapter[] = [
  { kind: 'layout', at: 0, layout: '1', names: [] },
  floor('ba-be', 10, 50),
  floor('chair', 30, 40),
  floor('na-ri', 50),
  { kind: 'layout', at: 60, layout: '2x2', names: [] },
  { kind: 'ownPicture', at: 70, audience: 'codecs' },
  { kind: 'gap', at: 80, to: 90 },
  { kind: 'warning', at: 85, warning: 'silent' },
];
const lanes = lanesOf(chapters, { durationMs: 100 });

describe('lanesOf', () => {
  it('draws who had the floor in as few rows as nothing overlaps in', () => {
    expect(lanes.floor.map((row) => row.map(({ from, to }) => [from, to]))).toEqual([
      [
        [10, 50],
        [50, 100],
      ],
      [[30, 40]],
    ]);
  });

  it('lets a layout last until the next, whatever others see for themselves', () => {
    expect(lanes.layout.map(({ from, to }) => [from, to])).toEqual([
      [0, 60],
      [60, 100],
    ]);
  });

  it('leaves gaps to the hatching', () => {
    expect(lanes.events.map(({ chapter }) => chapter.kind)).toEqual(['warning']);
  });
});

it('says who had the floor then, the newest first', () => {
  expect(speakersAt(lanes, 35)).toEqual(['CHAIR', 'BA-BE']);
  expect(speakersAt(lanes, 5)).toEqual([]);
});

it('tells of a moment what matters most: a gap before who speaks, and the picture last', () => {
  const tell = (at: number) => toldAt(chapters, at).map((told) => ('name' in told ? told.name : told.kind));
  expect([5, 35, 65, 85].map(tell)).toEqual([['layout'], ['CHAIR', 'BA-BE'], ['NA-RI'], ['gap']]);
  expect(toldAt([...chapters, { kind: 'layout', at: 3, layout: '3x3', names: [] }], 5)).toMatchObject([
    { layout: '3x3' },
  ]);
  expect(toldAt([], 5)).toEqual([]);
});

it('gives each of many sites a colour of its own', () => {
  const many = Array.from({ length: 30 }, (_, i) => floor(`site-${i}`, i));
  expect(new Set(coloursOf(many).values()).size).toBe(30);
  expect(coloursOf(chapters).get('ba-be')).toBe(coloursOf([floor('x', 0)]).get('x'));
});
