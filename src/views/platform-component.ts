/**
 * One program of the serving platform (the KServe controller, the Knative activator …): whether it runs, in which version, and what its log says of
 * an object. Finds it by name wherever it is; what was not collected is unknown, never missing.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import { listAt, textAt, textMapAt } from '../model/json.ts';
import { CLUSTER, defineView, type KubeObject, type View, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { componentLogs } from './component-logs.ts';
import { COMPONENTS, versionOfTag, type ComponentId, type ComponentInfo } from './parse/platform-components.ts';
import { countsOf } from './workload-state.ts';

export interface PlatformComponent {
  readonly info: ComponentInfo;
  /** Its Deployment, DaemonSet or StatefulSet. */
  readonly workload: KubeObject;
  readonly desired: number;
  readonly ready: number;
  /** Nobody does its work now: no pod of it is Ready. */
  readonly down: boolean;
  /** Shows how many are wanted and how many are ready. */
  readonly cites: readonly [Citation, ...Citation[]];
  readonly image?: string;
  readonly version?: string;
}

const KINDS = ['Deployment', 'DaemonSet', 'StatefulSet'] as const;

/**
 * The view of one component; derive it on `CLUSTER`. Absent where its usual namespaces were read whole and hold none; where they were not, the gap
 * asks for the Deployments of the most usual one.
 */
export function platformComponent(id: ComponentId): View<Lookup<PlatformComponent>> {
  const view = VIEWS.get(id);
  if (view === undefined) throw new Error(`the table of components lacks ${id}`);
  return view;
}

function viewOf(info: ComponentInfo): View<Lookup<PlatformComponent>> {
  return defineView({
    id: `platform-component-${info.id}`,
    needs: KINDS.map((kind) => ({ type: 'object', kind }) as const),
    derive: (context) => find(context, info),
  });
}

const VIEWS: ReadonlyMap<ComponentId, View<Lookup<PlatformComponent>>> = new Map(
  COMPONENTS.map((info) => [info.id, viewOf(info)] as const),
);

/** All of them, for `uses` of views that look at several. */
export const ALL_COMPONENTS: readonly View<Lookup<PlatformComponent>>[] = [...VIEWS.values()];

export function useComponent(context: ViewContext, id: ComponentId): Lookup<PlatformComponent> {
  return context.use(platformComponent(id), CLUSTER);
}

/** Where upstream ships it, and where the most usual distribution does: others are not worth a request. */
const MOST_ASKED = 2;

function find(context: ViewContext, info: ComponentInfo): Lookup<PlatformComponent> {
  const found = KINDS.flatMap((kind) =>
    info.names.flatMap((name) => context.list(kind).items.filter((object) => isNamed(object.ref.name, name, info))),
  ).filter(
    // Short names (controller, webhook, contour) are common: those count in their own namespaces only.
    (object) => isTelling(object.ref.name) || info.namespaces.includes(object.ref.namespace ?? ''),
  );
  const [workload] = found.toSorted((a, b) => place(info, a) - place(info, b));
  if (workload !== undefined)
    return { state: 'present', cite: workload.cite(info.title), value: stateOf(info, workload) };
  const usual = info.namespaces.slice(0, MOST_ASKED);
  for (const namespace of info.namespaces) {
    const { complete } = context.list('Deployment', { namespace });
    if (complete.state === 'unknown') {
      return usual.includes(namespace) ? complete : { state: 'unknown', gap: withoutRequest(complete.gap) };
    }
    if (complete.state === 'present' && namespace === info.namespaces.at(-1))
      return { state: 'absent', cite: complete.cite };
  }
  return {
    state: 'unknown',
    gap: context.notRequested(`the Deployment of ${info.title}`, 'no namespace of it was read'),
  };
}

function isNamed(actual: string, name: string, info: ComponentInfo): boolean {
  return actual === name || (info.revisions === true && actual.startsWith(`${name}-`));
}

function withoutRequest(gap: EvidenceGap): EvidenceGap {
  const { request: _, ...rest } = gap;
  return rest;
}

function isTelling(name: string): boolean {
  return name.includes('-') || name === 'istiod';
}

function place(info: ComponentInfo, object: KubeObject): number {
  const index = info.namespaces.indexOf(object.ref.namespace ?? '');
  return index < 0 ? info.namespaces.length : index;
}

function stateOf(info: ComponentInfo, workload: KubeObject): PlatformComponent {
  const daemon = workload.ref.kind === 'DaemonSet';
  const { desired, ready } = countsOf(workload);
  const image = listAt(workload.body, 'spec', 'template', 'spec', 'containers')
    .map((container) => textAt(container, 'image'))
    .find((name) => name !== undefined);
  const version = versionOf(workload, image);
  return {
    info,
    workload,
    desired,
    ready,
    down: ready === 0,
    cites: [
      workload.cite(`${desired} wanted`, daemon ? '/status/desiredNumberScheduled' : '/spec/replicas'),
      workload.cite(`${ready} ready`, daemon ? '/status/numberReady' : '/status/readyReplicas'),
    ],
    ...(image === undefined ? {} : { image }),
    ...(version === undefined ? {} : { version }),
  };
}

/** The image's tag tells; distributions pull by digest and label instead. */
function versionOf(workload: KubeObject, image: string | undefined): string | undefined {
  const labels = textMapAt(workload.body, 'metadata', 'labels');
  const label = labels['app.kubernetes.io/version'] ?? labels['serving.knative.dev/release'];
  return (image === undefined ? undefined : versionOfTag(image)) ?? label?.replace(/^v/, '');
}

export interface ControllerLine {
  readonly text: string;
  readonly cite: Citation;
}

/** A log of a controller is about everything; only its last lines can be about now. */
const MOST_LINES = 4000;

/**
 * The last lines of a component's logs that name an object, oldest first, at most 20. Unknown where no log was collected: the gap asks for the
 * pods, then for the log. The caller declares the need `log` and `Pod`.
 */
export function linesOf(
  context: ViewContext,
  component: PlatformComponent,
  object: Pick<ResourceRef, 'namespace' | 'name'>,
  previous = false,
): Lookup<readonly ControllerLine[]> {
  const { logs, gaps, podsSeen } = componentLogs(context, component.workload, previous);
  const lines: ControllerLine[] = [];
  for (const { text: log } of logs) {
    const from = Math.max(0, log.lines.length - MOST_LINES);
    for (const [index, text] of log.lines.slice(from).entries())
      if (names(text, object))
        lines.push({ text, cite: log.cite(`${component.info.title} on ${object.name}`, from + index + 1) });
  }
  const [read] = logs;
  if (read !== undefined) return { state: 'present', value: lines.slice(-20), cite: read.cite };
  const [gap] = gaps;
  if (gap !== undefined) return { state: 'unknown', gap };
  if (podsSeen.state === 'unknown') return podsSeen;
  return {
    state: 'unknown',
    gap: context.notRequested(`the log of ${component.info.title}`, 'none of its pods was seen'),
  };
}

/** The name as a word of its own, and its namespace beside it: `"name":"x","namespace":"y"`, `y/x`, `namespace=y name=x`. */
function names(line: string, { namespace, name }: Pick<ResourceRef, 'namespace' | 'name'>): boolean {
  const isWord = (word: string): boolean => {
    for (let index = line.indexOf(word); index >= 0; index = line.indexOf(word, index + 1)) {
      const before = line[index - 1] ?? ' ';
      const after = line[index + word.length] ?? ' ';
      if (!/[\w.-]/.test(before) && !/[\w-]/.test(after)) return true;
    }
    return false;
  };
  return isWord(name) && (namespace === undefined || isWord(namespace));
}
