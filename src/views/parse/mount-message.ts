/**
 * Says why a pod's volume could not be attached or mounted, from `FailedMount`, `FailedAttachVolume` and
 * `FailedMapVolume` events (kubelet `volumemanager`, `pkg/volume/*`, the CSI drivers). Responsible for the text only;
 * claims are in `claim-event.ts`.
 */
import { boundMessage, captured, QUOTED, stripPrefixes } from './go-text.ts';

export { parseClaimEvent } from './claim-event.ts';
export type { ClaimEvent, ClaimEventClass } from './claim-event.ts';

export type MountErrorClass =
  | 'configmap-missing'
  | 'secret-missing'
  | 'configmap-key-missing'
  | 'secret-key-missing'
  | 'service-account-missing'
  | 'claim-not-bound'
  | 'claim-missing'
  | 'host-path-type'
  | 'driver-missing'
  | 'multi-attach'
  | 'permission-denied'
  | 'not-found-remote'
  | 'timeout'
  | 'credentials'
  | 'secrets-store'
  | 'summary'
  | 'cache-sync-timeout'
  | 'other';

export type MountError = {
  readonly class: MountErrorClass;
  /** E.g. `MountVolume.SetUp`. */
  readonly operation?: string;
  /** The pod's volume, or the PersistentVolume. */
  readonly volume?: string;
  /** The missing object's name, or the path of a host-path volume. */
  readonly name?: string;
  readonly key?: string;
  /** The CSI driver. */
  readonly driver?: string;
  /** Of the summary: the volumes not mounted. */
  readonly unmounted?: readonly string[];
  /** The cause, verbatim. */
  readonly detail: string;
};

type Found = Pick<MountError, 'class' | 'name' | 'key' | 'driver'>;

const WRAPPINGS = [/^\(combined from similar events\): /, /^spec\.\w+\{[^{}]*\}: /];
const OPERATION = new RegExp(`^([A-Za-z]+\\.[A-Za-z ]{1,60}?) failed for volume ${QUOTED} ?: ?([\\s\\S]*)$`);
const SUMMARY = /^Unable to attach or mount volumes: unmounted volumes=\[([^\]]*)\][\s\S]*?(?:\]: ([\s\S]*))?$/;

/** Undefined where the message is none of a volume's. */
export function parseMountMessage(message: string): MountError | undefined {
  const text = stripPrefixes(boundMessage(message), WRAPPINGS);
  const summary = SUMMARY.exec(text);
  if (summary) return parseSummary(summary[1] ?? '', summary[2] ?? '');
  const multiAttach = new RegExp(`^Multi-Attach error for volume ${QUOTED}\\s*`).exec(text);
  if (multiAttach?.[1] !== undefined) {
    return { class: 'multi-attach', volume: multiAttach[1], detail: text.slice(multiAttach[0].length) };
  }
  const match = OPERATION.exec(text);
  if (match) {
    const [, operation = '', volume = '', error = ''] = match;
    const detail = error.trim();
    return { operation, volume, ...classify(detail), detail };
  }
  const found = classify(text);
  return found.class === 'other' ? undefined : { ...found, detail: text };
}

/** The summary only repeats which volumes wait, unless it says what about the claim. */
function parseSummary(unmounted: string, detail: string): MountError {
  const names = unmounted.split(/\s+/).filter((name) => name !== '');
  const found = classify(detail);
  const isTold = found.class === 'claim-not-bound' || found.class === 'claim-missing' || NO_PLUGIN.test(detail);
  return { ...(isTold ? found : { class: 'summary' }), unmounted: names, detail };
}

const NO_PLUGIN = /no volume plugin matched/;

function classify(text: string): Found {
  return ofObject(text) ?? ofClaim(text) ?? ofDriver(text) ?? ofRemote(text) ?? { class: 'other' };
}

