/** Cause, general: the server says that it cannot load its model, for a reason that no other rule knows. */
import { advice } from '../../../fixes/advice.ts';
import type { Effect, Verdict } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { citePlace, modelDirectory, modelPlace } from '../../../views/model-place.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import type { ContainerState, PodState } from '../../../views/pod-state.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import type { RunLog } from '../../../views/run-log.ts';
import { citeException, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { runningLogs } from '../../../views/running-logs.ts';
import { LOAD_FAILED, standingSignal, type StandingSignal } from '../../../views/server-load.ts';
import { withoutStop } from '../../../views/signal-finding.ts';
import { endEffects, serverSource } from '../../../views/server-runs.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { defineRule } from '../../define.ts';

/** Servers that go on without the model, Ready as far as a probe of their port can tell. */
const GO_ON: ReadonlySet<string> = new Set(['triton-load-failed', 'mlserver-load-failed', 'openvino-load-failed']);

const DEFAULT_DIRECTORY = '/mnt/models';

export default defineRule({
  code: 'IS4239',
  name: 'ModelNotLoaded',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The server cannot load its model',
  general: true,
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-killed', 'container-not-ready', 'work-not-done', 'object-not-reconciled'],
  aliases: [
    'model-not-loaded',
    'did not become available',
    'failed to load all models',
    'Poll failed for model directory',
    "Couldn't load model",
    'Load model failed',
    'Worker died',
    'Failed to start model server',
  ],
  needs: { runs: containerRuns, running: runningLogs, template: podTemplate, source: serverSource },
  messages: {
    failed: '{server} in container {container} cannot load {model}: {words}',
  },
  check({ runs, running, template, source }, context) {
    const from = source.state === 'present' ? source.value : undefined;
    const judge = (
      state: PodState,
      container: ContainerState,
      log: RunLog,
      hit: StandingSignal,
      shown: {
        readonly effects: readonly Effect[];
        readonly affects: readonly ResourceRef[];
        readonly consequence: string;
        readonly trace: ReturnType<typeof runTrace>;
      },
    ): Verdict => {
      const path = modelDirectory(container, from) ?? DEFAULT_DIRECTORY;
      const place = modelPlace(container, path, from, template.workload);
      const { signal, groups } = hit.match;
      const { traceback } = log;
      const exception = traceback && `${traceback.exception}: ${traceback.message.split('\n')[0] ?? ''}`;
      const words = groups['detail'] ?? groups['slow'] ?? '';
      // `Worker died.` says less than what the worker printed.
      const told =
        exception !== undefined && (words.length < 20 || signal.id !== 'triton-load-failed') ? exception : words;
      return context.found({
        message: 'failed',
        args: {
          server: signal.component,
          container: container.name,
          model: hit.model === undefined ? 'its model' : `model ${hit.model}`,
          words: quoted(told === '' ? signal.meaning : told, BRIEF),
        },
        subject: place.kind === 'noVolume' ? template.workload : place.subject,
        ...(place.kind === 'inSource' || place.kind === 'inImage' ? {} : { container: container.name }),
        certainty: 'likely',
        basis: 'the server says that it cannot load the model; its reason is in its own words',
        consequence: shown.consequence,
        cite: [
          hit.cite,
          ...(traceback ? [citeException(log, traceback)] : []),
          citePlace(state, container, path, from),
        ],
        trace: shown.trace,
        effects: shown.effects,
        affects: shown.affects,
        fixes: [advice(template.workload, 'Act on the reason that the server names', withoutStop(signal.fix))],
      });
    };
    const crashed = judgeRuns(
      runs,
      context,
      { absent: 'no server says that it cannot load its model', alsoRunning: true, alsoKilled: true },
      (run, log) => {
        const hit = standingSignal(log, LOAD_FAILED);
        if (!hit) return undefined;
        return judge(run.state, run.container, log, hit, {
          effects: endEffects(run),
          affects: run.affects,
          consequence: consequenceOf(run, 'The server ends without its model, at every start.'),
          trace: runTrace(run, log),
        });
      },
    );
    if (crashed.state === 'found' || running.state !== 'present') return crashed;
    for (const { container, log } of running.value.logs) {
      const hit = standingSignal(log, GO_ON, true);
      if (!hit) continue;
      return judge(running.value.state, container, log, hit, {
        effects: ['work-not-done'],
        affects: [running.value.state.pod.ref],
        consequence: 'Kubernetes sees a healthy pod and sends it requests, which it cannot answer.',
        trace: [{ text: 'the container is Ready without a question about its model', cite: [container.cite] }],
      });
    }
    return crashed;
  },
});
