import type { CarrierFigures, YearReview } from '../../protocol/reports.ts';
import type { Language } from '../notice-text.ts';
import { figureOf, MEASURES } from './carrier-paper.ts';
import { opinions } from './minutes-paper.ts';
import { type Cell, type Paper, type Section, totalRow } from './paper.ts';
import { type ReportWords, reportWords } from './report-words.ts';
import { sum } from './spans.ts';

/** The yearly review, to be sent on (REG-16). */
export function yearPaper(review: YearReview, language: Language): Paper {
  const words = reportWords[language];
  const { year, feedback } = review;
  // A mark without a word is in the means.
  const written = feedback.flatMap((one) => (one.note === '' ? [] : [{ ...one, name: `${one.name} · ${one.title}` }]));
  const sections = [
    months(review, words),
    units(review, words),
    carriers(review, words),
    ...review.carriers.map((carrier) => carrierMonths(carrier, words)),
    opinions(feedback, words, words.year.opinions, written),
  ];
  return {
    title: words.year.title.replace('{year}', String(year)),
    facts: factsOf(review, words.year),
    sections: sections.filter(({ rows }) => rows.length > 0),
    signatures: words.year.signatures,
  };
}

function factsOf({ totals, leadTimes }: YearReview, words: ReportWords['year']): [string, Cell][] {
  const kept = ({ kept: met, missed }: { kept: string[]; missed: string[] }) =>
    words.kept.replace('{kept}', String(met.length)).replace('{all}', String(met.length + missed.length));
  return [
    [words.meetings, { number: totals.meetings }],
    [words.hours, { ms: totals.ms }],
    [words.siteHours, { ms: totals.siteMs }],
    [words.speeches, { number: totals.speeches }],
    [words.incidents, { number: totals.incidents }],
    [words.incidentLength, { ms: totals.incidentMs }],
    [words.announced, kept(leadTimes.announcement)],
    [words.carrierTold, kept(leadTimes.carrier)],
    [words.emergencies, { number: leadTimes.emergencies.length }],
  ];
}

function months({ months: all, totals }: YearReview, { heads, year }: ReportWords): Section {
  return {
    title: year.months,
    heads: [heads.month, heads.meetings, heads.hours, heads.siteHours, heads.speeches, heads.incidents],
    widths: ['*', 72, 72, 84, 66, 60],
    rows: [
      ...all.map(({ month, meetings, ...counts }): Cell[] => [{ number: month }, ...countsOf(counts, meetings.length)]),
      [year.whole, ...countsOf(totals, totals.meetings)],
    ],
  };
}

function countsOf(
  { ms, siteMs, speeches, incidents }: Omit<YearReview['totals'], 'meetings'>,
  meetings: number,
): Cell[] {
  return [{ number: meetings }, { ms }, { ms: siteMs }, { number: speeches }, { number: incidents }];
}

function units({ units: all }: YearReview, { heads, year, notBooked, total }: ReportWords): Section {
  return {
    title: year.units,
    heads: [heads.hostUnit, heads.meetings, heads.hours, heads.siteHours],
    widths: ['*', 72, 72, 84],
    rows: [
      ...all.map(({ hostUnitId, hostUnit, meetings, ms, siteMs }): Cell[] => [
        hostUnitId === undefined ? notBooked : hostUnit,
        { number: meetings },
        { ms },
        { ms: siteMs },
      ]),
      ...totalRow(all.length, [
        total,
        { number: sum(all.map(({ meetings }) => meetings)) },
        { ms: sum(all.map(({ ms }) => ms)) },
        { ms: sum(all.map(({ siteMs }) => siteMs)) },
      ]),
    ],
  };
}

function carriers({ carriers: all }: YearReview, { heads, year }: ReportWords): Section {
  return {
    title: year.carriers,
    heads: [
      heads.carrier,
      heads.lines,
      heads.wanted,
      heads.outages,
      heads.outage,
      heads.incidents,
      heads.incidentLength,
    ],
    widths: ['*', 62, 66, 62, 60, 46, 62],
    rows: all.map(({ carrier, lines, year: { expectedMs, outages, outageMs, incidents, incidentMs } }) => [
      carrier,
      { number: lines },
      { ms: expectedMs },
      { number: outages },
      { ms: outageMs },
      { number: incidents },
      { ms: incidentMs },
    ]),
  };
}

/** Each month and the year against the targets of the lines (REG-17). */
function carrierMonths({ carrier, months, year }: YearReview['carriers'][number], words: ReportWords): Section {
  const { heads } = words;
  const served = months.flatMap((figures, i) => (figures ? [{ month: { number: i + 1 }, figures }] : []));
  const rows = served.length > 0 ? [...served, { month: words.year.whole, figures: year }] : [];
  return {
    title: words.year.quality.replace('{carrier}', carrier),
    heads: [
      ...[heads.month, heads.wanted, heads.outage],
      ...MEASURES.map(([, head]) => heads[head]),
      ...[heads.incidents, heads.incidentLength, heads.judged],
    ],
    widths: [46, 60, 50, 46, 36, 42, 36, 30, 50, '*'],
    rows: rows.map(({ month, figures }) => [
      month,
      { ms: figures.expectedMs },
      { ms: figures.outageMs },
      ...MEASURES.map(([measure, , digits]) => figureOf(figures.figures[measure], digits)),
      { number: figures.incidents },
      { ms: figures.incidentMs },
      verdict(figures, words),
    ]),
  };
}

/** Whether every line met every target that it has, and how many did not meet which. */
function verdict({ figures }: CarrierFigures, { heads, met, missed, notAgreed }: ReportWords): string {
  const judged = MEASURES.filter(([measure]) => figures[measure].judged > 0);
  const broken = judged.filter(([measure]) => figures[measure].missed > 0);
  const names = broken.map(([measure, head]) => {
    const name = heads[head].replace(/ \(.*/, '').toLocaleLowerCase('vi');
    return `${name} ${figures[measure].missed}/${figures[measure].judged}`;
  });
  if (names.length > 0) return `${missed}: ${names.join(', ')}`;
  return judged.length > 0 ? met : notAgreed;
}
