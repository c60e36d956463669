/**
 * Says why the API server refused an object, from `Error creating: …` events, `ReplicaFailure` conditions and kubectl's
 * output (apiserver `admission/plugin`, kubernetes `plugin/pkg/admission`, pod-security-admission). Responsible for
 * finding the refusing admission and its parts; the parts' grammars are in `admission-parts.ts`.
 */
import {
  limitRangeViolations,
  mustSpecify,
  podSecurityViolations,
  resourceList,
  unreachableCause,
  webhookTarget,
} from './admission-parts.ts';
import type {
  LimitRangeViolation,
  MustSpecify,
  PodSecurityViolation,
  ResourceTexts,
  WebhookService,
  WebhookUnreachable,
} from './admission-parts.ts';
import { boundMessage, captured, QUOTED, stripPrefixes, unquoteGo } from './go-text.ts';

export type {
  LimitRangeViolation,
  MustSpecify,
  PodSecurityViolation,
  ResourceTexts,
  WebhookService,
  WebhookUnreachable,
} from './admission-parts.ts';

type Detail = { /** The refusal without what controllers and kubectl put before it. */ readonly detail: string };

export type AdmissionError = Detail &
  (
    | {
        readonly class: 'quota-exceeded';
        readonly quota: string;
        readonly requested: ResourceTexts;
        readonly used: ResourceTexts;
        readonly limited: ResourceTexts;
      }
    | { readonly class: 'quota-needs-limits'; readonly quota: string; readonly mustSpecify: readonly MustSpecify[] }
    | { readonly class: 'quota-other'; readonly quota?: string }
    | { readonly class: 'limit-range'; readonly violations: readonly LimitRangeViolation[] }
    | {
        readonly class: 'pod-security';
        readonly profile: string;
        readonly version: string;
        readonly violations: readonly PodSecurityViolation[];
      }
    | {
        readonly class: 'webhook-denied';
        readonly webhook: string;
        /** Empty: without explanation. */ readonly denial: string;
      }
    | {
        readonly class: 'webhook-unreachable';
        readonly webhook: string;
        readonly unreachable: WebhookUnreachable;
        readonly url?: string;
        /** Absent where the webhook is at a URL outside the cluster. */
        readonly service?: WebhookService;
      }
    | { readonly class: 'policy-denied'; readonly policy: string; readonly binding: string; readonly denial: string }
    | { readonly class: 'service-account-missing'; readonly namespace: string; readonly name: string }
    | { readonly class: 'priority-class-missing' | 'runtime-class-missing'; readonly name: string }
    | { readonly class: 'namespace-terminating'; readonly namespace: string }
    | {
        readonly class: 'rbac';
        readonly user: string;
        readonly verb: string;
        readonly resource: string;
        readonly namespace?: string;
      }
    | { readonly class: 'invalid'; readonly kind: string; readonly name: string; readonly causes: string }
    | { readonly class: 'no-match-for-kind'; readonly kind: string; readonly apiVersion: string }
    | { readonly class: 'scc' | 'other' }
  );

type Found = AdmissionError extends infer Each ? (Each extends Detail ? Omit<Each, 'detail'> : never) : never;

const WRAPPINGS: readonly RegExp[] = [
  /^\(combined from similar events\): /,
  /^Error creating(?: job)?: /,
  /^(?:create|Create|update|Update) (?:Pod|Claim) \S+(?: for Pod \S+)? in StatefulSet \S+ failed error: /,
  /^Failed to create new replica set "[^"]*": /,
  /^[Ee]rror from server(?: \(\w+\))?: /,
  /^[Ee]rror when (?:creating|applying patch|patching|replacing|updating) [^:\n]*: /,
  /^[Ee]rror: /,
  /^Internal error occurred: /,
  // kserve components and reconcilers; knative serving reconciler/{configuration,service,revision,route}.
  /^[Ff]ails? to (?:reconcile|update|create) [a-zA-Z ]{1,60}: /,
  /^Revision creation failed with message: /,
  /^[Ff]ailed to (?:create|update) (?:Configuration|Route|Revision|Ingress|deployment|PodAutoscaler|PA|placeholder service)(?: "[^"]{0,253}")?: /,
];

export function parseAdmissionError(message: string): AdmissionError {
  const detail = stripPrefixes(boundMessage(message), WRAPPINGS);
  return {
    detail,
    ...(ofWebhook(detail) ?? ofQuota(detail) ?? ofPlugin(detail) ?? ofApi(detail) ?? { class: 'other' }),
  };
}

