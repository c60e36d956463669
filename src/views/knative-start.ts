/**
 * A Revision that Knative gave up while it was starting: how long it was given, where that is set, and whether its program was still loading. Says
 * nothing where something else failed: that is another rule's.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import { numberAt, pointerTo, textAt, textMapAt } from '../model/json.ts';
import { defineView, type LogText, type ViewContext } from '../model/reader.ts';
import { configRef, settingsOf } from './knative-config.ts';
import { knativeRevision, type KnativeRevision } from './knative-revision.ts';
import { durationSeconds } from './parse/go-duration.ts';
import { loadProgress } from './parse/load-progress.ts';
import { stepProgress } from './parse/step-progress.ts';
import { secondsBetween } from './parse/time.ts';
import { sameRef } from '../model/reference.ts';
import { keepsRuns, keptRuns } from './kept-runs.ts';
import { lastFailure } from './storage-last-failure.ts';
import { podState, type ContainerState, type PodState } from './pod-state.ts';

interface Deadline {
  /** Knative's own where nothing else was seen. */
  readonly seconds: number;
  /** As it is written; absent where it was not seen written. */
  readonly written?: string;
  readonly from: 'annotation' | 'config' | 'deployment' | 'unseen';
  readonly cite?: Citation;
}

interface Loading {
  readonly container: string;
  /** The last words of its log. */
  readonly text: string;
  readonly cite: Citation;
  /** Seconds from its start to its end, by the words of the program; absent where it gives no time. */
  readonly needed?: number;
  /** The same, where it counts steps and the rest takes as long as those before. */
  readonly reckoned?: number;
}

export interface KnativeStart {
  readonly revision: KnativeRevision;
  /** The condition by which Knative gave up. */
  readonly givenUp: Citation;
  /** Knative scaled it to zero since: no pod and no log of a pod is left. */
  readonly gone: boolean;
  readonly deadline: Deadline;
  readonly loading?: Loading;
  /** Another trouble of a pod of the Revision, or a program that is no longer loading. */
  readonly otherwise?: { readonly because: string; readonly cite: Citation };
  readonly gap?: EvidenceGap;
}

/** knative serving pkg/apis/serving/register.go; the annotation of a Revision goes before ConfigMap config-deployment. */
export const DEADLINE_ANNOTATION = 'serving.knative.dev/progress-deadline';
/** knative serving pkg/deployment/config.go ProgressDeadlineDefault. */
const DEFAULT_SECONDS = 600;
const QUEUE = 'queue-proxy';

/** Undefined where Knative did not give the Revision up. */
export const knativeStart = defineView<Lookup<KnativeStart | undefined>>({
  id: 'knative-start',
  needs: [{ type: 'object', kind: 'ConfigMap' }, { type: 'log' }],
  uses: [knativeRevision, podState, keptRuns, lastFailure],
  derive(context, subject) {
    const found = context.use(knativeRevision, subject);
    if (found.state !== 'present') return found;
    const revision = found.value;
    const condition = revision.conditions.get('ResourcesAvailable');
    const timedOut =
      condition?.status === 'False' &&
      (condition.reason === 'ProgressDeadlineExceeded' || /Initial scale was never achieved/.test(condition.message));
    if (!timedOut || !revision.wanted) return { state: 'present', cite: found.cite, value: undefined };
    const states = revision.pods.flatMap((pod) => {
      const state = context.use(podState, pod.ref);
      return state.state === 'present' && !state.value.terminating && !state.value.superseded ? [state.value] : [];
    });
    return {
      state: 'present',
      cite: found.cite,
      value: {
        revision,
        givenUp: revision.cite('ResourcesAvailable'),
        gone: states.length === 0,
        deadline: deadlineOf(context, revision),
        ...(states.length === 0 ? keptOf(context, revision) : loadingOf(context, states)),
      },
    };
  },
});

/** What the objects above kept of a pod that is gone tells how it ended; an exit code alone does not. */
function keptOf(context: ViewContext, revision: KnativeRevision): Pick<KnativeStart, 'otherwise'> {
  const { ref } = revision.object;
  const told = (at: Citation, container: string): Pick<KnativeStart, 'otherwise'> => ({
    otherwise: { because: `container ${container} of a pod that is gone failed`, cite: at },
  });
  if (!keepsRuns(revision.root)) return {};
  const kept = context.use(keptRuns, revision.root);
  for (const run of kept.state === 'present' ? kept.value : [])
    if (run.log.state === 'present' && sameRef(run.affects[0], ref))
      return told(run.log.value.citeEnd, run.container.name);
  if (revision.root.kind !== 'InferenceService') return {};
  const failure = context.use(lastFailure, revision.root);
  const last = failure.state === 'present' ? failure.value : undefined;
  return last !== undefined && sameRef(last.affects[0], ref) ? told(last.log.citeEnd, last.container) : {};
}

