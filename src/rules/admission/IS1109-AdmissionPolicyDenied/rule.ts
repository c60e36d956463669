/** Cause: a policy of the cluster (ValidatingAdmissionPolicy, Kyverno, Gatekeeper) forbids the object. */
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { deniedLabel } from '../../../fixes/denied-label.ts';
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
import { policyEngineOf } from '../../../views/parse/policy-engine.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { refusalReferences, type RefusalReferences } from '../../../views/refusal-references.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1109',
  name: 'AdmissionPolicyDenied',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'A policy of the cluster forbids the object',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: [
    'ValidatingAdmissionPolicy',
    'denied request',
    'was blocked due to the following policies',
    'validate.kyverno.svc-fail',
    'validation.gatekeeper.sh',
    'admission-policy-denied',
  ],
  needs: { refusal: admissionRefusal, references: refusalReferences },
  messages: {
    policy: '{engine} policy {policy} forbids {what}: {denial}',
    unnamed: '{engine} forbids {what}: {denial}',
  },
  check({ refusal, references }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error, root } = refusal;
    const engine =
      error.class === 'policy-denied'
        ? { engine: 'ValidatingAdmissionPolicy', policy: error.policy }
        : error.class === 'webhook-denied'
          ? policyEngineOf(error.webhook, error.denial)
          : undefined;
    if (engine === undefined || (error.class !== 'policy-denied' && error.class !== 'webhook-denied')) {
      return context.ruledOut('no policy denied it', refusal.cite);
    }
    const common = {
      subject: root,
      certainty: 'confirmed',
      basis: "the API server passes on the policy's own words",
      consequence: whatFollows(refusal),
      cite: refusal.cites,
      trace: refusalTrace(refusal, error.denial),
      effects: refusal.effects,
      fixes: [comply(refusal, error.denial, references)],
    } as const;
    const args = { engine: engine.engine, what: whatIsRefused(refusal), denial: quoted(error.denial, BRIEF) };
    if (engine.policy === undefined) return context.found({ message: 'unnamed', args, ...common });
    return context.found({ message: 'policy', args: { ...args, policy: engine.policy }, ...common });
  },
});

function comply(refusal: Refused, denial: string, references: RefusalReferences): Fix {
  const { root, template } = refusal;
  const label = refusal.by === 'controller' ? deniedLabel(denial) : undefined;
  const change =
    label === undefined
      ? undefined
      : changeTemplateMetadata(
          root,
          template,
          { labels: { [label]: '<VALUE>' } },
          `add the label ${label} to the pod template.`,
        );
  return fix({
    title: `Change ${nameWithKind(root)} so that the policy accepts it`,
    applicability: change?.concrete === true ? 'fill-in' : 'advice',
    effect:
      refusal.by !== 'command'
        ? 'Changes the pod template: the pods are made anew.'
        : 'The object is taken when it is applied again.',
    steps: change?.steps ?? [
      manual(`Change ${nameWithKind(root)} as the policy asks, or ask its owner for an exception: ${quoted(denial)}.`),
    ],
    undo: change?.undo ?? [],
    verify: verifyWithInferscope(root),
    owner: references.owner,
  });
}
