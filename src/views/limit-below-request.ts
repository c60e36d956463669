/**
 * A pod that is refused because a container asks for more than its own limit, and where that limit comes from: the pod template, or the default of
 * a LimitRange, which is then nowhere in what the person wrote. Reads the refusal's field and quantity; it judges nothing else.
 */
import type { Citation, EvidenceGap } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { admissionRefusal, templateContainers } from './admission-refusal.ts';
import { parseQuantity } from './parse/quantity.ts';
import { refusalReferences } from './refusal-references.ts';

export interface LimitBelowRequest {
  readonly container: string;
  readonly field: 'containers' | 'initContainers';
  readonly resource: string;
  /** As written: `800m`. */
  readonly request: string;
  readonly limit: string;
  /** The LimitRange that gives the limit, where the template sets none. */
  readonly range?: ResourceRef;
  /** Shows the request, and the limit where it was seen. */
  readonly cites: readonly Citation[];
}

// kubernetes pkg/apis/core/validation/validation.go ValidateResourceRequirements; the limit itself is said since 1.27.
const REFUSED =
  /spec(?:\.template\.spec)?\.(containers|initContainers)\[(\d{1,4})\]\.resources\.requests: Invalid value: "([^"]{1,60})": must be less than or equal to ([\w./-]{1,100}) limit(?: of ([\w.]{1,60}))?/;

/** `gap`: the LimitRanges that would tell where the limit comes from were not read. */
export interface LimitSource {
  readonly found?: LimitBelowRequest;
  readonly gap?: EvidenceGap;
}

export const limitBelowRequest = defineView<LimitSource>({
  id: 'limit-below-request',
  needs: [{ type: 'object', kind: 'LimitRange' }],
  uses: [admissionRefusal, refusalReferences],
  derive(context, subject) {
    const refusal = context.use(admissionRefusal, subject);
    if (refusal.state !== 'refused' || refusal.error.class !== 'invalid' || refusal.template === undefined) return {};
    const [, list, index, request = '', resource = '', stated] = REFUSED.exec(refusal.error.causes) ?? [];
    const field = list === 'containers' || list === 'initContainers' ? list : undefined;
    if (field === undefined) return {};
    const container = templateContainers(refusal.template).filter((candidate) => candidate.field === field)[
      Number(index)
    ];
    if (container === undefined) return {};
    const { object } = refusal.template;
    const own = textAt(container.spec, 'resources', 'limits', resource);
    const base = { container: container.name, field, resource, request } as const;
    if (own !== undefined)
      return {
        found: {
          ...base,
          limit: own,
          cites: [object.cite(`requests and limits of container ${container.name}`, `${container.pointer}/resources`)],
        },
      };
    for (const range of context.use(refusalReferences, subject).limitRanges)
      for (const [position, item] of listAt(range.body, 'spec', 'limits').entries()) {
        const given = textAt(item, 'default', resource);
        if (given === undefined || textAt(item, 'type') !== 'Container') continue;
        if (stated !== undefined && parseQuantity(stated) !== parseQuantity(given)) continue;
        return {
          found: {
            ...base,
            limit: given,
            range: range.ref,
            cites: [
              range.cite(`the default limit of ${range.ref.name}`, `/spec/limits/${position}/default`),
              object.cite(`container ${container.name} sets no limit`, `${container.pointer}/resources`),
            ],
          },
        };
      }
    const { complete } = context.list(
      'LimitRange',
      object.ref.namespace === undefined ? {} : { namespace: object.ref.namespace },
    );
    return complete.state === 'unknown' ? { gap: complete.gap } : {};
  },
});
