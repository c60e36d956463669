/** Check: the router is to be a Service of type LoadBalancer, and nothing gives such Services an address. */
import { changeSettings, verifyWithPreflight } from '../../../fixes/azureml.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import type { Citation } from '../../../model/evidence.ts';
import type { Certainty, Verdict } from '../../../model/finding.ts';
import { PREFLIGHT } from '../../../model/preflight.ts';
import { extensionPlan } from '../../../views/azureml/extension-plan.ts';
import { loadBalancerSupport, type WaitingService } from '../../../views/cluster/load-balancer-support.ts';
import { EXTENSION_NAMESPACE } from '../../../views/parse/azureml-settings.ts';
import { listed } from '../../../views/parse/listed.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { spanText } from '../../../views/parse/time.ts';
import { defineRule } from '../../define.ts';

/** Clouds answer within a few minutes. */
const LONG_SECONDS = 600;
/** No address is left for anybody: it is not about that one Service. */
const EXHAUSTED = /no available ips|exhaust|quota|limit ?(?:reached|exceeded)|countlimit|no available nodes/i;

export default defineRule({
  code: 'IS9601',
  name: 'LoadBalancerUnsupported',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The cluster gives no address to the load balancer of the Azure ML router',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  aliases: [
    'E40001',
    'LOAD_BALANCER_NOT_SUPPORT',
    'load-balancer-unsupported',
    'load-balancer-not-supported',
    'EXTERNAL-IP <pending>',
    'SyncLoadBalancerFailed',
    'has been uninstalled due to atomic being set: timed out waiting for the condition',
  ],
  preflight: {
    profile: 'azureml',
    title: 'load balancer support',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
    foreignCode: 'E40001',
  },
  needs: { plan: extensionPlan, support: loadBalancerSupport },
  messages: {
    routerWaits: 'The router’s own Service {service} has waited {span} for the address of its load balancer{said}',
    waits: 'Service {service} of type LoadBalancer has waited {span} for an address{said}',
    nobody: 'Nothing in the cluster gives a Service of type LoadBalancer an address: {missing}',
  },
  check({ plan, support }, context) {
    if (plan === undefined) return context.notApplicable('nothing is to be installed');
    const { intent } = plan;
    if (plan.inferenceGap !== undefined) return context.unknown(plan.inferenceGap);
    if (!plan.inference) return context.notApplicable('inference is not enabled: there is no router');
    if (plan.serviceType !== 'loadbalancer')
      return context.notApplicable('inferenceRouterServiceType is not LoadBalancer');
    const { served, givers, unable, complete } = support;
    const waiting = support.waiting.filter(({ seconds }) => seconds > LONG_SECONDS);
    const common = {
      consequence:
        'The installation waits for the address of Service azureml-fe and gives up after 15 minutes; Helm then removes what it installed.',
      fixes: [
        changeSettings(
          intent,
          'Have the router reached without a load balancer of the cluster',
          { inferenceRouterServiceType: 'nodePort' },
          'The router is reached at a port of every node (clusterIP: only from inside, for an ingress controller of yours). Do not change it while endpoints serve: their address changes.',
        ),
        fix({
          title: 'Give the cluster something that provides load balancers',
          applicability: 'advice',
          effect: 'Services of type LoadBalancer get addresses, those that wait included.',
          steps: [
            manual(
              'In a cloud: its cloud controller manager, with a role that may create load balancers. On own machines: MetalLB, kube-vip with its cloud provider, or Cilium, each with a pool of free addresses of the network.',
            ),
            kubectl({}, ['get', 'services', '--all-namespaces'], false),
          ],
          verify: verifyWithPreflight(intent),
        }),
      ],
    } as const;
    const found = (
      message: 'routerWaits' | 'waits',
      { service, seconds, event }: WaitingService,
      certainty: Certainty,
      basis: string,
    ): Verdict =>
      context.found({
        message,
        args: {
          service: `${service.ref.namespace ?? ''}/${service.ref.name}`,
          span: spanText(seconds),
          said: event === undefined ? '' : `: ${quoted(event.message)}`,
        },
        // That it waits is proof; the mistake is to ask for one more.
        subject: message === 'routerWaits' ? service.ref : PREFLIGHT,
        certainty,
        basis,
        cite: [
          service.cite(`Service ${service.ref.name} has no address`, '/status/loadBalancer'),
          ...(event === undefined ? [] : [event.cite()]),
          plan.citeServiceType,
        ],
        ...common,
      });
    const own = waiting.find(
      ({ service }) => service.ref.namespace === EXTENSION_NAMESPACE && service.ref.name === 'azureml-fe',
    );
    if (own !== undefined) return found('routerWaits', own, 'confirmed', 'it is the Service of the router itself');
    const exhausted = waiting.find(({ event }) => EXHAUSTED.test(event?.message ?? ''));
    if (exhausted !== undefined)
      return found('waits', exhausted, 'likely', 'the event says that none is left, and the router asks for one more');
    const [longest] = waiting;
    if (longest !== undefined && served.length === 0) {
      if (givers.length === 0 && complete.state !== 'unknown')
        return found(
          'waits',
          longest,
          'confirmed',
          'no Service has an address, and no program that gives any is there',
        );
      const failing = waiting.find(({ event }) => event !== undefined);
      return failing === undefined
        ? found('waits', longest, 'possible', 'no Service of the cluster has an address; nothing says why')
        : found('waits', failing, 'likely', 'no Service of the cluster has an address, and an event says why');
    }
    const [service] = served;
    if (service !== undefined)
      return context.ruledOut(
        `Service ${service.ref.namespace ?? ''}/${service.ref.name} of type LoadBalancer has an address`,
        service.cite(`address of Service ${service.ref.name}`, '/status/loadBalancer'),
      );
    const [giver] = givers;
    if (giver !== undefined)
      return context.ruledOut(`${giver.title} gives Services of type LoadBalancer their address`, giver.cite);
    if (complete.state === 'unknown') return context.unknown(complete.gap);
    const missing =
      unable.length === 0
        ? 'no cloud controller, MetalLB, ServiceLB, kube-vip, OpenELB or address pool of Cilium was found'
        : listed([...new Set(unable.map(({ text }) => text))]);
    const nobodyThere = { ...complete.cite, label: 'no program that gives Services an address in the list' };
    return context.found({
      message: 'nobody',
      args: { missing },
      subject: PREFLIGHT,
      certainty: 'likely',
      basis: 'the lists of Nodes, Services and workloads are whole; a program outside the cluster is not seen',
      cite: [
        firstOf(support.waiting, nobodyThere),
        ...unable.slice(0, 2).map(({ cite }) => cite),
        ...(support.waiting.length === 0 ? [] : [nobodyThere]),
        plan.citeServiceType,
      ],
      ...common,
    });
  },
});

/** A Service that waits shows it best, however short it has. */
function firstOf([waiting]: readonly WaitingService[], otherwise: Citation): Citation {
  return (
    waiting?.service.cite(`Service ${waiting.service.ref.name} has no address yet`, '/status/loadBalancer') ?? otherwise
  );
}
