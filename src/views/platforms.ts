/**
 * For which platforms the images of a Pod are built, and of which its node is: from the registry's index or image config, and from the
 * kernel's refusal to execute a program. It decides nothing: a script without `#!` is refused with the same words.
 */
import type { Citation, EvidenceGap, Lookup, RegistryEvidence } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { parseContainerError } from './parse/container-error.ts';
import { parseImageReference } from './parse/image-reference.ts';
import { podState, type ContainerState, type PodState } from './pod-state.ts';

export interface NodePlatform {
  readonly node: string;
  /** `linux/amd64`. */
  readonly platform: string;
}

export interface OfferedPlatforms {
  /** `linux/arm64/v8`; sorted. */
  readonly platforms: readonly string[];
  /** An index names several builds; a single manifest is pulled whatever its platform. */
  readonly index: boolean;
}

export interface ContainerPlatform {
  readonly container: ContainerState;
  readonly offered: Lookup<OfferedPlatforms>;
  /** The kernel refused to execute the program. */
  readonly refused?: { readonly program: string; readonly byRuntime: boolean; readonly cite: Citation };
  /** The log that would tell, where it was not read. */
  readonly logGap?: EvidenceGap;
}

export interface Platforms {
  /** Absent where the pod has no node yet. */
  readonly node?: Lookup<NodePlatform>;
  /** Of every container in trouble. */
  readonly containers: readonly ContainerPlatform[];
}

/** The kernel's refusal stands at the end, whatever an entrypoint printed before. */
const LAST_LINES = 30;

export const platforms = defineView<Lookup<Platforms>>({
  id: 'platforms',
  needs: [{ type: 'object', kind: 'Node' }, { type: 'log' }, { type: 'registry' }],
  uses: [podState],
  derive(context, subject) {
    const found = context.use(podState, subject);
    if (found.state !== 'present') return found;
    const state = found.value;
    const node = state.node === undefined ? undefined : nodePlatform(context, state.node);
    const containers = state.healthy
      ? []
      : state.troubled.map((container) => containerPlatform(context, state, container));
    return { state: 'present', cite: found.cite, value: { ...(node === undefined ? {} : { node }), containers } };
  },
});

function nodePlatform(context: ViewContext, name: string): Lookup<NodePlatform> {
  const ref: ResourceRef = { apiVersion: 'v1', kind: 'Node', name };
  const found = context.object(ref);
  if (found.state !== 'present') return found;
  const architecture = textAt(found.value.body, 'status', 'nodeInfo', 'architecture');
  if (architecture === undefined)
    return { state: 'unknown', gap: context.notRequested(`the platform of Node ${name}`, 'its status does not tell') };
  const platform = `${textAt(found.value.body, 'status', 'nodeInfo', 'operatingSystem') ?? 'linux'}/${architecture}`;
  return {
    state: 'present',
    value: { node: name, platform },
    cite: found.value.cite(`node ${name} is ${platform}`, '/status/nodeInfo/architecture'),
  };
}

function containerPlatform(context: ViewContext, state: PodState, container: ContainerState): ContainerPlatform {
  const offered = offeredPlatforms(context, container.image);
  if (container.trouble !== 'exits' && container.trouble !== 'create') return { container, offered };
  const ofState = refusedByState(container);
  if (ofState !== undefined) return { container, offered, refused: ofState };
  const current = context.log(state.pod.ref, container.name, false);
  const previous = context.log(state.pod.ref, container.name, true);
  for (const log of [current, previous]) {
    if (log.state !== 'present') continue;
    const refused = refusedByLog(log.value.lines, log.value.cite);
    if (refused !== undefined) return { container, offered, refused };
  }
  const unread = current.state === 'unknown' && previous.state === 'unknown' ? current : undefined;
  return { container, offered, ...(unread === undefined ? {} : { logGap: unread.gap }) };
}

function refusedByState(container: ContainerState): ContainerPlatform['refused'] {
  const message = container.waiting?.message ?? '';
  const text = /exec format error/i.test(message) ? message : (container.exit?.message ?? '');
  const error = parseContainerError(text);
  if (error.class !== 'exec-format') return undefined;
  const cite = (text === message ? container.waiting?.cite : container.exit?.cite) ?? container.cite;
  return { program: error.program ?? 'the program of the container', byRuntime: true, cite };
}

