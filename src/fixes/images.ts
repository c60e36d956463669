/**
 * The repairs that several rules of the images stage share: pull secrets, another image, a rebuilt image, changes on nodes and at
 * registries. Builds fixes from what the views know; it decides nothing.
 */
import type { Fix, Step } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import { kindWord, nameWithKind } from '../model/kinds.ts';
import type { PullTarget } from '../views/image-pull.ts';
import type { PullFailure } from '../views/pull-failure.ts';
import { command, fix, kubectl, manual, patch, verifyWithInferscope } from './build.ts';
import { newRevision, skipTagResolving } from './knative.ts';
import { renewPods } from './model-store.ts';

function retries(target: PullTarget): string {
  return target.knative === undefined
    ? 'The kubelet tries again by itself, within five minutes.'
    : 'Knative tries again with pauses that grow to a quarter of an hour, a new Revision at once.';
}

function puller(target: PullTarget): string {
  return target.knative === undefined ? 'kubelet' : 'Knative controller';
}

/** For a Revision: a new one, since the old one waits between its tries. */
function anew(target: PullTarget): readonly Step[] {
  return target.knative === undefined
    ? []
    : [newRevision(target.workload, target.knative.component, target.knative.now)];
}

/** For a Revision: the node may be able to do what the controller is not. */
export function skipResolving(host: string, target: PullTarget): readonly Fix[] {
  return target.knative === undefined
    ? []
    : [
        skipTagResolving(
          target.knative.config,
          target.knative.settings,
          host,
          target.workload,
          target.knative.component,
          target.knative.now,
        ),
      ];
}

function serverOf(host: string): string {
  // Docker Hub's credentials are stored under this name (docker/cli config/configfile).
  return host === 'docker.io' ? 'https://index.docker.io/v1/' : host;
}

function createStep(secret: ResourceRef, host: string): Step {
  return kubectl(
    secret,
    [
      'create',
      'secret',
      'docker-registry',
      secret.name,
      `--docker-server=${serverOf(host)}`,
      '--docker-username=<USER>',
      '--docker-password=<PASSWORD>',
    ],
    true,
  );
}

/** Creates a pull secret that pods name already. */
export function createPullSecret(secret: ResourceRef, host: string, target: PullTarget): Fix {
  return fix({
    title: `Create the pull secret ${secret.name} in namespace ${secret.namespace ?? 'default'}`,
    applicability: 'fill-in',
    effect: `The ${puller(target)} finds credentials for ${host}; nothing that runs changes. ${retries(target)}`,
    steps: [createStep(secret, host), ...anew(target)],
    undo: [kubectl(secret, ['delete', 'secret', secret.name], true)],
    verify: verifyWithInferscope(target.workload),
  });
}

/** Deletes a pull secret that is of no use and creates it anew: the type of a Secret cannot be changed. */
export function recreatePullSecret(secret: ResourceRef, host: string, target: PullTarget): Fix {
  return fix({
    title: `Create the pull secret ${secret.name} anew, for the right registry`,
    applicability: 'fill-in',
    effect: `Replaces the Secret, for everything that uses it, by one with credentials for ${host}. ${retries(target)}`,
    steps: [
      kubectl(secret, ['get', 'secret', secret.name, '-o', 'yaml'], false),
      kubectl(secret, ['delete', 'secret', secret.name], true),
      createStep(secret, host),
      ...anew(target),
    ],
    undo: [manual(`Apply the YAML that the first step printed, after deleting the new Secret ${secret.name}.`)],
    verify: verifyWithInferscope(target.workload),
  });
}

/** Writes new credentials into a pull secret. */
export function replaceCredentials(
  secret: ResourceRef,
  host: string,
  hosts: readonly string[],
  target: PullTarget,
): Fix {
  const config = JSON.stringify({ auths: { [serverOf(host)]: { username: '<USER>', password: '<PASSWORD>' } } });
  const others = hosts.filter((other) => other !== host);
  const loss =
    others.length === 0
      ? ''
      : ` The Secret also holds credentials for ${others.join(', ')}: add them to the JSON, or they are lost.`;
  return fix({
    title: `Write valid credentials into Secret ${secret.name}`,
    applicability: 'fill-in',
    effect: `Replaces the content of the Secret by credentials for ${host}.${loss} ${retries(target)}`,
    steps: [
      kubectl(secret, ['get', 'secret', secret.name, '-o', 'yaml'], false),
      patch(secret, { stringData: { '.dockerconfigjson': config } }),
      ...anew(target),
    ],
    undo: [manual(`Write the former .dockerconfigjson back, as the first step printed it.`)],
    verify: verifyWithInferscope(target.workload),
  });
}

