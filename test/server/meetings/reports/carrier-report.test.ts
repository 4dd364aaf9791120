import { describe, expect, test } from 'vitest';
import {
  carrierReport,
  type MeasuredMinute,
  measurementOf,
} from '../../../../server/meetings/reports/carrier-report.ts';
import { factsOf } from '../../../../server/meetings/reports/facts.ts';
import { carrierReportSchema } from '../../../../server/protocol/reports.ts';
import { incident, joined, MINUTE, START, story } from './story.ts';

const meeting = factsOf(
  story(
    [0, { type: 'meetingOpened', roomId: 'm1', title: 'Giao ban' }],
    [0, joined('site-ba-be', 'Ba Bể')],
    [0, joined('site-na-ri', 'Na Rì')],
    [10, { type: 'participantLost', participantId: 'site-ba-be' }],
    [11, { type: 'participantReturned', participantId: 'site-ba-be' }],
    [20, { type: 'incidentOpened', incident: incident({ participantIds: ['site-na-ri'] }) }],
    [100, { type: 'meetingEnded' }],
  ),
  { roomId: 'm1', now: START + 1e9 },
);
const minutes = (up: number, down: number): MeasuredMinute[] =>
  [0, 1].flatMap((i) => [
    { at: START + i * MINUTE, direction: 'up', loss: up, jitterMs: 10 },
    { at: START + i * MINUTE, direction: 'down', loss: down, jitterMs: 30 },
  ]);
const line = (siteId: string, name: string, targets: object = {}) => ({ siteId, name, line: { targets } });
const report = (lines: ReturnType<typeof line>[], measured: readonly MeasuredMinute[]) =>
  carrierReportSchema.parse(
    carrierReport({
      ...{ carrierId: 'vnpt', carrier: 'VNPT', from: START, to: START + 1e9, lines, meetings: [meeting] },
      measuredOf: (roomId, participantId) =>
        measurementOf(roomId === 'm1' && participantId === 'site-ba-be' ? measured : []),
    }),
  );

describe('REG-17 a carrier in a month', () => {
  test('each line against what was agreed, from the time in which it was wanted', () => {
    const targets = { availability: 99.5, loss: 1, jitterMs: 30 };
    const [baBe] = report([line('ba-be', 'Ba Bể', targets)], minutes(0.001, 0.02)).lines;
    expect(baBe).toMatchObject({ expectedMs: 100 * MINUTE, outageMs: MINUTE, minutes: 2 });
    expect(baBe?.figures).toEqual({
      availability: { value: 99, target: 99.5, met: false },
      loss: { value: 2, target: 1, met: false },
      jitterMs: { value: 30, target: 30, met: true },
      roundTripMs: {},
    });
    expect(baBe?.meetings).toMatchObject([{ roomId: 'm1', outages: [{ why: 'connection', seqs: [4, 5] }] }]);
  });

  test('what was not agreed is not judged, what was not measured has no figure', () => {
    const [baBe, xa] = report([line('ba-be', 'Ba Bể'), line('xa', 'Xã')], minutes(0.5, 0.5)).lines;
    expect(baBe?.figures.loss).toEqual({ value: 50 });
    expect(xa?.figures).toEqual({ availability: {}, loss: {}, jitterMs: {}, roundTripMs: {} });
  });

  test('only the incidents of its own lines', () => {
    expect(report([line('ba-be', 'Ba Bể')], []).incidents).toEqual([]);
    expect(report([line('na-ri', 'Na Rì')], []).incidents).toMatchObject([
      { roomId: 'm1', record: { names: ['Na Rì'] } },
    ]);
  });

  test('all lines together weigh by the time in which they were wanted', () => {
    const both = report([line('ba-be', 'Ba Bể'), line('na-ri', 'Na Rì')], []);
    expect(both.expectedMs).toBe(200 * MINUTE);
    expect(both.figures.availability.value).toBeLessThan(60);
  });
});
