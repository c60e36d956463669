/**
 * Says why a container could not be configured, created or started, from the waiting or terminated message
 * (kubelet `kubelet_pods.go`, `kuberuntime/*`; containerd `internal/cri/server`; runc). Responsible for the text only;
 * where the missing object should come from is for the rules.
 */
import { boundMessage, captured, QUOTED, stripPrefixes } from './go-text.ts';

type Detail = { /** The innermost cause, verbatim. */ readonly detail: string };

export type ContainerError = Detail &
  (
    | { readonly class: 'configmap-missing' | 'secret-missing'; readonly name: string }
    | {
        readonly class: 'configmap-key-missing' | 'secret-key-missing';
        readonly key: string;
        readonly name: string;
        readonly namespace: string;
      }
    | { readonly class: 'cache-sync-timeout'; readonly of: 'configmap' | 'secret' }
    | {
        readonly class: 'run-as-non-root';
        readonly why: 'image-runs-as-root' | 'non-numeric-user' | 'run-as-user-zero' | 'other';
        /** The image's user where it is a name. */
        readonly user?: string;
      }
    | { readonly class: 'volume-not-found'; readonly name: string }
    | { readonly class: 'command-not-found' | 'permission-denied' | 'no-such-file'; readonly program: string }
    | { readonly class: 'exec-format'; readonly program?: string }
    | { readonly class: 'mount-type-mismatch'; readonly source?: string; readonly target?: string }
    | { readonly class: 'working-directory'; readonly directory: string }
    | { readonly class: 'gpu-runtime'; readonly unsatisfied?: string }
    | { readonly class: 'cdi-device'; readonly devices?: string }
    | { readonly class: 'runtime-handler-missing'; readonly handler: string }
    | { readonly class: 'subpath' | 'init-oom' | 'name-reserved' | 'disk-full' | 'deadline' | 'other' }
  );

const WRAPPINGS: readonly RegExp[] = [
  /^\(combined from similar events\): /,
  /^spec\.\w+\{[^{}]*\}: /,
  /^(?:Error|CreateContainerConfigError|CreateContainerError|RunContainerError|StartError): /,
  /^Failed to create pod sandbox: /,
  /^rpc error: code = \w+ desc = /,
  /^Error response from daemon: /,
  /^failed to (?:create|start) containerd (?:task|container): /,
  /^failed to create (?:shim task|task for container): /,
  /^container create failed: (?:time="[^"]*" level=error msg=")?/,
  /^OCI runtime create failed: /,
  /^(?:runc|crun) create failed: /,
  /^container_linux\.go:\d+: starting container process caused: /,
  /^process_linux\.go:\d+: /,
  /^unable to start container process: /,
  /^error during container init: /,
];

/** Takes the message with or without the event's `Error: `. */
export function parseContainerError(message: string): ContainerError {
  const detail = stripPrefixes(boundMessage(message), WRAPPINGS).replace(/: unknown$/, '');
  return { detail, ...(ofConfiguration(detail) ?? ofRuntime(detail) ?? ofProgram(detail) ?? { class: 'other' }) };
}

type Found = ContainerError extends infer Each ? (Each extends Detail ? Omit<Each, 'detail'> : never) : never;

function ofConfiguration(text: string): Found | undefined {
  const object = new RegExp(`^(configmap|secret)s? ${QUOTED} not found`, 'i').exec(text);
  if (object?.[2] !== undefined) {
    return { class: isSecret(object[1]) ? 'secret-missing' : 'configmap-missing', name: object[2] };
  }
  const key = /^couldn't find key (\S+) in (ConfigMap|Secret) ([^\s/]+)\/(\S+)/i.exec(text);
  if (key) {
    const [, wanted = '', kind, namespace = '', name = ''] = key;
    return { class: isSecret(kind) ? 'secret-key-missing' : 'configmap-key-missing', key: wanted, name, namespace };
  }
  const cache = /^failed to sync (configmap|secret) cache: /.exec(text)?.[1];
  if (cache !== undefined) return { class: 'cache-sync-timeout', of: isSecret(cache) ? 'secret' : 'configmap' };
  const nonRoot = ofNonRoot(text);
  if (nonRoot !== undefined) return nonRoot;
  if (/\bsubPath\b/i.test(text) && /^(?:error|unable to|failed to)/.test(text)) return { class: 'subpath' };
  const volume = captured(text, new RegExp(`^cannot find (?:the )?volume ${QUOTED}`));
  return volume === undefined ? undefined : { class: 'volume-not-found', name: volume };
}

