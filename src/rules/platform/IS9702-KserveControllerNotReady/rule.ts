/** Check: KServe's controller does not run, or the API server cannot call its webhooks. */
import { kubectl } from '../../../fixes/build.ts';
import { startAgain } from '../../../fixes/gateway.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import type { Fix } from '../../../model/finding.ts';
import { kserveInstallation } from '../../../views/serving-platform/kserve-installation.ts';
import { kserveWebhooks, type KserveWebhook } from '../../../views/serving-platform/kserve-webhooks.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9702',
  name: 'KserveControllerNotReady',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The KServe controller does not run, or its webhooks cannot be called',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kserve', title: 'controller and webhooks of KServe', weight: 'blocking' },
  aliases: [
    'kserve-controller-not-ready',
    'no endpoints available for service "kserve-webhook-server-service"',
    'failed calling webhook "inferenceservice.kserve-webhook-server.defaulter"',
    'x509: certificate signed by unknown authority',
  ],
  needs: { installation: kserveInstallation, hooks: kserveWebhooks },
  messages: {
    missing:
      'The kinds of KServe are installed and its controller is not: there is no Deployment kserve-controller-manager',
    scaled: 'Deployment {controller} has 0 replicas: nobody reconciles InferenceServices, and webhooks answer nothing',
    unready:
      'Deployment {controller} has 0 of {desired} replicas ready: nobody reconciles InferenceServices, and webhooks answer nothing',
    endpoints: 'The webhooks of KServe have no server: Service {service} has no ready endpoint',
    service: 'The webhooks of KServe have no server: Service {service} does not exist',
    unsigned: 'Webhook {webhook} carries no certificate authority, so the API server cannot call it',
    unhooked: 'No webhook of KServe mutates pods, so no model is downloaded into them',
  },
  check({ installation, hooks }, context) {
    const { controller, installed, gap, definition, namespace } = installation;
    if (installed === 'no') return context.notApplicable('KServe is not installed');
    if (installed === 'unknown' && gap !== undefined) return context.unknown(gap);
    const consequence =
      'The API server refuses every InferenceService while the webhook does not answer, and nothing is made for those that exist.';
    const common = { affects: [context.on], certainty: 'confirmed' } as const;
    if (controller.state === 'absent')
      return context.found({
        message: 'missing',
        args: {},
        ...common,
        subject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'kserve-controller-manager' },
        basis: 'the namespaces where it is installed were read, and none holds it',
        consequence,
        cite: [controller.cite, ...(definition.state === 'present' ? [definition.cite] : [])],
        fixes: [
          adviseCluster({
            profile: 'kserve',
            title: 'Install the controller of the KServe release',
            effect: 'InferenceServices that exist are reconciled as soon as it is Ready.',
            what: 'Apply kserve.yaml of the release with --server-side, or install its chart kserve.',
          }),
        ],
      });
    if (controller.state === 'present' && controller.value.down) {
      const { workload, desired, cites } = controller.value;
      const rest = {
        ...common,
        subject: workload.ref,
        basis: 'its Deployment has no ready pod',
        consequence,
        cite: cites,
        fixes: [startAgain(workload)],
      } as const;
      const name = `${workload.ref.namespace ?? ''}/${workload.ref.name}`;
      return desired === 0
        ? context.found({ message: 'scaled', args: { controller: name }, ...rest })
        : context.found({ message: 'unready', args: { controller: name, desired }, ...rest });
    }
    const { service, webhooks, gaps, mutatesPods } = hooks;
    const backends = service?.backends;
    if (service !== undefined && backends !== undefined && backends.state !== 'unknown') {
      const name = `${service.ref.namespace ?? ''}/${service.ref.name}`;
      const rest = { ...common, subject: service.ref, consequence, fixes: [mendService(service.ref.namespace)] };
      if (backends.state === 'absent')
        return context.found({
          message: 'service',
          args: { service: name },
          ...rest,
          basis: 'webhooks name the Service, and it is not there',
          cite: [backends.cite],
        });
      if (backends.value.ready === 0)
        return context.found({
          message: 'endpoints',
          args: { service: name },
          ...rest,
          basis: 'no endpoint and no pod behind the Service is ready',
          cite: backends.value.cites,
        });
    }
    const [unsigned] = webhooks.filter((webhook) => webhook.unsigned);
    if (unsigned !== undefined)
      return context.found({
        message: 'unsigned',
        args: { webhook: unsigned.name },
        ...common,
        subject: unsigned.configuration.ref,
        basis: 'its caBundle is empty, and it is called over TLS',
        consequence: 'The API server refuses every InferenceService: it trusts no certificate that the webhook shows.',
        cite: [
          unsigned.configuration.cite('clientConfig of the webhook', `/webhooks/${unsigned.index}/clientConfig`),
          ...(unsigned.injectFrom === undefined
            ? []
            : [unsigned.configuration.cite('where cert-manager takes it from', '/metadata/annotations')]),
        ],
        fixes: [sign(unsigned)],
      });
    const [hookGap] = gaps;
    if (hookGap !== undefined) return context.unknown(hookGap);
    const { seen } = hooks;
    if (!mutatesPods && seen !== undefined)
      return context.found({
        message: 'unhooked',
        args: {},
        ...common,
        subject: {
          apiVersion: 'admissionregistration.k8s.io/v1',
          kind: 'MutatingWebhookConfiguration',
          name: 'inferenceservice.serving.kserve.io',
        },
        basis: 'all webhook configurations were read, and none holds it',
        consequence: 'Pods start without the init container that fetches the model, and model servers find none.',
        cite: [seen],
        fixes: [
          adviseCluster({
            profile: 'kserve',
            title: 'Install the webhook configurations of the KServe release again',
            effect: 'New pods get it; those that run are not changed.',
            what: 'Apply kserve.yaml of the release with --server-side, or upgrade its chart.',
          }),
        ],
      });
    if (controller.state === 'unknown') return context.unknown(controller.gap);
    if (backends?.state === 'unknown') return context.unknown(backends.gap);
    return context.ruledOut('the controller is Ready, and its webhooks have a server', ...controller.value.cites);
  },
});

function mendService(namespace: string | undefined): Fix {
  return adviseCluster({
    profile: 'kserve',
    title: 'Bring the pods behind the webhook of KServe back',
    effect: 'Objects that were refused can be applied again.',
    look: [
      kubectl(
        namespace === undefined ? {} : { namespace },
        ['get', 'service,endpointslices,pods', '-o', 'wide'],
        false,
      ),
    ],
    what: 'The Service selects pods with control-plane: kserve-controller-manager. Correct its selector, or apply the manifests of the release again.',
  });
}

function sign({ injectFrom, byServiceCa, configuration }: KserveWebhook): Fix {
  return adviseCluster({
    profile: 'kserve',
    title: 'Have a certificate authority written into the webhooks of KServe',
    effect: 'The API server calls them as soon as it is there; nothing restarts.',
    look: [kubectl({}, ['get', 'mutatingwebhookconfigurations,validatingwebhookconfigurations'], false)],
    what: byServiceCa
      ? 'The service CA of OpenShift writes it: see that Deployment service-ca of namespace openshift-service-ca runs.'
      : injectFrom === undefined
        ? `Nobody is told to write it: ${configuration.ref.name} has no annotation cert-manager.io/inject-ca-from. Apply the manifests of the release again, or run its script that makes certificates without cert-manager.`
        : `cert-manager-cainjector takes it from Certificate ${injectFrom}: see that it runs and that the Certificate is Ready.`,
  });
}
