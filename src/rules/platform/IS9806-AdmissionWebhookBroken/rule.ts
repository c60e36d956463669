/** Check: all pods, Services or other common objects have to pass an admission webhook that nobody answers. */
import { fix, kubectl } from '../../../fixes/build.ts';
import { startAgain } from '../../../fixes/gateway.ts';
import { askPreflight } from '../../../fixes/platform.ts';
import type { Fix, Step } from '../../../model/finding.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';
import { brokenWebhooks, type BrokenWebhook } from '../../../views/cluster/broken-webhooks.ts';
import { listed } from '../../../views/parse/listed.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9806',
  name: 'AdmissionWebhookBroken',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Nothing is admitted, since a webhook that must be asked has no server',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'kubernetes',
    also: ['azureml', 'kserve'],
    title: 'admission webhooks',
    weight: 'blocking',
  },
  aliases: ['admission-webhook-broken', 'failed calling webhook', 'no endpoints available for service'],
  needs: { webhooks: brokenWebhooks },
  messages: {
    service: 'Webhook {webhook}, which {what} must pass, has no server: Service {service} does not exist',
    endpoints: 'Webhook {webhook}, which {what} must pass, has no server: Service {service} has no ready endpoint',
  },
  check({ webhooks: { broken, judged, cites, gaps } }, context) {
    const [first, ...more] = broken.map((webhook) =>
      context.found({
        message: webhook.lack,
        args: {
          webhook: listed(webhook.names, 2),
          service: `${webhook.service.namespace ?? ''}/${webhook.service.name}`,
          what: whatOf(webhook),
        },
        subject: webhook.configuration.ref,
        affects: [context.on],
        certainty: webhook.isConditional ? 'likely' : 'confirmed',
        basis: webhook.isConditional
          ? 'nothing answers behind its Service; its matchConditions, which may let some requests by, were not evaluated'
          : 'its configuration asks for the call, and nothing answers behind its Service',
        consequence: webhook.kinds.includes('pods')
          ? 'The API server refuses new pods: controllers make none, and what ends is not replaced.'
          : `The API server refuses new ${kindsText(webhook)}, and with them whatever brings some.`,
        cite: [webhook.cite, webhook.proof],
        fixes: [...(webhook.workload === undefined ? [] : [startAgain(webhook.workload.object)]), letPass(webhook)],
      }),
    );
    if (first !== undefined) return context.all([first, ...more]);
    const [gap, ...otherGaps] = gaps;
    if (gap !== undefined) return context.unknown(gap, ...otherGaps);
    const [cite, ...otherCites] = cites;
    if (cite === undefined) return context.notApplicable('there are no webhook configurations');
    return context.ruledOut(
      judged.length === 0
        ? 'no webhook must be asked for every object of a common kind'
        : `every webhook that must be asked has a server: ${listed([...new Set(judged)])}`,
      cite,
      ...otherCites,
    );
  },
});

const WORDS: Readonly<Record<string, string>> = {
  deployments: 'Deployments',
  services: 'Services',
  configmaps: 'ConfigMaps',
  secrets: 'Secrets',
  namespaces: 'Namespaces',
};

/** More than four is nearly everything. */
const MOST_KINDS = 4;

function kindsText({ kinds }: BrokenWebhook): string {
  return kinds.length > MOST_KINDS ? 'objects' : kinds.map((plural) => WORDS[plural] ?? plural).join(', ');
}

/** `all pods, Services of namespace shop`, `all Services outside of kube-system`. */
function whatOf(webhook: BrokenWebhook): string {
  const { kinds, where, except } = webhook;
  const all = `all ${kindsText(webhook)}`;
  if (kinds.every((plural) => plural === 'namespaces')) return all;
  if (where !== 'all namespaces') return `${all} of ${listed(where.map((name) => `namespace ${name}`))}`;
  return except.length === 0 ? all : `${all} outside of ${listed(except, 3)}`;
}

function letPass({ configuration, indexes, names, owner }: BrokenWebhook): Fix {
  const { ref } = configuration;
  const policy = (value: string): Step =>
    kubectl(
      {},
      [
        'patch',
        kindWord(ref),
        ref.name,
        '--type=json',
        '-p',
        JSON.stringify(indexes.map((index) => ({ op: 'replace', path: `/webhooks/${index}/failurePolicy`, value }))),
      ],
      true,
    );
  return fix({
    title: `Let requests pass while webhook ${listed(names, 2)} is down`,
    applicability: 'review',
    effect: `Objects are made without the webhook: what it injects or forbids is missing until it is back. If nothing needs it any more, delete ${nameWithKind(ref)} instead.`,
    steps: [policy('Ignore')],
    undo: [policy('Fail')],
    verify: askPreflight('kubernetes'),
    owner,
  });
}
