/** Cause: no pod of the gateway is Ready, so nobody takes requests for the host of a Knative Route. */
import { textMapAt } from '../../../model/json.ts';
import type { KubeObject } from '../../../model/reader.ts';
import { matchesLabels } from '../../../views/parse/selector.ts';
import { startAgain, correct } from '../../../fixes/gateway.ts';
import { kubectl, fix } from '../../../fixes/build.ts';
import { gatewayTargets, type GatewayTarget } from '../../../views/gateway-targets.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7203',
  name: 'GatewayDown',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'No pod of the gateway is Ready',
  appliesTo: ['Route', 'DomainMapping'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'requests-fail'],
  aliases: [
    'gateway-down',
    'no gateway pods available',
    'failed to probe Ingress: no gateway pods available',
    '3scale-kourier-gateway',
    'istio-ingressgateway',
    'connection refused at the gateway',
  ],
  needs: { gateways: gatewayTargets },
  messages: {
    workload: '{kind} {namespace}/{name}, the gateway, has 0 of {desired} pods ready',
    scaled: '{kind} {namespace}/{name}, the gateway, is scaled to 0',
    selects: 'Service {namespace}/{name} of the gateway has no ready pod (pods that match its selector: {pods})',
    missing: 'Service {namespace}/{name}, which is named as the gateway’s, does not exist',
  },
  check({ gateways }, context) {
    if (gateways.state === 'unknown') return context.unknown(gateways.gap);
    if (gateways.state === 'absent') return context.notApplicable('no known networking layer serves the Route');
    const { route, targets, workload, noPods, config } = gateways.value;
    const common = {
      affects: route.affects,
      consequence: 'Every request to every model behind this gateway fails, and no Route becomes ready.',
    } as const;
    // One program takes requests for inside and outside; a mesh gateway of another name is found by its Service.
    if (workload?.state === 'present' && workload.value.down && standsBehind(workload.value.workload, targets)) {
      const { workload: own, desired, cites } = workload.value;
      return context.found({
        message: desired === 0 ? 'scaled' : 'workload',
        args: { kind: own.ref.kind, namespace: own.ref.namespace ?? '', name: own.ref.name, desired },
        subject: own.ref,
        certainty: 'confirmed',
        basis:
          noPods === undefined
            ? 'its status counts no ready pod'
            : 'its status counts no ready pod, and the networking controller says the same',
        ...common,
        cite: noPods === undefined ? [...cites] : [cites[0], noPods],
        fixes: [startAgain(own)],
      });
    }
    // Where the Route works, a second gateway that nobody runs is not missed.
    const bare = route.state === 'ready' && targets.some(serves) ? undefined : targets.find(isBare);
    if (bare !== undefined && bare.endpoints.state === 'present') {
      const { selected, service } = bare.endpoints.value;
      return context.found({
        message: 'selects',
        args: { namespace: service.ref.namespace ?? '', name: service.ref.name, pods: selected.length },
        subject: service.ref,
        certainty: 'confirmed',
        basis: 'all pods of its namespace were read, and none that it selects is Ready',
        ...common,
        cite: [
          service.cite(`selector of Service ${service.ref.name}`, '/spec/selector'),
          ...(noPods === undefined ? [] : [noPods]),
        ],
        fixes: [
          fix({
            title: `Find out what became of the pods behind Service ${service.ref.name}`,
            applicability: 'advice',
            effect: 'It changes nothing.',
            steps: [
              kubectl(service.ref, ['get', 'pods', '--show-labels'], false),
              kubectl(service.ref, ['get', 'deployments,daemonsets'], false),
            ],
            verify: kubectl(service.ref, ['get', 'endpoints', service.ref.name], false),
          }),
        ],
      });
    }
    const missing = targets.find((target) => target.endpoints.state === 'absent');
    // A default that was never installed under that name is no fault while the gateway serves.
    if (missing?.endpoints.state === 'absent' && missing.named !== undefined && route.state !== 'ready')
      return context.found({
        message: 'missing',
        args: { namespace: missing.service.namespace ?? '', name: missing.service.name },
        subject: config.ref,
        certainty: 'confirmed',
        basis: 'its namespace was read whole and does not hold it',
        ...common,
        consequence:
          'The networking controller finds no gateway to ask whether it knows the host, and the Ingress never becomes ready.',
        cite: [missing.named, missing.endpoints.cite, ...(noPods === undefined ? [] : [noPods])],
        fixes: [
          correct(config.ref, {
            title: `Let ${config.ref.name} name the Service of the gateway that is installed`,
            what: `Correct the entry ${missing.service.namespace ?? ''}/${missing.service.name}; kubectl get services -A shows which Services stand before gateway pods.`,
            effect: 'The networking controller reads it at once and asks the gateway again; no pod is restarted.',
            asked: route.root,
          }),
        ],
      });
    if (route.state === 'ready')
      return context.ruledOut('the gateway answered the probes of the networking controller', route.said);
    const [target] = targets;
    const serving = targets.find(serves);
    if (serving !== undefined && serving.endpoints.state === 'present')
      return context.ruledOut('pods of the gateway are Ready', serving.endpoints.cite);
    if (route.state === 'untouched')
      return context.notApplicable('no networking controller has come to ask the gateway');
    if (workload?.state === 'unknown') return context.unknown(workload.gap);
    if (workload?.state === 'present' && !workload.value.down)
      return context.ruledOut(`${workload.value.ready} pods of the gateway are Ready`, ...workload.value.cites);
    if (target?.endpoints.state === 'unknown') return context.unknown(target.endpoints.gap);
    return context.notApplicable('nothing says which gateway it is');
  },
});

/** Whether requests for the Route go to that workload: a Service that is named selects its pods, or nothing names another. */
function standsBehind(workload: KubeObject, targets: readonly GatewayTarget[]): boolean {
  if (targets.some(serves)) return false;
  const labels = textMapAt(workload.body, 'spec', 'template', 'metadata', 'labels');
  return (
    targets.length === 0 ||
    targets.some(({ service, endpoints }) =>
      endpoints.state === 'present'
        ? matchesLabels(endpoints.value.selector, labels)
        : service.namespace === workload.ref.namespace && service.name === workload.ref.name,
    )
  );
}

function serves({ endpoints }: GatewayTarget): boolean {
  return endpoints.state === 'present' && endpoints.value.readyPods > 0;
}

/** Selects pods, all of which were read, and none of which is Ready. */
function isBare({ endpoints }: GatewayTarget): boolean {
  return (
    endpoints.state === 'present' &&
    Object.keys(endpoints.value.selector).length > 0 &&
    endpoints.value.podsSeen.state === 'present' &&
    endpoints.value.readyPods === 0
  );
}
