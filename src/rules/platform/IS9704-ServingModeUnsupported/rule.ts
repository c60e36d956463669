/** Check: the default deployment mode of KServe needs what is not installed or does not run. */
import { kubectl, manual, fix } from '../../../fixes/build.ts';
import { startAgain } from '../../../fixes/gateway.ts';
import { adviseCluster, askPreflight } from '../../../fixes/platform.ts';
import type { Fix } from '../../../model/finding.ts';
import { definitionRef } from '../../../views/installed-versions.ts';
import { gatewayApiKinds } from '../../../views/serving-platform/gateway-api-kinds.ts';
import { knativePrograms, type KnativePrograms } from '../../../views/serving-platform/knative-programs.ts';
import { servingDefaults, type ServingDefaults } from '../../../views/serving-platform/serving-defaults.ts';
import type { PlatformComponent } from '../../../views/platform-component.ts';
import { listed } from '../../../views/parse/listed.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9704',
  name: 'ServingModeUnsupported',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The default deployment mode of KServe needs what is not there',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kserve', title: 'default deployment mode', weight: 'blocking' },
  aliases: [
    'serving-mode-unsupported',
    'knative-not-installed',
    'ServerlessModeRejected',
    'gateway API mode requires gateway.networking.k8s.io/v1',
  ],
  needs: { defaults: servingDefaults, knative: knativePrograms, kinds: gatewayApiKinds },
  messages: {
    noKnative:
      'KServe makes Knative Services by default (defaultDeploymentMode {mode}), and the cluster does not know them',
    program:
      'KServe makes Knative Services by default (defaultDeploymentMode {mode}), and {program} has 0 of {desired} replicas ready',
    activator:
      'Requests for models without pods go to the Knative activator, and {program} has 0 of {desired} replicas ready',
    webhook:
      'KServe makes Knative Services by default (defaultDeploymentMode {mode}), and the webhook of Knative has no server: Service {service} has no ready endpoint',
    gatewayApi: 'KServe makes HTTPRoutes by default (enableGatewayApi), and the cluster does not know them',
    gatewayVersion: 'KServe makes HTTPRoutes of v1 by default (enableGatewayApi), and the cluster serves {served}',
  },
  check({ defaults, knative, kinds }, context) {
    if (defaults.state === 'unknown') return context.unknown(defaults.gap);
    if (defaults.state === 'absent') return context.notApplicable('KServe has no configuration yet');
    const settings = defaults.value;
    const common = { affects: [context.on], certainty: 'confirmed' } as const;
    if (settings.mode === undefined) return context.notApplicable('the configuration names no mode that is known');
    if (settings.mode === 'ModelMesh') return context.notApplicable('the default mode is ModelMesh');
    if (settings.mode === 'Standard') {
      if (!settings.gatewayApi)
        return context.ruledOut('Deployments need nothing besides Kubernetes', settings.modeCite);
      const { found, served } = kinds;
      if (found.state === 'unknown') return context.unknown(found.gap);
      const rest = {
        ...common,
        subject: definitionRef('httproutes.gateway.networking.k8s.io'),
        basis: 'the configuration asks for it, and the CustomResourceDefinition tells what is served',
        consequence: 'KServe makes no route for any model, and InferenceServices do not become Ready.',
        cite: [
          settings.ingressCite,
          found.state === 'absent' ? found.cite : found.value.cite('versions served', '/spec/versions'),
        ],
        fixes: [useGatewayApi(settings)],
      } as const;
      if (found.state === 'absent') return context.found({ message: 'gatewayApi', args: {}, ...rest });
      if (!served.includes('v1'))
        return context.found({ message: 'gatewayVersion', args: { served: listed(served) }, ...rest });
      return context.ruledOut('the cluster knows HTTPRoutes of v1', found.cite);
    }
    const { definition, programs, sleeping, webhook, gaps } = knative;
    if (definition.state === 'unknown') return context.unknown(definition.gap);
    if (definition.state === 'absent')
      return context.found({
        message: 'noKnative',
        args: { mode: settings.written },
        ...common,
        subject: definitionRef('services.serving.knative.dev'),
        basis: 'the default mode needs Knative Serving, and its CustomResourceDefinition does not exist',
        consequence: 'KServe makes nothing for an InferenceService that does not ask for raw deployments itself.',
        cite: [settings.modeCite, definition.cite],
        fixes: [useRaw(settings)],
      });
    const down = programs.find((program) => program.down && isNeeded(program, knative));
    if (down !== undefined) {
      const { info, workload, desired, cites } = down;
      const isActivator = info.id === 'knative-activator';
      const program = `Deployment ${workload.ref.namespace ?? ''}/${workload.ref.name}`;
      const rest = {
        ...common,
        subject: workload.ref,
        basis: 'its Deployment has no ready pod',
        consequence: `While it is down ${info.duty}.`,
        cite: [cites[0], ...cites.slice(1), ...(isActivator && sleeping !== undefined ? [sleeping.cite] : [])],
        fixes: [startAgain(workload)],
      } as const;
      return isActivator
        ? context.found({ message: 'activator', args: { program, desired }, ...rest })
        : context.found({ message: 'program', args: { program, desired, mode: settings.written }, ...rest });
    }
    const { backends, ref } = webhook;
    if (backends.state === 'present' && backends.value.ready === 0)
      return context.found({
        message: 'webhook',
        args: { mode: settings.written, service: `${ref.namespace ?? ''}/${ref.name}` },
        ...common,
        subject: backends.value.workloads[0]?.object.ref ?? ref,
        basis: 'no endpoint and no pod behind its Service is ready',
        consequence: 'The API server refuses every Knative Service, so KServe makes none.',
        cite: backends.value.cites,
        fixes: backends.value.workloads.slice(0, 1).map(({ object }) => startAgain(object)),
      });
    const [gap] = gaps;
    if (gap !== undefined) return context.unknown(gap);
    return context.ruledOut(
      sleeping === undefined
        ? 'Knative Serving is there, and its controller and autoscaler are Ready'
        : 'Knative Serving is there, and its programs are Ready',
      definition.cite,
      ...programs.filter((program) => !program.down).map((program) => program.cites[1] ?? program.cites[0]),
    );
  },
});

