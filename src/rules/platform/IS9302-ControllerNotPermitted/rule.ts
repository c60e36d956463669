/** Cause: the account that a serving controller runs as has no right to what it needs. */
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import type { Citation } from '../../../model/evidence.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { admissionRefusal } from '../../../views/admission-refusal.ts';
import { attendingController } from '../../../views/attending-controller.ts';
import { parseAdmissionError, type AdmissionError } from '../../../views/parse/admission-message.ts';
import { loggedError } from '../../../views/parse/controller-line.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { ATTENDED } from '../../../views/serving-attention.ts';
import { defineRule } from '../../define.ts';

type Denied = Extract<AdmissionError, { readonly class: 'rbac' }>;

export default defineRule({
  code: 'IS9302',
  name: 'ControllerNotPermitted',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'A serving controller has no right to what it needs',
  appliesTo: ATTENDED,
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'controller-rbac-missing',
    'is forbidden: User "system:serviceaccount:kserve:kserve-controller-manager" cannot',
    'is forbidden: User "system:serviceaccount:knative-serving:controller" cannot',
  ],
  needs: { refusal: admissionRefusal, attending: attendingController },
  messages: {
    denied: 'The controller runs as {account}, which has no right to {verb} {resource}{where}',
  },
  check({ refusal, attending }, context) {
    const said = refusal.state === 'refused' && refusal.by === 'reconcile' ? refusal : undefined;
    const lines = attending?.lines?.state === 'present' ? attending.lines.value : [];
    const sources: readonly { readonly error: AdmissionError; readonly cite: Citation }[] = [
      ...(said === undefined ? [] : [{ error: said.error, cite: said.cite }]),
      ...lines.toReversed().flatMap((line) => {
        const logged = loggedError(line.text);
        return logged === undefined ? [] : [{ error: parseAdmissionError(logged.text), cite: line.cite }];
      }),
    ];
    const found = sources.flatMap(({ error, cite }) => (error.class === 'rbac' ? [{ error, cite }] : []))[0];
    const account = found === undefined ? undefined : accountOf(found.error);
    if (found === undefined || account === undefined) {
      if (refusal.state === 'unknown') return context.unknown(refusal.gap);
      return context.notApplicable('no right is said to be missing');
    }
    const { error, cite } = found;
    const where = error.namespace === undefined ? '' : ` in namespace ${error.namespace}`;
    const scope = error.namespace === undefined ? {} : { namespace: error.namespace };
    return context.found({
      message: 'denied',
      args: {
        account: `ServiceAccount ${account.namespace ?? ''}/${account.name}`,
        verb: error.verb,
        resource: error.resource,
        where,
      },
      subject: account,
      affects: [context.on],
      certainty: 'confirmed',
      basis: 'the API server names the account and the right',
      consequence: 'The controller fails at this step at every try, for every object that needs it.',
      cite: [cite],
      trace: [{ text: `the API server refuses the controller: ${quoted(error.detail)}`, cite: [cite] }],
      fixes: [
        fix({
          title: `Give ${account.name} the right to ${error.verb} ${error.resource}`,
          applicability: 'fill-in',
          effect: 'The controller may do it; it tries again by itself.',
          steps: [
            kubectl({}, ['get', 'clusterrolebindings', '-o', 'wide'], false),
            manual(
              'Apply the ClusterRoles and bindings of the installed release again; an upgrade of the controller without them is the usual reason. Only where that is not possible, bind a role of your own:',
            ),
            kubectl(
              scope,
              [
                'create',
                error.namespace === undefined ? 'clusterrolebinding' : 'rolebinding',
                '<NAME>',
                '--clusterrole=<ROLE>',
                `--serviceaccount=${account.namespace ?? ''}:${account.name}`,
              ],
              true,
            ),
          ],
          undo: [
            kubectl(
              scope,
              ['delete', error.namespace === undefined ? 'clusterrolebinding' : 'rolebinding', '<NAME>'],
              true,
            ),
          ],
          verify: kubectl(scope, ['auth', 'can-i', error.verb, error.resource, `--as=${error.user}`], false),
        }),
      ],
    });
  },
});

/** `system:serviceaccount:kserve:kserve-controller-manager` */
function accountOf({ user }: Denied): ResourceRef | undefined {
  const [, namespace, name] = /^system:serviceaccount:([a-z0-9-]{1,63}):([a-z0-9.-]{1,253})$/.exec(user) ?? [];
  return namespace === undefined || name === undefined
    ? undefined
    : { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name };
}
