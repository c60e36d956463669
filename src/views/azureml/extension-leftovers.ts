/**
 * What an Azure ML extension that failed, or was taken away by halves, leaves behind and what stands in the way of the next one: a namespace that does
 * not end, releases of Helm that are pending or failed, objects of another release, CRDs in deletion, jobs of its hooks. It weighs nothing.
 */
import { AZUREML_GROUP } from '../../model/azureml-labels.ts';
import type { Lookup } from '../../model/evidence.ts';
import { listAt, textAt, textMapAt } from '../../model/json.ts';
import { groupOf } from '../../model/reference.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import { isKnownPart } from './extension-part.ts';
import { helmOwner } from '../helm-owner.ts';
import { helmReleases, type HelmRelease } from '../helm-releases.ts';
import { conditionsOf, type Condition } from '../parse/conditions.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { secondsBetween } from '../parse/time.ts';
import { preflightIntent } from '../preflight-intent.ts';

export interface OwnedElsewhere {
  readonly object: KubeObject;
  readonly release: string;
  readonly namespace: string;
  /** The release is there; false where its Secrets are gone; undefined where they were not read. */
  readonly exists?: boolean;
}

export interface HookObject {
  readonly object: KubeObject;
  readonly hook: string;
  readonly state: 'failed' | 'running';
  readonly seconds: number;
}

export interface ExtensionLeftovers {
  readonly namespace: Lookup<KubeObject>;
  /** Seconds since its deletion began. */
  readonly terminating?: { readonly seconds: number; readonly held: readonly Condition[] };
  /** Releases of the extension; others of namespace azureml are counted among them unless all that they own is seen to be something else. */
  readonly releases: readonly HelmRelease[];
  /** Objects of the extension in its namespace that a finalizer holds. */
  readonly heldObjects: readonly KubeObject[];
  readonly crds: readonly { readonly crd: KubeObject; readonly held: readonly Condition[] }[];
  readonly ownedElsewhere: readonly OwnedElsewhere[];
  readonly hooks: readonly HookObject[];
  /** Lists that tell of all this; the first that was not read is the gap. */
  readonly complete: Lookup<true>;
}

const CRD_GROUP = `.${AZUREML_GROUP}`;
const HOLDABLE = ['OnlineEndpoint', 'OnlineDeployment', 'AmlJob', 'Identity'] as const;
/** Kinds without a namespace that a chart owns, and its own. */
const OWNED = ['ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition'] as const;

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

export const extensionLeftovers = defineView<ExtensionLeftovers>({
  id: 'extension-leftovers',
  needs: [
    { type: 'object', kind: 'Namespace' },
    { type: 'object', kind: 'Secret' },
    ...OWNED.map((kind) => ({ type: 'object', kind }) as const),
    ...HOLDABLE.map((kind) => ({ type: 'object', kind }) as const),
    ...WORKLOADS.map((kind) => ({ type: 'object', kind }) as const),
    { type: 'object', kind: 'Job' },
    { type: 'object', kind: 'Pod' },
  ],
  uses: [preflightIntent],
  derive(context, subject) {
    const name = context.use(preflightIntent, subject)?.extensionName;
    const namespace = context.object({ apiVersion: 'v1', kind: 'Namespace', name: EXTENSION_NAMESPACE });
    const own = helmReleases(context, EXTENSION_NAMESPACE);
    // Arc's operator keeps releases where the extension says; `default` is what older versions of it said.
    const inDefault = helmReleases(context, 'default');
    // Of records that were not all read the newest may be missing, and an older one tells of what is over.
    const elsewhere =
      name === undefined || inDefault.complete.state !== 'present'
        ? []
        : inDefault.releases.filter((release) => release.name === name);
    const ownReleases = own.complete.state === 'present' ? own.releases : [];
    const crds = context.list('CustomResourceDefinition');
    // Whose a release is that hangs, is told by what it owns: of one that nothing was seen of, only whole lists tell.
    const unclear = own.releases.some((release) => release.name !== name && ownedBy(context, release).length === 0);
    const workloads = WORKLOADS.map((kind) => context.list(kind, { namespace: EXTENSION_NAMESPACE }).complete);
    const unseen = unclear ? workloads.find(({ state }) => state === 'unknown') : undefined;
    const open = [
      namespace,
      own.complete,
      crds.complete,
      ...OWNED.map((kind) => context.list(kind).complete),
      ...(unseen === undefined ? [] : [unseen]),
    ].find(({ state }) => state === 'unknown');
    const seconds =
      namespace.state === 'present'
        ? secondsBetween(textAt(namespace.value.body, 'metadata', 'deletionTimestamp'), context.now)
        : undefined;
    return {
      namespace,
      ...(namespace.state !== 'present' || seconds === undefined
        ? {}
        : { terminating: { seconds, held: trueOnes(namespace.value) } }),
      heldObjects: HOLDABLE.flatMap(
        (kind) => context.list(kind, { group: AZUREML_GROUP, namespace: EXTENSION_NAMESPACE }).items,
      ).filter(
        ({ body }) =>
          textAt(body, 'metadata', 'deletionTimestamp') !== undefined &&
          listAt(body, 'metadata', 'finalizers').length > 0,
      ),
      releases: [
        ...ownReleases.filter(
          (release) =>
            release.name === name ||
            (!isOfOthers(context, release) && (unseen === undefined || ownedBy(context, release).length > 0)),
        ),
        ...elsewhere,
      ],
      crds: crds.items
        .filter(
          ({ ref, body }) =>
            ref.name.endsWith(CRD_GROUP) && textAt(body, 'metadata', 'deletionTimestamp') !== undefined,
        )
        .map((crd) => ({ crd, held: trueOnes(crd).filter(({ type }) => type === 'Terminating') })),
      ownedElsewhere: ownedElsewhere(context, name, own),
      hooks: hooksOf(context),
      complete: open?.state === 'unknown' ? open : crds.complete,
    };
  },
});

