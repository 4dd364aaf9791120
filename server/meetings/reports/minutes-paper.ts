import type { Feedback } from '../../protocol/feedback.ts';
import type { IncidentRecord, Minutes } from '../../protocol/reports.ts';
import type { Language } from '../notice-text.ts';
import type { Cell, Paper, Section } from './paper.ts';
import { type ReportWords, reportWords } from './report-words.ts';
import { lengthOf, sum } from './spans.ts';

/** Minutes as they are printed and signed. */
export function minutesPaper(minutes: Minutes, feedback: readonly Feedback[], language: Language): Paper {
  const words = reportWords[language];
  const sections = [
    attendance(minutes, words),
    speeches(minutes, words),
    speakers(minutes, words),
    unheard(minutes, words),
    presented(minutes, words),
    incidents(minutes, words),
    told(minutes, words),
    pauses(minutes, words),
    recordings(minutes, words),
    opinions(feedback, words, words.minutes.feedback),
  ];
  const [first, ...rest] = sections.filter(({ rows, text }) => rows.length > 0 || text !== undefined);
  return {
    title: words.minutes.title,
    subtitle: minutes.title,
    facts: factsOf(minutes, words),
    sections: first ? [{ ...first, text: words.minutes.source }, ...rest] : [],
    signatures: words.minutes.signatures,
  };
}

function factsOf({ booking, openedAt, endedAt, until, attendees, absent, refused }: Minutes, words: ReportWords) {
  const { minutes } = words;
  const sites = attendees.filter(({ role }) => role === 'site').length;
  const facts: [string, Cell][] = [];
  if (booking) facts.push([minutes.hostUnit, booking.hostUnit], [minutes.booked, { at: booking.startsAt }]);
  if (booking?.emergency) facts.push([minutes.emergency, booking.emergency]);
  const heldAt = booking?.heldAt ?? openedAt;
  facts.push([minutes.opened, { at: heldAt }]);
  facts.push([endedAt === undefined ? minutes.running : minutes.ended, { at: until }]);
  facts.push([minutes.length, { ms: Math.max(0, until - heldAt) }]);
  facts.push([minutes.attended, { number: sites }]);
  const names = absent.sites.map(({ name }) => name).join(', ');
  facts.push([minutes.absent, absent.sites.length > 0 ? `${absent.sites.length} (${names})` : minutes.none]);
  if (refused.count > 0) facts.push([minutes.refused, { number: refused.count }]);
  return facts;
}

function attendance({ attendees }: Minutes, { minutes, heads, roles, means }: ReportWords): Section {
  return {
    title: minutes.attendance,
    heads: [heads.name, heads.role, heads.means, heads.from, heads.to, heads.present, heads.lost, heads.events],
    widths: ['*', 56, 64, 56, 56, 50, 54, 46],
    rows: attendees.flatMap(({ name, role, stays, presentMs, lostMs }) =>
      stays.map((stay, i): Cell[] => [
        ...(i === 0 ? [name, roles[role]] : ['', '']),
        means[stay.means],
        { clock: stay.from },
        { clock: stay.to },
        ...(i === 0 ? [{ ms: presentMs }, { ms: lostMs }] : ['', '']),
        stay.seqs.join(', '),
      ]),
    ),
  };
}

function speeches({ speeches: all }: Minutes, { minutes, heads, closed }: ReportWords): Section {
  return {
    title: minutes.speeches,
    heads: [heads.name, heads.requested, heads.from, heads.to, heads.length, heads.closed, heads.events],
    widths: ['*', 56, 56, 56, 50, 92, 84],
    rows: all.map((speech) => [
      speech.name,
      speech.request ? { clock: speech.request.requestedAt } : '',
      { clock: speech.from },
      { clock: speech.to },
      { ms: lengthOf(speech) },
      speech.closed ? closed[speech.closed] : '',
      speech.seqs.join(', '),
    ]),
  };
}

function speakers({ speakers: all }: Minutes, { minutes, heads }: ReportWords): Section {
  return {
    title: minutes.speakers,
    heads: [heads.name, heads.times, heads.length],
    widths: ['*', 70, 80],
    rows: all.map(({ name, times, ms }) => [name, { number: times }, { ms }]),
  };
}

