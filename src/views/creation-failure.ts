/**
 * What holds a Pod up between its node and its containers: the newest failure of a mount or of the sandbox. Mounts come before the sandbox, so a
 * later failure of the sandbox says that the mounts are done. Absent where the pod is not held up there.
 */
import type { EvidenceGap, Lookup } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';
import { defineView, type EventRecord, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { ownerTree } from './owner-tree.ts';
import { parseMountMessage, type MountError } from './parse/mount-message.ts';
import { podClaims, type PodClaims } from './pod-claims.ts';
import { podState } from './pod-state.ts';
import { workloadOf } from './workload-of.ts';

export interface CreationFailure {
  readonly pod: KubeObject;
  readonly workload: ResourceRef;
  readonly node?: ResourceRef;
  readonly claims?: PodClaims;
  readonly mount?: { readonly event: EventRecord; readonly error: MountError };
  readonly sandbox?: EventRecord;
  readonly eventsGap?: EvidenceGap;
}

export const creationFailure = defineView<Lookup<CreationFailure>>({
  id: 'creation-failure',
  needs: [{ type: 'event' }],
  uses: [podState, podClaims, ownerTree],
  derive(context, subject) {
    const found = context.use(podState, subject);
    if (found.state !== 'present') return found;
    const { pod, stuckCreating, healthy } = found.value;
    if (!stuckCreating || healthy)
      return { state: 'absent', cite: pod.cite(`status of Pod ${pod.ref.name}`, '/status') };
    const events = context.events(pod.ref);
    const sandbox = events.findLast(
      (event) => event.reason === 'FailedCreatePodSandBox' || event.reason === 'NetworkNotReady',
    );
    const mount = newestMountFailure(events);
    const claims = context.use(podClaims, subject);
    const eventsGap = context.eventsGap(pod.ref.namespace);
    const nodeName = textAt(pod.body, 'spec', 'nodeName');
    const mountIsLast = mount !== undefined && (sandbox === undefined || mount.event.last >= sandbox.last);
    return {
      state: 'present',
      cite: found.cite,
      value: {
        pod,
        workload: workloadOf(context, subject),
        ...(nodeName === undefined ? {} : { node: { apiVersion: 'v1', kind: 'Node', name: nodeName } }),
        ...(claims.state === 'present' ? { claims: claims.value } : {}),
        ...(mountIsLast ? { mount } : {}),
        ...(sandbox !== undefined && !mountIsLast ? { sandbox } : {}),
        ...(eventsGap === undefined ? {} : { eventsGap }),
      },
    };
  },
});

/** The newest that says why; the two-minute summary only where nothing else is there. A volume attached since then counts no more. */
function newestMountFailure(events: readonly EventRecord[]): CreationFailure['mount'] {
  const attached = events.findLast((event) => event.reason === 'SuccessfulAttachVolume')?.last ?? '';
  const failures = events
    .filter((event) => /^Failed(?:Mount|AttachVolume|MapVolume|MountOnFilesystemMismatch)$/.test(event.reason))
    .filter((event) => event.reason !== 'FailedAttachVolume' || event.last > attached)
    .flatMap((event) => {
      const error = parseMountMessage(event.message);
      return error === undefined ? [] : [{ event, error }];
    });
  return failures.findLast(({ error }) => error.class !== 'summary') ?? failures.at(-1);
}
