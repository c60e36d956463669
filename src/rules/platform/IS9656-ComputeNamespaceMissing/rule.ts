/** Cause: the namespace that the compute of Azure ML names is not there, or is being deleted. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { computeNamespace } from '../../../views/azureml/compute-namespace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9656',
  name: 'ComputeNamespaceMissing',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The namespace of the Azure ML compute does not exist, or is being deleted',
  appliesTo: ['OnlineDeployment', 'OnlineEndpoint'],
  effects: ['object-not-reconciled', 'object-refused'],
  aliases: ['NamespaceNotFound', 'compute-namespace-missing', 'namespaces not found', 'because it is being terminated'],
  needs: { named: computeNamespace },
  messages: {
    absent: 'Namespace {namespace}, which {who} needs, does not exist',
    terminating: 'Namespace {namespace}, which {who} needs, is being deleted and takes nothing new',
  },
  check({ named }, context) {
    if (named === undefined) return context.notApplicable('nothing says that a namespace is missing');
    const { name, words, cite, found, terminating, who } = named;
    if (found.state === 'unknown') return context.unknown(found.gap);
    if (found.state === 'present' && !terminating) return context.ruledOut(`Namespace ${name} exists`, found.cite);
    const subject = { apiVersion: 'v1', kind: 'Namespace', name };
    const common = {
      subject,
      affects: [context.on],
      certainty: 'confirmed' as const,
      basis: `${words} names it, and the cluster shows its state`,
      consequence:
        'A compute is attached with the name of a namespace that is neither made nor checked; nothing can be made in one that is missing.',
      cite: [cite, found.cite] as const,
    };
    if (found.state === 'present')
      return context.found({
        message: 'terminating',
        args: { namespace: name, who },
        ...common,
        fixes: [
          fix({
            title: `See what holds up the deletion of namespace ${name}`,
            applicability: 'advice',
            effect: 'Changes nothing by itself.',
            steps: [
              kubectl({}, ['get', 'namespace', name, '-o', 'yaml'], false),
              manual('Its conditions name the objects that remain; when it is gone, create it again and deploy again.'),
            ],
            verify: verifyWithInferscope(context.on),
          }),
        ],
      });
    return context.found({
      message: 'absent',
      args: { namespace: name, who },
      ...common,
      fixes: [
        fix({
          title: `Create namespace ${name}`,
          applicability: 'safe',
          effect:
            'Makes an empty namespace; then deploy again. If the compute names the wrong one, attach it again with the right name.',
          steps: [kubectl({}, ['create', 'namespace', name], true)],
          undo: [kubectl({}, ['delete', 'namespace', name], true)],
          verify: kubectl({}, ['get', 'namespace', name], false),
        }),
      ],
    });
  },
});
