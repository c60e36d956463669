/** Cause: the API server finds the object itself wrong, or the one who creates it without the right to. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import {
  admissionRefusal,
  REFUSABLE,
  refusalTrace,
  whatFollows,
  whatIsRefused,
} from '../../../views/admission-refusal.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { refusalReferences } from '../../../views/refusal-references.ts';
import { defineRule } from '../../define.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS1111',
  name: 'ObjectInvalid',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The API server finds the object wrong, or its creator without the right to create it',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: [
    'is invalid',
    'Invalid value',
    'Required value',
    'unable to validate against any security context constraint',
    'cannot create resource',
    'scc',
    'must be less than or equal to cpu limit',
  ],
  needs: { refusal: admissionRefusal, references: refusalReferences },
  messages: {
    invalid: 'The API server rejects {what}: {causes}',
    scc: 'No SecurityContextConstraints admits {what}: {causes}',
    rbac: '{user} has no right to {verb} {resource}{where}, so the API server refuses {what}',
  },
  check({ refusal, references }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error, root, template } = refusal;
    const what = whatIsRefused(refusal);
    const common = {
      subject: root,
      certainty: 'confirmed',
      basis: 'the API server says what is wrong',
      consequence: whatFollows(refusal),
      cite: [
        ...refusal.cites,
        ...(template === undefined
          ? []
          : [template.object.cite(`pod template of ${template.object.ref.name}`, template.pointer)]),
      ],
      trace: refusalTrace(refusal),
      effects: refusal.effects,
    } as const;
    const cite = [refusal.cite, ...common.cite.slice(1)] as const;
    if (error.class === 'invalid') {
      return context.found({
        message: 'invalid',
        args: { what, causes: quoted(error.causes, BRIEF) },
        ...common,
        trace: refusalTrace(refusal, error.causes),
        cite,
        fixes: [
          fix({
            title: `Correct ${nameWithKind(root)}`,
            applicability: 'advice',
            effect: 'The object is taken when its fields are valid.',
            steps: [manual(`Correct the fields that the API server names: ${quoted(error.causes)}.`)],
            verify: verifyWithInferscope(root),
            owner: references.owner,
          }),
        ],
      });
    }
    if (error.class === 'scc') {
      return context.found({
        message: 'scc',
        args: { what, causes: quoted(error.detail.replace(/^[^]{0,300}?security context constraint: /, ''), 60) },
        ...common,
        trace: refusalTrace(refusal, error.detail),
        cite,
        fixes: [
          fix({
            title: `Make ${nameWithKind(root)} fit a constraint`,
            applicability: 'advice',
            effect: 'Granting a wider constraint gives the ServiceAccount of the pods more rights on the nodes.',
            steps: [
              manual(
                'Remove fixed runAsUser, fsGroup and added rights from the securityContext so that restricted-v2 fits, or let an administrator grant the ServiceAccount the constraint that it needs.',
              ),
            ],
            verify: verifyWithInferscope(root),
            owner: references.owner,
          }),
        ],
      });
    }
    if (error.class !== 'rbac') return context.ruledOut('the refusal gives another reason', refusal.cite);
    if (refusal.by === 'reconcile')
      return context.ruledOut('it is the controller that has no right, and not who wrote the object', refusal.cite);
    const where = error.namespace === undefined ? '' : ` in namespace ${error.namespace}`;
    return context.found({
      message: 'rbac',
      args: { user: error.user, verb: error.verb, resource: error.resource, where, what },
      ...common,
      cite,
      fixes: [
        fix({
          title: `Give ${error.user} the right to ${error.verb} ${error.resource}`,
          applicability: 'fill-in',
          effect: 'Adds a RoleBinding; whoever acts as that user may do what the role allows.',
          steps: [
            kubectl(
              error.namespace === undefined ? {} : { namespace: error.namespace },
              ['create', 'rolebinding', '<NAME>', '--role=<ROLE>', `--user=${error.user}`],
              true,
            ),
          ],
          undo: [
            kubectl(
              error.namespace === undefined ? {} : { namespace: error.namespace },
              ['delete', 'rolebinding', '<NAME>'],
              true,
            ),
          ],
          verify: kubectl(
            error.namespace === undefined ? {} : { namespace: error.namespace },
            ['auth', 'can-i', error.verb, error.resource, `--as=${error.user}`],
            false,
          ),
        }),
      ],
    });
  },
});
