/**
 * Which programs of the Azure ML extension an object needs now, because what they should have done for it is not done: nothing was made of it, its
 * pull secret is missing, its model cannot be fetched, its status names their failure. Whether they run is asked of `platform-component.ts`; it
 * decides no cause.
 */
import { isAzureml, standsOnByName } from '../../model/azureml-names.ts';
import { azuremlPlaceOf } from '../../model/azureml-labels.ts';
import type { Citation, Lookup } from '../../model/evidence.ts';
import type { Effect } from '../../model/finding.ts';
import { listAt, numberAt, textAt } from '../../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { amlarcStatus } from './amlarc-status.ts';
import { identityProxyFailure } from './identity-proxy-failure.ts';
import { imagePull } from '../image-pull.ts';
import { containerRuns } from '../container-runs.ts';
import { ALL_COMPONENTS, useComponent, type PlatformComponent } from '../platform-component.ts';
import type { ComponentId } from '../parse/platform-components.ts';
import { secondsBetween } from '../parse/time.ts';

export interface NeededProgram {
  readonly id: ComponentId;
  readonly component: Lookup<PlatformComponent>;
  /** The observed step: `no Deployment was made for OnlineDeployment blue`. */
  readonly shows: string;
  readonly cites: readonly [Citation, ...Citation[]];
  readonly effects: readonly Effect[];
  /** The status names it: then a part of its pods that is missing counts, too. */
  readonly named?: true;
  /** What it should have made and did not. */
  readonly missing?: ResourceRef;
}

/** The operator answers within seconds; a change of leader takes at most 15. */
const LONG_SECONDS = 60;

/** Which programs an error of Azure speaks of, as the documents explain it; the first that is down is meant. */
const BY_ERROR: readonly { readonly error: RegExp; readonly ids: readonly ComponentId[] }[] = [
  { error: /ScoringFeUnhealthy|ValidateScoringFailed|azureml-fe/, ids: ['azureml-router'] },
  {
    error:
      /TokenRefreshFailed|RefreshExtensionIdentityNotSet|ACRSecretError|GetAADTokenFailed|ACRAuthenticationChallengeFailed|ACRTokenExchangeFailed/,
    ids: ['azureml-identity-controller', 'azureml-identity-proxy'],
  },
  { error: /ClusterServiceNotFound|extension service not found/, ids: ['azureml-ingress'] },
  { error: /InferencingClientCallFailed|not connectable/, ids: ['azureml-relay', 'azureml-ingress'] },
];

export const azuremlNeeds = defineView<readonly NeededProgram[]>({
  id: 'azureml-needs',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'Deployment' },
    { type: 'object', kind: 'Secret' },
    { type: 'object', kind: 'NetworkPolicy' },
  ],
  uses: [containerRuns, imagePull, ...ALL_COMPONENTS],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return [];
    if (subject.kind === 'Pod') return neededByPod(context, found.value);
    return isAzureml(subject) ? neededByResource(context, found.value) : [];
  },
});

function neededByResource(context: ViewContext, object: KubeObject): readonly NeededProgram[] {
  const { ref, body } = object;
  if (textAt(body, 'metadata', 'deletionTimestamp') !== undefined || ref.kind === 'AmlJob') return [];
  const said = amlarcStatus(body);
  const needed: NeededProgram[] = [];
  const add = (id: ComponentId, shows: string, cite: Citation, effects: readonly Effect[], named?: true): void => {
    const component = useComponent(context, id);
    needed.push({ id, component, shows, cites: [cite], effects, ...(named === undefined ? {} : { named }) });
  };
  if (said.state !== 'ok') {
    for (const { error, ids } of BY_ERROR) {
      const words = error.exec(said.text)?.[0];
      if (words === undefined) continue;
      for (const id of ids)
        add(
          id,
          `the status of ${ref.kind} ${ref.name} says ${words}`,
          object.cite(`its status says ${words}`, said.pointer),
          ['object-not-reconciled', ...(id === 'azureml-router' ? (['requests-fail'] as const) : [])],
          true,
        );
    }
    const lack = operatorLack(context, object, said.state);
    if (lack !== undefined) add('azureml-inference-operator', lack.shows, lack.cite, ['object-not-reconciled']);
  }
  // Without the router nobody takes requests, whatever else is well.
  if (!needed.some(({ id }) => id === 'azureml-router')) {
    const router = useComponent(context, 'azureml-router');
    if (router.state === 'present' && router.value.down)
      add(
        'azureml-router',
        `requests to ${ref.kind} ${ref.name} go through it`,
        object.cite('its name', '/metadata/name'),
        ['requests-fail'],
      );
  }
  return needed;
}

