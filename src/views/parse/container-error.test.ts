import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseContainerError } from './container-error.ts';

const OCI =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';
const POD = '(pod: "scoring-5fd464bdbf-qnt8g_motor-claims(47f3a56f)", container: scoring)';
const HOOK = `${OCI}error during container init: error running prestart hook #0: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy'\nnvidia-container-cli: `;

describe('parseContainerError', () => {
  it.each([
    [
      "Error: couldn't find key feast-redis-connection-string in Secret pred-maint/pred-maint-secrets",
      {
        class: 'secret-key-missing',
        key: 'feast-redis-connection-string',
        namespace: 'pred-maint',
        name: 'pred-maint-secrets',
      },
    ],
    [
      "couldn't find key model_path in ConfigMap pricing-api/pricing-settings",
      { class: 'configmap-key-missing', key: 'model_path', name: 'pricing-settings' },
    ],
    ['Error: configmap "settings" not found', { class: 'configmap-missing', name: 'settings' }],
    ['secret "acr-secret" not found', { class: 'secret-missing', name: 'acr-secret' }],
    ['failed to sync secret cache: timed out waiting for the condition', { class: 'cache-sync-timeout', of: 'secret' }],
    [
      `Error: container has runAsNonRoot and image will run as root ${POD}`,
      { class: 'run-as-non-root', why: 'image-runs-as-root' },
    ],
    [
      `container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root ${POD}`,
      { class: 'run-as-non-root', why: 'non-numeric-user', user: 'app' },
    ],
    [`container's runAsUser breaks non-root policy ${POD}`, { class: 'run-as-non-root', why: 'run-as-user-zero' }],
    ['failed to create subPath directory for volumeMount "data" of container "model"', { class: 'subpath' }],
    ['cannot find volume "models" to mount into container "model"', { class: 'volume-not-found', name: 'models' }],
    [
      `Error: ${OCI}exec: "gunicorn": executable file not found in $PATH: unknown`,
      {
        class: 'command-not-found',
        program: 'gunicorn',
        detail: 'exec: "gunicorn": executable file not found in $PATH',
      },
    ],
    [
      'Error: container create failed: executable file `gunicorn` not found in $PATH: No such file or directory',
      { class: 'command-not-found', program: 'gunicorn' },
    ],
    [
      `${OCI}exec: "/app/start.sh": permission denied: unknown`,
      { class: 'permission-denied', program: '/app/start.sh' },
    ],
    [`${OCI}exec: "/app": is a directory: permission denied: unknown`, { class: 'permission-denied', program: '/app' }],
    [
      `${OCI}exec: "/app/run": stat /app/run: no such file or directory: unknown`,
      { class: 'no-such-file', program: '/app/run' },
    ],
    [`${OCI}exec /app/run.sh: no such file or directory: unknown`, { class: 'no-such-file', program: '/app/run.sh' }],
    ['exec /usr/local/bin/python: exec format error', { class: 'exec-format', program: '/usr/local/bin/python' }],
    ['standard_init_linux.go:228: exec user process caused: exec format error', { class: 'exec-format' }],
    [
      `${OCI}error during container init: error mounting "/var/lib/kubelet/pods/x/volume-subpaths/c/m/0" to rootfs at "/etc/app/config.yaml": mount src=/a, dst=/b: not a directory: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type: unknown`,
      { class: 'mount-type-mismatch', target: '/etc/app/config.yaml' },
    ],
    [
      `${OCI}error during container init: chdir to cwd ("/srv/app") set in config.json failed: no such file or directory: unknown`,
      { class: 'working-directory', directory: '/srv/app' },
    ],
    [`${OCI}container init was OOM-killed (memory limit too low?): unknown`, { class: 'init-oom' }],
    [
      `${HOOK}requirement error: unsatisfied condition: cuda>=12.8, please update your driver to a newer version, or use an earlier cuda container: unknown`,
      { class: 'gpu-runtime', unsatisfied: 'cuda>=12.8' },
    ],
    [
      `${HOOK}initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file: no such file or directory: unknown`,
      { class: 'gpu-runtime' },
    ],
    [
      'failed to generate container "c" spec: CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=0',
      { class: 'cdi-device', devices: 'nvidia.com/gpu=0' },
    ],
    [
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "nvidia" is configured',
      { class: 'runtime-handler-missing', handler: 'nvidia' },
    ],
    [
      'failed to find runtime handler nvidia from runtime list map[runc:0xc000]',
      { class: 'runtime-handler-missing', handler: 'nvidia' },
    ],
    ['failed to reserve container name "model_x": name "model_x" is reserved for "abc"', { class: 'name-reserved' }],
    ['failed to create symbolic link: no space left on device', { class: 'disk-full' }],
    ['context deadline exceeded', { class: 'deadline' }],
    [
      `Failed to create pod sandbox: rpc error: code = Unknown desc = ${OCI}can't get final child's PID from pipe: EOF: unknown`,
      { class: 'other', detail: "can't get final child's PID from pipe: EOF" },
    ],
    ['Error: error reading from server: EOF', { class: 'other' }],
  ])('reads %s', (message, expected) => {
    expect(parseContainerError(message)).toMatchObject(expected);
  });

  it('never throws and always gives a class', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseContainerError(`Error: ${text}`).class).toBeTypeOf('string');
        expect(parseContainerError(OCI + text).class).toBeTypeOf('string');
      }),
    );
  });
});
