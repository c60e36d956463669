/**
 * Reads a list page by page (`limit` and `continue`) and says whether it is whole.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
import { at, isObject, textAt } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Failure, ListedObjects, ListQuery } from '../port.ts';
import type { ApiPath } from './api-path.ts';
import type { Call, HttpClient, Parameters } from './http.ts';
import type { Versioned } from './served-versions.ts';

// What kubectl asks for (`--chunk-size`).
const PAGE_SIZE = 500;
// A bound against a server that never ends; at 500 a page a million objects.
const MAX_PAGES = 2000;

function parametersOf(query: ListQuery, token: string | undefined): Parameters {
  return {
    limit: String(PAGE_SIZE),
    ...(query.labelSelector === undefined ? {} : { labelSelector: query.labelSelector }),
    ...(query.fieldSelector === undefined ? {} : { fieldSelector: query.fieldSelector }),
    // A continue token fixes the version itself; the server refuses both together.
    ...(token !== undefined ? { continue: token } : query.staleAllowed === true ? { resourceVersion: '0' } : {}),
  };
}

/** Items of lists carry neither `apiVersion` nor `kind`; they are those of the list. */
export function withType(item: JsonObject, apiVersion: string, kind: string): JsonObject {
  return { ...item, apiVersion: textAt(item, 'apiVersion') ?? apiVersion, kind: textAt(item, 'kind') ?? kind };
}

function partial(items: readonly JsonObject[], stopped: Failure): Versioned<ListedObjects> {
  return { state: 'ok', value: { items, complete: false, stopped } };
}

/** An expired continue token (410) starts the list anew once; after the first page every failure leaves a partial list. */
export async function listPages(
  http: HttpClient,
  call: Call,
  path: ApiPath,
  query: ListQuery,
  apiVersion: string,
): Promise<Versioned<ListedObjects>> {
  let items: JsonObject[] = [];
  let token: string | undefined;
  let restarted = false;
  let foreign = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const reply = await http.json(call, path, parametersOf(query, token));
    if (reply.state === 'missing') {
      if (token === undefined) return { state: 'not-served' };
      return partial(items, {
        reason: 'failed',
        status: 404,
        message: reply.message || 'the server answered 404 to a later page',
      });
    }
    if (reply.state === 'failed') {
      if (reply.status === 410 && !restarted && token !== undefined) {
        restarted = true;
        items = [];
        token = undefined;
        foreign = 0;
        continue;
      }
      if (token === undefined) return reply;
      const { state: _, ...stopped } = reply;
      return partial(items, stopped);
    }
    const listed = at(reply.value, 'items');
    // Go writes an empty list as null where nothing was ever put into it.
    if (!Array.isArray(listed) && listed !== null) {
      const failure: Failure = {
        reason: 'unsupported',
        message: `the answer is a ${textAt(reply.value, 'kind') ?? 'JSON object'}, not a list`,
      };
      return token === undefined ? { state: 'failed', ...failure } : partial(items, failure);
    }
    const listVersion = textAt(reply.value, 'apiVersion') ?? apiVersion;
    for (const item of listed ?? []) {
      if (isObject(item) && textAt(item, 'metadata', 'name') !== undefined)
        items.push(withType(item, listVersion, query.info.kind));
      else foreign += 1;
    }
    const next = textAt(reply.value, 'metadata', 'continue') ?? '';
    if (next === '') {
      if (foreign === 0) return { state: 'ok', value: { items, complete: true } };
      return partial(items, { reason: 'unsupported', message: `${foreign} items of the list have no name` });
    }
    if (next === token) return partial(items, { reason: 'failed', message: 'the server repeats the same page' });
    token = next;
  }
  return partial(items, { reason: 'too-large', message: `the list has more than ${MAX_PAGES} pages` });
}
