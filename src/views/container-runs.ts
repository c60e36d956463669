/**
 * The runs of a Pod's containers that ended wrongly, or that go on without becoming Ready: what ended them, and the log of exactly that run.
 * Healthy containers are not in it; their logs are in `running-logs.ts`. It looks for no cause in the log.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import type { Effect } from '../model/finding.ts';
import { at } from '../model/json.ts';
import { defineView, type EventRecord, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { keepsRuns, keptRuns } from './kept-runs.ts';
import { kubeObject } from './kube-object.ts';
import { ownerTree } from './owner-tree.ts';
import { secondsBetween } from './parse/time.ts';
import { podState, type ContainerExit, type ContainerState, type PodState } from './pod-state.ts';
import { withWrittenImage } from './written-image.ts';
import { isNoLog, runLog, type RunLog } from './run-log.ts';

/**
 * memory: the kernel killed it for its memory limit. probe: the kubelet killed it after failed liveness or startup probes.
 * pod: the pod was deleted or evicted. itself: it ended, or crashed, on its own. unknown: a kill signal of unknown origin.
 */
export type EndedBy = 'memory' | 'probe' | 'pod' | 'itself' | 'unknown';

export interface ContainerRun {
  readonly state: PodState;
  readonly container: ContainerState;
  /** False for a run that goes on without becoming Ready. */
  readonly ended: boolean;
  readonly endedBy?: EndedBy;
  /** The kubelet's event that tells of the kill. */
  readonly killing?: Citation;
  readonly log: Lookup<RunLog>;
  /** Set where the log is not the wanted one but the nearest that there is. */
  readonly instead?: EvidenceGap;
  /** The effects that a cause in this log has. */
  readonly effects: readonly Effect[];
  /** What shows them: the pod, or what stood on a pod that is gone. */
  readonly affects: readonly [ResourceRef, ...ResourceRef[]];
}

export const containerRuns = defineView<Lookup<readonly ContainerRun[]>>({
  id: 'container-runs',
  needs: [{ type: 'event' }, { type: 'log' }],
  uses: [podState, ownerTree, kubeObject, keptRuns],
  derive(context, subject) {
    if (keepsRuns(subject)) return context.use(keptRuns, subject);
    const state = context.use(podState, subject);
    if (state.state !== 'present') return state;
    const runs = state.value.troubled.flatMap((container) => {
      if (container.trouble !== 'exits' && container.trouble !== 'not-ready') return [];
      return [runOf(context, state.value, withWrittenImage(context, subject, container))];
    });
    const served = behindProxy(state.value).map((container) =>
      runOf(context, state.value, withWrittenImage(context, subject, container)),
    );
    return { state: 'present', cite: state.cite, value: [...runs, ...served] };
  },
});

/**
 * Knative gives the server no readiness probe: its queue-proxy asks in its place (knative serving pkg/reconciler/revision/resources/deploy.go). So
 * the server counts as Ready while the proxy waits for it.
 */
function behindProxy(state: PodState): readonly ContainerState[] {
  const proxy = state.troubled.find((container) => container.name === 'queue-proxy');
  if (proxy?.trouble !== 'not-ready' || state.troubled.length > 1) return [];
  return state.containers.filter(
    (container) =>
      container.role === 'main' &&
      container.running &&
      container.trouble === undefined &&
      at(container.spec, 'readinessProbe') === undefined,
  );
}

function runOf(context: ViewContext, state: PodState, container: ContainerState): ContainerRun {
  const ended = container.trouble === 'exits';
  const events = context.events(state.pod.ref);
  const killing = killingOf(events, container);
  const endedBy = ended ? endOf(state, container, killing) : undefined;
  return {
    state,
    container,
    ended,
    ...(endedBy === undefined ? {} : { endedBy }),
    ...(killing === undefined ? {} : { killing: killing.cite() }),
    ...logOf(context, state, container),
    effects: ended ? ['container-exits'] : ['container-not-ready'],
    affects: [state.pod.ref],
  };
}

