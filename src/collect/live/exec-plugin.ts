/**
 * Runs the credential plugin that a kubeconfig names (`users[].user.exec`) and reads what it prints.
 * It starts exactly the command that the kubeconfig holds, without a shell, and bounds its time and output.
 *
 * Protocol: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
import { spawn } from 'node:child_process';
import { isAbsolute, resolve } from 'node:path';
import { booleanAt, listAt, objectAt, textAt } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import { InferscopeProblem } from '../problem.ts';
import type { ClusterChoice, Environment } from './kubeconfig.ts';
import { base64Field, skipsTlsVerification } from './kubeconfig.ts';

export interface PluginCredential {
  readonly token?: string;
  /** PEM. */
  readonly certificate?: string;
  /** PEM. */
  readonly key?: string;
  /** Milliseconds since 1970 by this machine's clock; absent: valid until refused. */
  readonly validUntil?: number;
}

export interface PluginRun {
  readonly choice: ClusterChoice;
  readonly exec: JsonObject;
  readonly env: Environment;
  /** Whether a person sits at the terminal, so that the plugin may ask. */
  readonly interactive: boolean;
  readonly timeoutMs: number;
  /** What the plugin prints on stderr while it runs, such as the address of a login page. */
  readonly onMessage?: (text: string) => void;
  readonly signal?: AbortSignal;
}

const OUTPUT_LIMIT = 1024 * 1024;

type Outcome =
  | { readonly kind: 'exit'; readonly code: number | null; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'error'; readonly error: Error }
  | { readonly kind: 'timeout' };

function lastLine(text: string): string {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? '').trim().slice(0, 400);
}

function clusterInfo(choice: ClusterChoice): JsonObject {
  const ca = base64Field(choice.cluster, 'certificate-authority', choice.origin);
  const proxy = textAt(choice.cluster.body, 'proxy-url');
  const serverName = textAt(choice.cluster.body, 'tls-server-name');
  const extension = listAt(choice.cluster.body, 'extensions').find(
    (entry) => textAt(entry, 'name') === 'client.authentication.k8s.io/exec',
  );
  const config = objectAt(extension, 'extension');
  return {
    server: choice.server,
    ...(serverName === undefined ? {} : { 'tls-server-name': serverName }),
    ...(skipsTlsVerification(choice.cluster) ? { 'insecure-skip-tls-verify': true } : {}),
    ...(ca === undefined ? {} : { 'certificate-authority-data': ca }),
    ...(proxy === undefined ? {} : { 'proxy-url': proxy }),
    ...(config === undefined ? {} : { config }),
  };
}

function environmentFor(run: PluginRun, apiVersion: string, interactive: boolean): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, value] of Object.entries(run.env)) if (value !== undefined) result[key] = value;
  for (const entry of listAt(run.exec, 'env')) {
    const name = textAt(entry, 'name');
    if (name !== undefined) result[name] = textAt(entry, 'value') ?? '';
  }
  const cluster = booleanAt(run.exec, 'provideClusterInfo') === true ? { cluster: clusterInfo(run.choice) } : {};
  result['KUBERNETES_EXEC_INFO'] = JSON.stringify({
    apiVersion,
    kind: 'ExecCredential',
    spec: { ...cluster, interactive },
  });
  return result;
}

/** A command with a slash is relative to the kubeconfig's folder; one without is looked up in PATH. */
function commandPath(command: string, folder: string): string {
  const hasFolder = command.includes('/') || command.includes('\\');
  return hasFolder && !isAbsolute(command) ? resolve(folder, command) : command;
}

function execute(
  run: PluginRun,
  command: string,
  environment: Record<string, string>,
  interactive: boolean,
): Promise<Outcome> {
  const args = listAt(run.exec, 'args').filter((entry) => typeof entry === 'string');
  return new Promise((settle) => {
    const child = spawn(command, args, {
      env: environment,
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(run.signal ? { signal: run.signal } : {}),
    });
    // Node's own `timeout` keeps the process alive to its end where the command could not be started.
    const timer = setTimeout(() => child.kill('SIGKILL'), run.timeoutMs);
    const end = (outcome: Outcome): void => {
      clearTimeout(timer);
      settle(outcome);
    };
    let stdout = '';
    let stderr = '';
    let failure: Error | undefined;
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      if (stdout.length > OUTPUT_LIMIT) child.kill('SIGKILL');
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = `${stderr}${chunk}`.slice(-16_384);
      run.onMessage?.(chunk);
    });
    child.on('error', (error) => {
      failure = error;
      // A command that was never started has no `close` of its own on every platform.
      if (child.pid === undefined) end({ kind: 'error', error });
    });
    child.on('close', (code, signal) => {
      if (failure) return end({ kind: 'error', error: failure });
      if (signal === 'SIGKILL' && stdout.length <= OUTPUT_LIMIT) return end({ kind: 'timeout' });
      return end({ kind: 'exit', code, stdout, stderr });
    });
  });
}

