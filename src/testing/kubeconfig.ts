/**
 * Writes kubeconfig files for tests into folders of their own under the system's temporary folder.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../model/json.ts';

export interface TestKubeconfig {
  readonly server: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly cluster?: JsonObject;
  readonly user?: JsonObject;
  /** False: the file has no current-context. */
  readonly current?: boolean;
}

/** JSON, which is YAML too. */
export function kubeconfigText(config: TestKubeconfig): string {
  const name = config.context ?? 'test';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: `${name}-cluster`, cluster: { server: config.server, ...config.cluster } }],
    users: [{ name: `${name}-user`, user: config.user ?? {} }],
    contexts: [
      {
        name,
        context: {
          cluster: `${name}-cluster`,
          user: `${name}-user`,
          ...(config.namespace === undefined ? {} : { namespace: config.namespace }),
        },
      },
    ],
    ...(config.current === false ? {} : { 'current-context': name }),
  });
}

export interface TestFolder {
  readonly path: string;
  /** Writes a file and returns its path. */
  write(name: string, text: string): string;
  remove(): void;
}

export function testFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'inferscope-test-'));
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      writeFileSync(file, text, { mode: 0o700 });
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
