/**
 * A namespace that Azure ML says is missing: in the status of an endpoint or deployment, in its events, or in the log of the inference operator;
 * and whether the cluster has it. The log is read only where nothing was made.
 */
import { azuremlPlaceOf } from '../../model/azureml-labels.ts';
import { isAzureml } from '../../model/azureml-names.ts';
import type { Citation, Lookup } from '../../model/evidence.ts';
import { textAt } from '../../model/json.ts';
import { nameWithKind } from '../../model/kinds.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { amlarcStatus } from './amlarc-status.ts';
import { madeFor } from './made-for.ts';
import { ALL_COMPONENTS, linesOf, useComponent } from '../platform-component.ts';

export interface ComputeNamespace {
  readonly name: string;
  /** Who names it: `its status`, `an event`, `the log of the inference operator`. */
  readonly words: string;
  readonly cite: Citation;
  readonly found: Lookup<KubeObject>;
  readonly terminating: boolean;
  readonly who: string;
}

/** apimachinery `errors.NewNotFound`, the admission plugin NamespaceLifecycle, and Azure's own words. */
const SAYS: readonly RegExp[] = [
  /namespaces? \\?["']?(?<name>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\\?["']? (?:is |was |does |could |has )?not (?:be )?(?:found|exist)/i,
  /in namespace \\?["']?(?<name>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\\?["']? because it is being terminated/i,
  /NamespaceNotFound[^a-z0-9]{1,4}(?:the )?(?:compute(?:'s)? )?namespace \\?["']?(?<name>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)/i,
];

export const computeNamespace = defineView<ComputeNamespace | undefined>({
  id: 'compute-namespace',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'Namespace' },
    { type: 'object', kind: 'Pod' },
    { type: 'event' },
    { type: 'log' },
  ],
  uses: [madeFor, ...ALL_COMPONENTS],
  derive(context, subject) {
    const self = context.object(subject);
    if (self.state !== 'present' || !isAzureml(subject)) return undefined;
    const said = amlarcStatus(self.value.body);
    if (said.state === 'ok') return undefined;
    const status = nameIn(said.text);
    const place = azuremlPlaceOf(subject, self.value.body);
    const who = nameWithKind(subject);
    const of = (name: string, words: string, cite: Citation): ComputeNamespace => {
      const ref: ResourceRef = { apiVersion: 'v1', kind: 'Namespace', name };
      const found = context.object(ref);
      const terminating =
        found.state === 'present' &&
        (textAt(found.value.body, 'status', 'phase') === 'Terminating' ||
          textAt(found.value.body, 'metadata', 'deletionTimestamp') !== undefined);
      return { name, words, cite, found, terminating, who };
    };
    if (status !== undefined)
      return of(status, 'its status', self.value.cite(`its status says ${said.word}`, said.pointer));
    for (const event of context.events(subject).toReversed()) {
      const name = nameIn(event.message);
      if (name !== undefined) return of(name, 'an event', event.cite());
    }
    // Without a name in sight only a deployment of which nothing was made has the operator asked.
    if (
      !/NamespaceNotFound/.test(said.text) &&
      (said.state === 'failed' || context.use(madeFor, subject) !== undefined)
    )
      return undefined;
    const line = operatorLine(context, subject, place?.endpoint);
    return line === undefined ? undefined : of(line.name, 'the log of the inference operator', line.cite);
  },
});

function operatorLine(
  context: ViewContext,
  subject: ResourceRef,
  endpoint: string | undefined,
): { readonly name: string; readonly cite: Citation } | undefined {
  const component = useComponent(context, 'azureml-inference-operator');
  if (component.state !== 'present' || component.value.down) return undefined;
  // Deployments are called blue in every namespace: only the name of an endpoint is one in a cluster.
  for (const object of [subject, ...(endpoint === undefined ? [] : [{ name: endpoint }])]) {
    const lines = linesOf(context, component.value, object);
    if (lines.state !== 'present') continue;
    for (const line of lines.value.toReversed()) {
      const missing = nameIn(line.text);
      if (missing !== undefined) return { name: missing, cite: line.cite };
    }
  }
  return undefined;
}

function nameIn(text: string): string | undefined {
  for (const pattern of SAYS) {
    const name = pattern.exec(text.slice(0, 20_000))?.groups?.['name'];
    if (name !== undefined) return name.toLowerCase();
  }
  return undefined;
}
