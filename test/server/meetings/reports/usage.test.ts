import { expect, test } from 'vitest';
import { factsOf } from '../../../../server/meetings/reports/facts.ts';
import { usageOf } from '../../../../server/meetings/reports/usage.ts';
import { usagePaper } from '../../../../server/meetings/reports/usage-paper.ts';
import { joined, MINUTE, START, story } from './story.ts';

const meeting = (roomId: string, minutes: number, sites: number) =>
  factsOf(
    story(
      [0, { type: 'meetingOpened', roomId, title: roomId }],
      ...Array.from({ length: sites }, (_, i): [number, object] => [0, joined(`site-x${i}`, `Xã ${i}`)]),
      [minutes, { type: 'meetingEnded' }],
    ),
    { roomId: roomId, now: START + 1e9 },
  );
const hosts: Record<string, string> = { a1: 'Sở Y tế', a2: 'Sở Y tế', b1: 'Đảng ủy', c1: 'Du lịch' };
const hostOf = (roomId: string) => {
  const hostUnit = hosts[roomId];
  return hostUnit === undefined ? undefined : { bookingId: roomId, hostUnitId: hostUnit, hostUnit };
};

test('REG-20 use by host unit: meetings, sites and hours; Vietnamese sorts right, what nobody booked comes last', () => {
  const meetings = [
    meeting('a1', 60, 3),
    meeting('xx', 10, 1),
    meeting('b1', 30, 2),
    meeting('a2', 15, 4),
    meeting('c1', 5, 1),
  ];
  const usage = usageOf(meetings, hostOf, { from: START, to: START + 1e9 });
  const rows = usage.units.map(({ hostUnit, meetings: held, ms, sites, siteMs }) => {
    return [hostUnit, held.map(({ roomId }) => roomId), ms / MINUTE, sites, siteMs / MINUTE];
  });
  expect(rows).toEqual([
    ['Du lịch', ['c1'], 5, 1, 5],
    ['Đảng ủy', ['b1'], 30, 2, 60],
    ['Sở Y tế', ['a1', 'a2'], 75, 7, 240],
    ['', ['xx'], 10, 1, 10],
  ]);
});

test('REG-20 on paper the units are added up, and the month ends with its last day', () => {
  const between = { from: START, to: START + 1e9 };
  const paper = usagePaper(usageOf([meeting('b1', 30, 2), meeting('c1', 5, 1)], hostOf, between), 'vi');
  expect(paper.sections[0]?.rows.at(-1)).toEqual([
    ...['Tổng cộng', { number: 2 }, { ms: 35 * MINUTE }],
    ...['', { ms: 65 * MINUTE }, { ms: 0 }],
  ]);
  expect(paper.facts[1]).toEqual(['Đến', { at: between.to - MINUTE }]);
});
