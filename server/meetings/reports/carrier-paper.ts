import type { CarrierReport, Judged, LineMeasure, LineReport } from '../../protocol/reports.ts';
import type { Language } from '../notice-text.ts';
import type { Cell, Paper, Section } from './paper.ts';
import { type ReportWords, reportWords } from './report-words.ts';
import { lengthOf } from './spans.ts';

const MEASURES = [
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

function figureOf({ value }: Judged, digits: number): Cell {
  return value === undefined ? '–' : { number: value, digits };
}

function linesOf({ lines }: CarrierReport, words: ReportWords): Section {
  const { heads, carrier } = words;
  return {
    title: carrier.lines,
    text: carrier.basis,
    heads: [
      ...[heads.line, heads.wanted, heads.outage],
      ...MEASURES.map(([, head]) => heads[head]),
      ...[heads.minutes, heads.judged],
    ],
    widths: ['*', 50, 48, 52, 42, 42, 48, 42, 84],
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

/** Each target with whether it was met. */
function verdict({ figures }: LineReport, { heads, met, missed, notAgreed }: ReportWords): string {
  const lines = MEASURES.flatMap(([measure, head]) => {
    const { met: isMet } = figures[measure];
    return isMet === undefined ? [] : [`${heads[head].replace(/ \(.*/, '')}: ${isMet ? met : missed}`];
  });
  return lines.length > 0 ? lines.join('\n') : notAgreed;
}

function outagesOf({ lines }: CarrierReport, { heads, carrier, outages }: ReportWords): Section {
  return {
    title: carrier.outages,
    heads: [heads.line, heads.meeting, heads.from, heads.to, heads.length, heads.kind, heads.events],
    widths: [84, '*', 92, 52, 48, 66, 46],
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

function incidentsOf({ incidents }: CarrierReport, { heads, carrier, measures }: ReportWords): Section {
  return {
    title: carrier.incidents,
    heads: [heads.concerned, heads.meeting, heads.measure, heads.from, heads.length, heads.events],
    widths: ['*', 110, 74, 92, 48, 52],
    rows: incidents.map(({ title, record }) => [
      record.names.join(', '),
      title,
      measures[record.incident.reason.measure],
      { at: record.from },
      { ms: lengthOf(record) },
      record.seqs.join(', '),
    ]),
  };
}
