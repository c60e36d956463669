/**
 * Decides whether labels meet a selector, a node a node-selector term, and tolerations a taint, as the API server and
 * kube-scheduler decide it. Responsible for matching only; a malformed selector matches nothing, it never throws.
 */
import { listAt, objectAt, textAt, textMapAt } from '../../model/json.ts';

type Labels = Readonly<Record<string, string>>;

/** Every pair of the selector is among the labels. The empty selector matches everything (callers of Services beware). */
export function matchesLabels(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => valueOf(labels, key) === value);
}

/**
 * A `LabelSelector` (`matchLabels`, `matchExpressions`): absent it matches nothing, empty it matches everything
 * (apimachinery `pkg/apis/meta/v1/helpers.go` LabelSelectorAsSelector).
 */
export function matchesSelector(labelSelector: unknown, labels: Labels): boolean {
  if (objectAt(labelSelector) === undefined) return false;
  if (!matchesLabels(textMapAt(labelSelector, 'matchLabels'), labels)) return false;
  return listAt(labelSelector, 'matchExpressions').every((entry) => meets(entry, labels, false));
}

/**
 * One term of a node selector: all its expressions hold for the labels and all its fields for `fields`
 * (`metadata.name`). A term without any requirement matches no node
 * (component-helpers `scheduling/corev1/nodeaffinity`).
 */
export function matchesNodeSelectorTerm(term: unknown, labels: Labels, fields: Labels): boolean {
  const expressions = listAt(term, 'matchExpressions');
  const fieldExpressions = listAt(term, 'matchFields');
  if (expressions.length === 0 && fieldExpressions.length === 0) return false;
  if (!expressions.every((entry) => meets(entry, labels, true))) return false;
  return fieldExpressions.every((entry) => meetsField(entry, fields));
}

/**
 * Whether the taint leaves the pod on the node's list: some toleration meets it, or its effect is one the scheduler's
 * filter does not look at (`PreferNoSchedule`). Source: api `core/v1/toleration.go`, scheduler
 * `plugins/tainttoleration`.
 */
export function toleratesTaint(tolerations: readonly unknown[], taint: unknown): boolean {
  const effect = textAt(taint, 'effect') ?? '';
  if (effect !== 'NoSchedule' && effect !== 'NoExecute') return true;
  return tolerations.some((toleration) => tolerates(toleration, taint, effect));
}

function tolerates(toleration: unknown, taint: unknown, taintEffect: string): boolean {
  if (objectAt(toleration) === undefined) return false;
  const effect = textAt(toleration, 'effect') ?? '';
  if (effect !== '' && effect !== taintEffect) return false;
  const key = textAt(toleration, 'key') ?? '';
  if (key !== '' && key !== textAt(taint, 'key')) return false;
  const wanted = textAt(toleration, 'value') ?? '';
  const given = textAt(taint, 'value') ?? '';
  switch (textAt(toleration, 'operator') ?? '') {
    case '':
    case 'Equal':
      return wanted === given;
    case 'Exists':
      return true;
    // Lt and Gt compare the taint's value with the toleration's (1.35, gate TaintTolerationComparisonOperators).
    case 'Lt':
      return compareIntegers(given, wanted, (one, other) => one < other);
    case 'Gt':
      return compareIntegers(given, wanted, (one, other) => one > other);
    default:
      return false;
  }
}

/** One requirement; `Gt` and `Lt` exist for node selectors only. */
function meets(requirement: unknown, labels: Labels, isNode: boolean): boolean {
  const key = textAt(requirement, 'key');
  if (key === undefined) return false;
  const value = valueOf(labels, key);
  const values = listAt(requirement, 'values').filter((entry) => typeof entry === 'string');
  switch (textAt(requirement, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return values.length > 0 && (value === undefined || !values.includes(value));
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return isNode && values.length === 1 && compareIntegers(value, values[0], (one, other) => one > other);
    case 'Lt':
      return isNode && values.length === 1 && compareIntegers(value, values[0], (one, other) => one < other);
    default:
      return false;
  }
}

/** Fields know only `In` and `NotIn`, each with exactly one value. */
function meetsField(requirement: unknown, fields: Labels): boolean {
  const key = textAt(requirement, 'key');
  const values = listAt(requirement, 'values');
  if (key === undefined || values.length !== 1) return false;
  const value = valueOf(fields, key) ?? '';
  switch (textAt(requirement, 'operator')) {
    case 'In':
      return value === values[0];
    case 'NotIn':
      return value !== values[0];
    default:
      return false;
  }
}

function valueOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** Go's ParseInt of base 10: anything else than a whole number fails the comparison. */
function compareIntegers(
  one: string | undefined,
  other: string | undefined,
  holds: (one: bigint, other: bigint) => boolean,
): boolean {
  if (one === undefined || other === undefined) return false;
  if (!/^[+-]?\d{1,19}$/.test(one) || !/^[+-]?\d{1,19}$/.test(other)) return false;
  return holds(toInteger(one), toInteger(other));
}

/** BigInt refuses a leading plus sign, which Go accepts. */
function toInteger(text: string): bigint {
  return BigInt(text.replace(/^\+/, ''));
}
