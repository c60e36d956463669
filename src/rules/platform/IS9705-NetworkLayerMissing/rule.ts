/** Check: whoever is to route requests to models by default is not there or does not run. */
import { kubectl, patch, fix } from '../../../fixes/build.ts';
import { startAgain } from '../../../fixes/gateway.ts';
import { adviseCluster, askPreflight } from '../../../fixes/platform.ts';
import type { Citation } from '../../../model/evidence.ts';
import type { Fix } from '../../../model/finding.ts';
import { textAt } from '../../../model/json.ts';
import type { PlatformComponent } from '../../../views/platform-component.ts';
import { definitionRef } from '../../../views/installed-versions.ts';
import { listed } from '../../../views/parse/listed.ts';
import { kserveGateway } from '../../../views/serving-platform/kserve-gateway.ts';
import { knativeNetworking, type KnativeNetworking } from '../../../views/serving-platform/networking-layer.ts';
import { servingDefaults } from '../../../views/serving-platform/serving-defaults.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9705',
  name: 'NetworkLayerMissing',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Nobody routes requests to models: the networking layer is not there or does not run',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kserve', title: 'networking layer', weight: 'blocking' },
  aliases: [
    'network-layer-missing',
    'IngressNotConfigured',
    'Ingress has not yet been reconciled.',
    'ingress-controller-down',
  ],
  needs: { defaults: servingDefaults, networking: knativeNetworking, gateway: kserveGateway },
  messages: {
    missing: 'Knative is told to use ingress class {class}, and its controller is not installed{others}',
    down: 'Knative is told to use ingress class {class}, and {program} has 0 of {desired} replicas ready',
    kind: 'Knative is told to use ingress class {class}, and the cluster does not know what its controller writes: CustomResourceDefinition {name} does not exist',
    gateway: 'KServe attaches its HTTPRoutes to Gateway {gateway}, which does not exist',
    unprogrammed: 'KServe attaches its HTTPRoutes to Gateway {gateway}, which is not programmed ({reason})',
  },
  check({ defaults, networking, gateway }, context) {
    if (defaults.state === 'unknown') return context.unknown(defaults.gap);
    if (defaults.state === 'absent') return context.notApplicable('KServe has no configuration yet');
    const common = {
      affects: [context.on],
      certainty: 'confirmed',
      consequence: 'No route of a model becomes ready, and its InferenceService does not either.',
    } as const;
    if (defaults.value.mode === 'Standard') {
      if (gateway.state === 'unknown') return context.unknown(gateway.gap);
      if (gateway.state === 'absent' || defaults.value.noIngress)
        return context.notApplicable('raw deployments need no networking layer, or take an Ingress');
      const { ref, found } = gateway.value;
      if (found.state === 'unknown') return context.unknown(found.gap);
      const name = `${ref.namespace ?? ''}/${ref.name}`;
      const fixes = [
        adviseCluster({
          profile: 'kserve',
          title: `Make Gateway ${name} work, or name another`,
          effect: 'HTTPRoutes attach to it by themselves.',
          look: [kubectl(ref, ['get', 'gateways.gateway.networking.k8s.io', '-o', 'wide'], false)],
          what: 'Create the Gateway with the class of the controller that is installed and listeners that take routes of all namespaces, or write the one that you have into kserveIngressGateway of key ingress.',
          owner: defaults.value.owner,
        }),
      ];
      if (found.state === 'absent')
        return context.found({
          message: 'gateway',
          args: { gateway: name },
          ...common,
          subject: ref,
          basis: 'the configuration names it, and it is not there',
          cite: [defaults.value.ingressCite, found.cite],
          fixes,
        });
      const programmed = found.value.conditions.find(({ type }) => type === 'Programmed' || type === 'Ready');
      if (programmed?.status === 'True')
        return context.ruledOut(
          `Gateway ${name} is programmed`,
          found.value.gateway.cite('condition', programmed.pointer),
        );
      return context.found({
        message: 'unprogrammed',
        args: { gateway: name, reason: programmed?.reason ?? 'no controller has looked at it' },
        ...common,
        subject: ref,
        basis: 'its own conditions',
        cite: [
          found.value.gateway.cite('its conditions', programmed?.pointer ?? '/status'),
          defaults.value.ingressCite,
        ],
        fixes,
      });
    }
    if (defaults.value.mode !== 'Knative')
      return context.notApplicable('the default mode needs no networking layer of Knative');
    if (networking.state === 'unknown') return context.unknown(networking.gap);
    if (networking.state === 'absent')
      return context.notApplicable('Knative has no config-network, so it is not installed');
    const { layer, className, classCite } = networking.value;
    if (layer === undefined)
      return context.notApplicable(`ingress class ${className.slice(0, 80)} is of none of the layers that are known`);
    const { controller, gateway: program, definition } = layer;
    if (controller.state === 'absent')
      return context.found({
        message: 'missing',
        args: { class: className, others: othersOf(networking.value) },
        ...common,
        subject: networking.value.config.ref,
        basis: 'the ConfigMap names the class, and the namespaces of its controller were read',
        cite: [classCite, controller.cite],
        fixes: [chooseClass(networking.value)],
      });
    for (const part of [controller, program]) {
      if (part?.state !== 'present' || !part.value.down) continue;
      const { workload, desired, cites } = part.value;
      return context.found({
        message: 'down',
        args: { class: className, desired, program: nameOf(part.value) },
        ...common,
        subject: workload.ref,
        basis: 'its Deployment has no ready pod',
        cite: [cites[0], ...cites.slice(1), classCite],
        fixes: [startAgain(workload)],
      });
    }
    if (definition?.found.state === 'absent')
      return context.found({
        message: 'kind',
        args: { class: className, name: definition.name },
        ...common,
        subject: definitionRef(definition.name),
        basis: 'the list of CustomResourceDefinitions does not hold it',
        cite: [definition.found.cite, classCite],
        fixes: [
          adviseCluster({
            profile: 'kserve',
            title: 'Install what the networking controller writes for',
            effect: 'The controller tries again by itself, in some releases only after a restart.',
            what: `CustomResourceDefinition ${definition.name} comes with Istio, Contour or the Gateway API: install that, or choose another ingress class.`,
          }),
        ],
      });
    if (controller.state === 'unknown') return context.unknown(controller.gap);
    if (program?.state === 'unknown') return context.unknown(program.gap);
    if (definition?.found.state === 'unknown') return context.unknown(definition.found.gap);
    const cites: Citation[] = [
      ...controller.value.cites.slice(1),
      ...(program?.state === 'present' ? program.value.cites.slice(1) : []),
    ];
    return context.ruledOut(`${controller.value.info.title} is Ready`, classCite, ...cites);
  },
});

