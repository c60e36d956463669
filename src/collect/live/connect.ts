/**
 * Opens the port to a live cluster from a kubeconfig or a pod's service account. Reads files at once; sends nothing before the first call.
 * Loaded lazily by the command line, since the Kubernetes client behind `session.ts` is slow to load.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { textAt } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Timestamp } from '../../model/evidence.ts';
import type { Answer, ClusterPort, GetQuery, ListedObjects, ListQuery, LogQuery, LogText } from '../port.ts';
import { collectionPath, isPathSegment, objectPath } from './api-path.ts';
import { createHttpClient } from './http.ts';
import type { HttpClient, Missing } from './http.ts';
import type { Environment } from './kubeconfig.ts';
import { chooseCluster, SERVICE_ACCOUNT_FOLDER } from './kubeconfig.ts';
import { listPages, withType } from './list-pages.ts';
import { readLog } from './read-log.ts';
import { createServedVersions } from './served-versions.ts';
import type { Versioned } from './served-versions.ts';
import { createSessions } from './session.ts';

export interface ConnectOptions {
  /** `--kubeconfig FILE`; wins over KUBECONFIG and the file in the home folder. */
  readonly kubeconfig?: string;
  /** `--context NAME`. */
  readonly context?: string;
  /** The environment: KUBECONFIG, HOME, proxies, the addresses in a pod, and what plugins inherit. */
  readonly env: Environment;
  /** Bound of one request. A call of several (pages, waits) has six times as much. */
  readonly timeoutMs: number;
  /** Bound of all requests together; ten minutes where absent. */
  readonly overallMs?: number;
  /** Ends requests early; what was not read by then is answered as a timeout. */
  readonly signal?: AbortSignal;
  /** Whether a credential plugin may ask at the terminal. */
  readonly interactive?: boolean;
  /** What a credential plugin prints while it runs. */
  readonly onPluginMessage?: (text: string) => void;
  /** Where a pod finds its service account. */
  readonly serviceAccountFolder?: string;
  /** How to wait before a repeat. */
  readonly pause?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Bound of one answer, uncompressed; 256 MiB where absent (V8 holds strings up to 512 MB). */
  readonly maxBytes?: number;
}

const MAX_IN_FLIGHT = 10;
const CALL_FACTOR = 6;
const OVERALL_MS = 600_000;
const MAX_BYTES = 256 * 1024 * 1024;

async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal ? { signal } : {});
  } catch (error) {
    // Ended early: the next request notices the same signal and says so.
    if (signal?.aborted !== true) throw error;
  }
}

/** A 404 that names the object is the object's absence; one without a name is that of the path. */
function fromMissing(missing: Missing, name: string): Versioned<never> {
  if (textAt(missing.status, 'details', 'name') !== name) return { state: 'not-served' };
  return { state: 'not-found', message: missing.message };
}

function badName(
  ...names: readonly (string | undefined)[]
): { readonly state: 'failed'; readonly reason: 'unsupported'; readonly message: string } | undefined {
  const bad = names.find((name) => name !== undefined && !isPathSegment(name));
  if (bad === undefined) return undefined;
  return {
    state: 'failed',
    reason: 'unsupported',
    message: `"${bad.slice(0, 100)}" is no name of a Kubernetes object`,
  };
}

function createPort(describe: string, defaultNamespace: string, http: HttpClient): ClusterPort {
  const versions = createServedVersions();

  async function list(query: ListQuery): Promise<Answer<ListedObjects>> {
    const { info, namespace } = query;
    const bad = badName(namespace);
    if (bad) return bad;
    return http.call((call) =>
      versions.ask<ListedObjects>(
        info,
        (version) =>
          listPages(http, call, collectionPath(info, version, namespace), query, versionName(info.group, version)),
        () => http.json(call, ['apis', info.group], {}),
      ),
    );
  }

  async function get(query: GetQuery): Promise<Answer<JsonObject>> {
    const { info, namespace, name } = query;
    const bad = badName(namespace, name);
    if (bad) return bad;
    return http.call((call) =>
      versions.ask<JsonObject>(
        info,
        async (version) => {
          const answer = await http.json(call, objectPath(info, version, name, namespace), {});
          if (answer.state === 'missing') return fromMissing(answer, name);
          if (answer.state === 'failed') return answer;
          return { state: 'ok', value: withType(answer.value, versionName(info.group, version), info.kind) };
        },
        () => http.json(call, ['apis', info.group], {}),
      ),
    );
  }

  async function log(query: LogQuery): Promise<Answer<LogText>> {
    const bad = badName(query.namespace, query.pod);
    if (bad) return bad;
    const reply = await http.call((call) => readLog(http, call, query));
    if (reply.state !== 'missing') return reply;
    // A 404 of the kubelet names the Pod too, but with the kind `pods/log`: the Pod exists, its log does not.
    const ofPod =
      textAt(reply.status, 'details', 'kind') === 'pods' && textAt(reply.status, 'details', 'name') === query.pod;
    if (ofPod) return { state: 'not-found', message: reply.message };
    return { state: 'failed', reason: 'failed', status: 404, message: reply.message || 'the server answered 404' };
  }

  async function now(): Promise<Timestamp> {
    if (http.serverTime === undefined) await http.call((call) => http.json(call, ['version'], {}));
    // Only where something in between strips the Date header is this machine's clock all there is.
    return http.serverTime ?? new Date().toISOString();
  }

  return {
    describe,
    defaultNamespace,
    now,
    list,
    get,
    log,
    get requests() {
      return http.requests;
    },
    close: () => http.close(),
  };
}

function versionName(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/**
 * A port to the cluster that kubectl would talk to with the same options.
 * @throws InferscopeProblem IS0011 where the kubeconfig leads nowhere. Calls of the port reject with IS0010 and IS0012 to IS0016 at first contact.
 */
export async function connectCluster(options: ConnectOptions): Promise<ClusterPort> {
  const choice = chooseCluster({
    env: options.env,
    serviceAccountFolder: options.serviceAccountFolder ?? SERVICE_ACCOUNT_FOLDER,
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    ...(options.context === undefined ? {} : { context: options.context }),
  });
  const sessions = createSessions({
    choice,
    env: options.env,
    interactive: options.interactive ?? false,
    maxSockets: MAX_IN_FLIGHT,
    ...(options.onPluginMessage ? { onPluginMessage: options.onPluginMessage } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const http = createHttpClient({
    choice,
    sessions,
    timeoutMs: options.timeoutMs,
    callMs: options.timeoutMs * CALL_FACTOR,
    overallMs: options.overallMs ?? OVERALL_MS,
    maxInFlight: MAX_IN_FLIGHT,
    maxBytes: options.maxBytes ?? MAX_BYTES,
    pause: options.pause ?? pauseFor,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const name = choice.context === undefined ? 'the cluster of this pod' : `context ${choice.context}`;
  return createPort(`${name} (${choice.server})`, choice.namespace, http);
}
