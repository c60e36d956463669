/** Writes a finding out as data of a report, its proof as numbers of frames. Decides nothing. */
import type { Finding } from '../model/finding.ts';
import type { ReportCause } from '../model/report-schema.ts';
import type { FrameBook } from './frames.ts';

/** Frames that prove a cause: the first citations are the most telling ones. */
const MOST_CITATIONS = 5;

export function reportCause(finding: Finding, book: FrameBook): ReportCause {
  return {
    fingerprint: finding.fingerprint,
    code: finding.code,
    name: finding.name,
    stage: finding.stage,
    certainty: finding.certainty,
    basis: finding.basis,
    message: { id: finding.message.id, args: { ...finding.message.args }, text: finding.message.text },
    ...(finding.consequence === undefined ? {} : { consequence: finding.consequence }),
    subject: { ...finding.subject },
    ...(finding.container === undefined ? {} : { container: finding.container }),
    affects: finding.affects.map((ref) => ({ ...ref })),
    ...(finding.since === undefined ? {} : { since: finding.since }),
    evidence: [...new Set(finding.citations.slice(0, MOST_CITATIONS).map((citation) => book.number(citation)))],
    fixes: finding.fixes.map((fix) => ({
      ...fix,
      steps: fix.steps.map(copyStep),
      undo: fix.undo.map(copyStep),
      verify: copyStep(fix.verify),
    })),
  };
}

function copyStep(step: Finding['fixes'][number]['steps'][number]): ReportCause['fixes'][number]['steps'][number] {
  return step.kind === 'command'
    ? { kind: 'command', argv: [...step.argv], mutates: step.mutates }
    : { kind: 'manual', text: step.text };
}
