/** Cause: there is no model file where the program looks for it; it ends, or it serves without a model. */
import { advice } from '../../../fixes/advice.ts';
import { rebuildImage } from '../../../fixes/image-content.ts';
import type { Citation } from '../../../model/evidence.ts';
import type { Fix } from '../../../model/finding.ts';
import { listAt, textAt } from '../../../model/json.ts';
import { imageRef, type ResourceRef } from '../../../model/reference.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { missingModelAtEnd, missingModelWhileServing } from '../../../views/model-files.ts';
import { expectsVolume, modelSource, sourceRef, type ModelSource } from '../../../views/model-origin.ts';
import type { ContainerState, PodState } from '../../../views/pod-state.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeEnding, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { runningLogs } from '../../../views/running-logs.ts';
import { mountOf } from '../../../views/start-failures.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4201',
  name: 'ModelFileMissing',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'There is no model file where the program looks for it',
  appliesTo: ['Pod'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'work-not-done'],
  aliases: [
    'model-file-missing',
    'ready-without-model',
    'job-backoff-limit',
    'FileNotFoundError',
    'no such file or directory',
    'model-file-missing-in-directory',
  ],
  needs: { runs: containerRuns, running: runningLogs, source: modelSource, template: podTemplate },
  messages: {
    noVolume: 'Container {container} finds no model at {path}: no volume is mounted there',
    inVolume: 'Container {container} finds no model at {path}, in its volume {volume}',
    inImage: 'Image {image} has no model at {path}, where container {container} looks',
    inSource: '{source} holds no model that container {container} can load from {path}',
    serves: 'Image {image} has no model at {path}; container {container} is Ready without one',
    servesNamed: 'Container {container} serves without a model and is Ready all the same',
    servesVolume: 'Container {container} finds no model at {path} and is Ready without one',
  },
  check({ runs, running, source, template }, context) {
    const from = source.state === 'present' ? source.value : undefined;
    const crashed = judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no missing model file', alsoRunning: true },
      (run, log) => {
        const hit = missingModelAtEnd(log) ?? (run.ended ? undefined : missingModelWhileServing(log));
        const path = hit?.match.groups?.['path'];
        if (!hit || path === undefined) return undefined;
        const { container } = run;
        const place = placeOf(container, path, from, template.workload);
        const common = {
          subject: place.subject,
          ...(place.kind === 'inImage' || place.kind === 'inSource' ? {} : { container: container.name }),
          certainty: 'confirmed' as const,
          basis:
            place.kind === 'noVolume'
              ? 'the program names the path, and no volume of the container covers it'
              : 'the program names the path',
          consequence: consequenceOf(run, 'The program ends without its model, at every start.'),
          cite: [citeEnding(log, hit), citePlace(run.state, container, path)] as const,
          trace: runTrace(run, log),
          effects: run.effects,
          fixes: fixesFor(place, container, path, template.workload),
        };
        const args = { container: container.name, path };
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
    for (const { container, log } of running.value.logs) {
      const hit = missingModelWhileServing(log);
      if (!hit) continue;
      const path = hit.match.groups?.['path'];
      const place = path === undefined ? undefined : placeOf(container, path, from, template.workload);
      const readiness = textAt(container.spec, 'readinessProbe', 'httpGet', 'path');
      const common = {
        subject: place?.subject ?? template.workload,
        ...(place?.kind === 'inImage' || place?.kind === 'inSource' ? {} : { container: container.name }),
        certainty: 'confirmed' as const,
        basis: 'the server says that it runs without a model, and says nothing else since',
        consequence: 'Kubernetes sees a healthy pod and sends it requests, which it cannot answer.',
        cite: [hit.cite, container.cite] as const,
        trace: [
          {
            text:
              readiness === undefined
                ? 'the container is Ready without a question about its model'
                : `the readiness probe asks ${readiness}, which answers although there is no model`,
            cite: [running.value.state.pod.cite('readiness probe', `${container.specPointer}/readinessProbe`)],
          },
        ],
        effects: ['work-not-done' as const],
        fixes: [
          ...(place && path !== undefined ? fixesFor(place, container, path, template.workload) : []),
          advice(
            template.workload,
            'Let the readiness probe ask for the model',
            `Point readinessProbe.httpGet.path of container ${container.name} to a path that fails while no model is loaded, such as /ready`,
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
    const [gap, ...more] = running.value.gaps;
    return gap && crashed.state !== 'unknown' ? context.unknown(gap, ...more) : crashed;
  },
});

type Place = { readonly subject: ResourceRef } & (
  | { readonly kind: 'noVolume' | 'inImage' }
  | { readonly kind: 'inVolume'; readonly volume: string }
  | { readonly kind: 'inSource'; readonly uri: string }
);

function placeOf(container: ContainerState, path: string, from: ModelSource | undefined, workload: ResourceRef): Place {
  const mount = mountOf(container, path);
  if (mount && from && mount.volume === from.volume)
    return { kind: 'inSource', uri: from.uri, subject: sourceRef(from.uri) };
  if (mount) return { kind: 'inVolume', volume: mount.volume, subject: workload };
  return expectsVolume(path)
    ? { kind: 'noVolume', subject: workload }
    : { kind: 'inImage', subject: imageRef(container.image) };
}

function fixesFor(place: Place, container: ContainerState, path: string, workload: ResourceRef): readonly Fix[] {
  switch (place.kind) {
    case 'noVolume':
      return [
        advice(
          workload,
          `Mount the volume with the model so that ${path} exists`,
          `Add the volume to ${workload.kind}/${workload.name} and a volumeMount to container ${container.name}, or correct the path`,
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

/** Shows where the model should come from: the mount that holds the path, else what is mounted at all, else the image. */
function citePlace(state: PodState, container: ContainerState, path: string): Citation {
  const mount = mountOf(container, path);
  if (mount) return state.pod.cite(`mount ${mount.mountPath} of container ${container.name}`, mount.pointer);
  const field = expectsVolume(path) && listAt(container.spec, 'volumeMounts').length > 0 ? 'volumeMounts' : 'image';
  return state.pod.cite(`${field} of container ${container.name}`, `${container.specPointer}/${field}`);
}