/** Lets the pods name a pull secret, through their ServiceAccount; it takes part when a pod is created. */
export function addToServiceAccount(
  account: ResourceRef,
  secret: string,
  create: string | undefined,
  target: PullTarget,
): Fix {
  const secretRef: ResourceRef = { ...account, kind: 'Secret', name: secret };
  return fix({
    title: `${create === undefined ? 'Name' : 'Create'} a pull secret ${create === undefined ? '' : 'and name it '}in ServiceAccount ${account.name}`,
    applicability: create === undefined ? 'review' : 'fill-in',
    effect:
      target.knative === undefined
        ? `Every new pod of ServiceAccount ${account.name} pulls with Secret ${secret}; the pods of the workload start anew.`
        : `Knative and every new pod of ServiceAccount ${account.name} ask the registry with Secret ${secret}; a new Revision is made.`,
    steps: [
      ...(create === undefined ? [] : [createStep(secretRef, create)]),
      patch(account, { imagePullSecrets: [{ name: secret }] }, 'strategic'),
      ...restartSteps(target),
    ],
    undo: [
      patch(account, { imagePullSecrets: [{ $patch: 'delete', name: secret }] }, 'strategic'),
      ...(create === undefined ? [] : [kubectl(secretRef, ['delete', 'secret', secret], true)]),
    ],
    verify: verifyWithInferscope(target.workload),
  });
}

export function restartSteps(target: PullTarget): readonly Step[] {
  if (target.knative !== undefined) return anew(target);
  const ref = target.template?.ref;
  if (ref !== undefined && ['Deployment', 'StatefulSet', 'DaemonSet'].includes(ref.kind)) {
    return [kubectl(ref, ['rollout', 'restart', `${kindWord(ref)}/${ref.name}`], true)];
  }
  return [renewPods(target.workload)];
}

type ImagePlace = Pick<PullFailure, 'image' | 'containers'> & Partial<Pick<PullFailure, 'origin'>>;

/** Another image for a container, where a person wrote it: a change below a controller would be undone. */
export function setImage(failure: ImagePlace, image: string, target: PullTarget, title: string): Fix {
  const ref = target.template?.ref;
  const filled = image.includes('<') ? 'fill-in' : 'review';
  const verify = verifyWithInferscope(target.workload);
  const { origin } = failure;
  const place = origin?.ref ?? target.workload;
  if (ref === undefined && origin?.pointer !== undefined && place.kind !== 'Pod') {
    const path = origin.pointer;
    const other = place.kind !== target.workload.kind || place.name !== target.workload.name;
    return fix({
      title,
      applicability: filled,
      effect: other
        ? `Everything that ${nameWithKind(place)} runs gets the other image when it is next rolled out.`
        : 'A new Revision, or new pods, with the other image.',
      steps: [
        patch(place, [{ op: 'replace', path, value: image }], 'json'),
        // Older versions of KServe do not follow a changed runtime by themselves.
        ...(other ? anew(target) : []),
      ],
      undo: [patch(place, [{ op: 'replace', path, value: failure.image }], 'json')],
      verify,
      owner: other ? undefined : target.owner,
    });
  }
  if (ref === undefined || ref.kind === 'Job') {
    const again = ref === undefined ? '' : ' A Job cannot be changed: delete it and create it anew.';
    return fix({
      title,
      applicability: 'advice',
      effect: 'The pods are created anew with the other image.',
      steps: [manual(`In ${nameWithKind(place)}, replace the image ${failure.image} by ${image}.${again}`)],
      verify,
      owner: target.owner,
    });
  }
  const set = (to: string): Step =>
    kubectl(
      ref,
      ['set', 'image', `${kindWord(ref)}/${ref.name}`, ...failure.containers.map((container) => `${container}=${to}`)],
      true,
    );
  return fix({
    title,
    applicability: filled,
    effect: 'Starts a rollout with the other image.',
    steps: [set(image)],
    undo: [set(failure.image)],
    verify,
    owner: target.owner,
  });
}

/** Builds the image for another platform and rolls it out under a new tag. */
export function buildForPlatform(
  failure: Pick<PullFailure, 'image' | 'containers' | 'reference'>,
  platform: string,
  target: PullTarget,
): Fix {
  const { reference } = failure;
  const next = reference === undefined ? '<IMAGE>:<NEW_TAG>' : `${reference.host}/${reference.repository}:<NEW_TAG>`;
  const rollout = setImage(failure, next, target, '');
  return fix({
    title: `Build and push the image for ${platform} under a new tag, and roll it out`,
    applicability: 'fill-in',
    effect: 'Pushes a new tag; starts a rollout. A new tag, because nodes keep what they pulled under the old one.',
    steps: [
      command(['docker', 'buildx', 'build', '--platform', platform, '-t', next, '--push', '.'], true),
      ...rollout.steps,
    ],
    undo: rollout.undo.length > 0 ? rollout.undo : [manual(`Name the image ${failure.image} again.`)],
    verify: verifyWithInferscope(target.workload),
    owner: target.owner,
  });
}

/** What no kubectl command does: something on the nodes, at the registry, or in the network. */
export function advice(title: string, effect: string, texts: readonly string[], target: PullTarget, probe?: Step): Fix {
  return fix({
    title,
    applicability: 'advice',
    effect,
    steps: [...(probe === undefined ? [] : [probe]), ...texts.map((text) => manual(text))],
    verify: verifyWithInferscope(target.workload),
  });
}
