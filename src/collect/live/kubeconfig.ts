/**
 * Finds, reads and merges kubeconfig files the way kubectl does, and picks one context of them.
 * Responsible for the files only: it runs no plugin, opens no connection and changes nothing. Fields stay as written until `session.ts` reads them.
 *
 * Rules followed: kubernetes `client-go/tools/clientcmd/loader.go`: an explicit file must exist and stands alone; of several in KUBECONFIG
 * the missing ones are skipped and the first to set a name wins whole; relative paths start at the file that holds them; `-data` beats a file.
 */
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { load, YAMLException } from 'js-yaml';
import { booleanAt, isObject, listAt, objectAt, textAt } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import { nearestNames } from '../../views/parse/nearest-name.ts';
import { InferscopeProblem } from '../problem.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface KubeconfigChoice {
  /** `--kubeconfig FILE`. */
  readonly kubeconfig?: string;
  /** `--context NAME`. */
  readonly context?: string;
  readonly env: Environment;
  /** Where a pod finds its service account. */
  readonly serviceAccountFolder: string;
}

/** A part of a kubeconfig and the folder that its relative paths start at. */
export interface KubeconfigPart {
  readonly body: JsonObject;
  readonly folder: string;
}

export interface ClusterChoice {
  /** Absent inside a pod. */
  readonly context?: string;
  /** Where this came from, for messages: `~/.kube/config`. */
  readonly origin: string;
  /** Without a trailing slash. */
  readonly server: string;
  readonly namespace: string;
  readonly cluster: KubeconfigPart;
  readonly userName: string;
  /** An empty body where the context names no user (anonymous). */
  readonly user: KubeconfigPart;
}

// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

interface Merged {
  readonly contexts: Map<string, KubeconfigPart>;
  readonly clusters: Map<string, KubeconfigPart>;
  readonly users: Map<string, KubeconfigPart>;
  currentContext: string | undefined;
}

export function unusable(
  tried: string,
  found: string,
  todo: readonly [string, ...string[]],
  cause?: unknown,
): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0011',
    tried: `Read ${tried}`,
    found,
    todo,
    ...(cause === undefined ? {} : { cause }),
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof YAMLException) return error.message.split('\n')[0] ?? 'not YAML';
  return error instanceof Error ? error.message : String(error);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** The user's own folder as `~`, for messages. */
function shorten(path: string, env: Environment): string {
  const home = env['HOME'];
  return home !== undefined && home !== '' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** The text of a file, or undefined where it does not exist. Any other trouble is a problem of the kubeconfig. */
function textOf(path: string, shown: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unusable(shown, `The file cannot be read: ${reasonOf(error)}`, [`ls -l ${shown}`], error);
  }
}

function addNamed(into: Map<string, KubeconfigPart>, entries: readonly unknown[], inner: string, folder: string): void {
  for (const entry of entries) {
    const name = textAt(entry, 'name');
    if (name === undefined || into.has(name)) continue;
    into.set(name, { body: objectAt(entry, inner) ?? {}, folder });
  }
}

function mergeText(merged: Merged, text: string, path: string, shown: string): void {
  if (text.trim() === '') return;
  let parsed: unknown;
  try {
    parsed = load(text);
  } catch (error) {
    throw unusable(
      shown,
      `The file is no kubeconfig: ${reasonOf(error)}`,
      [`kubectl config view --kubeconfig ${shown}`],
      error,
    );
  }
  if (parsed === null || parsed === undefined) return;
  if (!isObject(parsed)) {
    throw unusable(shown, 'The file is no kubeconfig: it holds no mapping', [
      `kubectl config view --kubeconfig ${shown}`,
    ]);
  }
  const folder = dirname(resolve(path));
  addNamed(merged.contexts, listAt(parsed, 'contexts'), 'context', folder);
  addNamed(merged.clusters, listAt(parsed, 'clusters'), 'cluster', folder);
  addNamed(merged.users, listAt(parsed, 'users'), 'user', folder);
  const current = textAt(parsed, 'current-context');
  if (merged.currentContext === undefined && current !== undefined && current !== '') merged.currentContext = current;
}

function homeConfig(env: Environment): string | undefined {
  const home = env['HOME'] ?? env['USERPROFILE'];
  return home === undefined || home === '' ? undefined : join(home, '.kube', 'config');
}

function candidateFiles(choice: KubeconfigChoice): readonly string[] {
  if (choice.kubeconfig !== undefined) return [choice.kubeconfig];
  const listed = (choice.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length > 0) return listed;
  const home = homeConfig(choice.env);
  return home === undefined ? [] : [home];
}

function insidePod(choice: KubeconfigChoice): ClusterChoice | undefined {
  const host = choice.env['KUBERNETES_SERVICE_HOST'];
  const port = choice.env['KUBERNETES_SERVICE_PORT'];
  if (host === undefined || host === '' || port === undefined || port === '') return undefined;
  const folder = choice.serviceAccountFolder;
  if (textOf(join(folder, 'token'), join(folder, 'token')) === undefined) return undefined;
  const namespace = textOf(join(folder, 'namespace'), join(folder, 'namespace'))?.trim();
  return {
    origin: `the service account in ${folder}`,
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: namespace === undefined || namespace === '' ? 'default' : namespace,
    cluster: { body: { 'certificate-authority': 'ca.crt' }, folder },
    userName: 'service account',
    user: { body: { tokenFile: 'token' }, folder },
  };
}

