/** Cause: the name of an online endpoint of Azure ML is used by another one in the cluster. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { textAt } from '../../../model/json.ts';
import { azuremlEndpoint } from '../../../views/azureml/azureml-endpoint.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9653',
  name: 'EndpointNameTaken',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Another online endpoint of the cluster has the same name',
  appliesTo: ['OnlineEndpoint'],
  effects: ['object-not-reconciled', 'object-refused'],
  aliases: ['EndpointAlreadyExists', 'endpoint-name-taken', 'endpoint already exists'],
  needs: { endpoint: azuremlEndpoint },
  messages: {
    taken: 'Endpoint name {endpoint} is taken: OnlineEndpoint {endpoint} of namespace {other} has had it since {since}',
  },
  check({ endpoint }, context) {
    if (endpoint.state !== 'present') return context.notApplicable('the endpoint is not there to be looked at');
    const named = endpoint.value;
    if (named === undefined) return context.notApplicable('it has no name');
    const { object, said, name, elsewhere } = named;
    if (said.state === 'ok') return context.notApplicable('its status says that it is well');
    const created = textAt(object.body, 'metadata', 'creationTimestamp') ?? '';
    // Of two the older one has the name.
    const older = elsewhere.find((other) => (textAt(other.body, 'metadata', 'creationTimestamp') ?? '') < created);
    const says = /EndpointAlreadyExists|endpoints?\b[^.\n]{0,120}already exists/i.test(said.text);
    const other = older ?? (says ? elsewhere[0] : undefined);
    if (other === undefined)
      return elsewhere.length === 0
        ? context.notApplicable('no other endpoint of that name was seen')
        : context.notApplicable('it has had the name for longer than its namesake');
    return context.found({
      message: 'taken',
      args: {
        endpoint: name,
        other: other.ref.namespace ?? '',
        since: (textAt(other.body, 'metadata', 'creationTimestamp') ?? 'before').slice(0, 10),
      },
      subject: context.on,
      certainty: says ? 'confirmed' : 'likely',
      basis: says
        ? 'its status says that the name exists already, and the other one is there'
        : 'the name of an endpoint is unique in a cluster, and the other one is older',
      consequence: 'The router knows endpoints by their names alone: it serves the older one.',
      cite: [
        object.cite(`its status says ${said.word}`, said.pointer),
        other.cite(`OnlineEndpoint ${name}`, '/metadata/namespace'),
      ],
      fixes: [
        fix({
          title: `Give the endpoint another name than ${name}`,
          applicability: 'advice',
          effect: 'A new endpoint gets a scoring address of its own; the older one is not touched.',
          steps: [
            kubectl(other.ref, ['get', 'onlineendpoints.amlarc.azureml.com', name, '-o', 'yaml'], false),
            manual(
              'Create the endpoint under a name that no workspace uses on this cluster; or delete the older one in its own workspace, where it is not needed any more.',
            ),
          ],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    });
  },
});
