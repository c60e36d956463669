/**
 * Which of the requests that were really sent belong to an object: those to its own hosts, and those that were plainly meant for it and went to a
 * host that nobody publishes. Judges each answer by itself; which of them still count is `exchange-judgement.ts`' part.
 */
import { AZUREML_GROUP } from '../model/azureml-labels.ts';
import { isAzureml } from '../model/azureml-names.ts';
import type { Citation, ExchangeEvidence } from '../model/evidence.ts';
import { defineView, type ViewContext } from '../model/reader.ts';
import { groupOf, refKey, type ResourceRef } from '../model/reference.ts';
import { isHost, publishedHosts, type PublishedHost, type PublishedHosts } from './exchange-hosts.ts';
import { ownerTree } from './owner-tree.ts';
import { judgeAnswer, type HttpAnswer } from './parse/http-answer.ts';
import { inferencePath, urlParts, type InferencePath, type UrlParts } from './parse/inference-request.ts';

export interface JudgedExchange {
  readonly exchange: ExchangeEvidence;
  readonly url: UrlParts;
  /** Undefined where the path belongs to no protocol of model servers. */
  readonly asks?: InferencePath;
  readonly answer: HttpAnswer;
  cite(label: string): Citation;
}

export interface ExchangeTarget {
  readonly hosts: readonly PublishedHost[];
  /** Requests to one of its hosts, oldest first. */
  readonly own: readonly JudgedExchange[];
  /** Requests meant for it that no gateway routed: the host begins with its name and namespace, or the path names it. */
  readonly stray: readonly JudgedExchange[];
}

const NOTHING: ExchangeTarget = { hosts: [], own: [], stray: [] };

/** Above their children: a request counts once, for the object that a person deployed. */
const OWNERS = new Set(['InferenceService', 'InferenceGraph']);

export const exchangeTarget = defineView<ExchangeTarget>({
  id: 'exchange-target',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'InferenceService' },
    { type: 'object', kind: 'InferenceGraph' },
    { type: 'object', kind: 'Service.serving.knative.dev' },
    { type: 'object', kind: 'OnlineEndpoint' },
    { type: 'exchange' },
  ],
  uses: [ownerTree, publishedHosts],
  derive(context, subject) {
    const exchanges = inOrder(context.exchanges());
    // A live cluster keeps no requests: nothing of the rest is worth its work.
    if (exchanges.length === 0 || belongsToAnother(context, subject)) return NOTHING;
    // Without the object nobody knows which hosts it publishes: a request may be for another.
    if (context.object(subject).state !== 'present') return NOTHING;
    const published = context.use(publishedHosts, subject);
    const names = [subject, ...context.use(ownerTree, subject).descendants.map((object) => object.ref)].filter(hasHost);
    const own: JudgedExchange[] = [];
    const stray: JudgedExchange[] = [];
    for (const exchange of exchanges) {
      const url = urlParts(exchange.request.url);
      if (url === undefined) continue;
      const endpoint = endpointIn(context, url.path);
      if (endpoint !== undefined) {
        // The router of Azure ML tells endpoints apart by this path; its own Service takes the requests of all.
        if (isAzureml(subject, 'OnlineEndpoint') && endpoint === subject.name) own.push(judged(context, exchange, url));
        continue;
      }
      const host = exchange.request.headers['host']?.replace(/:\d+$/, '').toLowerCase() ?? url.host;
      if (isOwn(published, host, url.path)) own.push(judged(context, exchange, url));
      else if (isMeantFor(context, subject, names, host, url, exchange.request.body)) {
        const one = judged(context, exchange, url);
        if (isForwarded(url.host)) own.push(one);
        else if (UNROUTED.has(one.answer.kind)) stray.push(one);
      }
    }
    return { hosts: published.hosts, own, stray };
  },
});