function listNames(names: Iterable<string>): string {
  const all = [...names];
  const more = all.length > 8 ? `, and ${all.length - 8} more` : '';
  return all.length === 0 ? 'none' : `${all.slice(0, 8).join(', ')}${more}`;
}

function pickContext(choice: KubeconfigChoice, merged: Merged, origin: string): ClusterChoice {
  const contexts = [...merged.contexts.keys()];
  const name = choice.context ?? merged.currentContext;
  if (name === undefined) {
    throw unusable(origin, `No current context is set; contexts there: ${listNames(contexts)}`, [
      `inferscope … --context ${contexts[0] ?? 'NAME'}`,
      `kubectl config use-context ${contexts[0] ?? 'NAME'}`,
    ]);
  }
  const context = merged.contexts.get(name);
  if (!context) {
    const near = nearestNames(name, contexts, 4);
    const suggested = near.map((other) => `inferscope … --context ${other}`);
    const found = `No context has this name; contexts there: ${listNames(contexts)}`;
    throw unusable(`context ${name}, from ${origin}`, found, [
      suggested[0] ?? 'kubectl config get-contexts',
      ...suggested.slice(1),
    ]);
  }
  const tried = `context ${name}, from ${origin}`;
  const clusterName = textAt(context.body, 'cluster') ?? '';
  const cluster = merged.clusters.get(clusterName);
  if (!cluster) {
    const found = `The context names the cluster "${clusterName}"; clusters there: ${listNames(merged.clusters.keys())}`;
    throw unusable(tried, found, [`kubectl config set-context ${name} --cluster=NAME`]);
  }
  const userName = textAt(context.body, 'user') ?? '';
  const user = merged.users.get(userName);
  if (userName !== '' && !user) {
    const found = `The context names the user "${userName}"; users there: ${listNames(merged.users.keys())}`;
    throw unusable(tried, found, [`kubectl config set-context ${name} --user=NAME`]);
  }
  const server = textAt(cluster.body, 'server') ?? '';
  const readable = URL.canParse(server) && /^https?:\/\//i.test(server);
  if (!readable) {
    const found = `The server of cluster "${clusterName}" is no http or https address: "${server}"`;
    throw unusable(tried, found, [`kubectl config set-cluster ${clusterName} --server=https://HOST:6443`]);
  }
  const namespace = textAt(context.body, 'namespace') ?? '';
  return {
    context: name,
    origin,
    server: server.replace(/\/+$/, ''),
    namespace: namespace === '' ? 'default' : namespace,
    cluster,
    userName,
    user: user ?? { body: {}, folder: cluster.folder },
  };
}

/**
 * The cluster and user to talk as.
 * @throws InferscopeProblem IS0011 where no file exists, one is unreadable, or the context, its cluster or its user is not in them.
 */
export function chooseCluster(choice: KubeconfigChoice): ClusterChoice {
  const files = candidateFiles(choice);
  const merged: Merged = { contexts: new Map(), clusters: new Map(), users: new Map(), currentContext: undefined };
  const read: string[] = [];
  for (const path of files) {
    const shown = shorten(path, choice.env);
    const text = textOf(path, shown);
    if (text === undefined) continue;
    mergeText(merged, text, path, shown);
    read.push(shown);
  }
  const shownFiles = files.map((path) => shorten(path, choice.env)).join(', ');
  if (read.length === 0 && choice.kubeconfig !== undefined) {
    throw unusable(shownFiles, 'The file does not exist', [`ls -l ${shownFiles}`]);
  }
  if (merged.contexts.size === 0) {
    const pod = choice.kubeconfig === undefined && choice.context === undefined ? insidePod(choice) : undefined;
    if (pod) return pod;
    const tried = shownFiles === '' ? 'KUBECONFIG and ~/.kube/config' : shownFiles;
    const found = read.length === 0 ? 'No kubeconfig exists there' : 'It holds no context';
    throw unusable(tried, found, ['kubectl config get-contexts', 'inferscope … --kubeconfig FILE']);
  }
  return pickContext(choice, merged, read.join(', '));
}

/**
 * A field given either as base64 or as the path of a file, as base64; `-data` wins as in kubectl.
 * @throws InferscopeProblem IS0011 where the file cannot be read.
 */
export function base64Field(part: KubeconfigPart, field: string, origin: string): string | undefined {
  const data = textAt(part.body, `${field}-data`);
  if (data !== undefined && data !== '') return data;
  const path = textAt(part.body, field);
  if (path === undefined || path === '') return undefined;
  return readPartFile(part, path, field, origin).toString('base64');
}

/** @throws InferscopeProblem IS0011 where the file cannot be read. */
export function readPartFile(part: KubeconfigPart, path: string, field: string, origin: string): Buffer {
  const full = resolve(part.folder, path);
  try {
    return readFileSync(full);
  } catch (error) {
    throw unusable(origin, `The file of ${field} cannot be read: ${reasonOf(error)}`, [`ls -l ${full}`], error);
  }
}

export function skipsTlsVerification(cluster: KubeconfigPart): boolean {
  return booleanAt(cluster.body, 'insecure-skip-tls-verify') === true;
}
