/**
 * From a route's backend to the end: the Service, the activator where Knative has it in the path, and the pod. One list of hops for each backend.
 */
import { numberAt } from '../../model/json.ts';
import type { ViewContext } from '../../model/reader.ts';
import { conditionsOf } from '../parse/conditions.ts';
import { useComponent } from '../platform-component.ts';
import { podsOfRevision, revisionBackend, type RevisionBackend } from './backend.ts';
import { noBackend, refused } from './gateway-answers.ts';
import { fact, failing, passing, unknownHop, type Hop } from './path-types.ts';
import { askWhy } from './published.ts';
import { choosePod, podHops } from './pod-hops.ts';
import { serviceHops } from './service-hops.ts';
import { sleepingHops } from './sleeping-hops.ts';
import { callerOfPods, NOBODY, timeoutOf, type Way } from './way.ts';
import type { RouteBackend } from './route-match.ts';

export function targetHops(context: ViewContext, to: RouteBackend, way: Way): readonly Hop[] {
  return to.revision === undefined ? serviceHops(context, to, way) : revisionHops(context, to, to.revision, way);
}

function revisionHops(context: ViewContext, to: RouteBackend, revision: string, way: Way): readonly Hop[] {
  const namespace = to.service.namespace ?? 'default';
  const title = 'revision';
  const own = context.object({ apiVersion: 'serving.knative.dev/v1', kind: 'Revision', namespace, name: revision });
  const revisionObject = own.state === 'present' ? own.value : undefined;
  if (own.state === 'absent')
    return [
      failing({
        id: 'service',
        title,
        says: `Revision ${revision} does not exist any more`,
        citations: [own.cite],
        answer: {
          status: 404,
          flag: '-',
          words: `Error getting active endpoint: revision.serving.knative.dev "${revision}" not found`,
        },
      }),
    ];
  const found = revisionBackend(context, to.service);
  const { pods, gap } = podsOfRevision(context, namespace, revision);
  const state = choosePod(context, pods);
  const facts = [...fact('port', to.port), ...fact('percent', to.percent === 100 ? undefined : `${to.percent} %`)];
  if (found.state !== 'present') {
    const service: Hop = unknownHop({
      id: 'service',
      title,
      object: to.service,
      says:
        found.state === 'absent'
          ? `Revision ${revision} has no ServerlessService`
          : 'Who stands behind the Service of the revision was not read',
      facts,
      citations: found.state === 'absent' ? [found.cite] : [],
      gaps: found.state === 'unknown' ? [found.gap] : [],
    });
    return [
      service,
      ...(state === undefined
        ? []
        : podHops(context, state, {
            request: way.request,
            asked: way.asked,
            host: way.host,
            activator: false,
            refused: NOBODY,
          })),
    ];
  }
  const backend = found.value;
  const activator = backend.mode === 'Proxy';
  const service = serviceOfRevision(context, to, backend, way, facts);
  const hops: Hop[] = [service];
  const asleep = pods.length === 0 && gap === undefined;
  if (activator) hops.push(activatorHop(context, state?.ready === true, asleep, way, revisionObject));
  if (state !== undefined) {
    const port = numberAt(backend.sks.body, 'spec', 'port');
    const caller = callerOfPods(context, way, activator);
    return [
      ...hops,
      ...podHops(context, state, {
        request: way.request,
        asked: way.asked,
        host: way.host,
        activator,
        ...(caller === undefined ? {} : { caller }),
        refused: { status: 502, flag: '-', words: 'bad gateway' },
        ...(port === undefined ? {} : { port }),
        ...timeoutOf(way),
      }),
    ];
  }
  if (asleep) return [...hops, ...sleepingHops(revisionObject, way.request)];
  return [
    ...hops,
    unknownHop({
      id: 'container',
      title: 'pod',
      says: 'The pods of the revision were not read',
      gaps: gap === undefined ? [] : [gap],
    }),
  ];
}