/** runc: `exec /app: exec format error`, formerly `standard_init_linux.go:228: exec user process caused: exec format error`; shells name the file. */
function refusedByLog(
  lines: readonly string[],
  cite: (label: string, from: number) => Citation,
): ContainerPlatform['refused'] {
  for (let index = lines.length - 1; index >= Math.max(0, lines.length - LAST_LINES); index -= 1) {
    const line = (lines[index] ?? '').slice(0, 1000);
    const byRuntime =
      /(?:^|\s)exec "?([^\s":]+)"?: exec format error\s*$/.exec(line) ??
      /exec user process caused:? "?exec format error/.exec(line);
    const byShell =
      byRuntime === null ? /([^\s:]+): cannot execute(?: binary file)?: Exec format error/.exec(line) : null;
    const found = byRuntime ?? byShell;
    if (found === null) continue;
    return {
      program: found[1] ?? 'the program of the container',
      byRuntime: byRuntime !== null,
      cite: cite('the kernel cannot execute the program', index + 1),
    };
  }
  return undefined;
}

function offeredPlatforms(context: ViewContext, image: string): Lookup<OfferedPlatforms> {
  const reference = parseImageReference(image);
  const unknown = (detail: string): Lookup<OfferedPlatforms> => ({
    state: 'unknown',
    gap: {
      ...context.notRequested(`the platforms of image ${image}`, detail),
      unlock: `docker buildx imagetools inspect ${image}`,
    },
  });
  if (!('host' in reference)) return unknown('its reference cannot be read');
  const hosts = reference.host === 'docker.io' ? ['docker.io', 'registry-1.docker.io'] : [reference.host];
  const answers = hosts.flatMap((host) => context.registry(host, reference.repository));
  const wanted = [reference.digest, reference.tag ?? 'latest'];
  const manifest = answers.find((answer) => answer.what === 'manifests' && wanted.includes(answer.reference));
  if (manifest === undefined) return unknown('the registry was not asked');
  if (manifest.status !== 200) return unknown(`the registry answers ${manifest.status}`);
  const index = listAt(manifest.body, 'manifests').map((entry) => platformOf(textAt(entry, 'platform', 'os'), entry));
  // Attestations stand in an index as unknown/unknown (moby/buildkit docs/attestations).
  const named = index.filter((platform) => platform !== undefined);
  if (named.length > 0) {
    return {
      state: 'present',
      value: { platforms: [...new Set(named)].sort(), index: true },
      cite: cited(context, manifest, named),
    };
  }
  const config = textAt(manifest.body, 'config', 'digest');
  const blob = answers.find(
    (answer) => answer.what === 'blobs' && answer.reference === config && answer.status === 200,
  );
  const architecture = textAt(blob?.body, 'architecture');
  if (blob === undefined || architecture === undefined)
    return unknown('the registry was not asked for the config of the image');
  const variant = textAt(blob.body, 'variant');
  const platform = [textAt(blob.body, 'os') ?? 'linux', architecture, ...(variant === undefined ? [] : [variant])].join(
    '/',
  );
  return { state: 'present', value: { platforms: [platform], index: false }, cite: cited(context, blob, [platform]) };
}

function cited(context: ViewContext, answer: RegistryEvidence, named: readonly string[]): Citation {
  return context.citeEvidence(answer.id, `registry ${answer.host}: built for ${[...new Set(named)].sort().join(', ')}`);
}

function platformOf(os: string | undefined, entry: unknown): string | undefined {
  const architecture = textAt(entry, 'platform', 'architecture');
  if (os === undefined || architecture === undefined || architecture === 'unknown') return undefined;
  const variant = textAt(entry, 'platform', 'variant');
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/** Whether one of the builds runs on a platform of a node: the same system and architecture; variants are left to the runtime. */
export function offers(offered: OfferedPlatforms, platform: string): boolean {
  const wanted = platform.split('/').slice(0, 2).join('/');
  return offered.platforms.some((candidate) => candidate.split('/').slice(0, 2).join('/') === wanted);
}