function unheard({ unheard: all }: Minutes, { minutes, heads, requests }: ReportWords): Section {
  return {
    title: minutes.unheard,
    heads: [heads.name, heads.requested, heads.status, heads.events],
    widths: ['*', 70, 130, 70],
    rows: all.map(({ request, seqs }) => [
      request.name,
      { clock: request.requestedAt },
      requests[request.status],
      seqs.join(', '),
    ]),
  };
}

function presented({ presented: all }: Minutes, { minutes, heads }: ReportWords): Section {
  return {
    title: minutes.presented,
    heads: [heads.name, heads.from, heads.to, heads.length, heads.events],
    widths: ['*', 64, 64, 60, 70],
    rows: all.map((span) => [
      span.name,
      { clock: span.from },
      { clock: span.to },
      { ms: lengthOf(span) },
      span.seqs.join(', '),
    ]),
  };
}

function incidents({ incidents: all }: Minutes, words: ReportWords): Section {
  const { minutes, heads } = words;
  return {
    title: minutes.incidents,
    heads: [heads.concerned, heads.measure, heads.from, heads.length, heads.cause, heads.remedy, heads.events],
    widths: ['*', 66, 56, 50, 88, 88, 50],
    rows: all.map((record) => [
      record.names.join(', '),
      signOf(record, words),
      { clock: record.from },
      { ms: lengthOf(record) },
      record.incident.cause ?? '',
      record.incident.remedy ?? '',
      record.seqs.join(', '),
    ]),
  };
}

/** Who was told when (REG-8). */
function told({ incidents: all }: Minutes, { minutes, heads, parties }: ReportWords): Section {
  return {
    title: minutes.told,
    heads: [heads.concerned, heads.who, heads.from],
    widths: ['*', 170, 100],
    rows: all.flatMap(({ names, incident }) =>
      // What is entered afterwards may be of any time, and of another day.
      incident.told
        .toSorted(byTime)
        .map(({ party, name, at }) => [
          names.join(', '),
          name === undefined ? parties[party] : `${parties[party]}: ${name}`,
          { at },
        ]),
    ),
  };
}

const byTime = (a: { at: number }, b: { at: number }) => a.at - b.at;

/** What the monitor found, or what people saw. */
export function signOf({ incident }: IncidentRecord, { measures, incidentKinds }: ReportWords): string {
  return incident.reason ? measures[incident.reason.measure] : incidentKinds[incident.kind];
}

function pauses({ pauses: all }: Minutes, { minutes, heads, holds }: ReportWords): Section {
  return {
    title: minutes.pauses,
    heads: [heads.kind, heads.from, heads.to, heads.length, heads.events],
    widths: ['*', 64, 64, 60, 70],
    rows: all.map((span) => [
      span.text === '' ? holds[span.kind] : `${holds[span.kind]}: ${span.text}`,
      { clock: span.from },
      { clock: span.to },
      { ms: lengthOf(span) },
      span.seqs.join(', '),
    ]),
  };
}

function recordings({ recordings: all }: Minutes, { minutes, heads }: ReportWords): Section {
  return {
    title: minutes.recordings,
    heads: [heads.recording, heads.from, heads.to, heads.length, heads.events],
    widths: ['*', 64, 64, 60, 70],
    rows: all.map((one) => [
      one.recordingId,
      { clock: one.from },
      { clock: one.to },
      { ms: one.durationMs ?? lengthOf(one) },
      one.seqs.join(', '),
    ]),
  };
}

/** The means of all, then one row for each that is to be read. */
export function opinions(
  feedback: readonly Feedback[],
  { heads }: ReportWords,
  title: string,
  read: readonly Feedback[] = feedback,
): Section {
  const rated = ({ ratings }: Feedback): Cell[] => [
    { number: ratings.sound },
    { number: ratings.picture },
    { number: ratings.conduct },
  ];
  const mean = (pick: (one: Feedback) => number): Cell => ({
    number: sum(feedback.map(pick)) / feedback.length,
    digits: 1,
  });
  const means: Cell[][] = [
    [
      heads.mean,
      mean(({ ratings }) => ratings.sound),
      mean(({ ratings }) => ratings.picture),
      mean(({ ratings }) => ratings.conduct),
      '',
    ],
  ];
  return {
    title,
    heads: [heads.name, heads.sound, heads.picture, heads.conduct, heads.note],
    widths: [130, 58, 54, 58, '*'],
    rows: feedback.length === 0 ? [] : [...means, ...read.map((one) => [one.name, ...rated(one), one.note])],
  };
}
