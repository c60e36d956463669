/**
 * Inside the cluster: what the name of a host stands for, and why it stands for nothing.
 */
import type { Citation } from '../../model/evidence.ts';
import { textAt } from '../../model/json.ts';
import type { ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import type { Entry } from './entry.ts';
import { serviceOfHost } from './match.ts';
import { failing, passing, type Hop } from './path-types.ts';
import { askWhy, whyNotPublished } from './published.ts';

/** Inside the cluster the name of a Route is a Service that stands for the gateway (knative serving pkg/reconciler/route/resources/service.go). */
export function nameHop(context: ViewContext, entry: Entry, host: string): Hop {
  const named = serviceOfHost(host, entry.namespace) ?? { name: entry.name, namespace: entry.namespace };
  const ref: ResourceRef = { apiVersion: 'v1', kind: 'Service', ...named };
  const found = context.object(ref);
  const parts = { id: 'address' as const, title: 'DNS', object: ref };
  if (found.state === 'absent') return unresolved(context, entry, parts, found.cite, named);
  if (found.state === 'unknown')
    // The gateway routes by the Host header; a Service that was not read is no reason to doubt the path.
    return passing({ ...parts, says: `The name stands for Service ${named.name}`, gaps: [found.gap] });
  const external = textAt(found.value.body, 'spec', 'externalName');
  return passing({
    ...parts,
    says:
      external === undefined
        ? `The name is that of Service ${named.name}`
        : `Service ${named.name} stands for ${external}`,
    citations: [found.value.cite('what the name stands for', external === undefined ? '/spec' : '/spec/externalName')],
  });
}

/** A Service that is not there is mostly one that was not made yet: the object above it says why. */
export function unresolved(
  context: ViewContext,
  entry: Entry,
  parts: Pick<Hop, 'id' | 'title'> & { readonly object: ResourceRef },
  cite: Citation,
  named: { readonly namespace: string; readonly name: string },
): Hop {
  const why = whyNotPublished(context, entry);
  return failing({
    ...parts,
    says: `There is no Service ${named.namespace}/${named.name}, so the name does not resolve${why === undefined ? '' : `. ${why.says}`}`,
    citations: [cite, ...(why?.citations ?? [])],
    answer: { words: 'the name does not resolve' },
    ...(why === undefined ? {} : askWhy(entry.object.ref)),
  });
}
