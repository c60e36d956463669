/**
 * What the extension's own health check left behind: its reports in the ConfigMap `arcml-healthcheck`, and the log of the pod `healthcheck` where it was read.
 * It parses and orders; what a code means and whether it still holds is not decided here.
 */
import type { Citation, EvidenceGap, Lookup } from '../../model/evidence.ts';
import { at, listAt, pointerTo, textAt, textMapAt } from '../../model/json.ts';
import { PREFLIGHT, type PreflightPhase } from '../../model/preflight.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { newestReport, parseHealthCheckReports, type HealthCheckReport } from '../parse/health-check-report.ts';
import { preflightIntent } from '../preflight-intent.ts';

export interface HealthCheckPart {
  /** `pre-install`, … and `test`, which `helm test` adds. */
  readonly part: string;
  /** To be read for the phase that was asked about. */
  readonly matters: boolean;
  /** The newest report of the part. */
  readonly report: HealthCheckReport;
  readonly source: ResourceRef;
  cite(label: string): Citation;
}

export interface HealthCheckFound {
  /** Those that matter first. */
  readonly parts: readonly HealthCheckPart[];
  /** What the checker wrote as errors, oldest first: the only place that tells more than the code. */
  readonly errors: readonly { readonly text: string; readonly cite: Citation }[];
  /** The log that was not read, where the pod is still there. */
  readonly gap?: EvidenceGap;
}

const HEALTH_CHECK_MAP: ResourceRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: EXTENSION_NAMESPACE,
  name: 'arcml-healthcheck',
};
const HEALTH_CHECK_POD: ResourceRef = {
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: EXTENSION_NAMESPACE,
  name: 'healthcheck',
};

/** azure-ai-docs how-to-troubleshoot-kubernetes-extension.md: a failed install runs the delete hook, too, a failed upgrade the rollback hook. */
const PARTS: Readonly<Record<PreflightPhase, readonly string[]>> = {
  'pre-install': ['pre-install', 'pre-delete'],
  'pre-upgrade': ['pre-upgrade', 'pre-rollback'],
  'pre-rollback': ['pre-upgrade', 'pre-rollback'],
  'pre-delete': ['pre-delete'],
};
const PREFIX = 'reports-';
const MOST_ERRORS = 20;

/** Absent where the extension left no report. */
export const healthCheck = defineView<Lookup<HealthCheckFound>>({
  id: 'health-check',
  needs: [{ type: 'object', kind: 'ConfigMap' }, { type: 'object', kind: 'Pod' }, { type: 'log' }],
  uses: [preflightIntent],
  derive(context) {
    const phase = context.use(preflightIntent, PREFLIGHT)?.phase ?? 'pre-install';
    const map = reportMap(context);
    const logged = podLog(context, phase);
    const parts = [...(map.state === 'present' ? partsOf(map.value, phase) : [])];
    // A report that the log holds and the ConfigMap does not: the hook ended before it was stored.
    for (const part of logged.parts) if (!parts.some((known) => known.part === part.part)) parts.push(part);
    parts.sort((a, b) => Number(b.matters) - Number(a.matters));
    const [first] = parts;
    if (first === undefined && map.state === 'absent') {
      const pod = context.object(HEALTH_CHECK_POD);
      const gap = pod.state === 'unknown' ? pod.gap : logged.gap;
      return gap === undefined ? map : { state: 'unknown', gap };
    }
    if (first === undefined && map.state === 'unknown') return map;
    const cite = first?.cite(`${first.part} report`) ?? (map.state === 'present' ? map.cite : undefined);
    if (cite === undefined) return { state: 'unknown', gap: context.notRequested('the report', 'nothing shows it') };
    return {
      state: 'present',
      cite,
      value: { parts, errors: logged.errors, ...(logged.gap === undefined ? {} : { gap: logged.gap }) },
    };
  },
});

/** In the namespace of the extension; of a capture that was moved, in another. */
function reportMap(context: ViewContext): Lookup<KubeObject> {
  const own = context.object(HEALTH_CHECK_MAP);
  if (own.state === 'present') return own;
  const other = context
    .list('ConfigMap')
    .items.find(({ ref, body }) => ref.name === HEALTH_CHECK_MAP.name && reportKeys(body).length > 0);
  return other === undefined ? own : { state: 'present', value: other, cite: other.cite(other.ref.name) };
}

function reportKeys(body: KubeObject['body']): readonly string[] {
  return Object.keys(textMapAt(body, 'data')).filter((key) => key.startsWith(PREFIX));
}

function partsOf(map: KubeObject, phase: PreflightPhase): readonly HealthCheckPart[] {
  const texts = textMapAt(map.body, 'data');
  return reportKeys(map.body).flatMap((key): readonly HealthCheckPart[] => {
    const report = newestReport(parseHealthCheckReports(texts[key] ?? ''));
    if (report === undefined) return [];
    const part = key.slice(PREFIX.length);
    const pointer = pointerTo('data', key);
    return [
      {
        part,
        matters: PARTS[phase].includes(part),
        report,
        source: map.ref,
        cite: (label) => map.cite(label, pointer),
      },
    ];
  });
}

interface Logged {
  readonly parts: readonly HealthCheckPart[];
  readonly errors: HealthCheckFound['errors'];
  readonly gap?: EvidenceGap;
}

/** klog's errors, and what a Go program says when it ends with a panic. */
const ERROR_LINE = /^(?:[EF]\d{4} \d\d:\d\d:\d\d|panic: )/;
/** The configuration that it prints at its start. */
const HOOK = /\bHookName:(pre-install|pre-upgrade|pre-rollback|pre-delete|test)\b/;

function podLog(context: ViewContext, phase: PreflightPhase): Logged {
  const pod = context.object(HEALTH_CHECK_POD);
  if (pod.state !== 'present') return { parts: [], errors: [] };
  const parts: HealthCheckPart[] = [];
  const errors: { text: string; cite: Citation }[] = [];
  let gap: EvidenceGap | undefined;
  for (const container of listAt(pod.value.body, 'spec', 'containers')) {
    const name = textAt(container, 'name');
    if (name === undefined || !hasRun(pod.value, name)) continue;
    const log = context.log(pod.value.ref, name, false);
    if (log.state === 'unknown') gap ??= log.gap;
    if (log.state !== 'present') continue;
    const { text, lines } = log.value;
    for (const [index, line] of lines.entries()) {
      if (ERROR_LINE.test(line)) errors.push({ text: line.slice(0, 400), cite: log.value.cite('error', index + 1) });
    }
    const report = newestReport(parseHealthCheckReports(text).filter(({ results }) => results.length > 0));
    if (report === undefined) continue;
    const part = HOOK.exec(text)?.[1] ?? phase;
    const [first, last] = [report.results[0], report.results.at(-1)];
    parts.push({
      part,
      matters: PARTS[phase].includes(part),
      report,
      source: pod.value.ref,
      cite: (label) => log.value.cite(label, first?.from ?? 1, last?.to ?? 1),
    });
  }
  return { parts, errors: errors.slice(-MOST_ERRORS), ...(gap === undefined ? {} : { gap }) };
}

/** A container that still waits has no log. */
function hasRun(pod: KubeObject, container: string): boolean {
  const status = listAt(pod.body, 'status', 'containerStatuses').find((entry) => textAt(entry, 'name') === container);
  return at(status, 'state', 'waiting') === undefined;
}
