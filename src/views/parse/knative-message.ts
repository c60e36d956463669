/**
 * Takes apart what Knative Serving writes into conditions about names and references. Texts of knative serving pkg/apis/serving/v1/{route,service,
 * revision,configuration}_lifecycle.go, pkg/reconciler/{route,domainmapping}, networking pkg/apis/networking/v1alpha1; pure, bounded.
 */
const LONGEST = 2000;
const NAME = '"?([a-z0-9][a-z0-9._-]{0,252})"?';

export interface TakenName {
  /** `Deployment`; `Revision` where a Revision of that name has another template. */
  readonly kind: string;
  readonly name: string;
}

const NOT_OWNED = new RegExp(
  `existing (Deployment|PodAutoscaler|Configuration|Route|Revision|ServerlessService|SKS|Metric|HorizontalPodAutoscaler) ${NAME} that we do not own`,
);
const NAME_TAKEN = new RegExp(`revision name ${NAME} is taken by a conflicting Revision`, 'i');
const NOT_OF_SKS = new RegExp(`Resource ${NAME} of type "?(Service|Endpoints)"? is not owned by SKS`);

/** Another object has the name that Knative needs; undefined where the message tells of none. */
export function takenName(message: string): TakenName | undefined {
  const text = message.slice(0, LONGEST);
  const owned = NOT_OWNED.exec(text);
  if (owned?.[1] !== undefined && owned[2] !== undefined)
    return { kind: owned[1] === 'SKS' ? 'ServerlessService' : owned[1], name: owned[2] };
  const revision = NAME_TAKEN.exec(text)?.[1];
  if (revision !== undefined) return { kind: 'Revision', name: revision };
  const sks = NOT_OF_SKS.exec(text);
  return sks?.[1] !== undefined && sks[2] !== undefined ? { kind: sks[2], name: sks[1] } : undefined;
}

export type TrafficFault =
  | { readonly fault: 'missing'; readonly kind: 'Configuration' | 'Revision'; readonly name: string }
  | { readonly fault: 'foreign'; readonly kind: 'Revision'; readonly name: string; readonly service?: string }
  | { readonly fault: 'deleted'; readonly kind: 'Revision'; readonly name: string };

const MISSING = new RegExp(`(Configuration|Revision) ${NAME} referenced in traffic not found`);
const FOREIGN = new RegExp(`Revision ${NAME} (?:does not belong to|belongs to) Service ${NAME}(, not Service)?`);
const DELETED = new RegExp(`Revision ${NAME} was deleted`);

/** What the traffic of a Route names that cannot get any. `does not have any ready Revision` is no such fault: its Revision has one of its own. */
export function trafficFault(message: string): TrafficFault | undefined {
  const text = message.slice(0, LONGEST);
  const missing = MISSING.exec(text);
  if (missing?.[2] !== undefined)
    return { fault: 'missing', kind: missing[1] === 'Revision' ? 'Revision' : 'Configuration', name: missing[2] };
  const foreign = FOREIGN.exec(text);
  if (foreign?.[1] !== undefined)
    return {
      fault: 'foreign',
      kind: 'Revision',
      name: foreign[1],
      // Only the long form tells whose it is.
      ...(foreign[3] === undefined || foreign[2] === undefined ? {} : { service: foreign[2] }),
    };
  const deleted = DELETED.exec(text)?.[1];
  return deleted === undefined ? undefined : { fault: 'deleted', kind: 'Revision', name: deleted };
}

/** The domain for which no ClusterDomainClaim exists. */
export function unclaimedDomain(message: string): string | undefined {
  return /no ClusterDomainClaim found for domain "([^"\s]{1,253})"/.exec(message.slice(0, LONGEST))?.[1];
}

/** `Certificate x is not ready: why`, `Certificate x fails to be provisioned: why`. */
export function certificateFault(message: string): { readonly name: string; readonly why: string } | undefined {
  const match = new RegExp(
    `^Certificate ${NAME} (?:is not ready|fails to be provisioned)[:.]? ?([\\s\\S]{0,600})`,
  ).exec(message.slice(0, LONGEST));
  return match?.[1] === undefined ? undefined : { name: match[1], why: (match[2] ?? '').trim() };
}
