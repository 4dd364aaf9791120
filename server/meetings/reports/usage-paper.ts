import type { Usage } from '../../protocol/reports.ts';
import type { Language } from '../notice-text.ts';
import { type Cell, type Paper, totalRow } from './paper.ts';
import { reportWords } from './report-words.ts';
import { sum } from './spans.ts';

const MINUTE_MS = 60_000;

/** Use by host unit, for the sharing of costs (REG-20). */
export function usagePaper({ from, to, units }: Usage, language: Language): Paper {
  const { usage, heads, notBooked, total } = reportWords[language];
  const nameOf = (unit: Usage['units'][number]) => (unit.hostUnitId === undefined ? notBooked : unit.hostUnit);
  return {
    title: usage.title,
    facts: [
      [heads.from, { at: from }],
      // The last minute of it, as people say it: the 30th, not the 1st of the next month.
      [heads.to, { at: to - MINUTE_MS }],
    ],
    sections: [
      {
        title: usage.byUnit,
        heads: [heads.hostUnit, heads.meetings, heads.hours, heads.sites, heads.siteHours, heads.recorded],
        widths: ['*', 62, 60, 56, 72, 60],
        rows: [
          ...units.map((unit): Cell[] => [
            nameOf(unit),
            { number: unit.meetings.length },
            { ms: unit.ms },
            { number: unit.sites },
            { ms: unit.siteMs },
            { ms: unit.recordedMs },
          ]),
          // Sites are not added up: one may have been in the meetings of several units.
          ...totalRow(units.length, [
            total,
            { number: sum(units.map(({ meetings }) => meetings.length)) },
            { ms: sum(units.map(({ ms }) => ms)) },
            '',
            { ms: sum(units.map(({ siteMs }) => siteMs)) },
            { ms: sum(units.map(({ recordedMs }) => recordedMs)) },
          ]),
        ],
      },
      {
        title: usage.byMeeting,
        heads: [heads.hostUnit, heads.meeting, heads.opened, heads.hours, heads.sites, heads.siteHours],
        widths: [110, '*', 96, 52, 52, 66],
        rows: units.flatMap((unit) =>
          unit.meetings.map(({ title, openedAt, ms, sites, siteMs }) => [
            nameOf(unit),
            title,
            { at: openedAt },
            { ms },
            { number: sites },
            { ms: siteMs },
          ]),
        ),
      },
    ],
  };
}