function isSecret(kind: string | undefined): boolean {
  return kind?.toLowerCase() === 'secret';
}

/** Texts of `kuberuntime/security_context_others.go`. */
function ofNonRoot(text: string): Found | undefined {
  if (text.startsWith('container has runAsNonRoot and image will run as root')) {
    return { class: 'run-as-non-root', why: 'image-runs-as-root' };
  }
  const user = /^container has runAsNonRoot and image has non-numeric user \(([^)]*)\)/.exec(text)?.[1];
  if (user !== undefined) return { class: 'run-as-non-root', why: 'non-numeric-user', user };
  if (text.startsWith("container's runAsUser breaks non-root policy")) {
    return { class: 'run-as-non-root', why: 'run-as-user-zero' };
  }
  const isOther = /^container(?: has runAsNonRoot |'s runAsUserName )/.test(text);
  return isOther ? { class: 'run-as-non-root', why: 'other' } : undefined;
}

function ofRuntime(text: string): Found | undefined {
  if (/nvidia-container-cli|nvidia-container-runtime|libnvidia-ml|\bnvml error/.test(text)) {
    const unsatisfied = /unsatisfied condition: ([^,\n]+)/.exec(text)?.[1];
    return { class: 'gpu-runtime', ...(unsatisfied === undefined ? {} : { unsatisfied }) };
  }
  if (
    /unresolvable CDI devices|CDI device injection failed|failed to inject CDI devices|CDI support is explicitly disabled/.test(
      text,
    )
  ) {
    const devices = /unresolvable CDI devices:? ([^:\n]+)|CDI devices \(([^)]*)\)/.exec(text);
    const named = devices?.[1] ?? devices?.[2];
    return { class: 'cdi-device', ...(named === undefined ? {} : { devices: named.trim() }) };
  }
  const handler = captured(
    text,
    new RegExp(`no runtime for ${QUOTED} is configured`),
    /failed to find runtime handler "?([^\s"]+)"? from runtime list/,
  );
  if (handler !== undefined) return { class: 'runtime-handler-missing', handler };
  if (/OOM-killed|init was OOM|memory limit too low/.test(text)) return { class: 'init-oom' };
  if (/no space left on device|disk quota exceeded/.test(text)) return { class: 'disk-full' };
  if (/failed to reserve (?:sandbox|container) name|name is reserved|is reserved for|timing out in CRI-O/i.test(text)) {
    return { class: 'name-reserved' };
  }
  if (/Are you trying to mount a directory onto a file|not a directory: unknown$/.test(text) || isFileMount(text)) {
    const mount = new RegExp(`error mounting ${QUOTED} to rootfs at ${QUOTED}`).exec(text);
    return {
      class: 'mount-type-mismatch',
      ...(mount?.[1] === undefined ? {} : { source: mount[1] }),
      ...(mount?.[2] === undefined ? {} : { target: mount[2] }),
    };
  }
  const directory = captured(text, new RegExp(`chdir to cwd \\(${QUOTED}\\)`), /mkdir to cwd "?([^\s"]+)/);
  if (directory !== undefined) return { class: 'working-directory', directory };
  if (/context deadline exceeded|DeadlineExceeded/.test(text)) return { class: 'deadline' };
  return undefined;
}

function isFileMount(text: string): boolean {
  return /error mounting "/.test(text) && /: (?:not|is) a directory/.test(text);
}

/** runc quotes the program (`exec: "x": …`), Go's exec and crun do not (`exec /x: …`, `` executable file `x` not found ``). */
function ofProgram(text: string): Found | undefined {
  const missing = captured(
    text,
    new RegExp(`exec: ${QUOTED}: executable file not found`),
    /executable file [`']([^`'\s]+)[`'] not found/,
  );
  if (missing !== undefined) return { class: 'command-not-found', program: missing };

  const quoted = new RegExp(`exec: ${QUOTED}: ([\\s\\S]*)$`).exec(text);
  const plain = /(?:^|: )exec (?:container process )?[`']?(\/[^\s:`']*)[`']?: ([\s\S]*)$/.exec(text);
  const [, program = '', cause = ''] = quoted ?? plain ?? [];
  if (/exec format error/i.test(quoted || plain ? cause : text)) {
    return { class: 'exec-format', ...(program === '' ? {} : { program }) };
  }
  if (!quoted && !plain) return undefined;
  if (/permission denied|is a directory/i.test(cause)) return { class: 'permission-denied', program };
  return /no such file or directory/i.test(cause) ? { class: 'no-such-file', program } : undefined;
}
