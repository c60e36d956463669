/**
 * Repairs on Knative's own objects and on what makes them: a new Revision, settings of its ConfigMaps, annotations of a component. Builds steps; it
 * decides nothing.
 */
import type { Fix, Step } from '../model/finding.ts';
import { nameWithKind } from '../model/kinds.ts';
import type { ResourceRef } from '../model/reference.ts';
import { fix, kubectl, manual, patch, verifyWithInferscope } from './build.ts';

/** An annotation on the pods of a component, where a person writes it: Knative makes a new Revision of it. */
export function annotateTemplate(
  workload: ResourceRef,
  component: string | undefined,
  annotations: Readonly<Record<string, string | null>>,
): Step | undefined {
  if (workload.kind === 'InferenceService' && !workload.apiVersion.endsWith('/v1alpha2'))
    return patch(workload, { spec: { [component ?? 'predictor']: { annotations } } });
  if (workload.kind === 'Service' && workload.apiVersion.startsWith('serving.knative.dev/'))
    return patch(workload, { spec: { template: { metadata: { annotations } } } });
  return undefined;
}

/** Knative tries an image again with pauses that grow to a quarter of an hour; a new Revision is tried at once. */
export function newRevision(workload: ResourceRef, component: string | undefined, now: string): Step {
  return (
    annotateTemplate(workload, component, { 'kubectl.kubernetes.io/restartedAt': now }) ??
    manual(`Change an annotation in the template of ${nameWithKind(workload)}, so that a new Revision is made.`)
  );
}

/** One key of a Knative ConfigMap. `before` is what it was: undefined where it was not set. */
function setConfig(
  config: ResourceRef,
  key: string,
  value: string | null,
  before: string | undefined,
): { readonly steps: readonly Step[]; readonly undo: readonly Step[] } {
  return {
    steps: [patch(config, { data: { [key]: value } })],
    undo: [patch(config, { data: { [key]: before ?? null } })],
  };
}

/** The names that Knative never resolves as shipped (knative serving pkg/deployment/config.go). */
const SKIPPED_BY_DEFAULT = 'kind.local,ko.local,dev.local';

/** Lets Knative take the tag as it is: the node pulls it, with its own DNS, network, trust and credentials. */
export function skipTagResolving(
  config: ResourceRef,
  settings: Readonly<Record<string, string>> | undefined,
  host: string,
  workload: ResourceRef,
  component: string | undefined,
  now: string,
): Fix {
  // Docker Hub is known under this name there (go-containerregistry pkg/name).
  const registry = host === 'docker.io' ? 'index.docker.io' : host;
  const key = 'registries-skipping-tag-resolving';
  const present = settings === undefined ? '<PRESENT_LIST>' : (settings[key] ?? SKIPPED_BY_DEFAULT);
  const set = setConfig(config, key, `${present},${registry}`, settings === undefined ? present : settings[key]);
  return fix({
    title: `Let Knative take tags of ${registry} as they are`,
    applicability: settings === undefined ? 'fill-in' : 'review',
    effect: `Holds for all Revisions of the cluster that are made from now on: the nodes pull the tag, with their own DNS, trust and credentials, and a tag that is pushed anew is no longer pinned.`,
    steps: [
      ...(settings === undefined
        ? [kubectl(config, ['get', 'configmap', config.name, '-o', `jsonpath={.data.${key}}`], false)]
        : []),
      ...set.steps,
      newRevision(workload, component, now),
    ],
    undo: set.undo,
    verify: verifyWithInferscope(workload),
  });
}
