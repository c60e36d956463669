/**
 * The logs of one program of the platform: of all containers of all its pods but sidecars. Called only where its words decide, since each log is a
 * request to the cluster. It searches nothing in them.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import { listAt, objectAt, textAt, textMapAt } from '../model/json.ts';
import type { KubeObject, LogText, ViewContext } from '../model/reader.ts';
import { matchesSelector } from './parse/selector.ts';

export interface ComponentLogs {
  /** Pods of it that were seen. */
  readonly pods: readonly KubeObject[];
  readonly podsSeen: Lookup<true>;
  readonly logs: readonly { readonly pod: KubeObject; readonly text: LogText; readonly cite: Citation }[];
  /** Logs that were not read. */
  readonly gaps: readonly EvidenceGap[];
}

/** They speak of traffic and of logs, not of what the program does. */
const SIDECARS = /^(?:fluent-?bit|kube-rbac-proxy|istio-proxy|linkerd-proxy)/;

/** The caller declares the needs `log` and `Pod`. `previous`: of the run before the current one. */
export function componentLogs(context: ViewContext, workload: KubeObject, previous = false): ComponentLogs {
  const { namespace } = workload.ref;
  const selector = objectAt(workload.body, 'spec', 'selector') ?? {};
  const listing = context.list('Pod', namespace === undefined ? {} : { namespace });
  const pods = listing.items.filter((pod) => matchesSelector(selector, textMapAt(pod.body, 'metadata', 'labels')));
  const logs: ComponentLogs['logs'][number][] = [];
  const gaps: EvidenceGap[] = [];
  for (const pod of pods)
    for (const container of listAt(pod.body, 'spec', 'containers')) {
      const name = textAt(container, 'name') ?? '';
      if (SIDECARS.test(name)) continue;
      const log = context.log(pod.ref, name, previous);
      if (log.state === 'unknown') gaps.push(log.gap);
      if (log.state === 'present') logs.push({ pod, text: log.value, cite: log.cite });
    }
  return { pods, podsSeen: listing.complete, logs, gaps };
}