/** kubelet `kuberuntime_manager.go`: `Container %s failed liveness probe, will be restarted`. */
function killingOf(events: readonly EventRecord[], container: ContainerState): EventRecord | undefined {
  const about = events.filter(
    (event) => event.reason === 'Killing' && /failed (?:liveness|startup) probe/.test(event.message),
  );
  const named = about.filter(
    (event) => event.container === container.name || event.message.includes(` ${container.name} `),
  );
  const { exit } = container;
  return (
    named.findLast((event) => exit?.startedAt === undefined || event.last >= exit.startedAt) ??
    named.findLast((event) => exit !== undefined && isLikeEarlier(event, exit))
  );
}

/** Within it a loop kills at least twice: its longest wait is five minutes. */
const LOOP_SECONDS = 1800;

/**
 * The recorder drops events of a Pod after a burst of 25 (client-go tools/record/events_cache.go): runs that a probe killed again and again, and one
 * more that ends as they did, without an event of its own.
 */
export function isLikeEarlier(killing: EventRecord, exit: ContainerExit): boolean {
  const between = secondsBetween(killing.last, exit.startedAt) ?? Number.POSITIVE_INFINITY;
  return killing.count >= 2 && between <= LOOP_SECONDS && [0, 137, 143].includes(exit.exitCode);
}

function endOf(state: PodState, container: ContainerState, killing: EventRecord | undefined): EndedBy {
  const { exit } = container;
  if (exit === undefined) return 'unknown';
  if (exit.reason === 'OOMKilled') return 'memory';
  const byTermination = exit.exitCode === 137 || exit.exitCode === 143;
  // A program may answer the SIGTERM of the kubelet by ending with 0; the event tells.
  if (killing && (byTermination || exit.exitCode === 0)) return 'probe';
  if (!byTermination) return 'itself';
  return state.terminating || state.phase === 'Failed' ? 'pod' : 'unknown';
}

function logOf(
  context: ViewContext,
  state: PodState,
  container: ContainerState,
): Pick<ContainerRun, 'log' | 'instead'> {
  // While a container waits for its next run the API serves the log of the last one as the current log.
  const currentFirst = container.exitIsCurrent || !container.running || container.exit === undefined;
  let gap: EvidenceGap | undefined;
  let empty: { readonly log: Lookup<RunLog> } | undefined;
  for (const previous of currentFirst ? [false, true] : [true, false]) {
    const log = context.log(state.pod.ref, container.name, previous);
    if (log.state === 'unknown') gap ??= log.gap;
    if (log.state !== 'present' || isNoLog(log.value)) continue;
    const { lines } = log.value;
    const present = {
      log: {
        state: 'present',
        cite: log.cite,
        value: runLog({ container: container.name, ended: container.trouble === 'exits', lines, cite: log.value.cite }),
      },
    } as const;
    if (lines.every((line) => line.trim() === '')) {
      empty ??= present;
      continue;
    }
    const isWanted = previous === !currentFirst;
    return isWanted || gap === undefined || currentFirst ? present : { ...present, instead: gap };
  }
  if (empty) return empty;
  const { exit } = container;
  if (exit && exit.message !== '') {
    // terminationMessagePolicy FallbackToLogsOnError, or what the program wrote to /dev/termination-log.
    const cite = (label: string): Citation => ({ ...exit.cite, label });
    return {
      log: {
        state: 'present',
        cite: exit.cite,
        value: runLog({ container: container.name, lines: exit.message.split('\n'), cite }),
      },
    };
  }
  const fallback = context.notRequested(
    `the log of container ${container.name} of Pod ${state.pod.ref.name}`,
    'the runtime no longer has it',
    {
      type: 'log',
      pod: state.pod.ref,
      container: container.name,
      previous: !currentFirst,
    },
  );
  return { log: { state: 'unknown', gap: gap ?? fallback } };
}
