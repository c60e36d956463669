/** Cause: the online endpoint that a deployment of Azure ML names is not in the cluster. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { apiVersionOf, kindNamed } from '../../../model/kinds.ts';
import { azuremlEndpoint } from '../../../views/azureml/azureml-endpoint.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9652',
  name: 'EndpointMissing',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The online endpoint of the deployment does not exist in the cluster',
  appliesTo: ['OnlineDeployment'],
  effects: ['object-not-reconciled', 'object-refused'],
  aliases: ['EndpointNotFound', 'endpoint-missing', 'endpoint not found'],
  needs: { endpoint: azuremlEndpoint },
  messages: {
    absent:
      'OnlineEndpoint {endpoint}, which OnlineDeployment {deployment} names, does not exist in namespace {namespace}',
    elsewhere:
      'OnlineEndpoint {endpoint}, which OnlineDeployment {deployment} names, does not exist in namespace {namespace}, only in {others}',
  },
  check({ endpoint }, context) {
    if (endpoint.state !== 'present') return context.notApplicable('the deployment is not there to be looked at');
    const named = endpoint.value;
    if (named === undefined) return context.notApplicable('nothing says which endpoint it belongs to');
    const { object, said, name, found, elsewhere, nearest, cite } = named;
    if (found.state === 'present') return context.ruledOut(`OnlineEndpoint ${name} exists`, found.cite);
    if (found.state === 'unknown') return context.unknown(found.gap);
    if (said.state === 'ok') return context.notApplicable('its status says that it is well');
    const says = /EndpointNotFound/.test(said.text);
    const namespace = object.ref.namespace ?? 'default';
    const info = kindNamed('OnlineEndpoint', 'amlarc.azureml.com');
    const subject = {
      apiVersion: info === undefined ? 'amlarc.azureml.com/v1alpha1' : apiVersionOf(info),
      kind: 'OnlineEndpoint',
      namespace,
      name,
    };
    const args = { endpoint: name, deployment: object.ref.name, namespace };
    const common = {
      subject,
      certainty: 'confirmed' as const,
      basis: says
        ? 'its status says so, and the list of the namespace does not hold it'
        : 'the list of the namespace does not hold it',
      consequence: 'Nothing is made for a deployment without its endpoint, and no request is routed to it.',
      cite: [cite, found.cite, object.cite(`its status says ${said.word}`, said.pointer)] as const,
      fixes: [
        fix({
          title:
            nearest.length === 0
              ? `Create the endpoint ${name} first`
              : `Name the endpoint ${nearest[0] ?? ''}, or create ${name}`,
          applicability: 'fill-in',
          effect: 'The deployment can then be made for it; other endpoints are not touched.',
          steps: [
            {
              kind: 'command',
              argv: [
                'az',
                'ml',
                'online-endpoint',
                'create',
                '--name',
                name,
                '--file',
                '<ENDPOINT.yml>',
                '--workspace-name',
                '<WORKSPACE>',
                '--resource-group',
                '<RESOURCE-GROUP>',
              ],
              mutates: true,
            },
            manual('Then create the deployment again.'),
          ],
          undo: [
            {
              kind: 'command',
              argv: [
                'az',
                'ml',
                'online-endpoint',
                'delete',
                '--name',
                name,
                '--workspace-name',
                '<WORKSPACE>',
                '--resource-group',
                '<RESOURCE-GROUP>',
              ],
              mutates: true,
            },
          ],
          verify: kubectl(object.ref, ['get', 'onlineendpoints.amlarc.azureml.com', name], false),
        }),
        fix({
          title: `See which endpoints there are in namespace ${namespace}`,
          applicability: 'advice',
          effect: 'Changes nothing.',
          steps: [kubectl(object.ref, ['get', 'onlineendpoints.amlarc.azureml.com'], false)],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    };
    return elsewhere.length === 0
      ? context.found({ message: 'absent', args, ...common })
      : context.found({
          message: 'elsewhere',
          args: {
            ...args,
            others: elsewhere
              .slice(0, 3)
              .map(({ ref }) => ref.namespace ?? '')
              .join(', '),
          },
          ...common,
        });
  },
});
