import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMountMessage } from './mount-message.ts';

describe('parseMountMessage', () => {
  it.each([
    [
      'MountVolume.SetUp failed for volume "rules" : configmap "scoring-rules" not found',
      {
        operation: 'MountVolume.SetUp',
        volume: 'rules',
        class: 'configmap-missing',
        name: 'scoring-rules',
        detail: 'configmap "scoring-rules" not found',
      },
    ],
    [
      'MountVolume.SetUp failed for volume "tls" : secret "tls-cert" not found',
      { class: 'secret-missing', name: 'tls-cert' },
    ],
    [
      'MountVolume.SetUp failed for volume "kube-api-access-qkp22" : failed to sync configmap cache: timed out waiting for the condition',
      { class: 'cache-sync-timeout' },
    ],
    [
      'MountVolume.SetUp failed for volume "kube-api-access-jn484" : [object "a"/"kube-root-ca.crt" not registered, object "a"/"x" not registered]',
      { class: 'cache-sync-timeout' },
    ],
    [
      'MountVolume.SetUp failed for volume "all" : [secret "a" not found, configmap "b" not found]',
      { class: 'secret-missing', name: 'a' },
    ],
    [
      'MountVolume.SetUp failed for volume "c" : configmap references non-existent config key: rules.yaml',
      { class: 'configmap-key-missing', key: 'rules.yaml' },
    ],
    [
      'MountVolume.SetUp failed for volume "c" : references non-existent secret key: tls.crt',
      { class: 'secret-key-missing', key: 'tls.crt' },
    ],
    [
      'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to fetch token: serviceaccounts "model" not found',
      { class: 'service-account-missing', name: 'model' },
    ],
    [
      'MountVolume.SetUp failed for volume "kube-api-access-hrd29" : failed to fetch token: serviceaccounts "default" is forbidden: User "system:node:n1" cannot create resource "serviceaccounts/token" in API group "" in the namespace "notebooks": no relationship found between node \'n1\' and this object',
      { class: 'other' },
    ],
    [
      'MountVolume.SetUp failed for volume "models" : hostPath type check failed: /mnt/models is not a directory',
      { class: 'host-path-type', name: '/mnt/models' },
    ],
    [
      'MountVolume.MountDevice failed for volume "pvc-1" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name blob.csi.azure.com not found in the list of registered CSI drivers',
      { operation: 'MountVolume.MountDevice', class: 'driver-missing', driver: 'blob.csi.azure.com' },
    ],
    [
      'AttachVolume.Attach failed for volume "pvc-1" : CSINode node-1 does not contain driver ebs.csi.aws.com',
      { class: 'driver-missing', driver: 'ebs.csi.aws.com' },
    ],
    [
      'AttachVolume.Attach failed for volume "pvc-1" : timed out waiting for external-attacher of disk.csi.azure.com CSI driver to attach volume x',
      { class: 'timeout', driver: 'disk.csi.azure.com' },
    ],
    [
      'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can\'t be attached to another',
      { class: 'multi-attach', volume: 'pvc-1' },
    ],
    [
      'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) model-a',
      { class: 'multi-attach', detail: 'Volume is already used by pod(s) model-a' },
    ],
    [
      'Unable to attach or mount volumes: unmounted volumes=[models rules], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition',
      { class: 'summary', unmounted: ['models', 'rules'], detail: 'timed out waiting for the condition' },
    ],
    [
      'Unable to attach or mount volumes: unmounted volumes=[models], unattached volumes=[models]: timed out waiting for the condition',
      { class: 'summary', unmounted: ['models'] },
    ],
    [
      'Unable to attach or mount volumes: unmounted volumes=[models], unattached volumes=[models], failed to process volumes=[models]: error processing PVC ml/models: PVC is not bound',
      { class: 'claim-not-bound', name: 'ml/models', unmounted: ['models'] },
    ],
    [
      'Unable to attach or mount volumes: unmounted volumes=[m], unattached volumes=[], failed to process volumes=[m]: error processing PVC ml/models: failed to fetch PVC from API server: persistentvolumeclaims "models" not found',
      { class: 'claim-missing', name: 'models' },
    ],
    [
      'MountVolume.MountDevice failed for volume "share" : rpc error: code = Internal desc = volume(x) mount //a/b on /m failed with mount failed: exit status 32\nOutput: mount error(13): Permission denied',
      { class: 'permission-denied' },
    ],
    [
      'MountVolume.MountDevice failed for volume "share" : rpc error: code = Internal desc = mount failed: exit status 32\nOutput: mount error(2): No such file or directory',
      { class: 'not-found-remote' },
    ],
    [
      'MountVolume.MountDevice failed for volume "share" : rpc error: code = Internal desc = Output: mount error(115): Operation now in progress',
      { class: 'timeout' },
    ],
    [
      'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32\nOutput: mount.nfs: access denied by server while mounting a:/b',
      { class: 'permission-denied' },
    ],
    [
      'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32\nOutput: mount: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.nfs helper program.',
      { class: 'driver-missing' },
    ],
    [
      'MountVolume.SetUp failed for volume "blob" : rpc error: code = Internal desc = Mount failed with error: exit status 1, output: AuthenticationFailed',
      { class: 'credentials' },
    ],
    [
      'MountVolume.MountDevice failed for volume "s" : fetching NodeStageSecretRef ml/key failed: secrets "key" not found',
      { class: 'credentials', name: 'key' },
    ],
    [
      'MountVolume.SetUp failed for volume "kv" : rpc error: code = Unknown desc = failed to mount secrets store objects for pod a/b, err: failed to get secretproviderclass a/kv, error: SecretProviderClass.secrets-store.csi.x-k8s.io "kv" not found',
      { class: 'secrets-store', name: 'kv' },
    ],
    [
      'MountVolume.SetUp failed for volume "x" : something new',
      { class: 'other', volume: 'x', detail: 'something new' },
    ],
  ])('reads %s', (message, expected) => {
    expect(parseMountMessage(message)).toMatchObject(expected);
  });

  it('knows other messages as such, and never throws', () => {
    expect(parseMountMessage('Successfully assigned a/b to c')).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(parseMountMessage(`MountVolume.SetUp failed for volume "v" : ${one}`)?.volume).toBe('v');
        void parseMountMessage(`Unable to attach or mount volumes: unmounted volumes=[${one}], ${other}`);
      }),
    );
  });
});
