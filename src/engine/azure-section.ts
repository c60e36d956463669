/**
 * What Azure ML calls the trouble, set beside what the cluster shows: which of the reasons that its documents give for a name is proven, which is
 * excluded, and which only Azure can tell. It adds no cause and takes none away.
 */
import type { Diagnosis, ReportAzure } from '../model/report-schema.ts';
import type { ViewContext } from '../model/reader.ts';
import { refKey, type ResourceRef } from '../model/reference.ts';
import { isShownBy, type Reason } from '../views/azureml/catalog/index.ts';
import {
  azureNamesOf,
  azureNamesOfProgram,
  azuremlReported,
  givenNames,
  isOfAzureml,
  type ReportedName,
} from '../views/azureml/azureml-reported.ts';
import type { FrameBook } from './frames.ts';

type Told = Pick<Diagnosis, 'causes' | 'candidates' | 'alsoWrong' | 'checks'>;

/** Kinds in whose status Azure ML's operators write what went wrong. */
const STATING = ['OnlineDeployment', 'OnlineEndpoint', 'AmlJob'];

/** Undefined for objects that are none of Azure ML's and where nobody gave a text of Azure. */
export function azureSection(
  context: ViewContext,
  subject: ResourceRef,
  members: ReadonlySet<string>,
  told: Told,
  book: FrameBook,
): ReportAzure | undefined {
  const given = givenNames(context);
  const found = context.object(subject);
  const ofAzure = isOfAzureml(found.state === 'present' ? found.value : undefined, subject);
  if (!ofAzure && given.length === 0) return undefined;
  const names = new Map<string, ReportedName>();
  const stated = STATING.flatMap((kind) => context.list(kind).items)
    .filter(({ ref }) => members.has(refKey(ref)))
    .flatMap(({ ref }) => context.use(azuremlReported, ref));
  for (const name of [...given, ...stated]) if (!names.has(name.error.name)) names.set(name.error.name, name);
  const [cause] = told.causes;
  return {
    reported: [...names.values()].map(({ error, where, cite, reasons }) => ({
      name: error.name,
      where,
      evidence: [book.number(cite)],
      meaning: error.meaning,
      reasons: reasons.map((reason) => reasonOf(reason, told)),
    })),
    calledInAzure: cause === undefined || !ofAzure ? [] : [...namesOf(subject, cause, book)],
  };
}

/** Names of deployments are not those of the extension's own programs, though the same may be wrong with both. */
function namesOf(subject: ResourceRef, cause: Told['causes'][number], book: FrameBook): readonly string[] {
  const ofProgram = azureNamesOfProgram(subject);
  return ofProgram.length > 0
    ? ofProgram
    : azureNamesOf(cause.code, cause.subject.name, quotedBy(cause.evidence, book));
}

function quotedBy(numbers: readonly number[], book: FrameBook): readonly string[] {
  return book.frames.flatMap((frame) => (numbers.includes(frame.number) ? frame.lines.map(({ text }) => text) : []));
}

function reasonOf(reason: Reason, told: Told): ReportAzure['reported'][number]['reasons'][number] {
  if ('ask' in reason) {
    const { question, argv, answer } = reason.ask;
    return { text: reason.text, state: 'ask', codes: [], question, argv: [...argv], answer };
  }
  const codes = [...reason.shownBy];
  // A link of the chain is proven as well, where what lies below it is the cause.
  const aside = new Set([...told.candidates, ...told.alsoWrong].map(({ code }) => code));
  const proven = codes.filter(
    (code) =>
      told.causes.some((cause) => cause.code === code && isShownBy(reason, code, cause.subject.name)) ||
      (!aside.has(code) &&
        !told.causes.some((cause) => cause.code === code) &&
        told.checks.some((check) => check.code === code && check.state === 'found')),
  );
  if (proven.length > 0) return { text: reason.text, state: 'proven', codes: proven };
  const states = codes.map((code) => told.checks.find((check) => check.code === code)?.state);
  return { text: reason.text, state: states.every((state) => state === 'ruled-out') ? 'excluded' : 'open', codes };
}
