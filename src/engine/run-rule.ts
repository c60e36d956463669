/**
 * Runs one rule on one object and isolates its crash: the rest is not affected.
 */
import type { Verdict } from '../model/finding.ts';
import { titleOf } from '../model/kinds.ts';
import type { View, ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { AnyRule } from '../rules/define.ts';

export function runRule(rule: AnyRule, on: ResourceRef, context: ViewContext, asked: boolean): Verdict {
  try {
    const views: Record<string, unknown> = {};
    for (const [name, view] of needsOf(rule)) views[name] = context.use(view, on);
    return rule.run(views, { ref: on, now: context.now, asked });
  } catch (error) {
    return { state: 'crashed', error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

const needs = new WeakMap<AnyRule, readonly (readonly [string, View<unknown>])[]>();

/** The views of a rule as a list, made once: over a large cluster a rule runs ten thousand times. */
function needsOf(rule: AnyRule): readonly (readonly [string, View<unknown>])[] {
  let known = needs.get(rule);
  if (!known) needs.set(rule, (known = Object.entries(rule.needs)));
  return known;
}

/** Whether a rule examines objects of that kind; `Service` means the core kind, `Service.serving.knative.dev` its namesake. */
export function appliesTo(rule: AnyRule, ref: ResourceRef): boolean {
  const slash = ref.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : ref.apiVersion.slice(0, slash);
  return rule.appliesTo.some((kind) => {
    const dot = kind.indexOf('.');
    // `*.amlarc.azureml.com`: a group whose kinds are not published.
    if (dot >= 0) return (kind.startsWith('*.') || kind.slice(0, dot) === ref.kind) && kind.slice(dot + 1) === group;
    // A bare kind means all its groups (InferenceService of KServe and of KFServing), but never a namesake that is something else.
    return kind === ref.kind && titleOf(ref) === kind;
  });
}
