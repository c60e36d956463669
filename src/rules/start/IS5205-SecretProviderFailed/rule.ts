/** The Secrets Store CSI driver cannot mount: the SecretProviderClass does not exist, no provider answers, or the vault refuses. */
import { defineRule } from '../../define.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { mountAdvice } from '../../../fixes/storage.ts';
import { creationFailure } from '../../../views/creation-failure.ts';
import { whereMountFails } from '../../../views/mount-answer.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { volumeAtFault } from '../../../views/volume-at-fault.ts';

export default defineRule({
  code: 'IS5205',
  name: 'SecretProviderFailed',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The secrets store gives no secrets',
  appliesTo: ['Pod'],
  effects: ['volume-not-mounted'],
  aliases: [
    'failed to mount secrets store objects',
    'failed to get secretproviderclass',
    'error connecting to provider',
    'SecretProviderClass not found',
    'secret-provider-failed',
  ],
  needs: { creation: creationFailure },
  messages: {
    missing: '{workload} mounts the SecretProviderClass {provider}, which does not exist',
    failed: 'The secrets store gives volume {volume} of {workload} no secrets',
  },
  check({ creation }, context) {
    const opened = whereMountFails(creation, ['secrets-store'], context);
    if (opened.verdict) return opened.verdict;
    const { failure, mount } = opened;
    const fault = volumeAtFault(failure);
    return context.found({
      message: mount.error.name === undefined ? 'failed' : 'missing',
      args: {
        workload: fault.workload,
        volume: fault.volume,
        provider: mount.error.name ?? '',
      },
      subject:
        mount.error.name === undefined ? fault.subject : providerRef(mount.error.name, failure.pod.ref.namespace),
      affects: [failure.pod.ref],
      certainty: 'confirmed',
      basis: 'the driver’s error is in the kubelet’s event',
      consequence: 'Secrets that are synced from this mount (secretObjects) do not appear either.',
      since: mount.event.first,
      cite: [mount.event.cite(), ...fault.cite],
      trace: [{ text: `the mount fails: ${quoted(mount.error.detail)}`, cite: [mount.event.cite()] }],
      fixes: [
        mountAdvice(
          'Mend what the secrets store complains of',
          'Create the SecretProviderClass in the namespace of the pod, run the provider’s DaemonSet on the node, or give the pod’s identity the right to read the vault, whichever the message names.',
          failure.workload,
        ),
      ],
    });
  },
});

function providerRef(name: string, namespace: string | undefined): ResourceRef {
  return {
    apiVersion: 'secrets-store.csi.x-k8s.io/v1',
    kind: 'SecretProviderClass',
    name,
    ...(namespace === undefined ? {} : { namespace }),
  };
}
