/** Cause: the API server cannot call a webhook that must agree before an object is stored. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Citation } from '../../../model/evidence.ts';
import type { Fix, Step } from '../../../model/finding.ts';
import type { KubeObject } from '../../../model/reader.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';
import {
  admissionRefusal,
  REFUSABLE,
  refusalTrace,
  whatFollows,
  whatIsRefused,
  type Refused,
} from '../../../views/admission-refusal.ts';
import type { WebhookUnreachable } from '../../../views/parse/admission-message.ts';
import { refusingWebhook, type RefusingWebhook } from '../../../views/refusing-webhook.ts';
import { defineRule } from '../../define.ts';

/** What is wrong with the way to the webhook, as the API server's dial told it. */
const WORDS: Readonly<
  Record<Exclude<WebhookUnreachable, 'no-endpoints' | 'service-not-found' | 'port-not-found'>, string>
> = {
  timeout: 'it does not answer in time',
  refused: 'the connection is refused',
  'tls-unknown-authority': 'its certificate is signed by an authority that caBundle does not hold',
  'tls-wrong-name': 'its certificate is for another name',
  'tls-other': 'the TLS handshake fails',
  dns: 'its name does not resolve',
  other: 'the call fails',
};

const EXPIRED = /certificate has expired or is not yet valid/;
/** client-go `transport` and `cert`: the API server cannot read clientConfig.caBundle. */
const BUNDLE_UNREADABLE = /unable to load root certificates|unable to parse bytes as PEM block/;

function whyOf(unreachable: keyof typeof WORDS, detail: string): string {
  if (EXPIRED.test(detail)) return 'its certificate has expired or is not valid yet';
  return BUNDLE_UNREADABLE.test(detail) ? 'its caBundle holds no certificate that can be read' : WORDS[unreachable];
}

export default defineRule({
  code: 'IS9101',
  name: 'AdmissionWebhookUnreachable',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The API server cannot call an admission webhook that it must ask',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: [
    'admission-webhook-unreachable',
    'kserve-webhook-unavailable',
    'knative-webhook-unavailable',
    'failed calling webhook',
    'failed to call webhook',
    'no endpoints available for service',
    'x509: certificate signed by unknown authority',
    'webhook-backend-down',
    'InternalServerError',
  ],
  needs: { refusal: admissionRefusal, webhook: refusingWebhook },
  messages: {
    scaled: 'Webhook {webhook} has no server: {workload} is scaled to 0',
    backend: 'Webhook {webhook} has no server: none of the {replicas} replicas of {workload} is ready',
    endpoints: 'Webhook {webhook} has no server: Service {service} has no endpoints',
    service: 'Webhook {webhook} has no server: Service {service} does not exist',
    port: 'Webhook {webhook} is called on port {port}, which Service {service} does not have',
    call: 'Webhook {webhook} cannot be called: {why}',
  },
  check({ refusal, webhook }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error } = refusal;
    if (error.class !== 'webhook-unreachable' || webhook === undefined)
      return context.ruledOut('every webhook was asked and answered', refusal.cite);
    const configuration = webhook.configuration.state === 'present' ? webhook.configuration.value : undefined;
    const service = error.service ?? webhook.service?.ref;
    const label = service === undefined ? (error.url ?? '') : `${service.namespace ?? ''}/${service.name}`;
    const what = whatIsRefused(refusal);
    const backend = webhook.backends[0];
    // Behind a Service that was not seen may stand a workload that is scaled to 0: then that is what to mend.
    const unseen =
      webhook.configuration.state === 'unknown'
        ? 'the configuration that asks for the call'
        : error.unreachable === 'no-endpoints' && webhook.service?.found.state === 'unknown'
          ? 'the Service that it is sent to'
          : error.unreachable === 'no-endpoints' && backend === undefined && !webhook.backendsSeen
            ? 'the workload behind its Service'
            : undefined;
    const common = {
      certainty: unseen === undefined ? 'confirmed' : 'likely',
      basis:
        unseen === undefined
          ? 'the API server names the webhook and how the call failed'
          : `the API server names the webhook and how the call failed; ${unseen} was not seen`,
      consequence: `The API server must ask it (failurePolicy ${configuration?.failurePolicy ?? 'Fail'}) and refuses ${what} until it answers. ${whatFollows(refusal)}`,
      cite: citesOf(refusal, webhook, backend?.object),
      trace: refusalTrace(refusal, causeIn(error.detail)),
      effects: refusal.effects,
      affects: [context.on],
      fixes: fixesFor(refusal, webhook, BUNDLE_UNREADABLE.test(error.detail) ? 'tls-other' : error.unreachable),
    } as const;
    // A Service without endpoints refuses connections too where kube-proxy answers for it.
    const isWithoutServer =
      error.unreachable === 'no-endpoints' || (error.unreachable === 'refused' && backend?.ready === 0);
    if (isWithoutServer && backend !== undefined) {
      const workload = `${backend.object.ref.kind} ${backend.object.ref.namespace ?? ''}/${backend.object.ref.name}`;
      const args = { webhook: error.webhook, workload };
      if (backend.replicas === 0)
        return context.found({ message: 'scaled', args, subject: backend.object.ref, ...common });
      return context.found({
        message: 'backend',
        args: { ...args, replicas: backend.replicas },
        subject: backend.object.ref,
        ...common,
      });
    }
    const subject =
      configuration?.object.ref ??
      (service === undefined ? refusal.root : { apiVersion: 'v1', kind: 'Service', ...service });
    const args = { webhook: error.webhook };
    switch (error.unreachable) {
      case 'no-endpoints':
        return context.found({ message: 'endpoints', args: { ...args, service: label }, subject, ...common });
      case 'service-not-found':
        return context.found({ message: 'service', args: { ...args, service: label }, subject, ...common });
      case 'port-not-found':
        return context.found({
          message: 'port',
          args: { ...args, service: label, port: error.service?.port ?? 443 },
          subject,
          ...common,
        });
      default:
        return context.found({
          message: 'call',
          args: { ...args, why: whyOf(error.unreachable, error.detail) },
          subject,
          ...common,
        });
    }
  },
});