function deadlineOf(context: ViewContext, { object, deployment }: KnativeRevision): Deadline {
  const written = textMapAt(object.body, 'metadata', 'annotations')[DEADLINE_ANNOTATION];
  const seconds = durationSeconds(written ?? '');
  if (written !== undefined && seconds !== undefined)
    return {
      seconds,
      written,
      from: 'annotation',
      cite: object.cite(`annotation ${DEADLINE_ANNOTATION}`, pointerTo('metadata', 'annotations', DEADLINE_ANNOTATION)),
    };
  // Made of the annotation or of ConfigMap config-deployment when the Revision was made.
  const made = numberAt(deployment?.body, 'spec', 'progressDeadlineSeconds');
  const config = context
    .list('ConfigMap')
    .items.find(({ ref }) => ref.name === configRef(context, 'config-deployment').name);
  const set = config === undefined ? undefined : settingsOf(config)['progress-deadline'];
  const ofConfig = durationSeconds(set ?? '');
  if (config !== undefined && set !== undefined && ofConfig !== undefined && (made === undefined || made === ofConfig))
    return {
      seconds: ofConfig,
      written: set,
      from: 'config',
      cite: config.cite('progress-deadline', '/data/progress-deadline'),
    };
  return {
    seconds: made ?? DEFAULT_SECONDS,
    from: made === undefined ? 'unseen' : 'deployment',
    ...(deployment === undefined || made === undefined
      ? {}
      : { cite: deployment.cite(`${made} s to make progress`, '/spec/progressDeadlineSeconds') }),
  };
}

function loadingOf(
  context: ViewContext,
  states: readonly PodState[],
): Pick<KnativeStart, 'loading' | 'otherwise' | 'gap'> {
  for (const state of states) {
    const failing = state.troubled.find(({ name, trouble }) => name !== QUEUE && trouble !== 'not-ready');
    const { ref } = state.pod;
    if (failing !== undefined)
      return { otherwise: { because: `container ${failing.name} of Pod ${ref.name} fails`, cite: failing.cite } };
    if (state.unscheduled !== undefined)
      return { otherwise: { because: `Pod ${ref.name} has no node`, cite: state.unscheduled.cite } };
  }
  for (const state of states) {
    const init = state.containers.find(({ role, running }) => role === 'init' && running);
    const running =
      init ?? state.containers.find(({ name, role, running: runs }) => role === 'main' && name !== QUEUE && runs);
    if (running === undefined) continue;
    if (running.restarts > 0)
      return {
        otherwise: { because: `container ${running.name} ended before and was started anew`, cite: running.cite },
      };
    const log = context.log(state.pod.ref, running.name, false);
    if (log.state === 'unknown') return { gap: log.gap };
    if (log.state === 'absent') continue;
    const loading = progressIn(log.value, running, context.now);
    if (loading !== undefined) return { loading };
    return {
      otherwise: { because: `the log of container ${running.name} does not tell of a load under way`, cite: log.cite },
    };
  }
  return {};
}

function progressIn(log: LogText, container: ContainerState, now: string): Loading | undefined {
  const elapsed = secondsBetween(container.startedAt, now);
  const progress = loadProgress(log.lines);
  const steps = stepProgress(log.lines);
  const told = progress ?? steps;
  if (told === undefined) return undefined;
  const left = progress?.secondsLeft;
  return {
    container: container.name,
    text: told.text,
    cite: log.cite('it is still loading', told.line),
    ...(elapsed === undefined || left === undefined ? {} : { needed: Math.round(elapsed + left) }),
    ...(elapsed === undefined || steps === undefined || steps.done === 0
      ? {}
      : { reckoned: Math.round((elapsed * steps.of) / steps.done) }),
  };
}

/** The part of an InferenceService that a Revision belongs to. */
export function componentOf({ object }: KnativeRevision): string | undefined {
  return textAt(object.body, 'metadata', 'labels', 'component');
}
