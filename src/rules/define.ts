/**
 * The contract of a rule: what it needs, where it applies, what it may answer. Holds the types and the context that makes forgotten
 * arguments, forgotten `unknown` and empty citations a compile error. It knows no rule.
 */
import type { Citation, Citations, EvidenceGap, Timestamp } from '../model/evidence.ts';
import type { Certainty, Effect, Finding, Fix, Stage, TraceStep, Verdict } from '../model/finding.ts';
import { refKey, type ResourceRef } from '../model/reference.ts';
import type { PreflightCheck } from '../model/preflight.ts';
import type { View } from '../model/reader.ts';

type Slots<S extends string> = S extends `${string}{${infer A}}${infer R}` ? A | Slots<R> : never;
export type Args<S extends string> = { readonly [K in Slots<S>]: string | number };
export type Needs = Readonly<Record<string, View<unknown>>>;
export type Messages = Readonly<Record<string, string>>;
type ViewsOf<N extends Needs> = { readonly [K in keyof N]: N[K] extends View<infer T> ? T : never };

/** What a rule says when it found something. */
export interface Found<M extends Messages, K extends keyof M & string> {
  readonly message: K;
  readonly args: Args<M[K]>;
  /** The object at fault: where the mistake is to be mended. */
  readonly subject: ResourceRef;
  readonly container?: string;
  /** Objects on which the effects show; the object that the rule looks at where left out. */
  readonly affects?: readonly ResourceRef[];
  readonly certainty: Certainty;
  readonly basis: string;
  readonly consequence?: string;
  readonly cite: Citations;
  /** Observed steps between cause and effect, cause first. */
  readonly trace?: readonly { readonly text: string; readonly cite?: readonly Citation[] }[];
  readonly since?: Timestamp;
  readonly fixes?: readonly Fix[];
  /** What was not read and would make it surer or more exact; a further round may fetch it. */
  readonly wants?: readonly EvidenceGap[];
  /** Instead of the rule's own effects. */
  readonly effects?: readonly Effect[];
}

export interface RuleContext<M extends Messages> {
  /** The object under examination, an instance of one of `appliesTo`. */
  readonly on: ResourceRef;
  /** Snapshot time. */
  readonly now: Timestamp;
  /** True where a person asked for this object by name: look closely even if it looks healthy. */
  readonly asked: boolean;
  found<K extends keyof M & string>(found: Found<M, K>): Verdict;
  /** Several independent findings on one object (two containers, two missing keys). */
  all(verdicts: readonly [Verdict, ...Verdict[]]): Verdict;
  ruledOut(because: string, ...cite: [Citation, ...Citation[]]): Verdict;
  notApplicable(because: string): Verdict;
  unknown(...gaps: [EvidenceGap, ...EvidenceGap[]]): Verdict;
}

export interface Rule<N extends Needs = Needs, M extends Messages = Messages> {
  readonly code: `IS${number}`;
  /** UpperCamelCase, like a Kubernetes reason; names the trouble in its failing state. */
  readonly name: string;
  readonly stage: Stage;
  readonly role: 'cause' | 'symptom';
  readonly since: string;
  /** One line for lists: what is wrong when it is found. */
  readonly title: string;
  /** Yields to any specific cause of the same effect on the same object. */
  readonly general?: boolean;
  /** Kinds that it examines (`Pod`, `ReplicaSet`, `Service`; `Service.serving.knative.dev` where a group matters). */
  readonly appliesTo: readonly string[];
  /**
   * unhealthy (default): only objects that show a symptom, or that are asked for by name. asked: healthy-looking objects too, when asked for by name.
   * always: every object in scope (symptom rules).
   */
  readonly looksAt?: 'unhealthy' | 'asked' | 'always';
  /** For causes: what it does to the objects that it affects. For symptoms: which effects it represents. */
  readonly effects: readonly Effect[];
  /** Foreign codes, reasons and exact strings that people see and search for. */
  readonly aliases: readonly string[];
  /** Makes it a check of `preflight`, run on the intent (`Preflight/preflight`) and never in a diagnosis. */
  readonly preflight?: PreflightCheck;
  readonly needs: N;
  readonly messages: M;
  check(views: ViewsOf<N>, context: RuleContext<M>): Verdict;
}

