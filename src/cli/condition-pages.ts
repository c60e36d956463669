/**
 * Finds the pages of conditions and reasons (`IngressNotConfigured`, `Predictor ingress not created`) and of Azure ML's error names
 * (`ACRSecretError`), offline, in an index that `tools/generate.ts` makes beside those of the codes. Knows no rule.
 */
import { readPageFile } from './pages.ts';

export interface ConditionPage {
  /** The word that most people know it by; also the name of its page. */
  readonly name: string;
  readonly title: string;
  /** Types, reasons and fixed parts of messages; `#` stands for digits (`ExitCode#`). */
  readonly words: readonly string[];
  readonly kinds: string;
  readonly condition: string;
  readonly versions: string;
  /** Only ever a step of a chain; false where it may be what is left to tell. */
  readonly step: boolean;
  /** Rules that find what lies behind it. */
  readonly codes: readonly string[];
  /**
   * Set for the error names of Azure ML, whose pages stand beside those of conditions. own: only Azure writes it. shared: others write the word,
   * too, and their pages stay.
   */
  readonly azureml?: 'own' | 'shared';
  readonly markdown: string;
}

let index: readonly ConditionPage[] | undefined;

/** Throws where the pages are not installed: a defect of the package. */
export function conditionIndex(): readonly ConditionPage[] {
  // Written by tools/generate.ts in exactly this shape, and shipped with the code that reads it.
  index ??= JSON.parse(readPageFile('conditions.json')) as readonly ConditionPage[];
  return index;
}

/** Case and separators do not matter: `image-pull-back-off` is ImagePullBackOff. */
export function foldWord(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9#]+/g, '');
}

/** The page of exactly this word. One that stands in full comes before a pattern: `ExitCode137` before `ExitCode#`. */
export function conditionNamed(words: string, pages: readonly ConditionPage[]): ConditionPage | undefined {
  const wanted = foldWord(words);
  if (wanted === '') return undefined;
  const ofPlatforms = pages.filter((page) => page.azureml === undefined);
  // KServe's old guides write a plural s after an exit code.
  const pattern = wanted.replace(/\d+s?$/, '#');
  return (
    ofPlatforms.find((page) => called(page).includes(wanted)) ??
    (pattern === wanted ? undefined : ofPlatforms.find((page) => called(page).includes(pattern)))
  );
}

/** The pages of exactly this name of Azure ML: one code may have two meanings (E45004), which only its source tells apart. */
export function azureNamed(words: string, pages: readonly ConditionPage[]): readonly ConditionPage[] {
  const wanted = foldWord(words);
  return wanted === '' ? [] : pages.filter((page) => page.azureml !== undefined && called(page).includes(wanted));
}

function called(page: ConditionPage): readonly string[] {
  return [page.name, ...page.words].map(foldWord);
}
