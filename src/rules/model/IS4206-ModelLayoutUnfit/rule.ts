/** Cause: the directory of the model lacks what this server expects in it: a directory of a version, a configuration file, a store of archives. */
import { advice } from '../../../fixes/advice.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { citePlace, modelDirectory, modelPlace, placeName } from '../../../views/model-place.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { runningLogs } from '../../../views/running-logs.ts';
import { standingSignal, type StandingSignal } from '../../../views/server-load.ts';
import { withoutStop } from '../../../views/signal-finding.ts';
import { endEffects, serverSource } from '../../../views/server-runs.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { defineRule } from '../../define.ts';

const DEFAULT_DIRECTORY = '/mnt/models';

/** What each server lacks, as the object of `has no`. */
const WANTED: Readonly<Record<string, (signal: StandingSignal) => string>> = {
  'tensorflow-serving-no-version': () => 'directory named by a version number',
  'openvino-no-version': () => 'directory named by a version number with a model in it',
  'triton-no-version': ({ model }) => `version of model ${model ?? ''} that its version policy takes`,
  'triton-configuration-missing': ({ model }) => `usable ${model ?? 'MODEL'}/config.pbtxt`,
  'torchserve-settings-missing': ({ match }) =>
    (match.groups['path'] ?? '').endsWith('.properties') ? 'config/config.properties' : 'model-store directory',
  'torchserve-archive-missing': ({ match }) =>
    `archive ${(match.groups['file'] ?? '').slice(0, 100)} in its model store`,
};
const SIGNALS: ReadonlySet<string> = new Set(Object.keys(WANTED));

/** The server that waits without end before it opens its ports, and how its log begins (TensorFlow Serving `server.cc`, `server_core.cc`). */
const WAITS: ReadonlySet<string> = new Set(['tensorflow-serving-no-version']);
const STARTS = /Building single TensorFlow model file config|Adding\/updating models/;

export default defineRule({
  code: 'IS4206',
  name: 'ModelLayoutUnfit',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The directory of the model is not laid out as its server expects',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: [
    'container-exits',
    'container-killed',
    'container-not-ready',
    'object-not-reconciled',
    'requests-fail',
    'work-not-done',
  ],
  aliases: [
    'model-version-directory-missing',
    'model-repository-layout',
    'No versions of servable',
    'Did you forget to name your leaf directory as a number',
    'failed to open text file for read config.pbtxt',
    'at least one version must be available under the version policy',
    '--ts-config file not found',
    "Couldn't find any versions in path",
  ],
  needs: { runs: containerRuns, running: runningLogs, template: podTemplate, source: serverSource },
  messages: {
    lacks: '{origin} has no {wanted}, which {server} in container {container} expects',
  },
  check({ runs, running, template, source }, context) {
    const judged = judgeRuns(
      runs,
      context,
      { absent: 'no server says that it misses a part of its model directory', alsoRunning: true, alsoKilled: true },
      (run, log) => {
        const hit = standingSignal(log, SIGNALS);
        const wanted = hit && WANTED[hit.match.signal.id]?.(hit);
        if (!hit || wanted === undefined) return undefined;
        const { container } = run;
        const from = source.state === 'present' ? source.value : undefined;
        const named = hit.match.groups['path'];
        const path = named?.startsWith('/') === true ? named : (modelDirectory(container, from) ?? DEFAULT_DIRECTORY);
        const place = modelPlace(container, path, from, template.workload);
        const origin = placeName(place, path, container);
        const { component, fix, meaning } = hit.match.signal;
        return context.found({
          message: 'lacks',
          args: { origin, wanted, server: component, container: container.name },
          subject: place.subject,
          ...(place.kind === 'inSource' || place.kind === 'inImage' ? {} : { container: container.name }),
          certainty: 'confirmed',
          basis: 'the server says what it looks for and where',
          consequence: consequenceOf(run, 'The server ends without its model, at every start.'),
          cite: [
            hit.cite,
            ...(place.kind === 'inSource' ? (from?.objects ?? []).slice(0, 2).map((object) => object.cite) : []),
            citePlace(run.state, container, path, from),
          ],
          trace: [{ text: meaning, cite: [hit.cite] }, ...runTrace(run, log)],
          effects: endEffects(run),
          affects: run.affects,
          fixes: [
            advice(
              template.workload,
              `Lay ${origin} out as ${component} expects`,
              `${withoutStop(fix)}; then delete the pod so that the model is fetched anew`,
            ),
          ],
        });
      },
    );
    if (judged.state === 'found' || running.state !== 'present') return judged;
    for (const { container, log } of running.value.logs) {
      const hit = standingSignal(log, WAITS, true);
      const start = log.last(STARTS);
      // Without the beginning of the log a version may have been loaded long ago.
      if (!hit || !start) continue;
      const { path = DEFAULT_DIRECTORY } = hit.match.groups;
      const from = source.state === 'present' ? source.value : undefined;
      const place = modelPlace(container, path, from, template.workload);
      const { component, fix } = hit.match.signal;
      return context.found({
        message: 'lacks',
        args: {
          origin: placeName(place, path, container),
          wanted: WANTED[hit.match.signal.id]?.(hit) ?? 'model',
          server: component,
          container: container.name,
        },
        subject: place.subject,
        ...(place.kind === 'inSource' || place.kind === 'inImage' ? {} : { container: container.name }),
        certainty: 'confirmed',
        basis: 'the server says what it looks for and where, and has loaded no version since it started',
        consequence:
          'The server waits before it opens its ports; the pod is Ready all the same, and requests are refused.',
        cite: [hit.cite, citePlace(running.value.state, container, path, from), container.cite],
        trace: [{ text: 'the container is Ready without a question about its port', cite: [container.cite] }],
        effects: ['requests-fail', 'work-not-done'],
        fixes: [
          advice(
            template.workload,
            `Lay ${placeName(place, path, container)} out as ${component} expects`,
            `${withoutStop(fix)}; then delete the pod so that the model is fetched anew`,
          ),
        ],
      });
    }
    return judged;
  },
});
