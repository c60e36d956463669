/**
 * Why the identity controller of Azure ML did not get credentials for a container registry, where an object lacks them: a pod whose pull secret is
 * missing or refused, or a deployment whose status says so. It reads the controller's log only then.
 */
import { azuremlPlaceOf } from '../../model/azureml-labels.ts';
import { isAzureml, standsOnByName } from '../../model/azureml-names.ts';
import type { Citation, Lookup } from '../../model/evidence.ts';
import { listAt, textAt } from '../../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { amlarcStatus } from './amlarc-status.ts';
import { lastTokenFailure, programLog, type ProgramLog, type TokenFailure } from './program-log.ts';
import { imagePull } from '../image-pull.ts';
import { ALL_COMPONENTS } from '../platform-component.ts';

export interface RegistryToken {
  /** What shows the lack: `Secret x, which the pod names, does not exist`. */
  readonly shows: string;
  readonly cite: Citation;
  /** Pull secrets that are missing or refused. */
  readonly secrets: readonly ResourceRef[];
  readonly effect: 'image-not-pulled' | 'object-not-reconciled';
  readonly log: Lookup<ProgramLog>;
  readonly failure?: TokenFailure;
}

const NAMED =
  /ACRSecretError|TokenRefreshFailed|GetAADTokenFailed|ACRAuthenticationChallengeFailed|ACRTokenExchangeFailed|RefreshExtensionIdentityNotSet/;

/** Undefined where nothing shows that credentials are lacking. */
export const registryToken = defineView<RegistryToken | undefined>({
  id: 'azureml-registry-token',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'Pod' },
    { type: 'object', kind: 'Deployment' },
    { type: 'log' },
  ],
  uses: [imagePull, ...ALL_COMPONENTS],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return undefined;
    const lack = subject.kind === 'Pod' ? lackOfPod(context, found.value) : lackOfResource(context, found.value);
    if (lack === undefined) return undefined;
    const log = programLog(context, 'azureml-identity-controller');
    const failure = log.state === 'present' ? lastTokenFailure(log.value.lines) : undefined;
    const { hosts, ...shown } = lack;
    // A registry that the pod does not pull from is another deployment's trouble.
    const isOthers =
      failure?.host !== undefined &&
      (failure.step === 'challenge' || failure.step === 'exchange') &&
      hosts.length > 0 &&
      !hosts.includes(failure.host);
    return { ...shown, log, ...(failure === undefined || isOthers ? {} : { failure }) };
  },
});

type Lack = Omit<RegistryToken, 'log' | 'failure'> & { readonly hosts: readonly string[] };

function lackOfPod(context: ViewContext, pod: KubeObject): Lack | undefined {
  if (azuremlPlaceOf(pod.ref, pod.body) === undefined) return undefined;
  const pull = context.use(imagePull, pod.ref);
  if (pull.state !== 'present' || pull.value.failures.length === 0) return undefined;
  const { secrets, failures } = pull.value;
  const missing = secrets.named.filter(({ found }) => found.state === 'absent');
  const refused = failures.some(({ access, mechanism }) => access === 'rejected' || mechanism === 'unauthorized');
  const [first] = missing;
  const hosts = failures.flatMap(({ host }) => (host === '' ? [] : [host.toLowerCase()]));
  if (first !== undefined && first.found.state === 'absent')
    return {
      shows: `Secret ${first.ref.name}, which the pod names, was not made`,
      cite: first.found.cite,
      secrets: missing.map(({ ref }) => ref),
      effect: 'image-not-pulled',
      hosts,
    };
  if (!refused || secrets.named.length === 0) return undefined;
  return {
    shows: 'the registry does not take the credentials of the pod',
    cite: failures[0]?.cite[0] ?? secrets.cite,
    secrets: secrets.named.map(({ ref }) => ref),
    effect: 'image-not-pulled',
    hosts,
  };
}

function lackOfResource(context: ViewContext, object: KubeObject): Lack | undefined {
  if (!isAzureml(object.ref)) return undefined;
  const said = amlarcStatus(object.body);
  const words = said.state === 'ok' ? undefined : NAMED.exec(said.text)?.[0];
  if (words === undefined) return undefined;
  return {
    shows: `the status of ${object.ref.kind} ${object.ref.name} says ${words}`,
    cite: object.cite(`its status says ${words}`, said.pointer),
    secrets: [],
    effect: 'object-not-reconciled',
    hosts: imageHosts(context, object),
  };
}

/** Of the object itself, or of the Deployments that were made for it. */
function imageHosts(context: ViewContext, object: KubeObject): readonly string[] {
  const { namespace } = object.ref;
  const made = context
    .list('Deployment', namespace === undefined ? {} : { namespace })
    .items.filter((deployment) => standsOnByName(object, deployment));
  const images = [
    textAt(object.body, 'spec', 'image'),
    textAt(object.body, 'spec', 'environment', 'image'),
    ...[object, ...made].flatMap(({ body }) =>
      listAt(body, 'spec', 'template', 'spec', 'containers').map((container) => textAt(container, 'image')),
    ),
  ];
  return images.flatMap((image) =>
    image?.includes('/') === true ? [image.slice(0, image.indexOf('/')).toLowerCase()] : [],
  );
}