function triedText(run: PluginRun, command: string): string {
  const context = run.choice.context === undefined ? '' : `, context ${run.choice.context}`;
  return `Ran the credential plugin ${command} of user ${run.choice.userName}${context}, from ${run.choice.origin}`;
}

function missing(run: PluginRun, command: string, error: Error): InferscopeProblem {
  const hint = textAt(run.exec, 'installHint')?.trim();
  return new InferscopeProblem({
    code: 'IS0013',
    tried: triedText(run, command),
    found: `The command ${command} does not exist or is not executable on this machine`,
    todo:
      hint === undefined || hint === '' ? [`install ${command}, or put its folder into PATH`] : [hint.slice(0, 800)],
    cause: error,
  });
}

function failing(run: PluginRun, command: string, found: string, cause?: Error): InferscopeProblem {
  const context = run.choice.context === undefined ? '' : ` --context ${run.choice.context}`;
  return new InferscopeProblem({
    code: 'IS0016',
    tried: triedText(run, command),
    found,
    todo: [`kubectl${context} version`, `log in again with the tool behind ${command}`],
    ...(cause ? { cause } : {}),
  });
}

function parseCredential(stdout: string): PluginCredential | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(stdout);
  } catch {
    // What the plugin printed may hold a credential; the caller says only that it is no ExecCredential.
    return undefined;
  }
  if (textAt(parsed, 'kind') !== 'ExecCredential') return undefined;
  const token = textAt(parsed, 'status', 'token');
  const certificate = textAt(parsed, 'status', 'clientCertificateData');
  const key = textAt(parsed, 'status', 'clientKeyData');
  const expiry = Date.parse(textAt(parsed, 'status', 'expirationTimestamp') ?? '');
  if (token === undefined && certificate === undefined) return undefined;
  return {
    ...(token === undefined ? {} : { token: token.trim() }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(Number.isNaN(expiry) ? {} : { validUntil: expiry }),
  };
}

/**
 * The credential that the plugin printed.
 * @throws InferscopeProblem IS0013 where the command does not exist, IS0016 where it failed or printed no ExecCredential.
 */
export async function runCredentialPlugin(run: PluginRun): Promise<PluginCredential> {
  const command = textAt(run.exec, 'command') ?? '';
  if (command === '') throw failing(run, '(none)', 'The kubeconfig names no command');
  const mode = textAt(run.exec, 'interactiveMode') ?? 'IfAvailable';
  const interactive = mode !== 'Never' && run.interactive;
  if (mode === 'Always' && !interactive) {
    throw failing(run, command, 'The plugin asks for a terminal (interactiveMode: Always) and there is none');
  }
  const apiVersion = textAt(run.exec, 'apiVersion') ?? 'client.authentication.k8s.io/v1';
  const environment = environmentFor(run, apiVersion, interactive);
  const outcome = await execute(run, commandPath(command, run.choice.user.folder), environment, interactive);
  if (outcome.kind === 'timeout')
    throw failing(run, command, `The plugin did not end within ${run.timeoutMs / 1000} s`);
  if (outcome.kind === 'error') {
    const code = 'code' in outcome.error ? outcome.error.code : undefined;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') throw missing(run, command, outcome.error);
    throw failing(run, command, `The plugin could not be run: ${outcome.error.message}`, outcome.error);
  }
  if (outcome.code !== 0) {
    const said = lastLine(outcome.stderr) || lastLine(outcome.stdout) || 'it printed nothing';
    throw failing(run, command, `The plugin ended with exit code ${outcome.code ?? 'none'}: ${said}`);
  }
  const credential = parseCredential(outcome.stdout);
  if (!credential) throw failing(run, command, 'The plugin printed no ExecCredential with a token or a certificate');
  return credential;
}