function serviceOfRevision(
  context: ViewContext,
  to: RouteBackend,
  { mode, behind: endpoints, sks, citations }: RevisionBackend,
  way: Way,
  facts: Hop['facts'],
): Hop {
  const parts = {
    id: 'service' as const,
    title: to.service.name.replace(/^.*-(\d{5})$/, 'revision $1').slice(0, 30),
    object: to.service,
    facts: [
      ...facts,
      ...fact('mode', `${mode} (${mode === 'Proxy' ? 'through the activator' : 'straight to the pods'})`),
    ],
    citations,
  };
  if (endpoints.state !== 'present') {
    const populated = conditionsOf(sks.body).find((condition) => condition.type === 'EndpointsPopulated');
    return populated?.status === 'True'
      ? passing({
          ...parts,
          says: `The Service has endpoints, as its ServerlessService says`,
          gaps: endpoints.state === 'unknown' ? [endpoints.gap] : [],
        })
      : unknownHop({
          ...parts,
          says: 'The endpoints of the Service were not read',
          gaps: endpoints.state === 'unknown' ? [endpoints.gap] : [],
        });
  }
  const { addresses, none } = endpoints.value;
  if (addresses.length > 0)
    return passing({
      ...parts,
      says: `The Service leads to ${addresses.length} ${mode === 'Proxy' ? 'activator' : 'pod'} address${addresses.length === 1 ? '' : 'es'}`,
    });
  const gateway = way.gateway;
  const component = mode === 'Proxy' ? useComponent(context, 'knative-activator') : undefined;
  const down = component?.state === 'present' && component.value.down ? component.value : undefined;
  // net-kourier pkg/generator/ingress_translator.go: without any EndpointSlice it leaves the gateway as it was, which goes on calling the last
  // address and meets nobody there.
  const stale = gateway?.kind === 'kourier' && none === true;
  const either = gateway?.kind === 'kourier' && none === undefined;
  const answer =
    gateway === undefined
      ? NOBODY
      : stale
        ? refused(gateway)
        : either
          ? // UH or UF: that takes the EndpointSlices to tell.
            { status: 503, words: 'nobody answers behind the gateway' }
          : noBackend(gateway);
  return failing({
    ...parts,
    says: `Nobody stands behind the Service${down === undefined ? '' : `: the activator has ${down.ready} ready pods, ${down.desired} wanted`}${stale ? '; Kourier keeps the last address that it knew' : ''}`,
    citations: [...citations, ...(down?.cites ?? [])],
    answer,
    ...(down === undefined
      ? {}
      : down.desired > 0
        ? askWhy(down.workload.ref)
        : {
            todo: 'Bring the activator back',
            command: [
              'kubectl',
              'scale',
              `deployment/${down.workload.ref.name}`,
              '-n',
              down.workload.ref.namespace ?? 'default',
              '--replicas=1',
            ],
          }),
  });
}

function activatorHop(
  context: ViewContext,
  ready: boolean,
  asleep: boolean,
  way: Way,
  revision: { readonly body: unknown } | undefined,
): Hop {
  const found = useComponent(context, 'knative-activator');
  const seconds = numberAt(revision?.body, 'spec', 'timeoutSeconds');
  const parts = {
    id: 'activator' as const,
    title: 'activator',
    ...(found.state === 'present' ? { object: found.value.workload.ref } : {}),
    facts: [...fact('waits', seconds === undefined ? undefined : `at most ${seconds} s`)],
    citations: found.state === 'present' ? [...found.value.cites] : [],
    gaps: found.state === 'unknown' ? [found.gap] : [],
  };
  if (found.state === 'present' && found.value.down)
    return failing({
      ...parts,
      says: `No pod of the activator is ready (${found.value.ready} of ${found.value.desired})`,
      answer: way.gateway === undefined ? NOBODY : noBackend(way.gateway),
    });
  if (ready) return passing({ ...parts, says: 'It forwards to a pod that is Ready' });
  if (asleep)
    return passing({ ...parts, says: 'The revision is scaled to zero: it holds the request until a pod is Ready' });
  return unknownHop({
    ...parts,
    says: 'No pod of the revision is Ready: it holds the request, and answers 504 when the timeout ends first',
    ...askWhy(way.asked),
  });
}
