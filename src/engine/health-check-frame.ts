/**
 * A frame of a health report quotes the lines that failed, and when it was made. In a ConfigMap the report is one long value, of which a common frame
 * would show both ends. Everything else is quoted as ever.
 */
import type { Evidence } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';
import type { ReportFrame } from '../model/report-schema.ts';
import { newestReport, parseHealthCheckReports } from '../views/parse/health-check-report.ts';
import type { FrameBook } from './frames.ts';

const MOST_RESULTS = 6;
const LONGEST_LINE = 400;
const REPORT = /^\/data\/(reports-[\w.-]{1,200})$/;

export function quotingReports(book: FrameBook, evidence: ReadonlyMap<string, Evidence>): FrameBook {
  const quoted = new Map<number, ReportFrame['lines']>();
  return {
    get frames() {
      return book.frames.map((frame) => ({ ...frame, lines: quoted.get(frame.number) ?? frame.lines }));
    },
    number(citation) {
      const number = book.number(citation);
      const key = citation.at.kind === 'pointer' ? REPORT.exec(citation.at.pointer)?.[1] : undefined;
      const piece = evidence.get(citation.evidence);
      if (key !== undefined && piece?.type === 'object' && piece.subject.kind === 'ConfigMap') {
        const lines = reportLines(textAt(piece.body, 'data', key) ?? '');
        if (lines.length > 0) quoted.set(number, lines);
      }
      return number;
    },
  };
}

/** The date, what failed, or where nothing did the first results. */
function reportLines(text: string): ReportFrame['lines'] {
  const report = newestReport(parseHealthCheckReports(text));
  if (report === undefined) return [];
  const failed = report.results.filter(({ passed }) => !passed);
  const lines = text.split(/\r\n|\n|\r/);
  const shown = (failed.length > 0 ? failed : report.results).slice(0, MOST_RESULTS);
  const date = lines.findIndex((line) => /^\s{0,20}Date\s{0,4}:/i.test(line));
  return [
    ...(date < 0 ? [] : [{ number: date + 1, text: (lines[date] ?? '').trim(), marked: false }]),
    ...shown.flatMap(({ from, passed }) => {
      const line = lines[from - 1];
      return line === undefined ? [] : [{ number: from, text: line.slice(0, LONGEST_LINE), marked: !passed }];
    }),
  ];
}