function ofObject(text: string): Found | undefined {
  if (/^failed to sync (?:configmap|secret) cache: |object "[^"]*" ?\/ ?"[^"]*" not registered/.test(text)) {
    return { class: 'cache-sync-timeout' };
  }
  // Several projected sources are joined as `[a, b]`; the first missing one is named.
  const object = new RegExp(`(?:^|[[ ])(configmap|secret)s? ${QUOTED} not found`, 'i').exec(text);
  const isStore = /secretproviderclass|secrets store/i.test(text);
  if (object?.[2] !== undefined && !isStore) {
    const isRemoteSecret = /could not get secret|NodePublishSecretRef|NodeStageSecretRef/.test(text);
    if (isRemoteSecret) return { class: 'credentials', name: object[2] };
    return { class: object[1]?.toLowerCase() === 'secret' ? 'secret-missing' : 'configmap-missing', name: object[2] };
  }
  const secretKey = /references non-existent secret key: ([^\s,\]]+)/.exec(text)?.[1];
  if (secretKey !== undefined) return { class: 'secret-key-missing', key: secretKey };
  const configKey = /references non-existent config key: ([^\s,\]]+)/.exec(text)?.[1];
  if (configKey !== undefined) return { class: 'configmap-key-missing', key: configKey };
  // The node authorizer, in the moments before it knows of the pod: no permission anyone can give.
  if (/no relationship found between node/.test(text)) return { class: 'other' };
  const account = captured(text, new RegExp(`serviceaccounts? ${QUOTED} not found`));
  if (account !== undefined) return { class: 'service-account-missing', name: account };
  const path = /hostPath type check failed: (\S+) is not /.exec(text)?.[1];
  return path === undefined ? undefined : { class: 'host-path-type', name: path };
}

function ofClaim(text: string): Found | undefined {
  const processing = /error processing PVC ([^\s/]+\/[^\s:]+): /.exec(text)?.[1];
  const claim = processing === undefined ? {} : { name: processing };
  if (/PVC is not bound|PVC is being deleted/.test(text)) return { class: 'claim-not-bound', ...claim };
  const missing = captured(text, new RegExp(`persistentvolumeclaims? ${QUOTED} not found`));
  if (missing !== undefined) return { class: 'claim-missing', name: missing };
  const isHeld = /Volume is already (?:exclusively attached|used by)|VolumeInUse|already attached to node\(/.test(text);
  return isHeld ? { class: 'multi-attach' } : undefined;
}

function ofDriver(text: string): Found | undefined {
  const driver = captured(
    text,
    /driver name (\S+) not found in the list of registered CSI drivers/,
    /CSINode \S+ does not contain driver (\S+)/,
  );
  if (driver !== undefined) return { class: 'driver-missing', driver };
  if (/\/sbin\/mount\.|unknown filesystem type/.test(text)) return { class: 'driver-missing' };
  // kubelet pkg/volume/plugins.go FindPluginBySpec; a flexvolume driver counts once its folder lies under --volume-plugin-dir.
  if (NO_PLUGIN.test(text)) return { class: 'driver-missing' };
  if (/secrets store objects|secretproviderclass|error connecting to provider/i.test(text)) {
    const name = captured(text, new RegExp(`SecretProviderClass\\S* ${QUOTED} not found`, 'i'));
    return { class: 'secrets-store', ...(name === undefined ? {} : { name }) };
  }
  const attacher = /external-attacher of (\S+) CSI driver/.exec(text)?.[1];
  return attacher === undefined ? undefined : { class: 'timeout', driver: attacher };
}

/** What storage services and `mount(8)` answer; the words before the number are the tool's, the number is the errno. */
function ofRemote(text: string): Found | undefined {
  if (
    /NodePublishSecretRef|NodeStageSecretRef|could not get secret|AADSTS|AuthenticationFailed|InvalidAccessKeyId|Unauthenticated|setCredentialCache failed/.test(
      text,
    )
  ) {
    return { class: 'credentials' };
  }
  if (
    /mount error\(13\)|[Pp]ermission denied|PermissionDenied|access denied by server|Access ?Denied|AuthorizationF|UnauthorizedOperation|does not have (?:secrets|storage)|\b403\b|\bForbidden\b|is forbidden/.test(
      text,
    )
  ) {
    return { class: 'permission-denied' };
  }
  if (
    /mount error\((?:115|110|111|113)\)|timed out|deadline exceeded|DeadlineExceeded|Operation now in progress|Connection refused|No route to host/i.test(
      text,
    )
  ) {
    return { class: 'timeout' };
  }
  if (
    /mount error\(2\)|No such file or directory|NoSuchBucket|ContainerNotFound|ShareNotFound|ResourceNotFound|special device \S+ does not exist|code = NotFound|no such host|\b404\b/i.test(
      text,
    )
  ) {
    return { class: 'not-found-remote' };
  }
  return undefined;
}
