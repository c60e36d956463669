/**
 * The securityContext that Pod Security asks for, computed from the violations that the API server listed
 * (kubernetes `staging/src/k8s.io/pod-security-admission/policy/check_*.go`).
 */
import { objectAt } from '../model/json.ts';
import { templateContainers, type PodTemplate } from '../views/admission-refusal.ts';
import type { PodSecurityViolation } from '../views/parse/admission-message.ts';

export interface SecurityPatch {
  /** Strategic merge patch of the pod's spec; undefined where no violation can be mended by adding fields. */
  readonly podSpec?: Readonly<Record<string, unknown>>;
  /** Violations that need a decision: host paths, host namespaces, added capabilities. */
  readonly manual: readonly PodSecurityViolation[];
  /** The same as words, for templates that cannot be patched. */
  readonly words: readonly string[];
}

type Fields = Record<string, unknown>;

/** Reasons that are mended by setting one field of the container's securityContext. */
const CONTAINER_FIELDS: Readonly<Record<string, { readonly fields: Fields; readonly words: string }>> = {
  'allowPrivilegeEscalation != false': {
    fields: { allowPrivilegeEscalation: false },
    words: 'allowPrivilegeEscalation: false',
  },
  'unrestricted capabilities': { fields: { capabilities: { drop: ['ALL'] } }, words: 'capabilities.drop: ["ALL"]' },
  privileged: { fields: { privileged: false }, words: 'privileged: false' },
};
const POD_FIELDS: Readonly<Record<string, { readonly fields: Fields; readonly words: string }>> = {
  'runAsNonRoot != true': { fields: { runAsNonRoot: true }, words: 'runAsNonRoot: true' },
  seccompProfile: {
    fields: { seccompProfile: { type: 'RuntimeDefault' } },
    words: 'seccompProfile.type: RuntimeDefault',
  },
};

export function securityPatch(
  violations: readonly PodSecurityViolation[],
  template: PodTemplate | undefined,
): SecurityPatch {
  const pod: Fields = {};
  const containers = new Map<string, Fields>();
  const left: PodSecurityViolation[] = [];
  const words: string[] = [];
  const all = template === undefined ? [] : templateContainers(template);
  const setOn = (name: string, fields: Fields): void =>
    void containers.set(name, { ...containers.get(name), ...fields });
  for (const violation of violations) {
    const named = containersIn(violation.detail);
    const own = CONTAINER_FIELDS[violation.reason];
    const shared = POD_FIELDS[violation.reason];
    if (own !== undefined) {
      words.push(own.words);
      for (const name of named) setOn(name, own.fields);
    } else if (shared !== undefined) {
      words.push(shared.words);
      Object.assign(pod, shared.fields);
      // A container that sets the field itself overrides the pod's.
      for (const { name, spec } of all) {
        const field = Object.keys(shared.fields)[0] ?? '';
        if (objectAt(spec, 'securityContext')?.[field] !== undefined) setOn(name, shared.fields);
      }
    } else left.push(violation);
  }
  const patch: Record<string, unknown> = Object.keys(pod).length === 0 ? {} : { securityContext: pod };
  for (const { field, name } of all) {
    const securityContext = containers.get(name);
    if (securityContext === undefined) continue;
    const listed = patch[field];
    patch[field] = [...(Array.isArray(listed) ? listed : []), { name, securityContext }];
  }
  return { ...(Object.keys(patch).length === 0 ? {} : { podSpec: patch }), manual: left, words };
}

/** `container "c" must set …`, `containers "a", "b" must set …`, `pod or containers "a", "b" must set …`. */
function containersIn(detail: string): readonly string[] {
  const listed = /\bcontainers? ((?:"[^"]{1,253}"(?:, )?)+)/.exec(detail)?.[1] ?? '';
  return [...listed.matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? '');
}
