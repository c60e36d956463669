/** Cause: a deployment or job of Azure ML names an instance type that the cluster does not have, or that says nothing usable. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { apiVersionOf, kindNamed, nameWithKind } from '../../../model/kinds.ts';
import { instanceTypeOf } from '../../../views/azureml/instance-type-of.ts';
import { madeFor } from '../../../views/azureml/made-for.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9660',
  name: 'InstanceTypeUnknown',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The instance type that a deployment of Azure ML names does not exist, or is invalid',
  appliesTo: ['OnlineDeployment', 'AmlJob'],
  effects: ['object-not-reconciled', 'object-refused'],
  aliases: [
    'InferencingClientCreateDeploymentFailed',
    'instance-type-unknown',
    'ValidateInstanceTypeAsync',
    'Object reference not set to an instance of an object',
    'Failed to get compute information',
    'GenericComputeError',
  ],
  needs: { named: instanceTypeOf, made: madeFor },
  messages: {
    absent: 'InstanceType {type}, which {object} names, does not exist',
    invalid: 'InstanceType {type}, which {object} names, is invalid: {problem}',
  },
  check({ named, made }, context) {
    if (named.state !== 'present') return context.notApplicable('the object is not there to be looked at');
    if (named.value === undefined) return context.notApplicable('it names no instance type');
    const { object, said, type, cite, found, problem, known, nearest } = named.value;
    if (said.state === 'ok') return context.notApplicable('its status says that it is well');
    if (found.state === 'unknown') return context.unknown(found.gap);
    if (found.state === 'present' && problem === undefined)
      return context.ruledOut(`InstanceType ${type} exists and has what it needs`, found.cite);
    const says = isSaid(said.text, type);
    // A type may be deleted when nobody needs it any more: what was made with it stays.
    if (made?.ofThisSpec === true && !says)
      return context.ruledOut('its workload was made of this spec, so the type was known then', made.cite);
    const info = kindNamed('InstanceType', 'amlarc.azureml.com');
    const subject = {
      apiVersion: info === undefined ? 'amlarc.azureml.com/v1alpha1' : apiVersionOf(info),
      kind: 'InstanceType',
      name: type,
    };
    const common = {
      subject,
      affects: [context.on],
      certainty: made === undefined || says ? ('confirmed' as const) : ('likely' as const),
      consequence: 'Azure ML cannot tell how much to ask for, and makes no pod.',
      trace: [
        {
          text: `the status of ${nameWithKind(object.ref)} says ${said.word === '' ? 'nothing of success' : said.word}`,
          cite: [object.cite('its status', said.pointer)],
        },
      ],
      fixes: [
        fix({
          title:
            found.state === 'present'
              ? `Correct InstanceType ${type}`
              : nearest[0] === undefined
                ? `Create InstanceType ${type}, or name one that exists`
                : `Name ${nearest[0]} in place of ${type}, or create ${type}`,
          applicability: 'advice',
          effect: 'Nothing that runs is touched; the deployment is then created again.',
          steps: [
            kubectl({}, ['get', 'instancetypes.amlarc.azureml.com', '-o', 'yaml'], false),
            manual(
              `Name one of ${known.length === 0 ? 'those' : known.slice(0, 5).join(', ')} in instance_type, or write an InstanceType with resources.requests and resources.limits for cpu and memory, all above zero and as text; nvidia.com/gpu only in limits.`,
            ),
          ],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    };
    if (found.state === 'present')
      return context.found({
        message: 'invalid',
        args: { type, object: nameWithKind(object.ref), problem: problem?.text ?? '' },
        ...common,
        basis: 'the InstanceType shows it',
        cite: [problem?.cite ?? found.cite, cite],
      });
    return context.found({
      message: 'absent',
      args: { type, object: nameWithKind(object.ref) },
      ...common,
      basis: 'all instance types of the cluster were read',
      cite: [cite, found.cite],
    });
  },
});

/** In Azure's words for it, or by its name. */
function isSaid(text: string, type: string): boolean {
  return (
    /instance ?type|InferencingClientCreateDeploymentFailed|compute information|GenericComputeError/i.test(text) ||
    text.toLowerCase().includes(type.toLowerCase())
  );
}
