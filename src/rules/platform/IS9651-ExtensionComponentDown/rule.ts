/** Cause: a program of the Azure ML extension that the object needs now does not run. What keeps it down is a cause of its own. */
import { startAgain } from '../../../fixes/gateway.ts';
import { command, fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Verdict } from '../../../model/finding.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { azuremlNeeds, isShort } from '../../../views/azureml/azureml-needs.ts';
import { COMPONENTS } from '../../../views/parse/platform-components.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9651',
  name: 'ExtensionComponentDown',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'A program of the Azure ML extension that the deployment needs does not run',
  appliesTo: ['OnlineEndpoint', 'OnlineDeployment', 'Pod'],
  looksAt: 'asked',
  effects: ['object-not-reconciled', 'requests-fail', 'image-not-pulled', 'container-exits', 'container-not-ready'],
  aliases: [
    'extension-component-down',
    'ScoringFeUnhealthy',
    'TokenRefreshFailed',
    'ACRSecretError',
    'ClusterServiceNotFound',
    'AzureML extension service not found in cluster',
    'InferencingClientCallFailed',
    'The k8s-extension of the Kubernetes cluster is not connectable',
    'BadArgument',
    'azureml-fe not ready',
    'dependency-without-endpoints',
    'serving-controller-down',
  ],
  needs: { needed: azuremlNeeds },
  messages: {
    down: '{title} does not run, since 0 of {desired} pods of {workload} are ready: {duty}',
    short: '{title} has {ready} of {desired} pods of {workload} ready',
    scaled: '{title} does not run, because {workload} is scaled to 0: {duty}',
    absent: '{title} does not run, because Deployment {workload} does not exist: {duty}',
  },
  check({ needed }, context) {
    const verdicts = needed.map((program): Verdict => {
      const { id, component, shows, cites, effects, missing } = program;
      const info = COMPONENTS.find((candidate) => candidate.id === id);
      const title = upper(info?.title ?? id);
      const duty = info?.duty ?? 'nobody does its work';
      if (component.state === 'unknown') return context.unknown(component.gap);
      const common = {
        affects: [context.on, ...(missing === undefined ? [] : [missing])],
        effects,
        certainty: 'confirmed' as const,
        trace: [{ text: shows, cite: cites }],
      };
      if (component.state === 'absent') {
        // Only clusters that Azure Arc attached have a relay server; a router may be one of the name that an older extension gave it.
        if (id === 'azureml-relay' || info === undefined)
          return context.notApplicable('not every cluster has a relay server');
        const namespace = info.namespaces[0] ?? 'azureml';
        const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: info.names[0] ?? id };
        return context.found({
          message: 'absent',
          args: { title, workload: `${namespace}/${ref.name}`, duty },
          subject: ref,
          ...common,
          certainty: 'likely',
          basis:
            'all Deployments of its namespace were read, and none has its name; another version may call it otherwise',
          cite: [component.cite, ...cites],
          fixes: [
            fix({
              title: 'Have the extension installed again, with what the deployment needs',
              applicability: 'advice',
              effect: 'An update of the extension makes its Deployments anew; what serves goes on serving.',
              steps: [
                kubectl({ namespace }, ['get', 'deployments'], false),
                command(['helm', 'list', '--namespace', namespace], false),
                manual(
                  'Update the extension with enableInference=True; where helm shows it as failed, mend that first.',
                ),
              ],
              verify: verifyWithInferscope(context.on),
            }),
          ],
        });
      }
      const { value } = component;
      if (!isShort(program)) return context.ruledOut(`${info?.title ?? id} runs`, ...value.cites);
      const { workload, desired, ready, down } = value;
      const args = {
        title,
        duty,
        workload: `${workload.ref.kind} ${workload.ref.namespace ?? ''}/${workload.ref.name}`,
      };
      const rest = {
        subject: workload.ref,
        ...common,
        basis: 'its status counts no ready pod, and what it should have done is not done',
        cite: [...value.cites, ...cites] as const,
        fixes: [startAgain(workload)],
      };
      if (!down)
        return context.found({
          message: 'short',
          args: { title, ready, desired, workload: args.workload },
          ...rest,
          certainty: 'likely',
          basis: 'the status names this program, and some of its pods are not ready',
        });
      return desired === 0
        ? context.found({ message: 'scaled', args, ...rest })
        : context.found({
            message: 'down',
            args: { ...args, desired },
            ...rest,
            consequence: `What keeps the pods of ${nameWithKind(workload.ref)} from being ready is told where their state and logs show it.`,
          });
    });
    const [first, ...more] = verdicts;
    return first === undefined
      ? context.notApplicable('nothing shows that a program of the extension did not do its work')
      : context.all([first, ...more]);
  },
});

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