/** People put programs of theirs into the namespace; a release of which nothing is seen may be what is left of the extension. */
function isOfOthers(context: ViewContext, release: HelmRelease): boolean {
  const owned = ownedBy(context, release);
  return owned.length > 0 && !owned.some(isKnownPart);
}

function ownedBy(context: ViewContext, release: HelmRelease): readonly KubeObject[] {
  return [
    ...WORKLOADS.flatMap((kind) => context.list(kind, { namespace: EXTENSION_NAMESPACE }).items),
    ...OWNED.flatMap((kind) => context.list(kind).items),
  ].filter((object) => {
    const owner = helmOwner(object);
    return owner?.release === release.name && owner.namespace === release.namespace;
  });
}

/** kubernetes `pkg/controller/namespace/deletion/status_condition_utils.go`: what holds a deletion up is told as a condition that is True. */
function trueOnes({ body }: KubeObject): readonly Condition[] {
  return conditionsOf(body).filter(({ status }) => status === 'True');
}

/** Helm refuses objects that another release owns, and takes those of a release of the same name and namespace (helm `pkg/action/validate.go`). */
function ownedElsewhere(
  context: ViewContext,
  name: string | undefined,
  own: ReturnType<typeof helmReleases>,
): readonly OwnedElsewhere[] {
  return OWNED.flatMap((kind) => context.list(kind).items)
    .filter(
      ({ ref }) =>
        (ref.kind === 'CustomResourceDefinition' ? ref.name.endsWith(CRD_GROUP) : true) &&
        // Those of the legacy router are another check's business.
        !ref.name.startsWith('azureml-fe') &&
        groupOf(ref.apiVersion) !== '',
    )
    .flatMap((object) => {
      const owner = helmOwner(object);
      if (owner === undefined || owner.namespace === '') return [];
      const { release, namespace } = owner;
      const isOfExtension = namespace === EXTENSION_NAMESPACE || object.ref.name.endsWith(CRD_GROUP);
      if (!isOfExtension || (release === name && namespace === EXTENSION_NAMESPACE)) return [];
      const exists =
        namespace === EXTENSION_NAMESPACE && own.complete.state === 'present'
          ? own.releases.some((known) => known.name === release)
          : undefined;
      return [{ object, release, namespace, ...(exists === undefined ? {} : { exists }) }];
    });
}

/** Pods of a Job are told by their Job. */
function hooksOf(context: ViewContext): readonly HookObject[] {
  return [
    ...context.list('Job', { namespace: EXTENSION_NAMESPACE, group: 'batch' }).items,
    ...context.list('Pod', { namespace: EXTENSION_NAMESPACE }).items,
  ].flatMap((object) => {
    const hook = textMapAt(object.body, 'metadata', 'annotations')['helm.sh/hook'];
    if (hook === undefined || !/(?:pre|post)-(?:install|upgrade|rollback|delete)/.test(hook)) return [];
    if (listAt(object.body, 'metadata', 'ownerReferences').length > 0) return [];
    const done = trueOnes(object).some(({ type }) => type === 'Complete' || type === 'SuccessCriteriaMet');
    const phase = textAt(object.body, 'status', 'phase');
    if (done || phase === 'Succeeded') return [];
    const failed = phase === 'Failed' || trueOnes(object).some(({ type }) => type === 'Failed');
    const seconds = secondsBetween(textAt(object.body, 'metadata', 'creationTimestamp'), context.now) ?? 0;
    return [{ object, hook, state: failed ? ('failed' as const) : ('running' as const), seconds }];
  });
}