/** `/api/v1/endpoint/NAME/score`, `/api/v1/service/NAME/score` (azure-ai-docs how-to-kubernetes-inference-routing-azureml-fe): of an endpoint that is there. */
function endpointIn(context: ViewContext, path: string): string | undefined {
  const name = /^\/api\/v1\/(?:endpoint|service)\/([^/]{1,100})(?:\/|$)/.exec(path)?.[1];
  if (name === undefined) return undefined;
  return context.list('OnlineEndpoint', { group: AZUREML_GROUP }).items.some(({ ref }) => ref.name === name)
    ? name
    : undefined;
}

/** Oldest first: what counts now is told by what came last. Where a time is missing the order of the recording holds. */
function inOrder(exchanges: readonly ExchangeEvidence[]): readonly ExchangeEvidence[] {
  const timed = exchanges.every(({ at }) => at !== undefined);
  const place = ({ id }: ExchangeEvidence): number => Number(/\d{1,9}$/.exec(id)?.[0] ?? 0);
  const time = ({ at }: ExchangeEvidence): number => (timed ? Date.parse(at ?? '') || 0 : 0);
  return exchanges.toSorted((a, b) => time(a) - time(b) || place(a) - place(b));
}

/** Answers by which nobody took the request. */
const UNROUTED = new Set([
  'no-route',
  'name-unresolved',
  'connection-refused',
  'client-timeout',
  'no-answer',
  'path-unknown',
]);

function judged(context: ViewContext, exchange: ExchangeEvidence, url: UrlParts): JudgedExchange {
  const asks = inferencePath(url.path, exchange.request.body);
  return {
    exchange,
    url,
    ...(asks === undefined ? {} : { asks }),
    answer: judgeAnswer(exchange),
    cite: (label) => context.citeEvidence(exchange.id, label),
  };
}

/** Whether an object above it that was seen answers for its requests. */
function belongsToAnother(context: ViewContext, subject: ResourceRef): boolean {
  return context
    .use(ownerTree, subject)
    .owners.some(
      (owner) =>
        (OWNERS.has(owner.kind) || (owner.kind === 'Service' && groupOf(owner.apiVersion) === 'serving.knative.dev')) &&
        context.object(owner).state === 'present',
    );
}

/** Of several Services that share a host the one with the longest path takes the request. */
function isOwn({ hosts, others }: PublishedHosts, host: string, path: string): boolean {
  const longest = (entries: readonly PublishedHost[]): number =>
    Math.max(
      -1,
      ...entries
        .filter((entry) => isHost(host, entry) && (entry.path === undefined || isUnder(path, entry.path)))
        .map((entry) => entry.path?.length ?? 0),
    );
  const own = longest(hosts);
  return own >= 0 && own >= longest(others);
}

function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

function hasHost(ref: ResourceRef): boolean {
  const group = groupOf(ref.apiVersion);
  return (
    OWNERS.has(ref.kind) ||
    ref.kind === 'Route' ||
    (ref.kind === 'Service' && (group === 'serving.knative.dev' || group === ''))
  );
}

/** kserve pkg/constants: components get these endings; before 0.11 `-default` and `-canary` followed. */
const COMPONENT = /-(?:predictor|transformer|explainer)(?:-default|-canary)?$/;

function isMeantFor(
  context: ViewContext,
  subject: ResourceRef,
  names: readonly ResourceRef[],
  host: string,
  url: UrlParts,
  body: string | undefined,
): boolean {
  const [label = '', second = ''] = host.split('.');
  const bare = label.replace(COMPONENT, '');
  for (const { name, namespace = '' } of names) {
    // The domain templates of Knative and KServe: name.namespace.domain, name-namespace.domain.
    if (second === namespace && (label === name || bare === name)) return true;
    if (label === `${name}-${namespace}`) return true;
  }
  const asks = OWNERS.has(subject.kind) ? inferencePath(url.path, body) : undefined;
  if (asks?.model !== subject.name) return false;
  // An address, or a name that says nothing: the path must name the only one that it can mean.
  const alike = context.list('InferenceService').items.filter((other) => other.ref.name === subject.name);
  return alike.every((other) => refKey(other.ref) === refKey(subject));
}

function isForwarded(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
