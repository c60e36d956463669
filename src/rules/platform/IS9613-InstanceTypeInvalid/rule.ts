/** Check: an InstanceType is one that the Azure ML extension refuses. */
import { verifyWithPreflight } from '../../../fixes/azureml.ts';
import { fix, manual, patch } from '../../../fixes/build.ts';
import type { Fix, Verdict } from '../../../model/finding.ts';
import { at } from '../../../model/json.ts';
import { instanceTypes, type JudgedInstanceType } from '../../../views/azureml/instance-types.ts';
import { listed } from '../../../views/parse/listed.ts';
import { preflightIntent, type PreflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9613',
  name: 'InstanceTypeInvalid',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'An InstanceType of the Azure ML extension is not valid',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  aliases: [
    'E45006',
    'Failed to validate or update instancetype',
    'instance-type-invalid',
    'instancetypes.amlarc.azureml.com',
    'defaultinstancetype',
  ],
  preflight: {
    profile: 'azureml',
    title: 'instance types',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
    foreignCode: 'E45006',
  },
  needs: { intent: preflightIntent, found: instanceTypes },
  messages: {
    invalid: 'InstanceType {type} is not valid: {faults}',
  },
  check({ intent, found }, context) {
    if (intent === undefined) return context.notApplicable('nothing is to be installed');
    const { types, complete } = found;
    const verdicts: Verdict[] = [];
    for (const type of types) {
      const { object, faults } = type;
      const [fault] = faults;
      if (fault !== undefined)
        verdicts.push(
          context.found({
            message: 'invalid',
            args: { type: object.ref.name, faults: listed(faults.map(({ text }) => text)) },
            subject: object.ref,
            certainty: 'confirmed',
            basis: 'the documentation of instance types rules it out, and the object says it',
            consequence:
              'The extension’s own check fails (E45006), and models and jobs of this instance type get no resources.',
            cite: [
              object.cite(fault.text, fault.pointer),
              ...faults
                .slice(1, 4)
                .filter(({ pointer }) => pointer !== fault.pointer)
                .map(({ text, pointer }) => object.cite(text, pointer)),
            ],
            fixes: [mend(intent, type)],
          }),
        );
    }
    const [first, ...more] = verdicts;
    if (first !== undefined) return context.all([first, ...more]);
    if (complete.state === 'unknown') return context.unknown(complete.gap);
    if (types.length === 0)
      return context.notApplicable('there is no InstanceType: defaultinstancetype of the extension holds');
    return context.ruledOut(`${types.length} InstanceTypes are valid`, complete.cite);
  },
});

function mend(intent: PreflightIntent, { object, mended }: JudgedInstanceType): Fix {
  const before = at(object.body, 'spec', 'resources');
  const isOpen = /<[A-Z]+>/.test(JSON.stringify(mended));
  const path = '/spec/resources';
  return fix({
    title: `Correct the resources of InstanceType ${object.ref.name}`,
    applicability: isOpen ? 'fill-in' : 'review',
    effect:
      'Models and jobs that are deployed from now on get these resources; those that run keep theirs. Where request and limit contradict each other the request is kept.',
    steps: [patch(object.ref, [{ op: 'add', path, value: mended }], 'json')],
    undo: [
      before === undefined
        ? manual('There is none: it had no resources.')
        : patch(object.ref, [{ op: 'add', path, value: before }], 'json'),
    ],
    verify: verifyWithPreflight(intent),
  });
}
