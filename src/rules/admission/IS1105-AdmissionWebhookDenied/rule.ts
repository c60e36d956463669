/** Cause: an admission webhook looked at the object and said no. */
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { deniedLabel } from '../../../fixes/denied-label.ts';
import { advice } from '../../../fixes/advice.ts';
import { isMultiNodeDenial, kserveDenialAdvice, unknownFieldOf } from '../../../fixes/kserve-denial.ts';
import { changeTemplateMetadata } from '../../../fixes/pod-template.ts';
import type { Fix } from '../../../model/finding.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import {
  admissionRefusal,
  REFUSABLE,
  refusalTrace,
  whatFollows,
  whatIsRefused,
  type Refused,
} from '../../../views/admission-refusal.ts';
import { knativeDenialIn } from '../../../views/parse/knative-denial.ts';
import { policyEngineOf } from '../../../views/parse/policy-engine.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { storageDenial } from '../../../views/parse/storage-denial.ts';
import { refusalReferences, type RefusalReferences } from '../../../views/refusal-references.ts';
import { refusingWebhook } from '../../../views/refusing-webhook.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1105',
  name: 'AdmissionWebhookDenied',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'An admission webhook denies the object',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: [
    'admission-webhook-denied',
    'config-refused-by-webhook',
    'admission webhook denied the request',
    'denied the request without explanation',
    'inferenceservice-refused-at-admission',
    'deploymentMode cannot be changed',
    'same priority assigned for the model format',
  ],
  needs: { refusal: admissionRefusal, references: refusalReferences, webhook: refusingWebhook },
  messages: {
    denied: 'Webhook {webhook} denies {what}: {denial}',
    silent: 'Webhook {webhook} denies {what} without explanation',
  },
  check({ refusal, references, webhook }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error, root } = refusal;
    if (error.class !== 'webhook-denied') return context.ruledOut('the refusal gives another reason', refusal.cite);
    if (policyEngineOf(error.webhook, error.denial) !== undefined)
      return context.ruledOut('a policy engine denies it', refusal.cite);
    if (storageDenial(error.denial) !== undefined)
      return context.ruledOut('KServe names the address or the storage of the model', refusal.cite);
    if (knativeDenialIn(error) !== undefined)
      return context.ruledOut('Knative names the flag, the limit or the field', refusal.cite);
    if (root.kind === 'InferenceService' && refusal.by !== 'controller' && isMultiNodeDenial(error.denial))
      return context.ruledOut('KServe says what is wrong with its workers', refusal.cite);
    const configuration = webhook?.configuration;
    const common = {
      subject: root,
      certainty: 'confirmed',
      basis: "the API server passes on the webhook's own words",
      consequence: whatFollows(refusal),
      cite: [
        refusal.cite,
        ...(configuration?.state === 'present' ? [configuration.cite] : []),
        ...refusal.cites.slice(1),
      ],
      trace: refusalTrace(refusal, error.denial),
      effects: refusal.effects,
      fixes: [comply(refusal, error.denial, references)],
    } as const;
    const args = { webhook: error.webhook, what: whatIsRefused(refusal) };
    if (error.denial.trim() === '') return context.found({ message: 'silent', args, ...common });
    return context.found({
      message: 'denied',
      args: { ...args, denial: quoted(reasonIn(error.denial), 120) },
      ...common,
    });
  },
});

function comply(refusal: Refused, denial: string, references: RefusalReferences): Fix {
  const { root, template } = refusal;
  const unknown = unknownFieldOf(denial);
  if (unknown !== undefined)
    return advice(
      root,
      'Bring the component behind the webhook to a version that knows the field',
      `Field ${unknown} is newer than the webhook: install a version of its component that goes with this Kubernetes and this KServe. Only where a person wrote the field is it to be taken out of ${nameWithKind(root)}`,
    );
  const label = refusal.by === 'controller' ? deniedLabel(denial) : undefined;
  const known = kserveDenialAdvice(denial);
  const asked = denial.trim() === '' ? 'its operator knows what it asks for' : quoted(denial);
  const words = label === undefined ? 'change what the webhook names.' : `add the label ${label} to the pod template.`;
  const change =
    label === undefined ? undefined : changeTemplateMetadata(root, template, { labels: { [label]: '<VALUE>' } }, words);
  return fix({
    title:
      label === undefined
        ? `Change ${nameWithKind(root)} so that the webhook accepts it`
        : `Add the label ${label} to the pods of ${nameWithKind(root)}`,
    applicability: change?.concrete === true ? 'fill-in' : 'advice',
    effect:
      refusal.by === 'controller'
        ? 'Changes the pod template: the pods are made anew.'
        : refusal.by === 'reconcile'
          ? 'The controller tries again by itself.'
          : 'The object is taken when it is applied again.',
    steps: change?.steps ?? [
      manual(
        known === undefined
          ? `Change the manifest of ${nameWithKind(root)} as the webhook asks and apply it again: ${asked}.`
          : `${known} Then apply the manifest of ${nameWithKind(root)} again.`,
      ),
    ],
    undo: change?.undo ?? [],
    verify: verifyWithInferscope(root),
    owner: references.owner,
  });
}

/** Operators begin with the object that the message names already: `the InferenceService "x" is invalid: `. */
function reasonIn(denial: string): string {
  return denial.replace(/^(?:the )?\w{1,60} "[^"]{0,253}" is (?:invalid|forbidden): /i, '');
}
