/**
 * The proxy through which pods of the cluster leave it, as Azure Arc and AKS write it into the environment of containers, and the list of addresses
 * that go past it. Read from programs of Azure only: a proxy of somebody's application says nothing of the cluster.
 */
import type { Citation, EvidenceGap } from '../../model/evidence.ts';
import { listAt, textAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { nodePlatform } from '../cluster/node-platform.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { byName } from '../parse/by-name.ts';
import { skipListLack } from '../parse/proxy-skip-list.ts';

export interface ClusterProxy {
  readonly object: KubeObject;
  readonly container: string;
  /** As written; undefined where there is none. */
  readonly skipList?: string;
  readonly lack: readonly string[];
  readonly cite: Citation;
}

export interface ClusterProxies {
  readonly proxies: readonly ClusterProxy[];
  /** Proxies whose skip list stands in a Secret, and lists that were not read. */
  readonly gaps: readonly EvidenceGap[];
  /** Containers that were looked at. */
  readonly looked: number;
  readonly cites: readonly Citation[];
}

/** AKS writes the environment of pods when they are made, Arc that of its Deployments. */
const PLACES = [
  { kind: 'Pod', namespace: EXTENSION_NAMESPACE },
  { kind: 'Deployment', namespace: 'azure-arc' },
  { kind: 'Pod', namespace: 'kube-system' },
] as const;

export const clusterProxies = defineView<ClusterProxies>({
  id: 'cluster-proxies',
  needs: ['Pod', 'Deployment', 'Service'].map((kind) => ({ type: 'object', kind }) as const),
  uses: [nodePlatform],
  derive(context, subject) {
    const api = context.object({ apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'kubernetes' });
    const address = api.state === 'present' ? textAt(api.value.body, 'spec', 'clusterIP') : undefined;
    // AKS writes its proxy into pods of its own; on other clusters a proxy in kube-system is one program's affair.
    const isAks = context.use(nodePlatform, subject).nodes.some((node) => node.isAks);
    const listings = PLACES.filter(({ namespace }) => isAks || namespace !== 'kube-system').map(({ kind, namespace }) =>
      context.list(kind, { namespace }),
    );
    const containers = listings.flatMap(({ items }) => byName(items.filter(isThere)).flatMap(containersOf));
    const proxies: ClusterProxy[] = [];
    const gaps = listings.flatMap(({ complete }) => (complete.state === 'unknown' ? [complete.gap] : []));
    for (const { object, name, pointer, env } of containers) {
      const proxy = variableOf(env, /^https?_proxy$/i);
      if (proxy === undefined) continue;
      const skip = variableOf(env, /^no_proxy$/i);
      if (skip !== undefined && skip.value === undefined) {
        gaps.push(
          context.notRequested(
            `NO_PROXY of ${object.ref.kind} ${object.ref.namespace ?? ''}/${object.ref.name}`,
            'its value does not stand in the spec, and Secrets are not read',
          ),
        );
        continue;
      }
      proxies.push({
        object,
        container: name,
        ...(skip?.value === undefined ? {} : { skipList: skip.value }),
        lack: skipListLack(skip?.value ?? '', address),
        cite: object.cite(
          `${skip === undefined ? 'proxy' : 'NO_PROXY'} of container ${name}`,
          `${pointer}/env/${(skip ?? proxy).index}`,
        ),
      });
    }
    return {
      proxies,
      gaps,
      looked: containers.length,
      cites: listings.flatMap(({ complete }) => (complete.state === 'present' ? [complete.cite] : [])),
    };
  },
});

/** What has ended keeps the environment of then. */
function isThere({ body }: KubeObject): boolean {
  return !['Succeeded', 'Failed'].includes(textAt(body, 'status', 'phase') ?? '');
}

interface Container {
  readonly object: KubeObject;
  readonly name: string;
  readonly pointer: string;
  readonly env: readonly unknown[];
}

function containersOf(object: KubeObject): readonly Container[] {
  const steps = object.ref.kind === 'Pod' ? ['spec'] : ['spec', 'template', 'spec'];
  return listAt(object.body, ...steps, 'containers').map((container, index) => ({
    object,
    name: textAt(container, 'name') ?? '',
    pointer: `/${steps.join('/')}/containers/${index}`,
    env: listAt(container, 'env'),
  }));
}

interface Variable {
  readonly index: number;
  /** Undefined where it comes from elsewhere. */
  readonly value: string | undefined;
}

/** Set to nothing it is as good as not set. */
function variableOf(env: readonly unknown[], name: RegExp): Variable | undefined {
  const index = env.findIndex((entry) => name.test(textAt(entry, 'name') ?? '') && textAt(entry, 'value') !== '');
  return index < 0 ? undefined : { index, value: textAt(env[index], 'value') };
}
