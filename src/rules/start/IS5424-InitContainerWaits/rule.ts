/** Cause: an init container waits for another service that is not there, or that has no ready pods. */
import { advice } from '../../../fixes/advice.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Citation } from '../../../model/evidence.ts';
import type { Verdict } from '../../../model/finding.ts';
import { awaitedServices, type AwaitedService, type WaitingContainer } from '../../../views/awaited-services.ts';
import { spanText } from '../../../views/parse/time.ts';
import { podTemplate, type PodTemplate } from '../../../views/pod-template.ts';
import { defineRule, type RuleContext } from '../../define.ts';

const messages = {
  noService: 'Init container {container} waits for {host}, and namespace {namespace} has no Service {service}',
  noNamespace: 'Init container {container} waits for {host}, and there is no namespace {namespace}',
  noPods:
    'Init container {container} waits for Service {service}, which has no pods behind it: none matches {selector}',
  noneReady: 'Init container {container} waits for Service {service}; of the {count} pods that match it, none is Ready',
  wrongPort: 'Init container {container} waits for port {port} of Service {service}, which has no such port',
  waits: 'Init container {container} has waited for {host} for {span}',
} as const;

export default defineRule({
  code: 'IS5424',
  name: 'InitContainerWaits',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'An init container waits for a service that is not there',
  appliesTo: ['Pod'],
  effects: ['container-not-ready'],
  aliases: ['Init:0/1', 'PodInitializing', 'wait-for-it', 'init-container-waits', 'waiting for'],
  needs: { waiting: awaitedServices, template: podTemplate },
  messages,
  check({ waiting, template }, context) {
    if (waiting.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const [first, ...more] = waiting.value.map((one) => judge(one, template, context));
    return first ? context.all([first, ...more]) : context.notApplicable('no init container only waits');
  },
});

type Context = RuleContext<typeof messages>;

function judge(waiting: WaitingContainer, template: PodTemplate, context: Context): Verdict {
  const { container, awaited, seconds } = waiting;
  for (const one of awaited) {
    const verdict = judgeService(waiting, one, template, context);
    if (verdict !== undefined) return verdict;
  }
  const hosts = awaited.map((one) => (one.port === undefined ? one.host : `${one.host}:${one.port}`));
  if (hosts.length === 0) return context.notApplicable('its command names no host');
  return context.found({
    message: 'waits',
    args: { container: container.name, host: hosts.join(', '), span: spanText(seconds) },
    subject: template.workload,
    container: container.name,
    certainty: 'possible',
    basis: 'its command does nothing else, and what it waits for was not seen to be missing',
    consequence: 'The other containers start only after it ends.',
    cite: shown(waiting),
    fixes: [
      fix({
        title: `Look at what init container ${container.name} waits for`,
        applicability: 'advice',
        effect: 'Changes nothing.',
        steps: [kubectl(context.on, ['logs', context.on.name, '-c', container.name, '--tail=20'], false)],
        verify: verifyWithInferscope(template.workload),
      }),
    ],
  });
}

function judgeService(
  waiting: WaitingContainer,
  awaited: AwaitedService,
  template: PodTemplate,
  context: Context,
): Verdict | undefined {
  const { service, host, port } = awaited;
  if (service === undefined) return undefined;
  const { container } = waiting;
  const common = {
    certainty: 'confirmed' as const,
    consequence: 'It tries for ever, and the other containers of the pod start only after it ends.',
    trace: [{ text: `init container ${container.name} tries to reach ${host}`, cite: [shown(waiting)[0]] }],
  };
  if (service.object.state === 'unknown') return context.unknown(service.object.gap);
  if (service.object.state === 'absent') {
    const isGone = service.namespace?.state === 'absent';
    const near = service.nearest[0];
    return context.found({
      message: isGone ? 'noNamespace' : 'noService',
      args: {
        container: container.name,
        host,
        service: service.ref.name,
        namespace: service.ref.namespace ?? '',
      },
      ...common,
      subject: template.workload,
      container: container.name,
      basis: 'its command only waits for that name, and the cluster has no such Service',
      cite: [service.object.cite, ...shown(waiting)],
      fixes: [
        advice(
          template.workload,
          near === undefined ? `Deploy the service ${host}, or correct its name` : `Wait for ${near}, which exists`,
          near === undefined
            ? `Create Service ${service.ref.name} in namespace ${service.ref.namespace ?? ''} with its pods, or correct the name in the command of init container ${container.name}`
            : `Correct the name in the command of init container ${container.name}: name.namespace.svc, without a namespace for one of its own`,
        ),
      ],
    });
  }
  const { endpoints } = service;
  if (endpoints === undefined || Object.keys(endpoints.selector).length === 0) return undefined;
  const { selected, ports, readyPods } = endpoints;
  const selector = Object.entries(endpoints.selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  if (readyPods > 0) {
    if (port === undefined || ports.some((candidate) => String(candidate.port) === port)) return undefined;
    return context.found({
      message: 'wrongPort',
      args: { container: container.name, port, service: service.ref.name },
      ...common,
      subject: template.workload,
      container: container.name,
      basis: 'the Service lists its ports',
      cite: [endpoints.service.cite(`ports of Service ${service.ref.name}`, '/spec/ports'), ...shown(waiting)],
      fixes: [
        advice(
          template.workload,
          `Wait for a port that Service ${service.ref.name} has: ${ports.map((candidate) => candidate.port).join(', ')}`,
          `Correct the port in the command of init container ${container.name}`,
        ),
      ],
    });
  }
  if (endpoints.podsSeen.state === 'unknown') return context.unknown(endpoints.podsSeen.gap);
  const isBare = selected.length === 0;
  const args = { container: container.name, service: service.ref.name };
  const found = {
    ...common,
    subject: service.ref,
    cite: [
      endpoints.service.cite(`selector of Service ${service.ref.name}`, '/spec/selector'),
      ...shown(waiting),
    ] as const,
    fixes: [
      fix({
        title: isBare
          ? `Deploy the pods of Service ${service.ref.name}, or correct its selector`
          : `Bring the pods of Service ${service.ref.name} to Ready`,
        applicability: 'advice',
        effect: `Init container ${container.name} ends by itself once the service answers.`,
        steps: [
          kubectl(service.ref, ['get', 'pods', '-l', selector], false),
          manual(
            isBare
              ? `No pod has the labels ${selector}: deploy what should carry them, or change the selector to the labels of pods that are there.`
              : 'Find out why they are not Ready.',
          ),
        ],
        verify: verifyWithInferscope(template.workload),
      }),
    ],
  };
  return isBare
    ? context.found({
        message: 'noPods',
        args: { ...args, selector },
        ...found,
        basis: 'the Service selects pods by labels that no pod has',
      })
    : context.found({
        message: 'noneReady',
        args: { ...args, count: selected.length },
        ...found,
        basis: 'none of the pods that the Service selects is Ready',
      });
}

function shown({ state, container }: WaitingContainer): readonly [Citation, ...Citation[]] {
  return [state.pod.cite(`command of init container ${container.name}`, container.specPointer), container.cite];
}
