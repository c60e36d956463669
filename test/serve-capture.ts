/** Serves a capture as a read-only API on loopback, for tests of the live path. */
import { readCapture } from '../src/collect/captures/read-capture.ts';
import type { Snapshot } from '../src/model/evidence.ts';
import { startApiServer, type ApiServer, type Fault } from '../src/testing/api-server.ts';

export async function serveCapture(
  path: string,
  faults: readonly Fault[] = [],
): Promise<{ snapshot: Snapshot; server: ApiServer }> {
  const snapshot = await readCapture(path);
  return { snapshot, server: await serveSnapshot(snapshot, faults) };
}

async function serveSnapshot(snapshot: Snapshot, faults: readonly Fault[] = []): Promise<ApiServer> {
  const logs = new Map<string, string>();
  const logErrors = new Map<string, { status: number; message: string }>();
  const objects = [];
  for (const piece of snapshot.evidence) {
    if (piece.type === 'object' && piece.subject.kind !== 'APIResourceList' && piece.subject.kind !== 'Version')
      objects.push(piece.body);
    if (piece.type === 'log')
      logs.set(logKey(piece.subject.namespace, piece.subject.name, piece.container, piece.previous), piece.text);
    if (piece.type === 'log-refusal') {
      logErrors.set(logKey(piece.subject.namespace, piece.subject.name, piece.container, piece.previous), {
        status: piece.status,
        message: piece.message,
      });
    }
  }
  return startApiServer({ objects, logs, logErrors, faults, date: new Date(snapshot.takenAt).toUTCString() });
}

function logKey(namespace: string | undefined, pod: string, container: string, previous: boolean): string {
  return `${namespace ?? ''}/${pod}/${container}${previous ? '.previous' : ''}`;
}
