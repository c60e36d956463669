/** A trace as linear text, for screen readers and logs: no columns, no glyphs, no colour; every line says by itself what it is. */
import type { TraceHop, TraceReport } from '../model/trace-schema.ts';
import { shellCommand } from './shell.ts';
import { cleanLine } from './text.ts';
import {
  answerText,
  callerText,
  decisiveHop,
  evidenceText,
  hopFacts,
  objectText,
  outcomeText,
  requestText,
  statusText,
  targetText,
  verdictText,
} from './trace-words.ts';

const STATES: Readonly<Record<TraceHop['state'], string>> = {
  passes: 'passes',
  fails: 'fails',
  unknown: 'not known',
  'not-reached': 'not reached',
};

export function renderTracePlain(report: TraceReport): string {
  const { subject } = report;
  const lines = [
    `Object: ${subject.kind} ${subject.namespace === undefined ? '' : `${subject.namespace}/`}${subject.name}.`,
    `Result: ${statusText(report).toLowerCase()}.`,
  ];
  const decisive = decisiveHop(report);
  if (decisive !== undefined) {
    const { hop, path, number } = decisive;
    lines.push(
      `${report.status === 'fails' ? 'Cause' : 'Open'}: hop ${number} ${callerText(path)}, ${hop.title}: ${hop.says}`,
    );
    if (hop.answer !== undefined) lines.push(`The caller gets: ${answerText(hop.answer)}`);
    if (hop.todo !== undefined) lines.push(`Do: ${hop.todo}`);
    if (hop.command !== undefined) lines.push(`Do, command: ${shellCommand(hop.command)}`);
  }
  for (const [index, path] of report.paths.entries()) {
    const target = targetText(path);
    lines.push(
      '',
      `Path ${index + 1}, ${callerText(path)}: ${requestText(path)}${target === '' ? '' : `, to ${target}`}.`,
    );
    lines.push(`Path ${index + 1} ${outcomeText(path)}.`);
    for (const note of path.notes ?? []) lines.push(`Path ${index + 1}, note: ${note}.`);
    for (const [at, hop] of path.hops.entries()) {
      const object = objectText(hop);
      lines.push(
        `Hop ${at + 1}, ${hop.title}${object === undefined ? '' : `, ${object}`}: ${STATES[hop.state]}. ${hop.says}`,
      );
      const facts = hopFacts(hop);
      if (facts !== '') lines.push(`Hop ${at + 1}, facts: ${facts}`);
      if (hop.state === 'fails' || hop.state === 'unknown')
        for (const evidence of hop.evidence) lines.push(`Hop ${at + 1}, evidence: ${evidenceText(evidence)}`);
    }
  }
  if (report.sent !== undefined) {
    const { sent } = report;
    lines.push('', `Sent: ${sent.method} ${sent.url} ${sent.via}`, `Answered: ${verdictText(sent)}`);
    for (const [name, value] of Object.entries(sent.headers)) lines.push(`Answer, header: ${name}: ${value}`);
    if (sent.body !== '') lines.push(`Answer, body: ${sent.body.slice(0, 400)}`);
    for (const { name, milliseconds } of sent.phases) lines.push(`Time, ${name}: ${milliseconds.toFixed(1)} ms`);
    for (const { hop, expected, observed } of sent.compared)
      lines.push(`Compared, ${hop}: expected ${expected}; ${observed}`);
  }
  for (const gap of report.gaps)
    lines.push(
      `Not known: ${gap.wanted}: ${gap.detail}${gap.unlock === undefined ? '' : `. To see it: ${gap.unlock}`}`,
    );
  lines.push(`Exit code: ${report.exitCode}`);
  return `${lines.map(cleanLine).join('\n')}\n`;
}