/** One that a person scaled to 0 is missed only where a Revision without pods waits for it. */
function isNeeded({ info, desired }: PlatformComponent, { sleeping }: KnativePrograms): boolean {
  return info.id !== 'knative-activator' || desired > 0 || sleeping !== undefined;
}

function useRaw({ config, owner, written }: ServingDefaults): Fix {
  return fix({
    title: 'Make raw deployments the default, or install Knative Serving',
    applicability: 'advice',
    effect: 'Objects that exist keep their mode. Raw deployments have no scaling to zero and no revisions.',
    steps: [
      kubectl(config.ref, ['get', 'configmap', config.ref.name, '-o', 'jsonpath={.data.deploy}'], false),
      manual(
        `Write {"defaultDeploymentMode": "RawDeployment"} (Standard from KServe 0.16 on) in place of ${written} into key deploy, or install Knative Serving; then restart kserve-controller-manager, which looks for kinds only as it starts.`,
      ),
    ],
    verify: askPreflight('kserve'),
    owner,
  });
}

function useGatewayApi({ config, owner }: ServingDefaults): Fix {
  return adviseCluster({
    profile: 'kserve',
    title: 'Install the Gateway API 1.0 or later, or have KServe make Ingresses',
    effect: 'The controller finds new kinds only after a restart.',
    look: [kubectl(config.ref, ['get', 'configmap', config.ref.name, '-o', 'jsonpath={.data.ingress}'], false)],
    what: 'Install the standard channel of the Gateway API and a controller for it, or set enableGatewayApi to false in key ingress and name an ingressClassName; then restart kserve-controller-manager.',
    owner,
  });
}
