/** Cause: ConfigMap inferenceservice-config cannot be read, so KServe reconciles nothing. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { kserveConfig } from '../../../views/kserve-config.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { reconcileError } from '../../../views/reconcile-error.ts';
import { lackText, servingAttention } from '../../../views/serving-attention.ts';
import { defineRule } from '../../define.ts';

/** kserve configmap.go and inferenceservice/controller.go: what they say of a configuration that they cannot use. */
const SAYS =
  /(?:unable to (?:parse|get|unmarshall?)|fails? to (?:create|get|parse)|failed to (?:create|get|parse|load)|invalid) (?:\w+ ){0,4}(?:configmap|config|Config|DeployConfig|IngressConfig|InferenceServicesConfig|configuration|deployment mode)\b|inferenceservice-config|invalid deployment mode/;

export default defineRule({
  code: 'IS9304',
  name: 'ServingConfigInvalid',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'ConfigMap inferenceservice-config cannot be used by KServe',
  appliesTo: ['InferenceService', 'InferenceGraph'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'inferenceservice-config-invalid',
    'inferenceservice-config',
    'unable to get configmap',
    'unable to parse deploy config json',
    'unable to parse ingress config json',
    'invalid ingress config - ingressGateway is required',
    'invalid deploy config, defaultDeploymentMode is required',
    'invalid deployment mode',
  ],
  needs: { attention: servingAttention, error: reconcileError, config: kserveConfig },
  messages: {
    invalid: 'Key {key} of ConfigMap {config} {what}, so KServe reconciles nothing',
    missing: 'ConfigMap {config}, which KServe reads at every reconcile, does not exist',
    said: 'KServe cannot use ConfigMap {config}: {words}',
  },
  check({ attention, error, config }, context) {
    if (attention.state === 'unknown') return context.unknown(attention.gap);
    if (attention.state === 'absent') return context.notApplicable('it does not exist');
    const said = error.state === 'met' && SAYS.test(error.text) ? error : undefined;
    if (attention.value.lack === undefined && said === undefined)
      return context.notApplicable('the controller does its work on it');
    const name = `${config.ref.namespace ?? ''}/${config.ref.name}`;
    const [fault] = config.faults;
    const shows = said?.cite ?? attention.value.cite;
    const common = {
      subject: config.ref,
      consequence:
        'The controller fails at every reconcile, or ends when it starts: no InferenceService of the cluster changes.',
      trace: [
        {
          text: said === undefined ? lackText(attention.value, context.on) : `KServe says: ${quoted(said.text)}`,
          cite: [shows],
        },
      ],
      fixes: [
        fix({
          title: `Correct ConfigMap ${config.ref.name}`,
          applicability: 'advice',
          effect: 'The controller reads it at its next try; one that ended reads it when Kubernetes starts it again.',
          steps: [
            kubectl(config.ref, ['get', 'configmap', config.ref.name, '-o', 'yaml'], false),
            manual(
              fault === undefined
                ? 'Write the ConfigMap again as the manifests or the chart of the installed release have it, with your own values.'
                : `Correct the value of key ${fault.key}: each key holds one JSON object (commas between fields, none after the last, no comments).`,
            ),
          ],
          verify: verifyWithInferscope(context.on),
          owner: config.owner,
        }),
      ],
    } as const;
    if (fault !== undefined)
      return context.found({
        message: 'invalid',
        args: { key: fault.key, config: name, what: fault.what },
        ...common,
        certainty: said === undefined ? 'likely' : 'confirmed',
        basis:
          said === undefined
            ? 'KServe cannot read such a value, and does no work on the object'
            : 'KServe says so, and the value shows it',
        cite: [fault.cite, shows],
      });
    if (said !== undefined && config.found.state === 'absent')
      return context.found({
        message: 'missing',
        args: { config: name },
        ...common,
        certainty: 'confirmed',
        basis: 'KServe says so, and it is not there',
        cite: [said.cite, config.found.cite],
      });
    if (said !== undefined)
      return context.found({
        message: 'said',
        args: { config: name, words: quoted(said.text, 100) },
        ...common,
        certainty: 'confirmed',
        basis: "KServe's own words",
        cite: [said.cite],
      });
    if (config.found.state === 'unknown') return context.unknown(config.found.gap);
    return context.ruledOut(
      'its keys can be read',
      config.found.state === 'present' ? config.found.value.cite('its keys', '/data') : config.found.cite,
    );
  },
});
