/** Cause: the namespace enforces a Pod Security profile that the pod template does not meet. */
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { securityPatch } from '../../../fixes/pod-security.ts';
import { changeTemplate } from '../../../fixes/pod-template.ts';
import type { Fix } from '../../../model/finding.ts';
import { pointerTo, textAt } from '../../../model/json.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import {
  admissionRefusal,
  REFUSABLE,
  refusalTrace,
  whatFollows,
  whatIsRefused,
  type Refused,
} from '../../../views/admission-refusal.ts';
import type { PodSecurityViolation } from '../../../views/parse/admission-message.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { refusalReferences, type RefusalReferences } from '../../../views/refusal-references.ts';
import { defineRule } from '../../define.ts';

const LABEL = 'pod-security.kubernetes.io/enforce';

export default defineRule({
  code: 'IS1104',
  name: 'PodSecurityRejected',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The namespace enforces a Pod Security profile that the pods do not meet',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: [
    'pod-security-rejected',
    'violates PodSecurity',
    'podsecurity-restricted',
    'restricted:latest',
    'allowPrivilegeEscalation != false',
  ],
  needs: { refusal: admissionRefusal, references: refusalReferences },
  messages: {
    violates: 'Pod Security profile {profile} of namespace {namespace} refuses {what}: {violations}',
  },
  check({ refusal, references }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error, root } = refusal;
    if (error.class !== 'pod-security') return context.ruledOut('the refusal gives another reason', refusal.cite);
    const space = references.namespace?.state === 'present' ? references.namespace.value : undefined;
    const reasons = error.violations.map((violation) => violation.reason);
    const label = space === undefined ? undefined : textAt(space.body, 'metadata', 'labels', LABEL);
    return context.found({
      message: 'violates',
      args: {
        what: whatIsRefused(refusal),
        profile: error.profile,
        namespace: root.namespace ?? '',
        violations: firstOf(reasons),
      },
      subject: root,
      certainty: 'confirmed',
      basis: 'the API server lists what the pods violate',
      consequence: `The pods violate the profile in: ${quoted(reasons.join(', '))}. ${whatFollows(refusal)}`,
      cite: [
        refusal.cite,
        ...(space === undefined || label === undefined
          ? []
          : [space.cite(`namespace ${space.ref.name} enforces ${label}`, pointerTo('metadata', 'labels', LABEL))]),
        ...(refusal.template === undefined
          ? []
          : [
              refusal.template.object.cite(
                `pod template of ${refusal.template.object.ref.name}`,
                refusal.template.pointer,
              ),
            ]),
      ],
      trace: refusalTrace(refusal),
      effects: refusal.effects,
      fixes: [mend(refusal, error.violations, references)],
    });
  },
});

/** The message names one; the consequence all. */
function firstOf(reasons: readonly string[]): string {
  const [first = 'for reasons that it does not name', ...more] = reasons;
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}

function mend(refusal: Refused, violations: readonly PodSecurityViolation[], references: RefusalReferences): Fix {
  const { root, template } = refusal;
  const patch = securityPatch(violations, template);
  const words = `set ${patch.words.join(', ')} in the securityContext of the pod and of each container.`;
  const change = patch.podSpec === undefined ? undefined : changeTemplate(root, template, patch.podSpec, words);
  const rest = patch.manual.map((violation) =>
    manual(`Remove what is forbidden: ${violation.reason}${violation.detail === '' ? '' : ` (${violation.detail})`}.`),
  );
  return fix({
    // Host paths, host namespaces and added capabilities are mended by no field that could be set.
    title:
      patch.words.length === 0
        ? `Take out of ${nameWithKind(root)} what the profile forbids`
        : `Give ${nameWithKind(root)} the securityContext that the profile asks for`,
    applicability: change?.concrete === true ? 'review' : 'advice',
    effect: patch.words.includes('runAsNonRoot: true')
      ? 'Changes the pod template: the pods are made anew. An image whose user is root does not start with runAsNonRoot until it gets another user.'
      : 'Changes the pod template: the pods are made anew.',
    steps: [
      ...(change?.steps ?? (patch.words.length === 0 ? [] : [manual(`In ${nameWithKind(root)}: ${words}`)])),
      ...rest,
    ],
    undo: change?.undo ?? [],
    verify: verifyWithInferscope(root),
    owner: references.owner,
  });
}
