import type { YearReview } from '../../protocol/reports.ts';
import type { Language } from '../notice-text.ts';
import { opinions } from './minutes-paper.ts';
import type { Cell, Paper, Section } from './paper.ts';
import { type ReportWords, reportWords } from './report-words.ts';

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

function months({ months: all }: YearReview, { heads, year }: ReportWords): Section {
  return {
    title: year.months,
    heads: [heads.month, heads.meetings, heads.hours, heads.siteHours, heads.speeches, heads.incidents],
    widths: ['*', 72, 72, 84, 66, 60],
    rows: all.map(({ month, meetings, ms, siteMs, speeches, incidents }) => [
      String(month),
      { number: meetings.length },
      { ms },
      { ms: siteMs },
      { number: speeches },
      { number: incidents },
    ]),
  };
}

function units({ units: all }: YearReview, { heads, year, notBooked }: ReportWords): Section {
  return {
    title: year.units,
    heads: [heads.hostUnit, heads.meetings, heads.hours, heads.siteHours],
    widths: ['*', 72, 72, 84],
    rows: all.map(({ hostUnitId, hostUnit, meetings, ms, siteMs }) => [
      hostUnitId === undefined ? notBooked : hostUnit,
      { number: meetings },
      { ms },
      { ms: siteMs },
    ]),
  };
}

function carriers({ carriers: all }: YearReview, { heads, year }: ReportWords): Section {
  return {
    title: year.carriers,
    heads: [heads.carrier, heads.lines, heads.wanted, heads.outages, heads.outage, heads.availability],
    widths: ['*', 62, 72, 66, 60, 66],
    rows: all.map(({ carrier, lines, expectedMs, outageMs, outages }) => [
      carrier,
      { number: lines },
      { ms: expectedMs },
      { number: outages },
      { ms: outageMs },
      expectedMs > 0 ? { number: (1 - outageMs / expectedMs) * 100, digits: 2 } : '–',
    ]),
  };
}
