/** Cause: the API server finds the object itself wrong, or the one who creates it without the right to. */
import { fix, kubectl, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import {
  admissionRefusal,
  REFUSABLE,
  refusalTrace,
  whatFollows,
  whatIsRefused,
  type PodTemplate,
} from '../../../views/admission-refusal.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { limitBelowRequest, type LimitBelowRequest } from '../../../views/limit-below-request.ts';
import { refusalReferences, type RefusalReferences } from '../../../views/refusal-references.ts';
import { defineRule } from '../../define.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';

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
    'BadArgument',
    'InvalidDeploymentSpec',
  ],
  needs: { refusal: admissionRefusal, references: refusalReferences, limits: limitBelowRequest },
  messages: {
    invalid: 'The API server rejects {what}: {causes}',
    above: 'Container {container} of {what} asks for {request} {resource}, more than its limit of {limit}',
    defaulted:
      'Container {container} of {what} asks for {request} {resource} and sets no limit; LimitRange {range} gives it one of {limit}',
    scc: 'No SecurityContextConstraints admits {what}: {causes}',
    rbac: '{user} has no right to {verb} {resource}{where}, so the API server refuses {what}',
  },
  check({ refusal, references, limits }, context) {
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
    if (error.class === 'invalid' && limits.found !== undefined) {
      const { container, resource, request, limit, range } = limits.found;
      const args = { container, what, request, resource, limit };
      const told = {
        ...common,
        trace: refusalTrace(refusal, error.causes),
        cite: [refusal.cite, ...limits.found.cites, ...refusal.cites.slice(1)],
      } as const;
      const fixes = [raiseLimit(root, template, limits.found, references.owner)];
      return range === undefined
        ? context.found({ message: 'above', args, ...told, fixes })
        : context.found({ message: 'defaulted', args: { ...args, range: range.name }, ...told, fixes });
    }
    if (error.class === 'invalid') {
      return context.found({
        message: 'invalid',
        args: { what, causes: quoted(error.causes, BRIEF) },
        ...common,
        trace: refusalTrace(refusal, error.causes),
        cite,
        ...(limits.gap === undefined ? {} : { wants: [limits.gap] }),
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

/** A limit as high as the request is taken at once; whether the container needs less instead is for its owner to say. */
function raiseLimit(
  root: ResourceRef,
  template: PodTemplate | undefined,
  { container, field, resource, request, range }: LimitBelowRequest,
  owner: RefusalReferences['owner'],
): Fix {
  const change = { [field]: [{ name: container, resources: { limits: { [resource]: request } } }] };
  const carrier = template?.object.ref;
  const patched =
    carrier !== undefined && carrier.kind !== 'Pod' && carrier.kind !== 'CronJob' && carrier.kind !== 'Job';
  return fix({
    title: `Give container ${container} a ${resource} limit of at least ${request}`,
    applicability: patched ? 'review' : 'advice',
    effect: `Pods are made with this limit${range === undefined ? '' : `; the default of LimitRange ${range.name} holds only where none is set`}.`,
    steps: patched
      ? [patch(carrier, { spec: { template: { spec: change } } }, 'strategic')]
      : [manual(`Set resources.limits.${resource} of container ${container} to ${request} or more, or ask for less.`)],
    undo: patched ? [kubectl(carrier, ['rollout', 'undo', `${kindWord(carrier)}/${carrier.name}`], true)] : [],
    verify: verifyWithInferscope(root),
    owner,
  });
}
