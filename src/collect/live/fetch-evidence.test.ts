/** Answers become evidence or gaps; a gap never looks like an absence. */
import { expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import { kindNamed } from '../../model/kinds.ts';
import type { KindInfo } from '../../model/kinds.ts';
import type { Failure } from '../port.ts';
import { evidenceOfGet, evidenceOfList, evidenceOfLog } from './fetch-evidence.ts';

function info(kind: string): KindInfo {
  const found = kindNamed(kind);
  if (!found) throw new TypeError(`no kind ${kind}`);
  return found;
}

const redact = {
  object: (body: JsonObject): JsonObject => ({ ...body, redacted: true }),
  text: (text: string): string => text.replaceAll('hunter2', '***'),
};
const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', namespace: 'ns', uid: 'u1' } };
const FORBIDDEN: { state: 'failed' } & Failure = {
  state: 'failed',
  reason: 'forbidden',
  status: 403,
  message: 'no hunter2',
};
const LOG = { namespace: 'ns', pod: 'x', container: 'c', previous: false, tailLines: 2, limitBytes: 100 };
const POD_REF = { apiVersion: 'v1', kind: 'Pod', namespace: 'ns', name: 'x' };

test('an object is redacted and named by the path of the API', () => {
  const { evidence, gaps } = evidenceOfGet(
    { info: info('Pod'), namespace: 'ns', name: 'x' },
    { state: 'ok', value: POD },
    redact,
  );
  expect(gaps).toEqual([]);
  expect(evidence).toEqual([
    {
      type: 'object',
      id: 'ev:api/v1/namespaces/ns/pods/x',
      subject: { apiVersion: 'v1', kind: 'Pod', name: 'x', namespace: 'ns', uid: 'u1' },
      completeness: { kind: 'complete' },
      body: { ...POD, redacted: true },
    },
  ]);
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'ns' } };
  const named = evidenceOfGet(
    { info: info('Deployment'), namespace: 'ns', name: 'd' },
    { state: 'ok', value: deployment },
    redact,
  );
  expect(named.evidence[0]?.id).toBe('ev:apis/apps/v1/namespaces/ns/deployments/d');
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } };
  expect(evidenceOfGet({ info: info('Node'), name: 'n1' }, { state: 'ok', value: node }, redact).evidence[0]?.id).toBe(
    'ev:api/v1/nodes/n1',
  );
});

