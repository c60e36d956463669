/**
 * Derives from the checks of preflight what a first round has to read: every kind that they look at, in the whole cluster, since a whole cluster is judged.
 * What is large or secret is read in few namespaces only; more of it comes by what single checks ask for.
 */
import type { Snapshot } from '../model/evidence.ts';
import { KINDS, kindNamed, titleOf } from '../model/kinds.ts';
import type { CollectionPlan, PlannedKind } from '../model/plan.ts';
import { PREFLIGHT, type PreflightProfile } from '../model/preflight.ts';
import type { AnyRule } from '../rules/define.ts';
import { createReader } from '../snapshot/reader.ts';
import { EXTENSION_NAMESPACE } from '../views/parse/azureml-settings.ts';
import { preflightProfiles } from '../views/preflight-profiles.ts';
import { needsOf } from './plan.ts';
import { isMadeFor } from './preflight.ts';
import { createViewContext } from './view-context.ts';

export interface PreflightPlan extends CollectionPlan {
  /** Kinds to list in one namespace each. */
  readonly within: readonly (PlannedKind & { readonly namespace: string })[];
}

/** Secrets of other namespaces are nobody's business here; ConfigMaps of a whole cluster are megabytes. */
const WITHIN: Readonly<Record<string, Readonly<Record<PreflightProfile, readonly string[]>>>> = {
  Secret: { azureml: [EXTENSION_NAMESPACE], kserve: [], kubernetes: [] },
  ConfigMap: {
    // The legacy router lies in `default`.
    azureml: [EXTENSION_NAMESPACE, 'default', 'kube-system'],
    kserve: ['kserve', 'knative-serving', 'kube-system'],
    kubernetes: ['kube-system'],
  },
};

/** The profiles that a snapshot with an intent is judged by: those that were asked for, or those that it shows traces of. */
export function profilesOf(snapshot: Snapshot): readonly PreflightProfile[] {
  const context = createViewContext(createReader(snapshot));
  return context.use(preflightProfiles, PREFLIGHT).map(({ profile }) => profile);
}

export function preflightPlan(rules: readonly AnyRule[], profiles: readonly PreflightProfile[]): PreflightPlan {
  const kinds = new Map<string, PlannedKind>();
  const within = new Map<string, PlannedKind & { readonly namespace: string }>();
  for (const rule of rules) {
    const check = rule.preflight;
    if (check === undefined || !isMadeFor(check, new Set(profiles))) continue;
    for (const need of needsOf(rule)) {
      const name = need.type === 'event' ? 'Event' : need.type === 'object' ? need.kind : undefined;
      for (const planned of name === undefined ? [] : kindsNamed(name)) {
        const places = planned.group === '' ? WITHIN[planned.kind]?.[check.profile] : undefined;
        if (places === undefined) kinds.set(`${planned.group}|${planned.kind}`, planned);
        for (const namespace of places ?? []) within.set(`${planned.kind}|${namespace}`, { ...planned, namespace });
      }
    }
  }
  // Which profiles apply is told by them.
  kinds.set('|Namespace', { kind: 'Namespace', group: '' });
  return { kinds: [...kinds.values()], within: [...within.values()] };
}

/** A bare kind stands for it in all groups (KServe's and KFServing's InferenceService), but not for its namesakes. */
function kindsNamed(name: string): readonly PlannedKind[] {
  const dot = name.indexOf('.');
  const kind = dot < 0 ? name : name.slice(0, dot);
  const first = kindNamed(kind, dot < 0 ? undefined : name.slice(dot + 1));
  return KINDS.filter(
    (info) =>
      info === first || (dot < 0 && info.kind === kind && titleOf({ apiVersion: `${info.group}/v1`, kind }) === kind),
  ).map(({ group }) => ({ kind, group }));
}
