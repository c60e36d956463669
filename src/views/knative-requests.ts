/** Requests that were really sent to the host of an object and got no answer of the model: for citing. It says nothing about why. */
import type { Citation } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';
import { defineView } from '../model/reader.ts';
import { ownerTree } from './owner-tree.ts';

export interface RefusedRequest {
  readonly text: string;
  readonly cite: Citation;
}

const MOST = 2;

export const refusedRequests = defineView<readonly RefusedRequest[]>({
  id: 'knative-refused-requests',
  needs: [{ type: 'exchange' }, { type: 'object', kind: 'Revision' }],
  uses: [ownerTree],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return [];
    const { owners } = context.use(ownerTree, subject);
    const names = new Set([...owners.map((owner) => owner.name), textAt(found.value.body, 'metadata', 'name') ?? '']);
    return context
      .exchanges()
      .flatMap(({ id, request, response, error }) => {
        const [name = '', namespace = ''] = (/^https?:\/\/([^/:]{1,253})/.exec(request.url)?.[1] ?? '').split('.');
        if (!names.has(name) || namespace !== subject.namespace) return [];
        if (response !== undefined && response.status !== 503 && response.status !== 504) return [];
        const answer =
          response === undefined ? `no answer (${error ?? 'the connection ended'})` : `HTTP ${response.status}`;
        return [
          {
            text: `a request to ${name}.${namespace} gets ${answer}`,
            cite: context.citeEvidence(id, `a request gets ${answer}`),
          },
        ];
      })
      .slice(-MOST);
  },
});
