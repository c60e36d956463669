/** Cause: the ServiceAccount that the pods run as does not exist. */
import { fix, kubectl, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { changeTemplate, type TemplateChange } from '../../../fixes/pod-template.ts';
import type { Fix, Step } from '../../../model/finding.ts';
import { textAt } from '../../../model/json.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import {
  admissionRefusal,
  REFUSABLE,
  type Refused,
  refusalTrace,
  whatFollows,
} from '../../../views/admission-refusal.ts';
import { type RefusalReferences, refusalReferences } from '../../../views/refusal-references.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1106',
  name: 'ServiceAccountMissing',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The ServiceAccount that the pods run as does not exist',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: [
    'service-account-missing',
    'service-account-not-found',
    'error looking up service account',
    'serviceaccount not found',
  ],
  needs: { refusal: admissionRefusal, references: refusalReferences },
  messages: {
    missing: 'ServiceAccount {account}, which {root} names, does not exist in namespace {namespace}',
    misnamed: '{root} names ServiceAccount {account}, which does not exist; namespace {namespace} has {similar}',
    late: 'ServiceAccount {account} did not exist in namespace {namespace} when {root} asked for it; it exists now',
  },
  check({ refusal, references }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error, root, template } = refusal;
    if (error.class !== 'service-account-missing')
      return context.ruledOut('the refusal gives another reason', refusal.cite);
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: error.namespace, name: error.name };
    const found = references.named?.found;
    const similar = references.similar[0];
    const args = { account: error.name, namespace: error.namespace, root: nameWithKind(root) };
    const common = {
      consequence: whatFollows(refusal),
      trace: refusalTrace(refusal),
      effects: refusal.effects,
    };
    if (found?.state === 'present') {
      return context.found({
        message: 'late',
        args,
        subject: account,
        ...common,
        certainty: 'likely',
        basis: 'the API server named the account; it was made since, and the controller has not tried again',
        cite: [refusal.cite, found.cite],
        fixes: [],
      });
    }
    const absent = found?.state === 'absent' ? [found.cite] : [];
    const basis =
      found?.state === 'absent'
        ? 'the API server names the account, and the namespace has none of that name'
        : 'the API server names the account';
    const create = createAccount(account, root);
    const cite = [
      refusal.cite,
      ...absent,
      ...(template === undefined
        ? []
        : [
            template.object.cite(
              `pod template of ${template.object.ref.name}`,
              `${template.pointer}/serviceAccountName`,
            ),
          ]),
    ] as const;
    if (similar !== undefined) {
      const rename = runAs(similar, error.name, refusal, references);
      return context.found({
        message: 'misnamed',
        args: { ...args, similar },
        // A name that nearly fits an existing account is a slip of the pen in the workload.
        subject: root,
        ...common,
        certainty: 'confirmed',
        basis,
        cite,
        fixes: [rename, create],
      });
    }
    return context.found({
      message: 'missing',
      args,
      subject: account,
      ...common,
      // Which accounts there are was not seen: the name may as well be a slip of the pen.
      certainty: references.existing !== undefined ? 'confirmed' : 'likely',
      basis,
      cite,
      fixes: [create],
    });
  },
});

function createAccount(account: ResourceRef, root: ResourceRef): Fix {
  return fix({
    title: `Create ServiceAccount ${account.name} in ${account.namespace ?? 'its namespace'}`,
    applicability: 'safe',
    effect:
      'The controller makes the pods at its next try. A workload identity or pull secret that the account should carry is set on it as well.',
    steps: [kubectl(account, ['create', 'serviceaccount', account.name], true)],
    undo: [kubectl(account, ['delete', 'serviceaccount', account.name], true)],
    verify: verifyWithInferscope(root),
  });
}

function runAs(account: string, wrong: string, { root, template }: Refused, references: RefusalReferences): Fix {
  const change =
    inComponent(root, wrong, account, references) ??
    changeTemplate(root, template, { serviceAccountName: account }, `set serviceAccountName: ${account}.`);
  return fix({
    title: `Run ${nameWithKind(root)} as ServiceAccount ${account}`,
    applicability: change.concrete ? 'review' : 'advice',
    effect: 'Changes the pod template: the pods are made anew, with the rights of that account.',
    ...change,
    verify: verifyWithInferscope(root),
    owner: references.owner,
  });
}

/** KServe writes the pods of an InferenceService: the account is set on the component that names it. */
function inComponent(
  root: ResourceRef,
  wrong: string,
  account: string,
  references: RefusalReferences,
): TemplateChange | undefined {
  if (root.kind !== 'InferenceService' || references.root?.state !== 'present') return undefined;
  const { body } = references.root.value;
  const component = ['predictor', 'transformer', 'explainer'].find(
    (name) => textAt(body, 'spec', name, 'serviceAccountName') === wrong,
  );
  if (component === undefined) return undefined;
  const set = (name: string): Step => patch(root, { spec: { [component]: { serviceAccountName: name } } });
  return { concrete: true, steps: [set(account)], undo: [set(wrong)] };
}
