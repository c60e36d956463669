/** Cause: the manifest is of a kind or version that this cluster does not serve. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { listAt, textAt } from '../../../model/json.ts';
import type { KubeObject } from '../../../model/reader.ts';
import { groupOf } from '../../../model/reference.ts';
import { admissionRefusal, REFUSABLE, refusalTrace, whatFollows } from '../../../views/admission-refusal.ts';
import { refusalReferences } from '../../../views/refusal-references.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1112',
  name: 'KindNotServed',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The cluster does not serve that kind in that version',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['object-refused'],
  aliases: [
    'no matches for kind',
    'resource mapping not found',
    'ensure CRDs are installed first',
    'api-version-not-served',
    'crd-missing',
  ],
  needs: { refusal: admissionRefusal, references: refusalReferences },
  messages: {
    other: 'This cluster does not serve {kind} in {wanted}; it serves {served}',
    none: 'This cluster has no CustomResourceDefinition of {kind} in {wanted}',
    unserved: 'This cluster does not serve {kind} in {wanted}',
  },
  check({ refusal, references }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error, root } = refusal;
    if (error.class !== 'no-match-for-kind') return context.ruledOut('the refusal gives another reason', refusal.cite);
    if (refusal.by === 'reconcile')
      return context.ruledOut('it is the controller that misses the kind, and the object is served', refusal.cite);
    const group = groupOf(error.apiVersion);
    const served = references.definitions.flatMap(servedBy);
    const best = served.find((version) => groupOf(version) === group) ?? served[0];
    const args = { kind: error.kind, wanted: error.apiVersion };
    const common = {
      subject: root,
      certainty: 'confirmed',
      basis: 'the API server answers that it does not know the kind',
      consequence: whatFollows(refusal),
      trace: refusalTrace(refusal),
      effects: refusal.effects,
    } as const;
    const definition = references.definitions[0];
    if (best !== undefined && definition !== undefined) {
      return context.found({
        message: 'other',
        args: { ...args, served: served.slice(0, 3).join(', ') },
        ...common,
        cite: [refusal.cite, definition.cite(`versions of ${definition.ref.name}`, '/spec/versions')],
        fixes: [
          fix({
            title: `Write apiVersion: ${best}`,
            applicability: 'advice',
            effect: 'The fields of the two versions may differ; the API server names those that do.',
            steps: [
              manual(`Set apiVersion: ${best} in the manifest of ${error.kind} ${root.name} and apply it again.`),
            ],
            verify: verifyWithInferscope(root),
          }),
        ],
      });
    }
    const complete = references.definitionsComplete;
    const install = fix({
      title: `Install what serves ${error.kind} in ${error.apiVersion}`,
      applicability: 'advice',
      effect: 'Adds the kind to the cluster.',
      steps: [
        kubectl({}, ['api-resources', ...(group === '' ? [] : [`--api-group=${group}`])], false),
        manual(
          `Install the operator or the CustomResourceDefinitions that serve ${error.apiVersion}, then apply again.`,
        ),
      ],
      verify: verifyWithInferscope(root),
    });
    if (complete?.state === 'present')
      return context.found({ message: 'none', args, ...common, cite: [refusal.cite, complete.cite], fixes: [install] });
    return context.found({ message: 'unserved', args, ...common, cite: [refusal.cite], fixes: [install] });
  },
});

function servedBy(definition: KubeObject): readonly string[] {
  const group = textAt(definition.body, 'spec', 'group') ?? '';
  return listAt(definition.body, 'spec', 'versions').flatMap((version) => {
    const name = textAt(version, 'name');
    const served = typeof version === 'object' && version !== null && 'served' in version ? version.served : true;
    return name === undefined || served === false ? [] : [`${group}/${name}`];
  });
}
