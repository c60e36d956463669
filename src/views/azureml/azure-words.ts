/**
 * Whose words a text holds: names and messages that others use, too, count for Azure ML only where the text is about it. Pure.
 */
import type { AzureError } from './catalog/azure-error.ts';

export interface Topics {
  readonly azureml: boolean;
  /** A cluster extension of Azure, by any name. */
  readonly extension: boolean;
  readonly job: boolean;
  /** The type of an extension that is another than Azure ML's. */
  readonly isOtherExtension: boolean;
}

const AZUREML =
  /azure[ -]?ml|azure machine learning|\baml\b|aml-?arc|arcml|machinelearningservices|online[ -]?(?:endpoint|deployment)s?\b|\binference\.ml\.azure\b|aka\.ms\/(?:oe-tsg|debugimage)|\(Inferencing\w/i;
const EXTENSION =
  /azure[ -]?arc|\barc\b|connectedk8s|k8s-extension|extension operation|ExtensionOperationFailed|helm (?:installation|upgrade) failed|extension[-_ ]?type|amlarc|arcml|release [\w.-]{0,40}(?:azure)?ml\b|\bnamespace azureml\b/i;
/** The last two are volumes that only the pods of jobs have. */
const JOB = /\bjobs?\b|amljob|PodPattern|amlarc-(?:runtime|scripts)\b/i;
/** `--extension-type Microsoft.Flux`, `"extensionType": "microsoft.flux"`. */
const EXTENSION_TYPE = /extension[-_ ]?type["']?\s{0,4}[:= ]\s{0,4}["']?(microsoft\.[a-z.]{1,80})/gi;

export function topicsOf(text: string): Topics {
  const types = [...text.matchAll(EXTENSION_TYPE)].map((match) => match[1]?.toLowerCase() ?? '');
  return {
    azureml: AZUREML.test(text),
    extension: EXTENSION.test(text),
    job: JOB.test(text),
    isOtherExtension: types.length > 0 && !types.some((type) => type.startsWith('microsoft.azureml')),
  };
}

/** Whether the words of this error are its own in a text about these. */
export function isMeant({ area, shared }: AzureError, topics: Topics): boolean {
  if (area === 'extension' || area === 'health-check')
    return !topics.isOtherExtension && (shared !== true || topics.extension);
  if (shared !== true) return true;
  return topics.azureml && (area !== 'training' || topics.job);
}
