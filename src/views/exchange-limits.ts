/**
 * How long the parts on the way of a request wait for the next one, as their objects say, and how long the model takes, as its log says. Reads
 * limits; which of them ended a request is for a rule to say.
 */
import { isAzureml } from '../model/azureml-names.ts';
import type { Citation, EvidenceGap } from '../model/evidence.ts';
import { listAt, numberAt, pointerTo, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { groupOf, type ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import { exchangeTarget } from './exchange-target.ts';
import { ownerTree } from './owner-tree.ts';
import { chainBelow } from './serving-chain.ts';

export interface WaitLimit {
  readonly seconds: number;
  /** `timeoutSeconds of Revision x`. */
  readonly what: string;
  /** Where the limit stands: a Revision, an HTTPRoute, a VirtualService, an Ingress. */
  readonly at: ResourceRef;
  /** The object under examination made it: it is changed there. */
  readonly owned: boolean;
  /** Revision: waited by queue-proxy and activator. */
  readonly by: 'revision' | 'gateway';
  /** predictor, transformer, explainer. */
  readonly component?: string;
  readonly cite: Citation;
}

export interface ExchangeLimits {
  readonly limits: readonly WaitLimit[];
  /** The longest that a prediction took, by the model server's own log. */
  readonly slowest?: { readonly seconds: number; readonly cite: Citation };
  /** The most that a Revision may ask for; Knative's default where its ConfigMap sets none. */
  readonly most: number;
  readonly gaps: readonly EvidenceGap[];
}

/** knative serving pkg/apis/config/defaults.go DefaultMaxRevisionTimeoutSeconds. */
const MOST_DEFAULT = 600;
const DEFAULTS: ResourceRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'knative-serving',
  name: 'config-defaults',
};

export const exchangeLimits = defineView<ExchangeLimits>({
  id: 'exchange-limits',
  needs: [
    { type: 'object', kind: 'ConfigMap' },
    { type: 'object', kind: 'Ingress' },
    { type: 'object', kind: 'HTTPRoute' },
    { type: 'object', kind: 'VirtualService' },
    { type: 'object', kind: '**' },
    { type: 'log' },
  ],
  uses: [exchangeTarget, ownerTree, chainBelow],
  derive(context, subject) {
    const { own, hosts } = context.use(exchangeTarget, subject);
    // Only where somebody gave up waiting is there a limit to look for.
    if (!own.some(({ answer }) => answer.kind === 'timeout')) return { limits: [], most: MOST_DEFAULT, gaps: [] };
    const below = context.use(ownerTree, subject).descendants;
    const revisions = below.filter((object) => object.ref.kind === 'Revision');
    const routes = hosts.flatMap(({ by }) => {
      const found = isRoute(by) ? context.object(by) : undefined;
      return found?.state === 'present' ? [found.value] : [];
    });
    const owned = new Set(below.map((object) => object.ref));
    const limits = [
      ...revisions.flatMap(revisionLimits),
      ...[...new Set(routes)].flatMap((route) => routeLimits(route, owned.has(route.ref))),
    ];
    if (isAzureml(subject, 'OnlineEndpoint'))
      limits.push(
        ...context.use(chainBelow, subject).flatMap((ref) => {
          const deployment = isAzureml(ref, 'OnlineDeployment') ? context.object(ref) : undefined;
          return deployment?.state === 'present' ? [routerLimit(deployment.value)] : [];
        }),
      );
    const defaults = revisions.length === 0 ? undefined : context.object(DEFAULTS);
    const written =
      defaults?.state === 'present' ? textAt(defaults.value.body, 'data', 'max-revision-timeout-seconds') : undefined;
    const pods = below.filter((object) => object.ref.kind === 'Pod');
    const { slowest, gaps } = slowestOf(context, pods);
    return {
      limits,
      most: written !== undefined && /^\d{1,7}$/.test(written) ? Number(written) : MOST_DEFAULT,
      gaps,
      ...(slowest === undefined ? {} : { slowest }),
    };
  },
});

/** The router of Azure ML ends a request after this (azure-ai-docs reference-yaml-deployment-kubernetes-online: request_timeout_ms). */
const ROUTER_MS = 5000;

function routerLimit(deployment: KubeObject): WaitLimit {
  const places = [
    ['requestSettings', 'requestTimeoutMs'],
    ['request_settings', 'request_timeout_ms'],
    ['requestTimeoutMs'],
  ];
  const path = places.find((steps) => numberAt(deployment.body, 'spec', ...steps) !== undefined);
  const ms = path === undefined ? ROUTER_MS : (numberAt(deployment.body, 'spec', ...path) ?? ROUTER_MS);
  return {
    seconds: ms / 1000,
    what: `request_timeout_ms of ${nameWithKind(deployment.ref)}${path === undefined ? ', not set and so its default,' : ''}`,
    at: deployment.ref,
    owned: false,
    by: 'gateway',
    cite: deployment.cite(`request_timeout_ms: ${ms}`, path === undefined ? '/spec' : `/spec/${path.join('/')}`),
  };
}

/** Knative's own Ingress has no timeouts. */
function isRoute({ kind, apiVersion }: ResourceRef): boolean {
  return (
    kind === 'HTTPRoute' ||
    kind === 'VirtualService' ||
    (kind === 'Ingress' && groupOf(apiVersion) === 'networking.k8s.io')
  );
}

/** knative serving pkg/apis/serving/v1/revision_types.go; a Revision has its defaults written in. */
function revisionLimits(revision: KubeObject): readonly WaitLimit[] {
  const component = textMapAt(revision.body, 'metadata', 'labels')['component'];
  return ['timeoutSeconds', 'responseStartTimeoutSeconds', 'idleTimeoutSeconds'].flatMap((field) => {
    const seconds = numberAt(revision.body, 'spec', field);
    if (seconds === undefined || seconds <= 0) return [];
    const what = `${field} of Revision ${revision.ref.name}`;
    return [
      {
        seconds,
        what,
        at: revision.ref,
        owned: true,
        by: 'revision' as const,
        ...(component === undefined ? {} : { component }),
        cite: revision.cite(`${field}: ${seconds}`, `/spec/${field}`),
      },
    ];
  });
}

function routeLimits(route: KubeObject, owned: boolean): readonly WaitLimit[] {
  const found: WaitLimit[] = [];
  const add = (text: string | undefined, field: string, pointer: string, seconds = durationOf(text)): void => {
    if (seconds === undefined || seconds <= 0) return;
    const what = `${field} of ${nameWithKind(route.ref)}`;
    found.push({
      seconds,
      what,
      at: route.ref,
      owned,
      by: 'gateway',
      cite: route.cite(`${field}: ${text ?? seconds}`, pointer),
    });
  };
  if (route.ref.kind === 'HTTPRoute')
    for (const [index, rule] of listAt(route.body, 'spec', 'rules').entries())
      for (const field of ['request', 'backendRequest'] as const)
        add(textAt(rule, 'timeouts', field), `timeouts.${field}`, `/spec/rules/${index}/timeouts/${field}`);
  if (route.ref.kind === 'VirtualService')
    for (const [index, rule] of listAt(route.body, 'spec', 'http').entries())
      add(textAt(rule, 'timeout'), 'timeout', `/spec/http/${index}/timeout`);
  // kubernetes/ingress-nginx docs/user-guide/nginx-configuration/annotations.md; seconds without unit.
  const name = 'nginx.ingress.kubernetes.io/proxy-read-timeout';
  const read = textMapAt(route.body, 'metadata', 'annotations')[name];
  if (route.ref.kind === 'Ingress' && read !== undefined && /^\d{1,7}$/.test(read))
    add(`${read}s`, name, pointerTo('metadata', 'annotations', name));
  return found;
}

/** Go durations and those of the Gateway API (GEP-2257): `1m30s`, `500ms`. */
function durationOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:\d{1,7}(?:\.\d{1,3})?(?:h|m|s|ms)){1,4}$/.test(text)) return undefined;
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  let seconds = 0;
  for (const [, number = '0', unit = 's'] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g))
    seconds += Number(number) * (units[unit] ?? 1);
  return seconds;
}

