import type { CarrierReport, Judged, LineMeasure, LineReport } from '../../protocol/reports.ts';
import type { Language } from '../notice-text.ts';
import { signOf } from './minutes-paper.ts';
import type { Cell, Paper, Section } from './paper.ts';
import { type ReportWords, reportWords } from './report-words.ts';
import { lengthOf } from './spans.ts';

export const MEASURES = [
  ['availability', 'availability', 2],
  ['loss', 'loss', 2],
  ['jitterMs', 'jitter', 1],
  ['roundTripMs', 'roundTrip', 0],
] as const satisfies [LineMeasure, keyof ReportWords['heads'], number][];

/** A carrier's month, to be signed by both (REG-17). */
export function carrierPaper(report: CarrierReport, language: Language, period: string): Paper {
  const words = reportWords[language];
  return {
    title: words.carrier.title,
    subtitle: `${report.carrier} · ${period}`,
    facts: [
      [words.heads.lines, { number: report.lines.length }],
      [words.heads.wanted, { ms: report.expectedMs }],
      [words.heads.outage, { ms: report.outageMs }],
      [words.heads.availability, figureOf(report.figures.availability, 2)],
    ],
    sections: [linesOf(report, words), outagesOf(report, words), incidentsOf(report, words)],
    signatures: words.carrier.signatures,
  };
}

export function figureOf({ value }: Pick<Judged, 'value'>, digits: number): Cell {
  return value === undefined ? '–' : { number: value, digits };
}

function linesOf({ lines }: CarrierReport, words: ReportWords): Section {
  const { heads, carrier } = words;
  return {
    title: carrier.lines,
    text: words.basis,
    heads: [
      ...[heads.line, heads.wanted, heads.outage],
      ...MEASURES.map(([, head]) => heads[head]),
      ...[heads.minutes, heads.judged],
    ],
    widths: ['*', 50, 46, 50, 36, 40, 46, 40, 96],
    rows: lines.map((line) => [
      line.name,
      { ms: line.expectedMs },
      { ms: line.outageMs },
      ...MEASURES.map(([measure, , digits]) => figureOf(line.figures[measure], digits)),
      { number: line.minutes },
      verdict(line, words),
    ]),
  };
}

/** Whether every target was met, and which were not. */
function verdict({ figures }: LineReport, { heads, met, missed, notAgreed }: ReportWords): string {
  const judged = MEASURES.filter(([measure]) => figures[measure].met !== undefined);
  const broken = judged.filter(([measure]) => figures[measure].met === false);
  const names = broken.map(([, head]) => heads[head].replace(/ \(.*/, '').toLocaleLowerCase('vi'));
  if (names.length > 0) return `${missed}: ${names.join(', ')}`;
  return judged.length > 0 ? met : notAgreed;
}

function outagesOf({ lines }: CarrierReport, { heads, carrier, outages }: ReportWords): Section {
  return {
    title: carrier.outages,
    heads: [heads.line, heads.meeting, heads.from, heads.to, heads.length, heads.kind, heads.events],
    widths: [84, '*', 88, 56, 50, 66, 46],
    rows: lines.flatMap(({ name, meetings }) =>
      meetings.flatMap(({ title, outages: all }) =>
        all.map((outage) => [
          ...[name, title, { at: outage.from }, { clock: outage.to }, { ms: lengthOf(outage) }],
          ...[outages[outage.why], outage.seqs.join(', ')],
        ]),
      ),
    ),
  };
}

function incidentsOf({ incidents }: CarrierReport, words: ReportWords): Section {
  const { heads, carrier } = words;
  return {
    title: carrier.incidents,
    heads: [heads.concerned, heads.meeting, heads.measure, heads.from, heads.length, heads.cause, heads.events],
    widths: ['*', 90, 62, 88, 50, 84, 40],
    rows: incidents.map(({ title, record }) => [
      record.names.join(', '),
      title,
      signOf(record, words),
      { at: record.from },
      { ms: lengthOf(record) },
      record.incident.cause ?? '',
      record.seqs.join(', '),
    ]),
  };
}