/** A rule with its type parameters forgotten, as the engine runs it. */
export interface AnyRule extends Omit<Rule, 'check' | 'needs' | 'messages'> {
  readonly needs: Needs;
  readonly messages: Messages;
  run(views: Readonly<Record<string, unknown>>, subject: { ref: ResourceRef; now: Timestamp; asked: boolean }): Verdict;
}

export function defineRule<const N extends Needs, const M extends Messages>(rule: Rule<N, M>): AnyRule {
  return {
    ...rule,
    run(views, subject) {
      // The engine derives exactly the declared views, so the record has the declared shape.
      return rule.check(views as ViewsOf<N>, new Context(rule, subject));
    },
  };
}

/** Fills `{slots}`; a slot without argument stays visible, and the contract tests fail on it. */
function fillTemplate(template: string, args: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (slot, name: string) =>
    Object.hasOwn(args, name) ? String(args[name]) : slot,
  );
}

/** A class, so that the ten thousand runs over a large cluster share their methods. */
class Context<N extends Needs, M extends Messages> implements RuleContext<M> {
  readonly on: ResourceRef;
  readonly now: Timestamp;
  readonly asked: boolean;
  readonly #rule: Rule<N, M>;

  constructor(rule: Rule<N, M>, subject: { ref: ResourceRef; now: Timestamp; asked: boolean }) {
    this.#rule = rule;
    this.on = subject.ref;
    this.now = subject.now;
    this.asked = subject.asked;
  }

  found<K extends keyof M & string>(found: Found<M, K>): Verdict {
    const wants = found.wants ?? [];
    return {
      state: 'found',
      findings: [findingOf(this.#rule, this.on, found)],
      ...(wants.length === 0 ? {} : { wants }),
    };
  }

  all(verdicts: readonly [Verdict, ...Verdict[]]): Verdict {
    return combine(verdicts);
  }

  ruledOut(because: string, ...citations: [Citation, ...Citation[]]): Verdict {
    return { state: 'ruled-out', because, citations };
  }

  notApplicable(because: string): Verdict {
    return { state: 'not-applicable', because };
  }

  unknown(...gaps: [EvidenceGap, ...EvidenceGap[]]): Verdict {
    return { state: 'unknown', gaps };
  }
}

function findingOf<N extends Needs, M extends Messages, K extends keyof M & string>(
  rule: Rule<N, M>,
  on: ResourceRef,
  found: Found<M, K>,
): Finding {
  const args: Readonly<Record<string, string | number>> = found.args;
  const template = rule.messages[found.message] ?? '';
  const trace: readonly TraceStep[] = (found.trace ?? []).map((step) => ({
    text: step.text,
    citations: step.cite ?? [],
  }));
  return {
    fingerprint: [rule.code, found.message, refKey(found.subject), found.container ?? ''].join('#'),
    code: rule.code,
    name: rule.name,
    stage: rule.stage,
    role: rule.role,
    general: rule.general ?? false,
    certainty: found.certainty,
    basis: found.basis,
    message: { id: found.message, args, text: fillTemplate(template, args) },
    ...(found.consequence === undefined ? {} : { consequence: found.consequence }),
    subject: found.subject,
    ...(found.container === undefined ? {} : { container: found.container }),
    affects: found.affects ?? [on],
    effects: found.effects ?? rule.effects,
    ...(found.since === undefined ? {} : { since: found.since }),
    citations: found.cite,
    trace,
    fixes: found.fixes ?? [],
  };
}

/** found wins over unknown, unknown over ruled-out, ruled-out over not-applicable: nothing seen is ever hidden by something unseen. */
function combine(verdicts: readonly [Verdict, ...Verdict[]]): Verdict {
  const findings = verdicts.flatMap((verdict) => (verdict.state === 'found' ? verdict.findings : []));
  const [first, ...more] = findings;
  if (first) {
    const wants = verdicts.flatMap((verdict) => (verdict.state === 'found' ? (verdict.wants ?? []) : []));
    return { state: 'found', findings: [first, ...more], ...(wants.length === 0 ? {} : { wants }) };
  }
  return (
    verdicts.find((verdict) => verdict.state === 'unknown') ??
    verdicts.find((verdict) => verdict.state === 'ruled-out') ??
    verdicts[0]
  );
}