function ofWebhook(text: string): Found | undefined {
  const denied = new RegExp(
    `admission webhook ${QUOTED} denied the request(?:: ([\\s\\S]*)| without explanation|$)`,
  ).exec(text);
  if (denied?.[1] !== undefined) {
    const denial = denied[2] ?? '';
    // Knative asks the API server to create a pod for trial and passes its refusal on: that one is the cause.
    const trial = /dry run failed with ([\s\S]*)$/.exec(denial)?.[1];
    const inner = trial === undefined ? undefined : (ofQuota(trial) ?? ofPlugin(trial));
    return inner ?? { class: 'webhook-denied', webhook: unquoteGo(denied[1]), denial };
  }
  const called = new RegExp(`failed calling webhook ${QUOTED}: ([\\s\\S]*)$`).exec(text);
  if (called?.[1] !== undefined) {
    const { url, service, cause } = webhookTarget(called[2] ?? '');
    return {
      class: 'webhook-unreachable',
      webhook: unquoteGo(called[1]),
      unreachable: unreachableCause(cause),
      ...(url === undefined ? {} : { url }),
      ...(service === undefined ? {} : { service }),
    };
  }
  const policy = /[Pp]olicy '([^']*)' with binding '([^']*)' denied request: ([\s\S]*)$/.exec(text);
  if (!policy) return undefined;
  return { class: 'policy-denied', policy: policy[1] ?? '', binding: policy[2] ?? '', denial: policy[3] ?? '' };
}

function ofQuota(text: string): Found | undefined {
  const exceeded = /exceeded quota: ([^\s,]+), requested: ([^\s]*), used: ([^\s]*), limited: ([^\s]*)/.exec(text);
  if (exceeded) {
    const [, quota = '', requested = '', used = '', limited = ''] = exceeded;
    return {
      class: 'quota-exceeded',
      quota,
      requested: resourceList(requested),
      used: resourceList(used),
      limited: resourceList(limited),
    };
  }
  const needs = /failed quota: ([^\s:]+): must specify ([\s\S]*)$/.exec(text);
  if (needs) return { class: 'quota-needs-limits', quota: needs[1] ?? '', mustSpecify: mustSpecify(needs[2] ?? '') };
  const unknown = /status unknown for quota: ([^\s,]+)/.exec(text)?.[1];
  if (unknown !== undefined) return { class: 'quota-other', quota: unknown };
  const isOther = /insufficient quota to (?:consume|match these scopes)|resource quota evaluation timed out/.test(text);
  return isOther ? { class: 'quota-other' } : undefined;
}

function ofPlugin(text: string): Found | undefined {
  const security = /violates PodSecurity "([^":]{0,100})(?::([^"]{0,100}))?": ([\s\S]*)$/.exec(text);
  if (security) {
    const [, profile = '', version = '', rest = ''] = security;
    return { class: 'pod-security', profile, version, violations: podSecurityViolations(rest) };
  }
  if (/unable to validate against any security context constraint/.test(text)) return { class: 'scc' };
  const violations = limitRangeViolations(text);
  if (violations.length > 0) return { class: 'limit-range', violations };
  const account = /error looking up service account ([^\s/]+)\/([^\s:]+): serviceaccounts? "[^"]*" not found/.exec(
    text,
  );
  if (account) return { class: 'service-account-missing', namespace: account[1] ?? '', name: account[2] ?? '' };
  const priority = /no PriorityClass with name (\S+) was found/.exec(text)?.[1];
  if (priority !== undefined) return { class: 'priority-class-missing', name: priority };
  const runtime = captured(text, new RegExp(`RuntimeClass ${QUOTED} not found`));
  if (runtime !== undefined) return { class: 'runtime-class-missing', name: runtime };
  const namespace = /unable to create new content in namespace (\S+) because it is being terminated/.exec(text)?.[1];
  return namespace === undefined ? undefined : { class: 'namespace-terminating', namespace };
}

function ofApi(text: string): Found | undefined {
  const rbac =
    /User "([^"]*)" cannot (\w+) resource "([^"]*)"(?: in API group "[^"]*")?(?: in the namespace "([^"]*)")?/.exec(
      text,
    );
  if (rbac) {
    const [, user = '', verb = '', resource = '', namespace] = rbac;
    return { class: 'rbac', user, verb, resource, ...(namespace === undefined ? {} : { namespace }) };
  }
  const kind = /no matches for kind "([^"]*)" in version "([^"]*)"/.exec(text);
  if (kind) return { class: 'no-match-for-kind', kind: kind[1] ?? '', apiVersion: kind[2] ?? '' };
  const invalid = /(?:^|\s)(?:The )?([A-Za-z][\w.]*) "([^"]*)" is invalid: ([\s\S]*)$/.exec(text);
  if (!invalid) return undefined;
  return { class: 'invalid', kind: invalid[1] ?? '', name: invalid[2] ?? '', causes: invalid[3]?.trim() ?? '' };
}
