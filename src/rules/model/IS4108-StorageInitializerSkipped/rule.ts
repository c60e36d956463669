/** Cause: the pod mutator of KServe did not put the downloader of the model into the pod. */
import { advice } from '../../../fixes/advice.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { renewPods } from '../../../fixes/model-store.ts';
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { nameWithKind, titleOf } from '../../../model/kinds.ts';
import { podState } from '../../../views/pod-state.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { skippedInjection, type InjectionLabel } from '../../../views/storage-injection.ts';
import { defineRule } from '../../define.ts';
import { kubeObject } from '../../../views/kube-object.ts';

export default defineRule({
  code: 'IS4108',
  name: 'StorageInitializerSkipped',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'KServe did not put the downloader of the model into the pod',
  appliesTo: ['Pod'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'work-not-done'],
  aliases: [
    'pod-mutator-skips-namespace',
    'pod-mutator',
    'storage-initializer missing',
    'inferenceservice.kserve-webhook-server.pod-mutator',
    "No such file or directory: '/mnt/models'",
    'control-plane',
  ],
  needs: { injection: skippedInjection, state: podState, template: podTemplate, object: kubeObject },
  messages: {
    excluded:
      'Namespace {namespace} carries the label {label}, which the pod mutator of KServe passes over: its pods get no storage-initializer',
    notSelected:
      'Namespace {namespace} lacks the label {label}, which the pod mutator of KServe asks for: its pods get no storage-initializer',
    podExcluded: 'The pods of {kind} {name} carry the label {label}, which the pod mutator of KServe passes over',
    podNotSelected: 'The pods of {kind} {name} lack the label {label}, which the pod mutator of KServe asks for',
    noWebhook: 'No webhook configuration of the cluster has the pod mutator of KServe: pods get no storage-initializer',
    backendDown:
      'Nobody answers for the pod mutator {webhook}, whose failurePolicy is Ignore: pods get no storage-initializer',
    ignored:
      'The pod mutator {webhook} did not answer when the pod was made, and its failurePolicy is Ignore: the pod has no storage-initializer',
    madeBefore: 'The pod was made before the pod mutator {webhook} was set up: it has no storage-initializer',
    unexplained: 'The pod has no storage-initializer, although the pod mutator {webhook} selects it now',
  },
  check({ injection, state, template, object }, context) {
    if (injection.state !== 'present' || state.state !== 'present' || object.state !== 'present')
      return context.notApplicable('the pod is not there to be looked at');
    const skipped = injection.value;
    if (skipped === undefined) return context.ruledOut('it asks for no model, or gets it', injection.cite);
    const { reason } = skipped;
    if (reason.kind === 'unseen') return context.unknown(reason.gap);
    const { workload } = template;
    const healthy = state.value.healthy && state.value.ready;
    // A container that is between two runs is in no trouble at this moment; how it ended before still tells.
    const failing = state.value.containers.find((container) => (container.exit?.exitCode ?? 0) !== 0);
    const common = {
      certainty: 'confirmed' as const,
      basis: 'the pod asks for the model by its annotation, and nothing in it brings one',
      consequence: healthy
        ? 'The server runs without its model, and answers requests for it with 404.'
        : 'The server finds no model in /mnt/models and cannot start.',
      cite: [...reason.cites, skipped.cite] as const,
      effects: healthy ? (['work-not-done'] as const) : (['container-exits', 'container-not-ready'] as const),
      trace: [
        {
          text: `the pod is made without the init container storage-initializer, which fetches ${skipped.uri}`,
          cite: [skipped.cite],
        },
        ...(failing?.exit
          ? [
              {
                text: `container ${failing.name} finds nothing in /mnt/models and ends with exit code ${failing.exit.exitCode}`,
                cite: [failing.exit.cite],
              },
            ]
          : []),
      ],
    };
    const cite = [common.cite[0] ?? skipped.cite, ...common.cite.slice(1)] as const;
    const renew: Fix = fix({
      title: `Make the pods of ${nameWithKind(workload)} anew`,
      applicability: 'review',
      effect: 'The pods are deleted; the new ones pass the pod mutator.',
      steps: [renewPods(workload)],
      undo: [manual('Nothing is to be undone: the deleted pods are replaced by themselves.')],
      verify: verifyWithInferscope(workload),
    });
    const webhook = skipped.webhook?.name ?? 'of KServe';
    const configuration = skipped.webhook?.object.ref ?? CONFIGURATION;
    switch (reason.kind) {
      case 'namespace': {
        const { ref } = reason.namespace;
        const found = { ...common, cite, subject: ref, fixes: [relabel(ref, reason.label, workload)] };
        const args = { namespace: ref.name, label: labelText(reason.label) };
        return reason.label.how === 'exclude'
          ? context.found({ message: 'excluded', args, ...found })
          : context.found({ message: 'notSelected', args, ...found });
      }
      case 'object': {
        const args = { kind: titleOf(workload), name: workload.name, label: labelText(reason.label) };
        const found = {
          ...common,
          cite,
          subject: workload,
          fixes: [
            advice(
              workload,
              'Let the pod mutator select the pods',
              `Change the label ${labelText(reason.label)} of the pods (labels of the InferenceService are passed on to them), or the objectSelector of ${nameWithKind(configuration)}`,
            ),
          ],
        };
        return reason.label.how === 'exclude'
          ? context.found({ message: 'podExcluded', args, ...found })
          : context.found({ message: 'podNotSelected', args, ...found });
      }
      case 'no-webhook':
        return context.found({
          message: 'noWebhook',
          args: {},
          ...common,
          cite,
          subject: CONFIGURATION,
          fixes: [
            advice(
              workload,
              'Install the webhooks of KServe',
              `Apply the release of KServe again: it makes MutatingWebhookConfiguration ${CONFIGURATION.name}; then delete the pods`,
            ),
          ],
        });
      case 'ignored': {
        const failPolicy = fix({
          title: 'Let the API server refuse pods that the pod mutator did not see',
          applicability: 'advice',
          effect: 'While KServe is down its pods are not made at all, instead of without a model.',
          steps: [
            manual(
              `Set failurePolicy of webhook ${webhook} in ${nameWithKind(configuration)} to Fail, as KServe ships it.`,
            ),
          ],
          verify: verifyWithInferscope(workload),
        });
        return reason.backend === 'down'
          ? context.found({
              message: 'backendDown',
              args: { webhook },
              ...common,
              cite,
              subject: reason.server,
              fixes: [
                advice(
                  workload,
                  'Bring the KServe controller back',
                  `Let Service ${reason.server.name} in ${reason.server.namespace ?? 'kserve'} have a Ready pod, then delete the pods of ${workload.name}`,
                ),
                failPolicy,
              ],
            })
          : context.found({
              message: 'ignored',
              args: { webhook },
              ...common,
              cite,
              certainty: 'likely',
              basis: 'its selectors match the pod, and nothing else lets a pod pass it',
              subject: configuration,
              fixes: [renew, failPolicy],
            });
      }
      case 'later':
        return context.found({
          message: 'madeBefore',
          args: { webhook },
          ...common,
          cite,
          subject: workload,
          fixes: [renew],
        });
      case 'matches-now':
        return context.found({
          message: 'unexplained',
          args: { webhook },
          ...common,
          cite,
          certainty: 'likely',
          basis: 'nothing in the pod brings the model; why the webhook passed it over is not to be seen any more',
          subject: workload,
          fixes: [renew],
        });
    }
  },
});

/** kserve config/webhook/manifests.yaml. */
const CONFIGURATION: ResourceRef = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  name: 'inferenceservice.serving.kserve.io',
};

function labelText({ key, value }: InjectionLabel): string {
  return value === undefined ? key : `${key}=${value}`;
}

function relabel(namespace: ResourceRef, label: InjectionLabel, workload: ResourceRef): Fix {
  const isThere = label.how === 'exclude';
  const put = label.value === undefined ? `${label.key}=<VALUE>` : `${label.key}=${label.value}`;
  return fix({
    title: isThere
      ? `Take the label ${label.key} off Namespace ${namespace.name}`
      : `Give Namespace ${namespace.name} the label ${put}`,
    applicability: isThere || label.value !== undefined ? 'review' : 'fill-in',
    effect: 'New pods of the namespace pass the pod mutator; the present pods are deleted and made anew.',
    steps: [
      kubectl({}, ['label', 'namespace', namespace.name, isThere ? `${label.key}-` : put], true),
      renewPods(workload),
    ],
    undo: [kubectl({}, ['label', 'namespace', namespace.name, isThere ? put : `${label.key}-`], true)],
    verify: verifyWithInferscope(workload),
  });
}
