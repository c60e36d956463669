/**
 * The repairs that several rules of the images stage share: pull secrets, another image, a rebuilt image, changes on nodes and at
 * registries. Builds fixes from what the views know; it decides nothing.
 */
import type { Fix, Step } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { PullTarget } from '../views/image-pull.ts';
import type { PullFailure } from '../views/pull-failure.ts';
import { command, fix, kubectl, manual, patch, verifyWithInferscope } from './build.ts';

const RETRIES = 'The kubelet tries again by itself, within five minutes.';

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
    effect: `The kubelet finds credentials for ${host}; nothing that runs changes. ${RETRIES}`,
    steps: [createStep(secret, host)],
    undo: [kubectl(secret, ['delete', 'secret', secret.name], true)],
    verify: verifyWithInferscope(target.workload),
  });
}

/** Deletes a pull secret that is of no use and creates it anew: the type of a Secret cannot be changed. */
export function recreatePullSecret(secret: ResourceRef, host: string, target: PullTarget): Fix {
  return fix({
    title: `Create the pull secret ${secret.name} anew, for the right registry`,
    applicability: 'fill-in',
    effect: `Replaces the Secret, for everything that uses it, by one with credentials for ${host}. ${RETRIES}`,
    steps: [
      kubectl(secret, ['get', 'secret', secret.name, '-o', 'yaml'], false),
      kubectl(secret, ['delete', 'secret', secret.name], true),
      createStep(secret, host),
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
    effect: `Replaces the content of the Secret by credentials for ${host}.${loss} ${RETRIES}`,
    steps: [
      kubectl(secret, ['get', 'secret', secret.name, '-o', 'yaml'], false),
      patch(secret, { stringData: { '.dockerconfigjson': config } }),
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
    effect: `Every new pod of ServiceAccount ${account.name} pulls with Secret ${secret}; the pods of the workload start anew.`,
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
  const ref = target.template?.ref;
  if (ref !== undefined && ['Deployment', 'StatefulSet', 'DaemonSet'].includes(ref.kind)) {
    return [kubectl(ref, ['rollout', 'restart', `${ref.kind.toLowerCase()}/${ref.name}`], true)];
  }
  return [manual(`Delete the pods of ${target.workload.kind} ${target.workload.name}, so that they are created anew.`)];
}

/** Another image for a container. A controller above the template would undo a change below it: then in words. */
export function setImage(
  failure: Pick<PullFailure, 'image' | 'containers'>,
  image: string,
  target: PullTarget,
  title: string,
): Fix {
  const ref = target.template?.ref;
  const filled = image.includes('<') ? 'fill-in' : 'review';
  const verify = verifyWithInferscope(target.workload);
  if (ref === undefined || ref.kind === 'Job') {
    const anew = ref === undefined ? '' : ' A Job cannot be changed: delete it and create it anew.';
    return fix({
      title,
      applicability: 'advice',
      effect: 'The pods are created anew with the other image.',
      steps: [
        manual(
          `In ${target.workload.kind} ${target.workload.name}, replace the image ${failure.image} by ${image}.${anew}`,
        ),
      ],
      verify,
      owner: target.owner,
    });
  }
  const set = (to: string): Step =>
    kubectl(
      ref,
      [
        'set',
        'image',
        `${ref.kind.toLowerCase()}/${ref.name}`,
        ...failure.containers.map((container) => `${container}=${to}`),
      ],
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
