/**
 * What the router of an InferenceGraph calls: its nodes from the root on, each step a hop (kserve cmd/router/main.go: a sequence calls its steps in order,
 * an ensemble all, a splitter or a switch one of them).
 */
import { listAt, objectAt, textAt } from '../../model/json.ts';
import { apiVersionOf, kindNamed } from '../../model/kinds.ts';
import type { ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { conditionsOf } from '../parse/conditions.ts';
import { serviceEndpoints } from '../service-endpoints.ts';
import type { Entry } from './entry.ts';
import { serviceOfHost } from './match.ts';
import { failing, passing, unknownHop, type Hop, type HopAnswer } from './path-types.ts';
import { askWhy } from './published.ts';

const MOST_STEPS = 12;
const FAILED: HopAnswer = { status: 500, flag: '-', words: 'Failed to process request' };

export function graphSteps(context: ViewContext, entry: Entry): readonly Hop[] {
  const nodes = objectAt(entry.object.body, 'spec', 'nodes') ?? {};
  const hops: Hop[] = [];
  const visit = (node: string, above: readonly string[]): void => {
    const body = objectAt(nodes, node);
    for (const [index, step] of listAt(body, 'steps').entries()) {
      if (hops.length >= MOST_STEPS) return;
      const pointer = `/spec/nodes/${node}/steps/${index}`;
      const next = textAt(step, 'nodeName');
      if (next === undefined) hops.push(...stepHop(context, entry, { node, body, step, pointer }));
      else if ([...above, node].includes(next))
        hops.push(
          failing({
            id: 'step',
            title: textAt(step, 'name')?.slice(0, 24) ?? next,
            object: entry.object.ref,
            says: `Step ${index + 1} of node ${node} leads back to node ${next}: the router never comes to an end`,
            citations: [entry.object.cite(`step of ${node}`, pointer)],
            answer: FAILED,
            todo: `Let the step name another node than ${next}`,
          }),
        );
      else if (objectAt(nodes, next) === undefined)
        hops.push(
          failing({
            id: 'step',
            title: next.slice(0, 24),
            object: entry.object.ref,
            says: `Step ${index + 1} of node ${node} names node ${next}, which the graph does not have`,
            citations: [entry.object.cite(`step of ${node}`, pointer)],
            answer: FAILED,
          }),
        );
      else visit(next, [...above, node]);
    }
  };
  visit('root', []);
  return hops.slice(0, MOST_STEPS);
}

interface Step {
  readonly node: string;
  readonly body: unknown;
  readonly step: unknown;
  readonly pointer: string;
}

function stepHop(context: ViewContext, entry: Entry, { node, body, step, pointer }: Step): readonly Hop[] {
  const service = textAt(step, 'serviceName');
  const url = textAt(step, 'serviceUrl');
  const title = (textAt(step, 'name') ?? service ?? 'step').slice(0, 24);
  const by = entry.object.cite(`step of ${node}`, pointer);
  const called = `Step ${title} of ${node} (${textAt(body, 'routerType') ?? 'Sequence'}) calls`;
  if (service === undefined)
    return url === undefined ? [] : [urlHop(context, entry, title, `${called} ${url.slice(0, 200)}`, url)];
  const info = kindNamed('InferenceService', 'serving.kserve.io');
  const ref: ResourceRef = {
    apiVersion: info === undefined ? 'serving.kserve.io/v1beta1' : apiVersionOf(info),
    kind: 'InferenceService',
    namespace: entry.namespace,
    name: service,
  };
  const found = context.object(ref);
  const parts = { id: 'step' as const, title, object: ref, citations: [by] };
  if (found.state === 'unknown')
    return [
      unknownHop({
        ...parts,
        says: `${called} InferenceService ${service}, which was not read`,
        gaps: [found.gap],
      }),
    ];
  if (found.state === 'absent')
    return [
      failing({
        ...parts,
        says: `${called} InferenceService ${service}, which does not exist`,
        citations: [by, found.cite],
        answer: FAILED,
        todo: `Create InferenceService ${service}, or name another in the graph`,
      }),
    ];
  const ready = conditionsOf(found.value.body).find((condition) => condition.type === 'Ready');
  const says = `${called} InferenceService ${service}, Ready is ${ready?.status ?? 'not told'}`;
  const citations = [by, found.value.cite('condition Ready', ready?.pointer ?? '/status')];
  return [
    ready?.status === 'True'
      ? passing({ ...parts, says, citations })
      : unknownHop({ ...parts, says, citations, ...askWhy(ref) }),
  ];
}

/** A URL inside the cluster leads to a Service; what lies outside is not looked at. */
function urlHop(context: ViewContext, entry: Entry, title: string, says: string, url: string): Hop {
  const parts = { id: 'step' as const, title };
  const host = /^https?:\/\/([^/?#]{1,253})/i.exec(url)?.[1];
  const named = host === undefined ? undefined : serviceOfHost(host, entry.namespace);
  if (named === undefined) return unknownHop({ ...parts, says: `${says}, which is not looked at from here` });
  const service = { apiVersion: 'v1', kind: 'Service', ...named };
  const found = context.use(serviceEndpoints, service);
  if (found.state === 'unknown')
    return unknownHop({ ...parts, object: service, says: `${says}: its Service was not read`, gaps: [found.gap] });
  if (found.state === 'absent')
    return failing({
      ...parts,
      object: service,
      says: `${says}: there is no Service ${named.namespace}/${named.name}`,
      citations: [found.cite],
      answer: FAILED,
    });
  if (found.value.readyPods > 0)
    return passing({ ...parts, object: service, says: `${says}: its Service has Ready pods`, citations: [found.cite] });
  return unknownHop({
    ...parts,
    object: service,
    says: `${says}: who answers there is not known`,
    citations: [found.cite],
  });
}
