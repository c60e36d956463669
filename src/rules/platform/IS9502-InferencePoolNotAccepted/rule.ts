/** Cause: no Gateway takes the InferencePool of an LLMInferenceService, or the pool does not exist. */
import { provide } from '../../../fixes/llm-service.ts';
import { inferencePoolApi } from '../../../views/inference-pool-api.ts';
import { ownConditions } from '../../../views/own-conditions.ts';
import { poolOf } from '../../../views/parse/llm-message.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { secondsBetween } from '../../../views/parse/time.ts';
import { LONG_SECONDS } from '../../../views/serving-attention.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9502',
  name: 'InferencePoolNotAccepted',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'No Gateway accepts the InferencePool of an LLMInferenceService',
  appliesTo: ['LLMInferenceService'],
  looksAt: 'asked',
  effects: ['route-not-ready'],
  aliases: ['exists but no Gateway controller has accepted it yet', 'inference-pool-not-accepted'],
  needs: { own: ownConditions, api: inferencePoolApi },
  messages: {
    waiting: 'No Gateway controller has taken up InferencePool {pool} of {service}',
    refused: 'InferencePool {pool} of {service} is not accepted: “{words}”',
    missing: 'InferencePool {pool} of {service} does not exist',
  },
  check({ own, api }, context) {
    if (own.state === 'unknown') return context.unknown(own.gap);
    if (own.state === 'absent') return context.notApplicable('the object does not exist');
    const { current, unhappy, object } = own.value;
    const condition = unhappy.find(({ type, reason }) => type === 'InferencePoolReady' && reason !== 'Stopped');
    if (condition === undefined) return context.notApplicable('its InferencePool is accepted, or it has none');
    if (!current) return context.notApplicable('its status speaks of an older spec');
    if ((secondsBetween(condition.since, context.now) ?? LONG_SECONDS) < LONG_SECONDS)
      return context.notApplicable('the Gateway controller had little time so far');
    const named = poolOf(condition.message);
    const { name, namespace } = named ?? {
      // kserve llmisvc/scheduler.go: kmeta.ChildName(name, "-inference-pool").
      name: `${object.ref.name}-inference-pool`,
      namespace: object.ref.namespace ?? '',
    };
    const args = { pool: `${namespace}/${name}`, service: `LLMInferenceService ${context.on.name}` };
    const common = {
      subject: { apiVersion: 'inference.networking.k8s.io/v1', kind: 'InferencePool', namespace, name },
      consequence: 'Requests through the Gateway do not reach the pods of the model.',
      cite: [condition.cite],
      ...(condition.since === undefined ? {} : { since: condition.since }),
    } as const;
    const look = ['get', 'gateways.gateway.networking.k8s.io,inferencepools', '-A'];
    // kserve llmisvc/router.go.
    if (condition.reason === 'WaitingForGateway')
      return context.found({
        message: 'waiting',
        args,
        ...common,
        certainty: 'confirmed',
        basis: 'the pool exists, and its status names no Gateway that accepted it',
        ...(api.versions.length === 0
          ? {}
          : { trace: [{ text: `the cluster serves InferencePools in ${api.versions.join(', ')}`, cite: api.cites }] }),
        fixes: [
          provide(
            context.on,
            'Use a Gateway that knows InferencePools',
            'Install the inference extension of the Gateway controller in a release that serves the version of the InferencePool CRD, and see that the HTTPRoute leads from that Gateway to the pool.',
            look,
          ),
        ],
      });
    if (condition.reason === 'InferencePoolFetchError' && /not found/.test(condition.message))
      return context.found({
        message: 'missing',
        args,
        ...common,
        certainty: 'confirmed',
        basis: 'the controller looked for it in both versions of its API',
        fixes: [
          provide(
            context.on,
            'Create the InferencePool, or leave it to KServe',
            'Correct spec.router.scheduler.pool of the service, or take it out, so that KServe makes the pool.',
            look,
          ),
        ],
      });
    if (condition.reason !== 'InferencePoolNotReady')
      return context.notApplicable('its condition tells of no trouble with the pool itself');
    return context.found({
      message: 'refused',
      args: { ...args, words: quoted(condition.message, 200) },
      ...common,
      certainty: 'likely',
      basis: 'the Gateway controller wrote the refusal into the status of the pool',
      fixes: [
        provide(
          context.on,
          'Correct what the Gateway refuses',
          'Read status.parents of the InferencePool: the reason names the field, mostly the reference to the endpoint picker or its port.',
          look,
        ),
      ],
    });
  },
});
