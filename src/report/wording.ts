/**
 * Words that every renderer shares: stage names, certainty, applicability, counts. Reads the Report only.
 */
import { kindWord, titleOf } from '../model/kinds.ts';
import type { Diagnosis, Report, ReportAzure, ReportFix } from '../model/report-schema.ts';
import { shellCommand } from './shell.ts';
import { cleanLine } from './text.ts';

type Reference = Diagnosis['subject'];

export const APPLICABILITY: Readonly<Record<ReportFix['applicability'], string>> = {
  safe: 'safe to run',
  review: 'review first',
  'fill-in': 'fill in the <...> first',
  advice: 'advice',
};

export function referenceText(ref: Reference): string {
  if (ref.kind === 'Source') return cleanLine(ref.name);
  return cleanLine(`${titleOf(ref)} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`);
}

/** Begins with a capital and ends with a full stop, whatever a rule's author wrote. */
export function sentence(text: string): string {
  if (text === '') return '';
  const begun = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?:]$/.test(begun) ? begun : `${begun}.`;
}

export function plural(count: number, word: string): string {
  return `${count} ${count === 1 ? word : `${word}s`}`;
}

export function readText(report: Report): string {
  const { objects, events, logs } = report.read;
  const taken = report.takenAt.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC');
  return cleanLine(
    `Read ${plural(objects, 'object')}, ${plural(events, 'event')} and ${plural(logs, 'log')} of ${report.source}, taken ${taken}. Changed nothing.`,
  );
}

/** Where a run over a scope looked. */
export function scopeText(report: Report): string {
  const { namespaces } = report.scope;
  if (namespaces === 'all') return 'all namespaces';
  if (namespaces.length > 3) return plural(namespaces.length, 'namespace');
  const last = namespaces.at(-1) ?? '';
  return cleanLine(
    namespaces.length < 2 ? `namespace ${last}` : `namespaces ${namespaces.slice(0, -1).join(', ')} and ${last}`,
  );
}

/** What a healthy result holds for: the scope, what was readable of it, or single files. */
export function coveredText(report: Report): string {
  if (report.gaps.some((gap) => gap.id === 'gap:given-only')) return 'what was given';
  return report.gaps.length > 0 ? `what could be read of ${scopeText(report)}` : scopeText(report);
}

/** `inferscope deploy/pred-maint -n pred-maint`, as a person would type it again. */
export function againCommand(ref: Reference): string {
  return shellCommand([
    'inferscope',
    `${kindWord(ref)}/${ref.name}`,
    ...(ref.namespace === undefined ? [] : ['-n', ref.namespace]),
  ]);
}

/** What is neither failing nor there yet is on its way: "nothing is wrong" would promise too much. */
export function healthyText(diagnosis: Diagnosis): string {
  const onItsWay = ['NOT READY', 'DEGRADED', 'NO ENDPOINTS', 'PENDING', 'SEEN', 'NOT SCALING'].includes(
    diagnosis.impact.state,
  );
  return onItsWay ? 'no failure is seen so far: it has not been long enough to tell' : 'nothing is wrong with it now';
}

/** Azure ML names one trouble and the cluster shows another: neither is taken for the other. */
export const APART =
  'What was read does not show this, and the cause above does not explain it: the words are of another time, or there are two troubles.';

export function isApart({ name, reasons }: ReportAzure['reported'][number], { causes, azure }: Diagnosis): boolean {
  return (
    causes.length > 0 &&
    azure?.calledInAzure.includes(name) !== true &&
    !reasons.some(({ state }) => state === 'proven')
  );
}