test('a 404 is an absence; a 403 is a gap that names the rule to ask for', () => {
  const query = { info: info('Deployment'), namespace: 'ns', name: 'd' };
  const gone = evidenceOfGet(query, { state: 'not-found', message: '' }, redact);
  expect(gone.evidence).toMatchObject([
    { type: 'absence', id: 'ev:absent:apis/apps/v1/namespaces/ns/deployments/d', subject: { name: 'd' } },
  ]);
  const refused = evidenceOfGet(query, FORBIDDEN, redact);
  expect(refused.evidence).toEqual([]);
  expect(refused.gaps).toEqual([
    {
      id: 'gap:apis/apps/v1/namespaces/ns/deployments/d',
      wanted: 'the Deployment d in namespace ns',
      reason: 'forbidden',
      detail: 'no ***',
      unlock:
        'kubectl auth can-i get deployments.apps -n ns; ask for verbs get,list on deployments in group "apps" in namespace ns',
      request: { type: 'object', ref: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', namespace: 'ns' } },
    },
  ]);
});

test('only a whole list without a field selector proves what is not in it', () => {
  const query = { info: info('Pod'), namespace: 'ns' };
  const whole = { state: 'ok', value: { items: [POD], complete: true } } as const;
  expect(evidenceOfList(query, whole, redact).evidence.map((each) => each.id)).toEqual([
    'ev:api/v1/namespaces/ns/pods/x',
    'ev:list:api/v1/pods?ns',
  ]);
  expect(evidenceOfList({ info: info('Pod') }, whole, redact).evidence.at(-1)).toMatchObject({
    id: 'ev:list:api/v1/pods',
    namespaces: 'all',
  });
  expect(evidenceOfList({ ...query, labelSelector: 'app=a' }, whole, redact).evidence.at(-1)).toMatchObject({
    id: 'ev:list:api/v1/pods?ns&labelSelector=app=a',
    labelSelector: 'app=a',
    namespaces: ['ns'],
  });
  expect(
    evidenceOfList({ ...query, fieldSelector: 'status.phase=Running' }, whole, redact).evidence.map(
      (each) => each.type,
    ),
  ).toEqual(['object']);
});

test('a list that broke off keeps its objects and leaves a gap', () => {
  const stopped: Failure = { reason: 'expired', message: 'too old' };
  const { evidence, gaps } = evidenceOfList(
    { info: info('Pod'), namespace: 'ns' },
    { state: 'ok', value: { items: [POD], complete: false, stopped } },
    redact,
  );
  expect(evidence.map((each) => each.type)).toEqual(['object']);
  expect(gaps).toMatchObject([
    { id: 'gap:list:api/v1/pods?ns', wanted: 'the pods after the first 1 of namespace ns', reason: 'expired' },
  ]);
  expect(gaps[0]).not.toHaveProperty('unlock');
});

test('a kind that is not served has no objects; one that may not be listed is unknown', () => {
  const query = { info: info('InferenceService') };
  expect(evidenceOfList(query, { state: 'not-found', message: '' }, redact)).toMatchObject({
    evidence: [{ type: 'list', namespaces: 'all' }],
    gaps: [],
  });
  const { evidence, gaps } = evidenceOfList({ info: info('Node') }, FORBIDDEN, redact);
  expect(evidence).toEqual([]);
  expect(gaps[0]?.unlock).toBe(
    'kubectl auth can-i list nodes; ask for verbs get,list on nodes in group "" in the whole cluster',
  );
});

test('a log is redacted and says what was kept', () => {
  const answer = { state: 'ok', value: { text: 'a\npassword hunter2\n', truncated: true } } as const;
  expect(evidenceOfLog({ ...LOG, previous: true }, POD_REF, info('Pod'), answer, redact.text).evidence).toMatchObject([
    {
      type: 'log',
      id: 'ev:api/v1/namespaces/ns/pods/x/log/c.previous',
      previous: true,
      text: 'a\npassword ***\n',
      completeness: { kind: 'truncated', by: 'lines', kept: 'the last 2 lines' },
    },
  ]);
  const cut = evidenceOfLog({ ...LOG, tailLines: 9 }, POD_REF, info('Pod'), answer, redact.text);
  expect(cut.evidence[0]?.completeness).toMatchObject({ kind: 'truncated', by: 'bytes' });
});

test('a refused log is evidence, a forbidden one a gap, an unreachable kubelet both', () => {
  const collect = (status: number, reason: Failure['reason']): readonly (readonly string[])[] => {
    const { evidence, gaps } = evidenceOfLog(
      LOG,
      POD_REF,
      info('Pod'),
      { state: 'failed', reason, status, message: 'm' },
      redact.text,
    );
    return [evidence.map((each) => each.type), gaps.map((each) => each.reason)];
  };
  expect(collect(400, 'failed')).toEqual([['log-refusal'], []]);
  expect(collect(403, 'forbidden')).toEqual([[], ['forbidden']]);
  expect(collect(500, 'failed')).toEqual([['log-refusal'], ['failed']]);
  const { gaps } = evidenceOfLog(LOG, POD_REF, info('Pod'), FORBIDDEN, redact.text);
  expect(gaps[0]).toMatchObject({
    wanted: 'the log of container c of Pod ns/x',
    unlock:
      'kubectl auth can-i get pods --subresource=log -n ns; ask for verb get on pods/log in group "" in namespace ns',
  });
});

test('a log of a Pod that is gone proves the absence of the Pod', () => {
  const { evidence } = evidenceOfLog(
    LOG,
    { ...POD_REF, uid: 'u' },
    info('Pod'),
    { state: 'not-found', message: '' },
    redact.text,
  );
  expect(evidence).toMatchObject([{ type: 'absence', id: 'ev:absent:api/v1/namespaces/ns/pods/x' }]);
});
