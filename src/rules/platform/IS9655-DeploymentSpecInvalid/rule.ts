/** Cause: an OnlineDeployment of Azure ML asks for counts or resources that cannot be. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Citation } from '../../../model/evidence.ts';
import type { Verdict } from '../../../model/finding.ts';
import { amlarcStatus } from '../../../views/azureml/amlarc-status.ts';
import { azuremlSpec, countOf, resourceOf, type Written } from '../../../views/azureml/azureml-spec.ts';
import { madeFor } from '../../../views/azureml/made-for.ts';
import { kubeObject } from '../../../views/kube-object.ts';
import { parseQuantity } from '../../../views/parse/quantity.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9655',
  name: 'DeploymentSpecInvalid',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'A deployment of Azure ML asks for counts or resources that cannot be',
  appliesTo: ['OnlineDeployment'],
  looksAt: 'asked',
  effects: ['object-not-reconciled', 'object-refused'],
  aliases: [
    'InvalidDeploymentSpec',
    'deployment-spec-invalid',
    'BadArgument',
    'scale_setting',
    'autoscale_max_replicas',
  ],
  needs: { object: kubeObject, made: madeFor },
  messages: {
    order: 'OnlineDeployment {name} asks for at least {min} instances ({minName}) and at most {max} ({maxName})',
    count: 'OnlineDeployment {name} asks for {value} instances in {field}, and a whole number from 1 on is needed',
    resources: 'OnlineDeployment {name} limits {resource} to {limit} and requests {request}, more than the limit',
    field: 'OnlineDeployment {name} sets {field}, which nothing reads in this version; the field is {instead}',
  },
  check({ object: found, made }, context) {
    if (found.state !== 'present') return context.notApplicable('the deployment is not there to be looked at');
    const object = found.value;
    const said = amlarcStatus(object.body);
    if (said.state === 'ok') return context.notApplicable('its status says that it is well');
    const spec = azuremlSpec(object.body);
    const { name } = object.ref;
    const says = /InvalidDeploymentSpec|BadArgument|invalid/i.test(said.text);
    if (made?.ofThisSpec === true && !says)
      return context.ruledOut('its workload was made of this spec, and its status names no mistake in it', made.cite);
    const rest = (cite: readonly [Citation, ...Citation[]], title: string, what: string) => ({
      subject: context.on,
      certainty: 'confirmed' as const,
      basis: says ? 'its status says that the spec is invalid, and the spec shows it' : 'the spec shows it',
      consequence: 'The operator makes nothing of a spec that it refuses; what served before goes on serving.',
      cite: [...cite, object.cite(`its status says ${said.word}`, said.pointer)] as const,
      fixes: [
        fix({
          title,
          applicability: 'advice',
          effect:
            'The deployment is made with the next update; it is mended where it is written, since Azure ML writes the object anew.',
          steps: [
            manual(what),
            kubectl(object.ref, ['get', 'onlinedeployments.amlarc.azureml.com', name, '-o', 'yaml'], false),
          ],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    });
    const at = ({ name: field, pointer }: Written): Citation => object.cite(field, pointer);
    const verdicts: Verdict[] = [];
    const [min, max] = [countOf(spec.min), countOf(spec.max)];
    if (spec.min !== undefined && spec.max !== undefined && min !== undefined && max !== undefined && min > max)
      verdicts.push(
        context.found({
          message: 'order',
          args: { name, min, max, minName: spec.min.name, maxName: spec.max.name },
          ...rest(
            [at(spec.min), at(spec.max)],
            `Let ${spec.max.name} be at least ${min}`,
            `Set ${spec.min.name} to at most ${spec.max.name} and deploy again.`,
          ),
        }),
      );
    for (const written of [spec.count, spec.min, spec.max]) {
      if (written === undefined) continue;
      const count = countOf(written);
      if (count !== undefined && Number.isInteger(count) && count >= 1) continue;
      verdicts.push(
        context.found({
          message: 'count',
          args: { name, value: String(written.value).slice(0, 40), field: written.name },
          ...rest(
            [at(written)],
            `Set ${written.name} to 1 or more`,
            `Set ${written.name} to a whole number from 1 on and deploy again; to stop a deployment take its traffic away and delete it.`,
          ),
        }),
      );
    }
    for (const resource of ['cpu', 'memory', 'nvidia.com/gpu']) {
      const request = resourceOf(spec.requests, resource);
      const limit = resourceOf(spec.limits, resource);
      const [wanted, most] = [parseQuantity(request), parseQuantity(limit)];
      if (spec.requests === undefined || spec.limits === undefined || wanted === undefined || most === undefined)
        continue;
      if (wanted <= most) continue;
      verdicts.push(
        context.found({
          message: 'resources',
          args: { name, resource, limit: limit ?? '', request: request ?? '' },
          ...rest(
            [at(spec.requests), at(spec.limits)],
            `Request no more ${resource} than the limit allows`,
            `Set resources.limits.${resource} to at least ${request ?? 'the request'} and deploy again.`,
          ),
        }),
      );
    }
    // A field that nothing reads is a fault of its own, but seldom what stops a deployment: it is told where the spec is said to be invalid.
    for (const foreign of says ? spec.foreign : [])
      verdicts.push(
        context.found({
          message: 'field',
          args: { name, field: foreign.name, instead: foreign.instead },
          ...rest(
            [at(foreign)],
            `Write ${foreign.instead} in place of ${foreign.name}`,
            `Write ${foreign.instead} in place of ${foreign.name} and deploy again.`,
          ),
          certainty: 'likely',
        }),
      );
    const [first, ...more] = verdicts;
    if (first === undefined)
      return context.ruledOut('its counts and resources can be', object.cite('its spec', '/spec'));
    return context.all([first, ...more]);
  },
});