/** What followed the URL in `failed to call webhook: Post "…": cause`. */
function causeIn(detail: string): string {
  const mark = detail.lastIndexOf('": ');
  return mark < 0 ? detail : detail.slice(mark + 3);
}

function citesOf(
  refusal: Refused,
  webhook: RefusingWebhook,
  backend: KubeObject | undefined,
): readonly [Citation, ...Citation[]] {
  const found = webhook.service?.found;
  return [
    refusal.cite,
    ...(webhook.configuration.state === 'present' ? [webhook.configuration.cite] : []),
    ...(backend === undefined ? [] : [backend.cite(`replicas of ${backend.ref.name}`, '/spec/replicas')]),
    // A Service that lies outside of what was collected has no citation: it is unknown, not missing.
    ...(found?.state === 'present'
      ? [found.value.service.cite(`selector of Service ${found.value.service.ref.name}`, '/spec/selector')]
      : []),
    ...(found?.state === 'absent' ? [found.cite] : []),
  ];
}

function fixesFor(refusal: Refused, webhook: RefusingWebhook, how: WebhookUnreachable): readonly Fix[] {
  const verify = verifyWithInferscope(refusal.root);
  const backend = webhook.backends[0];
  const fixes: Fix[] = [];
  if (backend !== undefined && backend.replicas === 0 && (how === 'no-endpoints' || how === 'refused')) {
    const { ref } = backend.object;
    const scale = (count: number): Step =>
      kubectl(ref, ['scale', `${kindWord(ref)}/${ref.name}`, `--replicas=${count}`], true);
    const again = refusal.by === 'command' ? [manual(`Apply ${nameWithKind(refusal.root)} again.`)] : [];
    fixes.push(
      fix({
        title: `Start ${nameWithKind(ref)} again`,
        applicability: 'review',
        effect: 'Starts the server of the webhook; refused pods are made at the next try of their controller.',
        steps: [scale(1), ...again],
        undo: [scale(0)],
        verify,
      }),
    );
  } else {
    fixes.push(
      fix({
        title: how.startsWith('tls')
          ? `Let the API server trust the certificate of webhook ${webhook.name}`
          : `Bring the server of webhook ${webhook.name} back`,
        applicability: 'advice',
        effect: 'Refused pods are made at the next try of their controller.',
        steps: [...inspect(webhook), manual(adviceFor(how, webhook))],
        verify,
      }),
    );
  }
  if (webhook.configuration.state === 'present') {
    const { object, index, failurePolicy, owner } = webhook.configuration.value;
    const policy = (value: string): Step =>
      kubectl(
        {},
        [
          'patch',
          kindWord(object.ref),
          object.ref.name,
          '--type=json',
          '-p',
          JSON.stringify([{ op: 'replace', path: `/webhooks/${index}/failurePolicy`, value }]),
        ],
        true,
      );
    fixes.push(
      fix({
        title: `Let objects pass while webhook ${webhook.name} is down`,
        applicability: 'review',
        effect: `Objects are stored without the webhook: what it injects or forbids is missing until it is back. If nothing needs it any more, delete ${nameWithKind(object.ref)} instead.`,
        steps: [policy('Ignore')],
        undo: [policy(failurePolicy)],
        verify,
        owner,
      }),
    );
  }
  return fixes;
}

function inspect(webhook: RefusingWebhook): readonly Step[] {
  const ref = webhook.service?.ref;
  return ref === undefined ? [] : [kubectl(ref, ['get', 'service,endpointslices,pods', '-o', 'wide'], false)];
}

function adviceFor(how: WebhookUnreachable, { service, backends }: RefusingWebhook): string {
  const name =
    service === undefined ? 'the name that is called' : `${service.ref.name}.${service.ref.namespace ?? 'default'}.svc`;
  const down = backends.find(({ ready }) => ready === 0);
  switch (how) {
    case 'no-endpoints':
      return 'Start the pods that the Service selects, or correct its selector.';
    case 'service-not-found':
      return 'Install the component of the webhook again, or delete its configuration if it was removed for good.';
    case 'port-not-found':
      return 'Set clientConfig.service.port of the webhook to a port of the Service.';
    case 'tls-unknown-authority':
    case 'tls-wrong-name':
    case 'tls-other':
      return `Renew the server's certificate for ${name} and write its authority into clientConfig.caBundle (cert-manager issues the one and its CA injector writes the other).`;
    case 'timeout':
    case 'refused':
    case 'dns':
    case 'other':
      if (how === 'refused' && down !== undefined)
        return `Find out why no pod of ${nameWithKind(down.object.ref)} is ready, and mend that.`;
      return 'Look at the pods behind the webhook, and at NetworkPolicies and firewalls between the control plane and their port.';
  }
}
