/**
 * The shape of one named error of Azure Machine Learning on Kubernetes: what it means, the documented reasons told apart, and for each what shows
 * it: a rule in the cluster, or a question that only Azure can answer. Types and the two constructors of reasons; no data, no search.
 */

export type AzureErrorArea = 'endpoint' | 'compute' | 'extension' | 'training' | 'http' | 'health-check';

interface ReasonText {
  readonly text: string;
  /** Fixed parts of messages that show this reason among the others, written as {@link AzureError.strings}. */
  readonly strings?: readonly string[];
  /** Where it was seen, if the documents do not tell it: `Azure/AML-Kubernetes#212`. */
  readonly seen?: string;
}

/** What the cluster shows; that it shows there is inferred from the objects, since the documents name no objects. */
export interface ShownReason extends ReasonText {
  /** Codes of the rules that prove it. */
  readonly shownBy: readonly [string, ...string[]];
  readonly evidence: string;
  /** Where a rule of {@link shownBy} tells of any program of the extension: the names of those that this reason speaks of. */
  readonly objects?: readonly [string, ...string[]];
}

/** What only Azure can tell. */
export interface AskedReason extends ReasonText {
  readonly ask: {
    readonly question: string;
    /** An `az …` command with <PLACEHOLDERS>; changes nothing. */
    readonly argv: readonly [string, ...string[]];
    readonly answer: string;
  };
}

export type Reason = ShownReason | AskedReason;

export interface AzureError {
  /** As Azure writes it, or the name that Inferscope gives to a text without one. Also the name of its page. */
  readonly name: string;
  /** One clause for lists. */
  readonly title: string;
  readonly area: AzureErrorArea;
  readonly kubernetesOnly?: true;
  /** Other words for it that stand alone: `E40001`, `LOAD_BALANCER_NOT_SUPPORT`, `HTTP 424`. */
  readonly called?: readonly string[];
  /** Verbatim messages that identify it; `<what varies>` stands for text that differs. Letter case does not count. */
  readonly strings: readonly string[];
  /** Ids of log signals (`views/signals`) that are this error in a container's log. */
  readonly signals?: readonly string[];
  /** It mostly wraps another name, which counts where there is one. */
  readonly wrapper?: true;
  /** Name and strings are those of others, too (Kubernetes, Helm, containerd): they count only where the text is one of Azure. */
  readonly shared?: true;
  readonly meaning: string;
  /** The first thing to do, one imperative sentence. */
  readonly fix: string;
  readonly reasons: readonly [Reason, ...Reason[]];
  /** Where documents contradict each other or the observed: what is done here, and why. */
  readonly notes?: readonly string[];
  readonly references: readonly string[];
}

type More = Pick<ReasonText, 'strings' | 'seen'>;
type MoreShown = More & Pick<ShownReason, 'objects'>;

export function shown(
  text: string,
  shownBy: ShownReason['shownBy'],
  evidence: string,
  more: MoreShown = {},
): ShownReason {
  return { text, shownBy, evidence, ...more };
}

export function asked(
  text: string,
  question: string,
  argv: AskedReason['ask']['argv'],
  answer: string,
  more: More = {},
): AskedReason {
  return { text, ask: { question, argv, answer }, ...more };
}

/** Rules that find any program of the extension down: which one, only the object at fault tells. */
const OF_ANY_PROGRAM: readonly string[] = ['IS9651', 'IS9608'];

/** Whether a finding of that code, on an object of that name, proves the reason. */
export function isShownBy(reason: ShownReason, code: string, object: string): boolean {
  if (!reason.shownBy.includes(code)) return false;
  return reason.objects === undefined || !OF_ANY_PROGRAM.includes(code) || reason.objects.includes(object);
}
