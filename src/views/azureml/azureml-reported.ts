/**
 * The names of errors that Azure ML itself gives for an object: in the status of its custom resources, or in the text that a person gave. A name is
 * what Azure shows, never a cause: this view decides none. The shape of those statuses is not published, hence names are looked for in all of its texts.
 */
import { isAzureml } from '../../model/azureml-names.ts';
import type { Citation } from '../../model/evidence.ts';
import { at, isObject, textAt } from '../../model/json.ts';
import { nameWithKind } from '../../model/kinds.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { amlarcStatus, statusTexts } from './amlarc-status.ts';
import { AZURE_ERRORS, isShownBy, type AzureError, type Reason } from './catalog/index.ts';
import { parseAzureError } from './parse-error.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { signals as logSignals } from '../signals/catalog/index.ts';

export interface ReportedName {
  readonly error: AzureError;
  /** `the status of OnlineDeployment blue`, `the text that was given`. */
  readonly where: string;
  /** Its documented reasons; only those whose words the text holds, where it holds any. */
  readonly reasons: readonly Reason[];
  readonly cite: Citation;
}

/** Errors of Azure come as JSON within JSON, which is longer than a message. */
const LONGEST = 20_000;

export const azuremlReported = defineView<readonly ReportedName[]>({
  id: 'azureml-reported',
  needs: [{ type: 'object', kind: '*' }],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present' || !isAzureml(subject)) return [];
    // Nobody tends the status of what is on its way out.
    if (textAt(found.value.body, 'metadata', 'deletionTimestamp') !== undefined) return [];
    // A message of the past may stay in the status of what is well.
    return amlarcStatus(found.value.body).state === 'ok' ? [] : namesIn(found.value);
  },
});

function namesIn(object: KubeObject): readonly ReportedName[] {
  return distinct(
    statusTexts(object.body, LONGEST).flatMap(({ text, pointer }) =>
      errorsIn(text).map((said) => ({
        ...said,
        where: `the status of ${nameWithKind(object.ref)}`,
        cite: object.cite(`Azure ML says ${said.error.name}`, pointer),
      })),
    ),
  );
}

type Said = Pick<ReportedName, 'error' | 'reasons'>;

/** A status says a name alone (`reason: PodUnschedulable`), or the JSON that the operator got. */
function errorsIn(text: string): readonly Said[] {
  const alone = AZURE_ERRORS.find(({ name, area }) => area !== 'http' && name === text.trim());
  return alone === undefined ? parsed(text) : [{ error: alone, reasons: alone.reasons }];
}

/** The decisive one first: what the others wrap. */
function parsed(text: string): readonly Said[] {
  const found = parseAzureError(text);
  if (found === undefined) return [];
  const rest = found.matches.filter((match) => match !== found.decisive);
  return [...(found.decisive === undefined ? [] : [found.decisive]), ...rest].map(({ error, reasons }) => ({
    error,
    reasons: reasons.length > 0 ? reasons : error.reasons,
  }));
}

/** What was given as the words of Azure: outputs of `az`. */
export function givenNames(context: ViewContext): readonly ReportedName[] {
  return distinct(
    context.outputs().flatMap((output) => {
      if (!/^az\b/.test(output.command)) return [];
      const cite = context.citeEvidence(output.id, 'what Azure ML said');
      return parsed(output.text).map((said) => ({ ...said, where: 'the text that was given', cite }));
    }),
  );
}

/** Each name once; a wrapper only where there is nothing in it. */
function distinct(names: readonly ReportedName[]): readonly ReportedName[] {
  const once = names.filter(({ error }, index) => names.findIndex((other) => other.error === error) === index);
  const telling = once.filter(({ error }) => error.wrapper !== true);
  return telling.length > 0 ? telling : once;
}

/**
 * Names under which Azure ML may show what a rule found: first those whose own words stand in what proves it, then those that have none. Names with
 * words that others' evidence holds are left out (the script's init() failed, not its import).
 */
export function azureNamesOf(code: string, object: string, quoted: readonly string[]): readonly string[] {
  const all = AZURE_ERRORS.filter(
    ({ area, reasons }) =>
      area === 'endpoint' && reasons.some((reason) => 'shownBy' in reason && isShownBy(reason, code, object)),
  );
  // A general name only where there is no other.
  const telling = all.filter(({ wrapper }) => wrapper !== true);
  const shown = telling.length > 0 ? telling : all;
  const own = shown.filter(({ signals }) => signals?.some((id) => isQuoted(id, quoted)) === true);
  const rest = shown.filter((error) => !own.includes(error) && (own.length === 0 || error.signals === undefined));
  return [...own, ...rest].map(({ name }) => name);
}

/** Names under which Azure ML shows that a program of the extension does not run, whatever keeps it from running. */
export function azureNamesOfProgram({ kind, namespace, name }: ResourceRef): readonly string[] {
  if (kind !== 'Deployment' || namespace !== EXTENSION_NAMESPACE) return [];
  return AZURE_ERRORS.filter(
    ({ area, wrapper, reasons }) =>
      (area === 'endpoint' || area === 'compute') &&
      wrapper !== true &&
      reasons.some((reason) => 'shownBy' in reason && reason.objects?.includes(name) === true),
  ).map((error) => error.name);
}

function isQuoted(id: string, quoted: readonly string[]): boolean {
  const signal = logSignals.find((candidate) => candidate.id === id);
  return signal !== undefined && quoted.some((line) => signal.regex.test(line));
}

/** Whether an object belongs to Azure ML: by its API group, or by the labels that the inference operator writes. */
export function isOfAzureml(object: KubeObject | undefined, ref: ResourceRef): boolean {
  if (isAzureml(ref) || ref.namespace === EXTENSION_NAMESPACE) return true;
  const labels = at(object?.body, 'metadata', 'labels');
  return (
    isObject(labels) && Object.keys(labels).some((key) => key === 'isazuremlapp' || key.startsWith('ml.azure.com/'))
  );
}
