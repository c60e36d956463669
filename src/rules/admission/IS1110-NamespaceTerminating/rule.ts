/** Cause: the namespace is being deleted and takes nothing new. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { listAt, textAt } from '../../../model/json.ts';
import {
  admissionRefusal,
  REFUSABLE,
  refusalTrace,
  whatFollows,
  whatIsRefused,
} from '../../../views/admission-refusal.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { refusalReferences } from '../../../views/refusal-references.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1110',
  name: 'NamespaceTerminating',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The namespace is being deleted',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: [
    'because it is being terminated',
    'unable to create new content in namespace',
    'NamespaceTerminating',
    'namespace-terminating',
  ],
  needs: { refusal: admissionRefusal, references: refusalReferences },
  messages: {
    terminating: 'Namespace {namespace} is being deleted, so the API server refuses {what}',
    held: 'Namespace {namespace} is being deleted and does not end, so the API server refuses {what}',
  },
  check({ refusal, references }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error, root } = refusal;
    if (error.class !== 'namespace-terminating')
      return context.ruledOut('the refusal gives another reason', refusal.cite);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: error.namespace };
    const found = references.named?.found;
    const object = found?.state === 'present' ? found.value : undefined;
    const conditions = object === undefined ? [] : listAt(object.body, 'status', 'conditions');
    // kubernetes pkg/controller/namespace/deletion/status_condition_utils.go: what holds a deletion up is told as a True condition.
    const index = conditions.findIndex((condition) => textAt(condition, 'status') === 'True');
    const held =
      object === undefined || index < 0
        ? undefined
        : {
            text: textAt(conditions[index], 'message') ?? '',
            cite: object.cite('what its deletion waits for', `/status/conditions/${index}`),
          };
    const args = { namespace: error.namespace, what: whatIsRefused(refusal) };
    const common = {
      subject: namespace,
      certainty: 'confirmed',
      basis: 'the API server says so',
      consequence: whatFollows(refusal),
      trace: refusalTrace(refusal),
      effects: refusal.effects,
      fixes: [
        fix({
          title: 'Deploy to another namespace, or create this one again when it is gone',
          applicability: 'advice',
          effect: 'A deletion that has begun cannot be taken back; everything in the namespace goes with it.',
          steps: [
            kubectl({}, ['get', 'namespace', error.namespace, '-o', 'yaml'], false),
            manual(
              'Remove what its conditions name (finalizers of objects that remain, an APIService that does not answer), wait until the namespace is gone, create it and apply again.',
            ),
          ],
          verify: verifyWithInferscope(root),
        }),
      ],
    } as const;
    if (held !== undefined && held.text !== '') {
      return context.found({
        message: 'held',
        args,
        ...common,
        consequence: `${common.consequence} The deletion waits: ${quoted(held.text)}.`,
        cite: [refusal.cite, held.cite],
      });
    }
    const deletion =
      object !== undefined && textAt(object.body, 'metadata', 'deletionTimestamp') !== undefined
        ? [object.cite('deletion of the namespace', '/metadata/deletionTimestamp')]
        : [];
    return context.found({ message: 'terminating', args, ...common, cite: [refusal.cite, ...deletion] });
  },
});
