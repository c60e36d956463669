/** Cause: the identity sidecar of an Azure ML job is asked through the proxy, since 127.0.0.1 is not left out of it. Exit code 137 says no memory here. */
import { setProxySkipRange } from '../../../fixes/azure-arc.ts';
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { proxiedSidecar } from '../../../views/azureml/proxied-sidecar.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9659',
  name: 'TrainingSidecarProxied',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'A training job of Azure ML asks its own sidecar through the proxy',
  appliesTo: ['AmlJob', 'Pod'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-killed', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'training-sidecar-proxied',
    '137:PodPattern matched',
    'training-identity-sidecar',
    '127.0.0.1:12342',
    'proxy-skip-range',
    'Azure Machine Learning Kubernetes job failed',
  ],
  needs: { sidecar: proxiedSidecar },
  messages: {
    told: 'Calls of {object} to its own sidecar at 127.0.0.1:12342 go through the proxy: the proxy skip range of the cluster lacks 127.0.0.1',
    seen: 'Calls of {object} to its own sidecar at 127.0.0.1:12342 fail; NO_PROXY of container {container} is “{value}”, without 127.0.0.1',
  },
  check({ sidecar }, context) {
    if (sidecar === undefined)
      return context.notApplicable('nothing tells of a call to the identity sidecar that failed');
    const { object, cite, noProxy, leavesOut, sure } = sidecar;
    if (leavesOut !== undefined) return context.ruledOut('NO_PROXY leaves 127.0.0.1 out of the proxy', leavesOut);
    const common = {
      subject: context.on,
      certainty: sure ? ('confirmed' as const) : ('likely' as const),
      basis:
        noProxy === undefined
          ? 'the failed call to 127.0.0.1:12342 is what a proxied one looks like'
          : 'the call fails, and the variable shows what is proxied',
      consequence:
        'Exit code 137 tells that the platform ended the pod after the sidecar failed; it says nothing about memory here.',
      fixes: [
        fix({
          title: 'Leave 127.0.0.1 and localhost out of the proxy',
          applicability: 'fill-in',
          effect: 'The agents of Azure Arc restart; new jobs get the new list, running ones keep theirs.',
          steps: [setProxySkipRange('127.0.0.1,localhost,<WHAT-IS-SET-NOW>')],
          undo: [
            setProxySkipRange('<WHAT-IS-SET-NOW>'),
            manual('Keep the list that is set now before it is changed: the command replaces it whole.'),
          ],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    };
    return noProxy === undefined
      ? context.found({ message: 'told', args: { object }, ...common, cite: [cite] })
      : context.found({
          message: 'seen',
          args: { object, container: noProxy.container, value: noProxy.value },
          ...common,
          cite: [cite, noProxy.cite],
        });
  },
});