const FORWARDERS = new Set(['queue-proxy', 'istio-proxy', 'linkerd-proxy', 'agent']);
const MOST_LINES = 4000;
const MOST_PODS = 5;
const TIMES: readonly RegExp[] = [
  // kserve python/kserve/kserve/model.py, logger kserve.trace.
  /\bpredict_ms: (?<ms>\d{1,9}(?:\.\d{1,9})?)/,
  /\b(?:predict(?:ion|ed)?|inference|infer(?:red)?|generation|forward pass)\b[^\n\d]{0,40}?\b(?:took|in|time|duration|latency|after)\b[ :=]{1,3}(?<s>\d{1,6}(?:\.\d{1,9})?) ?(?:s|sec|seconds)\b/i,
];

function slowestOf(
  context: ViewContext,
  pods: readonly KubeObject[],
): { readonly slowest?: NonNullable<ExchangeLimits['slowest']>; readonly gaps: readonly EvidenceGap[] } {
  let slowest: ExchangeLimits['slowest'];
  const gaps: EvidenceGap[] = [];
  for (const pod of pods.slice(0, MOST_PODS)) {
    for (const container of listAt(pod.body, 'spec', 'containers')) {
      const name = textAt(container, 'name') ?? '';
      if (FORWARDERS.has(name)) continue;
      const log = context.log(pod.ref, name, false);
      if (log.state === 'unknown') gaps.push(log.gap);
      if (log.state !== 'present') continue;
      const from = Math.max(0, log.value.lines.length - MOST_LINES);
      for (const [index, line] of log.value.lines.slice(from).entries()) {
        const seconds = timeIn(line);
        if (seconds !== undefined && seconds > (slowest?.seconds ?? 0))
          slowest = { seconds, cite: log.value.cite(`a prediction took ${seconds} s`, from + index + 1) };
      }
    }
  }
  return { gaps, ...(slowest === undefined ? {} : { slowest }) };
}

function timeIn(line: string): number | undefined {
  for (const pattern of TIMES) {
    const groups = pattern.exec(line.slice(0, 1000))?.groups;
    const ms = groups?.['ms'];
    const s = groups?.['s'];
    if (ms !== undefined) return Number(ms) / 1000;
    if (s !== undefined) return Number(s);
  }
  return undefined;
}
