/** Cause: there is no model file where the program looks for it; it ends, or it serves without a model. */
import { advice } from '../../../fixes/advice.ts';
import { rebuildImage } from '../../../fixes/image-content.ts';
import type { Fix } from '../../../model/finding.ts';
import { textAt } from '../../../model/json.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { emptyServer, isPuller } from '../../../views/empty-server.ts';
import { listedModel } from '../../../views/model-listing.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { missingModelAtEnd, missingModelWhileServing } from '../../../views/model-files.ts';
import { citePlace, modelDirectory, modelPlace, type ModelPlace } from '../../../views/model-place.ts';
import type { ContainerState } from '../../../views/pod-state.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { runningLogs } from '../../../views/running-logs.ts';
import { skippedInjection } from '../../../views/storage-injection.ts';
import { serverSource } from '../../../views/server-runs.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { defineRule } from '../../define.ts';
import { nameWithKind } from '../../../model/kinds.ts';

/** Where KServe puts every model (kserve pkg/constants `DefaultModelLocalMountPath`). */
const DEFAULT_DIRECTORY = '/mnt/models';

export default defineRule({
  code: 'IS4201',
  name: 'ModelFileMissing',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'There is no model file where the program looks for it',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'work-not-done', 'requests-fail', 'object-not-reconciled'],
  aliases: [
    'model-file-missing',
    'ready-without-model',
    'job-backoff-limit',
    'FileNotFoundError',
    'no such file or directory',
    'model-file-missing-in-directory',
    'failed to locate model file for model',
    'ModelMissingError',
    'StopIteration',
    'Could not find base path',
    'Could not find an "MLmodel" configuration file',
    "Missing model file with extension '.pdmodel'",
  ],
  needs: {
    runs: containerRuns,
    running: runningLogs,
    source: serverSource,
    template: podTemplate,
    empty: emptyServer,
    injection: skippedInjection,
  },
  messages: {
    noVolume: 'Container {container} finds no model at {path}: no volume is mounted there',
    inVolume: 'Container {container} finds no model at {path}, in its volume {volume}',
    inImage: 'Image {image} has no model at {path}, where container {container} looks',
    elsewhere: 'Container {container} finds no model at {path}; the directory of its model holds it as {listed}',
    directory: 'Container {container} loads {path} as a file, which is a directory',
    directoryOf: 'Container {container} loads {path} as a file, which is a directory; the model in it is {listed}',
    inSource: '{source} holds no model that container {container} can load from {path}',
    serves: 'Image {image} has no model at {path}; container {container} is Ready without one',
    servesNamed: 'Container {container} serves without a model and is Ready all the same',
    servesVolume: 'Container {container} finds no model at {path} and is Ready without one',
    listsNone: 'The server in container {container} has no model: its own list of models is empty',
  },
  check({ runs, running, source, template, empty, injection }, context) {
    const from = source.state === 'present' ? source.value : undefined;
    const crashed = judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no missing model file', alsoRunning: true },
      (run, log) => {
        const hit = missingModelAtEnd(log) ?? (run.ended ? undefined : missingModelWhileServing(log));
        if (!hit) return undefined;
        const { container } = run;
        const path = hit.path ?? modelDirectory(container, from) ?? DEFAULT_DIRECTORY;
        const place = modelPlace(container, path, from, template.workload);
        if (place.kind === 'noVolume' && injection.state === 'present' && injection.value)
          return context.ruledOut(
            'nothing was to bring the model into the pod: that is its own trouble',
            injection.value.cite,
          );
        const common = {
          subject: place.subject,
          ...(place.kind === 'inImage' || place.kind === 'inSource' ? {} : { container: container.name }),
          certainty: 'confirmed' as const,
          basis:
            place.kind === 'noVolume'
              ? 'the program names the path, and no volume of the container covers it'
              : hit.path === undefined
                ? 'the server says that it finds no model file'
                : 'the program names the path',
          consequence: consequenceOf(run, 'The program ends without its model, at every start.'),
          cite: [hit.cite, citePlace(run.state, container, path, from)] as const,
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: fixesFor(place, container, path, template.workload),
        };
        const args = { container: container.name, path };
        const isDirectory = hit.isDirectory === true;
        const listed = listedModel(log, path, isDirectory);
        if (listed !== undefined || isDirectory) {
          const at = {
            ...common,
            subject: template.workload,
            container: container.name,
            basis:
              listed === undefined
                ? 'the program says what lies there'
                : 'the server lists what its model directory holds',
            cite: [
              hit.cite,
              ...(listed === undefined ? [] : [listed.cite]),
              citePlace(run.state, container, path, from),
            ] as const,
            fixes: [
              advice(
                template.workload,
                `Load ${listed === undefined ? `a file in ${path}` : `${listed.path} of the model directory`}`,
                'Correct the path in the program, or give the model another layout when it is registered',
              ),
            ],
          };
          if (listed === undefined) return context.found({ message: 'directory', args, ...at });
          const there = { ...args, listed: listed.path };
          return isDirectory
            ? context.found({ message: 'directoryOf', args: there, ...at })
            : context.found({ message: 'elsewhere', args: there, ...at });
        }
        switch (place.kind) {
          case 'noVolume':
            return context.found({ message: 'noVolume', args, ...common });
          case 'inVolume':
            return context.found({ message: 'inVolume', args: { ...args, volume: place.volume }, ...common });
          case 'inSource':
            return context.found({ message: 'inSource', args: { ...args, source: place.uri }, ...common });
          case 'inImage':
            return context.found({ message: 'inImage', args: { ...args, image: container.image }, ...common });
        }
      },
    );
    if (crashed.state === 'found' || running.state !== 'present') return crashed;
    const { state } = running.value;
    // Models of TrainedModels come later, one by one.
    const pulls = state.containers.some((container) => isPuller(container.spec));
    for (const { container, log } of running.value.logs) {
      const hit = missingModelWhileServing(log);
      if (!hit || pulls) continue;
      const { path } = hit;
      const place = path === undefined ? undefined : modelPlace(container, path, from, template.workload);
      if (place?.kind === 'noVolume' && injection.state === 'present' && injection.value) continue;
      const readiness = textAt(container.spec, 'readinessProbe', 'httpGet', 'path');
      const common = {
        subject: place?.subject ?? template.workload,
        ...(place?.kind === 'inImage' || place?.kind === 'inSource' ? {} : { container: container.name }),
        certainty: 'confirmed' as const,
        basis: 'the server says that it runs without a model, and says nothing else since',
        consequence: 'Kubernetes sees a healthy pod and sends it requests, which it cannot answer.',
        cite: [
          hit.cite,
          ...(empty?.refused ? [empty.refused] : []),
          ...(empty ? [empty.cite] : []),
          container.cite,
        ] as const,
        trace: [
          {
            text:
              readiness === undefined
                ? 'the container is Ready without a question about its model'
                : `the readiness probe asks ${readiness}, which answers although there is no model`,
            cite: [state.pod.cite('readiness probe', `${container.specPointer}/readinessProbe`)],
          },
        ],
        effects: ['work-not-done' as const, 'requests-fail' as const],
        fixes: [
          ...(place && path !== undefined ? fixesFor(place, container, path, template.workload) : []),
          advice(
            template.workload,
            'Let the readiness probe ask for the model',
            `Point readinessProbe.httpGet.path of container ${container.name} to a path that fails while no model is loaded, such as /v1/models/NAME of KServe's servers or a /ready of your own`,
          ),
        ],
      };
      const args = { container: container.name };
      if (!place || path === undefined) return context.found({ message: 'servesNamed', args, ...common });
      if (place.kind === 'inSource')
        return context.found({ message: 'inSource', args: { ...args, path, source: place.uri }, ...common });
      if (place.kind === 'inImage')
        return context.found({ message: 'serves', args: { ...args, path, image: container.image }, ...common });
      return context.found({ message: 'servesVolume', args: { ...args, path }, ...common });
    }
    const server = state.containers.find((container) => container.role === 'main' && container.name !== 'queue-proxy');
    if (empty && server?.running === true && state.ready) {
      const path = modelDirectory(server, from) ?? DEFAULT_DIRECTORY;
      const place = modelPlace(server, path, from, template.workload);
      return context.found({
        message: 'listsNone',
        args: { container: server.name },
        subject: place.subject,
        ...(place.kind === 'inImage' || place.kind === 'inSource' ? {} : { container: server.name }),
        certainty: 'likely',
        basis: 'the server lists no model; its log, which would tell why, says nothing of it any more',
        consequence: 'Kubernetes sees a healthy pod and sends it requests, which it cannot answer.',
        cite: [empty.cite, ...(empty.refused ? [empty.refused] : []), citePlace(state, server, path, from)],
        effects: ['work-not-done', 'requests-fail'],
        fixes: fixesFor(place, server, path, template.workload),
      });
    }
    const [gap, ...more] = running.value.gaps;
    return gap && crashed.state !== 'unknown' ? context.unknown(gap, ...more) : crashed;
  },
});

function fixesFor(place: ModelPlace, container: ContainerState, path: string, workload: ResourceRef): readonly Fix[] {
  switch (place.kind) {
    case 'noVolume':
      return [
        advice(
          workload,
          `Mount the volume with the model so that ${path} exists`,
          `Add the volume to ${nameWithKind(workload)} and a volumeMount to container ${container.name}, or correct the path`,
        ),
      ];
    case 'inVolume':
      return [
        advice(
          workload,
          `Put the model at ${path}`,
          `Compare the path with what volume ${place.volume} holds; a subPath or a directory of a version is often missing`,
        ),
      ];
    case 'inSource':
      return [
        advice(
          workload,
          `Upload the model to ${place.uri}`,
          'Put the file itself, with the ending that the server looks for, into that directory',
        ),
      ];
    case 'inImage':
      return [rebuildImage(container.image, `with the model at ${path}`, workload)];
  }
}
