/**
 * What an object of the serving chain says of itself when it is not Ready: the conditions that made it so, in its own words. Quotes; it looks for
 * no cause, and takes no condition for one.
 */
import { isAzureml } from '../model/azureml-names.ts';
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, numberAt, textAt } from '../model/json.ts';
import { nameWithKind } from '../model/kinds.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { amlarcStatus } from './azureml/amlarc-status.ts';
import { conditionsOf, type Condition } from './parse/conditions.ts';
import { quoted } from './parse/quoted.ts';

export interface ConditionWords {
  /** `Route fraud: AllTrafficAssigned is False, RevisionMissing: "…"`; one line. */
  readonly text: string;
  /** The same without the message, for where it was quoted before. */
  readonly short: string;
  /** Empty where no condition gives one. */
  readonly message: string;
  readonly cite: Citation;
  /** The conditions that are not True and that it stands on, the most telling first. */
  readonly unhappy: readonly Condition[];
}

/** Undefined where it says that all is well, or nothing at all although it is not of a kind that says something. */
export const conditionWords = defineView<Lookup<ConditionWords | undefined>>({
  id: 'condition-words',
  needs: [{ type: 'object', kind: '*' }],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    return { state: 'present', cite: found.cite, value: wordsOf(found.value) };
  },
});

const LONGEST = 140;

/**
 * Conditions that a kind marks as information and that tell the layer all the same (kserve inference_service_status.go: only PredictorReady and
 * IngressReady count for Ready).
 */
const TELLING = new Set(['TransformerReady', 'ExplainerReady', 'CanaryPredictorReady', 'Stopped']);

/**
 * They have several components, and more than one condition may matter. Below them the first is enough: a Route says IngressNotConfigured too for as
 * long as there is no Revision to route to.
 */
const ABOVE = new Set(['InferenceService', 'LLMInferenceService']);

/** Kinds whose controllers always write conditions: their silence says that no controller took them in hand. */
const SPEAKING = new Set([
  'InferenceService',
  'InferenceGraph',
  'LLMInferenceService',
  'TrainedModel',
  'Configuration',
  'Revision',
  'Route',
  'PodAutoscaler',
  'ServerlessService',
  'DomainMapping',
]);

function wordsOf(object: KubeObject): ConditionWords | undefined {
  const { ref, body } = object;
  const name = nameWithKind(ref);
  if (isAzureml(ref)) return azuremlWords(object, name);
  const conditions = conditionsOf(body);
  const ready = conditions.find((condition) => condition.type === 'Ready');
  const routes = ref.kind === 'HTTPRoute' ? parentConditions(object) : [];
  if (ready === undefined && routes.length === 0) {
    const knative =
      ref.apiVersion.startsWith('serving.knative.dev/') || ref.apiVersion.startsWith('networking.internal');
    const speaks = SPEAKING.has(ref.kind) || (knative && (ref.kind === 'Service' || ref.kind === 'Ingress'));
    return speaks && conditions.length === 0
      ? {
          text: `${name} has no status`,
          short: `${name} has no status`,
          message: '',
          cite: object.cite(`${name} without conditions`),
          unhappy: [],
        }
      : undefined;
  }
  const unhappy = [...conditions, ...routes].filter((condition) => condition.type !== 'Ready' && isUnhappy(condition));
  if (ready?.status === 'True' && !unhappy.some((condition) => condition.severity === '')) return undefined;
  unhappy.sort((a, b) => rank(a) - rank(b));
  const [first] = unhappy;
  const told = unhappy.length === 0 && ready !== undefined ? [ready] : unhappy.slice(0, ABOVE.has(ref.kind) ? 2 : 1);
  const last = newestNotReady(object);
  const head =
    unhappy.length === 0 || ready === undefined || ready.status === 'True' ? `${name}: ` : `${name} is not Ready: `;
  const telling = told.find((part) => part.message !== '');
  const say = (message: boolean): string =>
    head + [...told.map((part) => conditionText(part, message && part === telling)), ...last].join('; ');
  return {
    text: say(true),
    short: say(false),
    message: telling?.message ?? '',
    cite: object.cite(`condition ${(first ?? ready)?.type ?? 'Ready'}`, (first ?? ready)?.pointer ?? ''),
    unhappy,
  };
}

function azuremlWords(object: KubeObject, name: string): ConditionWords | undefined {
  const { state, word, reason, message, pointer } = amlarcStatus(object.body);
  if (state === 'ok' || state === 'unsaid') return undefined;
  const short = `${name}: ${word}${reason === '' || reason === word ? '' : `, ${reason}`}`;
  return {
    text: message === '' ? short : `${short}: “${quoted(message, LONGEST)}”`,
    short,
    message,
    cite: object.cite(`state of ${name}`, pointer),
    unhappy: [],
  };
}

function isUnhappy(condition: Condition): boolean {
  if (condition.type === 'Stopped') return condition.status === 'True';
  return condition.status !== 'True' && (condition.severity === '' || TELLING.has(condition.type));
}

/**
 * False before Unknown, what gives a reason before what gives none. A component comes before the ingress, which waits for it (kserve
 * `Predictor ingress not created`).
 */
function rank(condition: Condition): number {
  const waits = condition.type === 'IngressReady' ? 1 : 0;
  return (condition.status === 'False' ? 0 : 4) + (condition.reason === '' ? 2 : 0) + waits;
}

function conditionText({ type, status, reason, message }: Condition, withMessage: boolean): string {
  const said = withMessage ? `: “${quoted(message, LONGEST)}”` : '';
  return `${type} is ${status}${reason === '' ? '' : `, ${reason}`}${said}`;
}

/** A Gateway controller writes into `status.parents[]`, one entry for each Gateway. */
function parentConditions(object: KubeObject): readonly Condition[] {
  return listAt(object.body, 'status', 'parents').flatMap((parent, index) =>
    conditionsOf(parent, 'conditions').map((condition) => ({
      ...condition,
      pointer: `/status/parents/${index}${condition.pointer}`,
    })),
  );
}

/** Where the newest revision is not the one that serves, that is half the answer. */
function newestNotReady({ ref, body }: KubeObject): readonly string[] {
  const created = textAt(body, 'status', 'latestCreatedRevisionName');
  const served = textAt(body, 'status', 'latestReadyRevisionName');
  if (ref.kind !== 'Configuration' || created === undefined || served === undefined || created === served) return [];
  return [`latest created Revision is ${created}, latest ready is ${served}`];
}

/** Whether the status speaks of the newest spec; true where the controller does not say. */
export function isCurrent(object: KubeObject): boolean {
  const observed = numberAt(object.body, 'status', 'observedGeneration');
  const generation = numberAt(object.body, 'metadata', 'generation');
  return observed === undefined || generation === undefined || observed >= generation;
}