function operatorLack(
  context: ViewContext,
  object: KubeObject,
  state: string,
): { readonly shows: string; readonly cite: Citation } | undefined {
  const { ref, body } = object;
  const observed = numberAt(body, 'status', 'observedGeneration');
  const generation = numberAt(body, 'metadata', 'generation');
  const age = secondsBetween(textAt(body, 'metadata', 'creationTimestamp'), context.now) ?? 0;
  if (age < LONG_SECONDS) return undefined;
  if (observed !== undefined && generation !== undefined && observed < generation)
    return {
      shows: `the status of ${ref.kind} ${ref.name} is that of an older spec`,
      cite: object.cite('generation that the status speaks of', '/status/observedGeneration'),
    };
  if (ref.kind !== 'OnlineDeployment' || state === 'failed') return undefined;
  const listing = context.list('Deployment', ref.namespace === undefined ? {} : { namespace: ref.namespace });
  if (listing.complete.state !== 'present' || context.ownedBy(ref).length > 0) return undefined;
  if (listing.items.some((deployment) => standsOnByName(object, deployment))) return undefined;
  return { shows: `no Deployment was made for ${ref.kind} ${ref.name}`, cite: listing.complete.cite };
}

/** Whether what the program lacks can be why: no pod of it is ready, or some are not where the status names it. */
export function isShort({ component, named }: NeededProgram): boolean {
  if (component.state !== 'present') return false;
  const { down, ready, desired } = component.value;
  return down || (named === true && ready < desired);
}

/** What a registry may answer to a caller without the right credentials, and what nobody can read. */
const FOR_CREDENTIALS = new Set(['unauthorized', 'forbidden', 'rate-limit', 'unknown']);
const PULLING = new Set(['ImagePullBackOff', 'ErrImagePull', 'ImageInspectError', 'RegistryUnavailable']);

function neededByPod(context: ViewContext, pod: KubeObject): readonly NeededProgram[] {
  if (azuremlPlaceOf(pod.ref, pod.body) === undefined) return [];
  const needed: NeededProgram[] = [];
  for (const secret of missingPullSecrets(context, pod))
    needed.push({
      id: 'azureml-identity-controller',
      component: useComponent(context, 'azureml-identity-controller'),
      shows: `pull secret ${secret.ref.name} was not made`,
      cites: [secret.cite, pod.cite('pull secrets of the pod', '/spec/imagePullSecrets')],
      effects: ['image-not-pulled'],
      missing: secret.ref,
    });
  const failure = identityProxyFailure(context.use(containerRuns, pod.ref));
  // A call that ends in silence is what a NetworkPolicy leaves behind: where those can still be read they are asked for first.
  if (failure !== undefined && !(failure.how === 'timeout' && isUnread(context, pod.ref.namespace)))
    needed.push({
      id: 'azureml-identity-proxy',
      component: useComponent(context, 'azureml-identity-proxy'),
      shows: `container ${failure.run.container.name} does not reach ${failure.host}`,
      cites: [failure.hit.cite],
      effects: failure.run.effects,
    });
  return needed;
}

function isUnread(context: ViewContext, namespace: string | undefined): boolean {
  const { complete } = context.list('NetworkPolicy', namespace === undefined ? {} : { namespace });
  return complete.state === 'unknown' && complete.gap.reason === 'not-requested';
}

/** Pull secrets that the pod names and its namespace does not hold, while an image is not pulled. */
function missingPullSecrets(
  context: ViewContext,
  pod: KubeObject,
): readonly { readonly ref: ResourceRef; readonly cite: Citation }[] {
  const waits = ['initContainerStatuses', 'containerStatuses'].some((field) =>
    listAt(pod.body, 'status', field).some((status) => PULLING.has(textAt(status, 'state', 'waiting', 'reason') ?? '')),
  );
  const pull = context.use(imagePull, pod.ref);
  // A registry that answers that there is no such tag, or does not answer at all, was not asked for credentials in vain.
  const isOther =
    pull.state === 'present' &&
    pull.value.failures.length > 0 &&
    pull.value.failures.every(({ mechanism }) => !FOR_CREDENTIALS.has(mechanism));
  if (!waits || isOther) return [];
  // Into a pod that names none itself those of its ServiceAccount are copied: nobody of the extension makes them.
  const foreign = new Set(pull.state === 'present' ? pull.value.secrets.accountNames : []);
  return listAt(pod.body, 'spec', 'imagePullSecrets').flatMap((entry) => {
    const name = textAt(entry, 'name');
    if (name === undefined || foreign.has(name)) return [];
    const ref: ResourceRef = {
      apiVersion: 'v1',
      kind: 'Secret',
      name,
      ...(pod.ref.namespace === undefined ? {} : { namespace: pod.ref.namespace }),
    };
    const secret = context.object(ref);
    return secret.state === 'absent' ? [{ ref, cite: secret.cite }] : [];
  });
}