function nameOf({ workload }: PlatformComponent): string {
  return `${workload.ref.kind} ${workload.ref.namespace ?? ''}/${workload.ref.name}`;
}

function othersOf({ others }: KnativeNetworking): string {
  return others.length === 0 ? '' : `; installed is ${listed(others.map(({ component }) => component.info.title))}`;
}

function chooseClass({ config, others, className }: KnativeNetworking): Fix {
  const [other] = others;
  if (other === undefined)
    return adviseCluster({
      profile: 'kserve',
      title: 'Install a networking layer of Knative',
      effect: 'Routes that wait become ready by themselves.',
      look: [kubectl(config.ref, ['get', 'configmap', config.ref.name, '-o', 'yaml'], false)],
      what: `Install net-istio (with Istio), net-kourier, net-contour or net-gateway-api, of the same minor release as Knative Serving, and name its class in config-network in place of ${className.slice(0, 80)}.`,
    });
  const key = textAt(config.body, 'data', 'ingress.class') === undefined ? 'ingress-class' : 'ingress.class';
  return fix({
    title: `Name the class of ${other.component.info.title}`,
    applicability: 'review',
    effect: 'New routes use it; those that exist are made anew for it and are away for a moment.',
    steps: [patch(config.ref, { data: { [key]: other.layer.className } })],
    undo: [patch(config.ref, { data: { [key]: textAt(config.body, 'data', key) === undefined ? null : className } })],
    verify: askPreflight('kserve'),
  });
}
