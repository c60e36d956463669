/**
 * What the containers of a Pod that looks healthy say now: the log of the current run of each Ready container, for trouble that Kubernetes
 * cannot see. A line counts only while nothing later in the log takes it back.
 */
import type { EvidenceGap, Lookup } from '../model/evidence.ts';
import { defineView } from '../model/reader.ts';
import { kubeObject } from './kube-object.ts';
import { ownerTree } from './owner-tree.ts';
import { podState, type ContainerState, type PodState } from './pod-state.ts';
import { withWrittenImage } from './written-image.ts';
import { isNoLog, runLog, type LogHit, type RunLog } from './run-log.ts';

export interface RunningLog {
  readonly container: ContainerState;
  readonly log: RunLog;
}

export interface RunningLogs {
  readonly state: PodState;
  /** Containers that run and are Ready, none of them in trouble. */
  readonly logs: readonly RunningLog[];
  readonly gaps: readonly EvidenceGap[];
}

export const runningLogs = defineView<Lookup<RunningLogs>>({
  id: 'running-logs',
  needs: [{ type: 'log' }],
  uses: [podState, ownerTree, kubeObject],
  derive(context, subject) {
    const state = context.use(podState, subject);
    if (state.state !== 'present') return state;
    const logs: RunningLog[] = [];
    const gaps: EvidenceGap[] = [];
    for (const container of state.value.containers) {
      if (container.role === 'init' || !container.running || container.trouble !== undefined) continue;
      const log = context.log(subject, container.name, false);
      if (log.state === 'unknown') gaps.push(log.gap);
      if (log.state !== 'present' || isNoLog(log.value)) continue;
      logs.push({
        container: withWrittenImage(context, subject, container),
        log: runLog({ container: container.name, lines: log.value.lines, cite: log.value.cite }),
      });
    }
    return { state: 'present', cite: state.cite, value: { state: state.value, logs, gaps } };
  },
});

/** The last hit that no later line matching `lifted` takes back. */
export function standing(log: RunLog, lifted: RegExp, ...expressions: readonly RegExp[]): LogHit | undefined {
  const hit = log.last(...expressions);
  if (!hit) return undefined;
  const lift = log.last(lifted);
  return lift && lift.line > hit.line ? undefined : hit;
}

/** What servers print once they have their model. */
export const MODEL_LOADED =
  /\bmodels? (?:\S{1,80} )?(?:version \S{1,20} )?(?:successfully )?(?:loaded|ready)\b|(?:successfully )?loaded (?:the )?model\b/i;
