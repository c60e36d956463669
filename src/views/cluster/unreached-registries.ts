/**
 * Registries that several workloads wait for now and that nodes do not reach: no name, no connection, no trust. A registry that answers and refuses is
 * reached. Counts only pods that wait at this moment; it asks no registry itself.
 */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { defineView, type ViewContext } from '../../model/reader.ts';
import { refKey, type ResourceRef } from '../../model/reference.ts';
import { byName } from '../parse/by-name.ts';
import { imagePull } from '../image-pull.ts';
import type { PullFailure, PullMechanism } from '../pull-failure.ts';
import { ownerTree } from '../owner-tree.ts';
import { podState } from '../pod-state.ts';
import { workloadOf } from '../workload-of.ts';

export interface UnreachedRegistry {
  readonly host: string;
  /** In words: `its name is not resolved`. */
  readonly why: string;
  readonly detail: string;
  readonly pods: readonly ResourceRef[];
  readonly workloads: readonly ResourceRef[];
  readonly cites: readonly [Citation, ...Citation[]];
}

export interface UnreachedRegistries {
  readonly registries: readonly UnreachedRegistry[];
  readonly podsSeen: Lookup<true>;
}

const WHY: Partial<Readonly<Record<PullMechanism, string>>> = {
  dns: 'nodes do not resolve its name',
  refused: 'it refuses connections',
  timeout: 'connections to it time out',
  proxy: 'the proxy on the way does not let requests through',
  tls: 'nodes do not trust its certificate',
  'http-on-https': 'it does not speak TLS',
};

/** One workload may have the wrong host in its image; two of them that wait for the same are no slip of one person. */
const SEVERAL = 2;
const MOST_CITED = 4;

interface Waiting {
  readonly failure: PullFailure;
  readonly why: string;
  readonly pod: ResourceRef;
  readonly workload: ResourceRef;
}

/** Derive it on `CLUSTER`. */
export const unreachedRegistries = defineView<UnreachedRegistries>({
  id: 'unreached-registries',
  needs: [{ type: 'object', kind: 'Pod' }],
  uses: [podState, imagePull, ownerTree],
  derive(context) {
    const byHost = new Map<string, Waiting[]>();
    for (const waiting of waitingOf(context)) {
      const key = `${waiting.failure.host} ${waiting.why}`;
      byHost.set(key, [...(byHost.get(key) ?? []), waiting]);
    }
    return {
      registries: [...byHost.values()].flatMap((waiting) => registryOf(waiting) ?? []),
      podsSeen: context.list('Pod').complete,
    };
  },
});

function waitingOf(context: ViewContext): readonly Waiting[] {
  const pods = byName(context.list('Pod').items);
  return pods.flatMap(({ ref }): readonly Waiting[] => {
    const state = context.use(podState, ref);
    if (state.state !== 'present' || !state.value.troubled.some(({ trouble }) => trouble === 'image')) return [];
    const pull = context.use(imagePull, ref);
    if (pull.state !== 'present') return [];
    return pull.value.failures.flatMap((failure) => {
      const why = WHY[failure.mechanism];
      return why === undefined || failure.host === ''
        ? []
        : [{ failure, why, pod: ref, workload: workloadOf(context, ref) }];
    });
  });
}

function registryOf(waiting: readonly Waiting[]): UnreachedRegistry | undefined {
  const [first] = waiting;
  const workloads = new Map(waiting.map(({ workload }) => [refKey(workload), workload]));
  if (first === undefined || workloads.size < SEVERAL) return undefined;
  const [cite, ...more] = waiting.map(({ failure }) => failure.cite[0]);
  if (cite === undefined) return undefined;
  return {
    host: first.failure.host,
    why: first.why,
    detail: first.failure.detail,
    pods: waiting.map(({ pod }) => pod),
    workloads: [...workloads.values()],
    cites: [cite, ...more.slice(0, MOST_CITED - 1)],
  };
}
