/**
 * Which profiles of preflight apply: those that were named, or those that the settings and the cluster show traces of. That a trace was not found
 * never keeps a profile out that was asked for.
 */
import type { Lookup } from '../model/evidence.ts';
import { PREFLIGHT_PROFILES, type PreflightProfile } from '../model/preflight.ts';
import { defineView, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { EXTENSION_NAMESPACE } from './parse/azureml-settings.ts';
import { preflightIntent } from './preflight-intent.ts';

export interface ChosenProfile {
  readonly profile: PreflightProfile;
  readonly because: string;
}

/** Namespaces that the stacks are shipped to, and the definition of what each is there for: KServe stands in whatever namespace somebody chose. */
const TRACES: readonly {
  readonly profile: PreflightProfile;
  readonly namespaces: readonly string[];
  readonly definition: string;
}[] = [
  // `azure-arc` is there on every cluster that Azure Arc manages, with the extension or before it.
  {
    profile: 'azureml',
    namespaces: [EXTENSION_NAMESPACE, 'azure-arc'],
    definition: 'instancetypes.amlarc.azureml.com',
  },
  {
    profile: 'kserve',
    namespaces: ['kserve', 'kubeflow', 'knative-serving', 'opendatahub', 'redhat-ods-applications'],
    definition: 'inferenceservices.serving.kserve.io',
  },
];

export const preflightProfiles = defineView<readonly ChosenProfile[]>({
  id: 'preflight-profiles',
  needs: [
    { type: 'object', kind: 'Namespace' },
    { type: 'object', kind: 'CustomResourceDefinition' },
  ],
  uses: [preflightIntent],
  derive(context, subject) {
    const intent = context.use(preflightIntent, subject);
    if (intent !== undefined && intent.profiles.length > 0)
      return intent.profiles.map((profile) => ({ profile, because: 'asked for' }));
    const chosen: ChosenProfile[] = [];
    for (const profile of PREFLIGHT_PROFILES) {
      if (profile === 'kubernetes') chosen.push({ profile, because: 'it holds for every cluster' });
      else if (profile === 'azureml' && intent !== undefined && !intent.isAssumed)
        chosen.push({ profile, because: 'settings of the extension were given' });
      else {
        const because = traceOf(context, profile);
        if (because !== undefined) chosen.push({ profile, because });
      }
    }
    return chosen;
  },
});

function traceOf(context: ViewContext, profile: PreflightProfile): string | undefined {
  const trace = TRACES.find((entry) => entry.profile === profile);
  if (trace === undefined) return undefined;
  const { namespaces, definition } = trace;
  const namespace = namespaces.find((name) => exists(context, { apiVersion: 'v1', kind: 'Namespace', name }));
  if (namespace !== undefined) return `namespace ${namespace} is there`;
  const kind = 'CustomResourceDefinition';
  return exists(context, { apiVersion: 'apiextensions.k8s.io/v1', kind, name: definition })
    ? `${kind} ${definition} is there`
    : undefined;
}

function exists(context: ViewContext, ref: ResourceRef): boolean {
  const found: Lookup<unknown> = context.object(ref);
  return found.state === 'present';
}
