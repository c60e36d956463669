/**
 * Makes the intent of preflight of what a person typed: settings from flags and files, facts of PEM files, hosts to try. Values of protected settings end
 * here: of them only names, and of certificates and keys only facts, go on.
 */
import { readFileSync, statSync } from 'node:fs';
import { decodeText, parseYamlDocuments } from '../collect/captures/parse-text.ts';
import { describePem } from '../collect/certificates/describe-pem.ts';
import type { HostToReach } from '../collect/connect-hosts.ts';
import { InferscopeProblem } from '../collect/problem.ts';
import { REDACTED } from '../collect/redact/marks.ts';
import { redactText } from '../collect/redact/redact-text.ts';
import { isSecretName } from '../collect/redact/secret-name.ts';
import type { ObjectEvidence } from '../model/evidence.ts';
import { isObject, listAt, textAt, type JsonObject } from '../model/json.ts';
import type { PemFacts } from '../model/pem.ts';
import {
  INTENT_EVIDENCE,
  PREFLIGHT,
  PREFLIGHT_PROFILES,
  type ConnectionResult,
  type PreflightPhase,
  type PreflightProfile,
} from '../model/preflight.ts';
import { EXTENSION_SETTINGS } from '../views/parse/azureml-settings.ts';
import { nearestNames } from '../views/parse/nearest-name.ts';

export interface IntentFlags {
  readonly phase?: PreflightPhase;
  readonly profile?: readonly string[];
  readonly config?: readonly string[];
  readonly configFile?: readonly string[];
  readonly configProtected?: readonly string[];
  readonly extensionName?: string;
  readonly region?: string;
  readonly host?: readonly string[];
}

export interface Intent {
  readonly profiles: readonly PreflightProfile[];
  readonly phase: PreflightPhase;
  readonly settings: ReadonlyMap<string, string>;
  readonly protectedSettings: readonly string[];
  readonly files: Readonly<Record<string, PemFacts>>;
  readonly extensionName?: string;
  /** The settings are those of a template of Azure Resource Manager: the Azure CLI adds nothing to them. */
  readonly isTemplate?: boolean;
  /** Azure region of the workspace, where it was told. */
  readonly region?: string;
  readonly hosts: readonly HostToReach[];
}

/** Protected settings whose value is the path of a local file (azure-cli-extensions AzureMLKubernetes.py). */
const PEM_FILES: readonly string[] = ['sslCertPemFile', 'sslKeyPemFile'];

/** Throws IS0034 where something cannot be read; a value that may be secret is never repeated. */
export function readIntent(flags: IntentFlags): Intent {
  const settings = new Map<string, string>();
  const hidden = new Map<string, string>();
  let named = flags.extensionName;
  let isTemplate = false;
  for (const file of flags.configFile ?? []) {
    const read = readConfigFile(file);
    for (const [name, value] of read.settings) settings.set(name, value);
    for (const [name, value] of read.hidden) hidden.set(name, value);
    named ??= read.extensionName;
    isTemplate ||= read.isTemplate;
  }
  // What is typed counts more than what a file says.
  for (const [name, value] of pairs(flags.config ?? [], '--config')) settings.set(name, value);
  for (const [name, value] of pairs(flags.configProtected ?? [], '--config-protected')) hidden.set(name, value);
  if (isTemplate) refuseExpressions(settings);
  const files: Record<string, PemFacts> = {};
  for (const name of PEM_FILES) {
    const place = hidden.get(name) ?? settings.get(name);
    // Azure answers without the values of protected settings.
    if (place !== undefined && place !== '') files[name] = pemFile(name, place);
  }
  for (const [name, value] of settings) settings.set(name, shownValue(name, value));
  const place = settings.get('location');
  const region = flags.region ?? (place === undefined || isExpression(place) ? undefined : place);
  return {
    profiles: profilesOf(flags.profile ?? []),
    phase: flags.phase ?? 'pre-install',
    settings,
    protectedSettings: [...hidden.keys()],
    files,
    ...(named === undefined ? {} : { extensionName: named }),
    ...(isTemplate ? { isTemplate } : {}),
    ...(region === undefined || region.trim() === '' ? {} : { region: regionOf(region) }),
    hosts: (flags.host ?? []).map(hostOf),
  };
}

/** The intent as the object of the Snapshot that checks read. */
export function intentEvidence(intent: Intent, connections: readonly ConnectionResult[] = []): ObjectEvidence {
  const body: JsonObject = {
    apiVersion: PREFLIGHT.apiVersion,
    kind: PREFLIGHT.kind,
    metadata: { name: PREFLIGHT.name },
    spec: {
      profiles: [...intent.profiles],
      phase: intent.phase,
      settings: Object.fromEntries(intent.settings),
      protectedSettings: [...intent.protectedSettings],
      ...(intent.extensionName === undefined ? {} : { extensionName: intent.extensionName }),
      ...(intent.isTemplate === true ? { isTemplate: true } : {}),
      files: intent.files,
      ...(Object.keys(intent.files).length === 0 ? {} : { filesReadAt: new Date().toISOString() }),
      ...(connections.length === 0 ? {} : { connections: connections.map((result) => ({ ...result })) }),
    },
  };
  return { type: 'object', id: INTENT_EVIDENCE, subject: PREFLIGHT, completeness: { kind: 'complete' }, body };
}

function profilesOf(words: readonly string[]): readonly PreflightProfile[] {
  const asked = words.flatMap((word) => word.split(',')).map((word) => word.trim().toLowerCase());
  for (const word of asked) {
    if (word === '' || word === 'auto' || PREFLIGHT_PROFILES.some((known) => known === word)) continue;
    const near = nearestNames(word, PREFLIGHT_PROFILES, 1);
    throw unreadable('--profile', `there is no profile ${JSON.stringify(word.slice(0, 60))}`, [
      near[0] === undefined ? `Name one of ${PREFLIGHT_PROFILES.join(', ')}` : `Perhaps ${near[0]} is meant`,
      'Leave --profile away: then those that apply are picked',
    ]);
  }
  return PREFLIGHT_PROFILES.filter((known) => asked.includes(known));
}

function pairs(words: readonly string[], flag: string): readonly (readonly [string, string])[] {
  const seen = new Set<string>();
  return words.map((word) => {
    const split = word.indexOf('=');
    const name = word.slice(0, Math.max(0, split)).trim();
    // Never the word itself: it may be a secret without its name.
    if (!NAME.test(name))
      throw unreadable(flag, 'a value is not of the form name=value', [`Write it as ${flag} enableInference=True`]);
    if (seen.has(name))
      throw unreadable(flag, `${name} is given twice`, [
        'Give each setting once: the Azure CLI refuses it with "Duplicate keys found."',
      ]);
    seen.add(name);
    return [name, word.slice(split + 1).trim()] as const;
  });
}

const NAME = /^[A-Za-z][\w./-]{0,200}$/;
const MOST_CONFIG_BYTES = 1024 * 1024;

interface ConfigFile {
  readonly settings: ReadonlyMap<string, string>;
  readonly hidden: ReadonlyMap<string, string>;
  readonly extensionName?: string;
  readonly isTemplate: boolean;
}

/** `[parameters('x')]`: only Azure Resource Manager computes it; `[[` is how a template writes a bracket (learn.microsoft.com template-expressions). */
function isExpression(value: string): boolean {
  return /^\[(?!\[).*\]$/s.test(value);
}

/** What the Azure CLI would fill in is judged by whether it is there; of everything else the value decides. */
function refuseExpressions(settings: ReadonlyMap<string, string>): void {
  for (const [name, value] of settings) {
    const known = EXTENSION_SETTINGS.find((setting) => setting.name === name);
    if (!isExpression(value) || known?.filledByCli === true) continue;
    throw unreadable('--config-file', `the value of ${name} is an expression, which Azure Resource Manager computes`, [
      `Give its value: --config ${name}=VALUE`,
      'Or deploy nothing yet and save what it would be: az deployment group what-if --result-format FullResourcePayloads',
    ]);
  }
}

/** `name: value` as JSON or YAML, or what `az k8s-extension show` prints; of a template of Azure Resource Manager its properties. */
function readConfigFile(file: string): ConfigFile {
  const bytes = readBounded(file, '--config-file', MOST_CONFIG_BYTES);
  const [document] = parseYamlDocuments(decodeText(bytes), file);
  if (!isObject(document))
    throw unreadable('--config-file', `${file} holds no names with values`, [
      'Write it as "enableInference: True", one setting a line, or as JSON',
      'Or save what az k8s-extension show prints',
    ]);
  const shown = partWith(document);
  if (shown === undefined && Array.isArray(document['resources']))
    throw unreadable('--config-file', `${file} is a template whose settings are expressions, or hold no extension`, [
      'Give the settings themselves: --config enableInference=True, or a file of names with values',
      'Or save what az k8s-extension show prints',
    ]);
  const settings = new Map<string, string>();
  const hidden = new Map<string, string>();
  flatten(shown === undefined ? document : shown['configurationSettings'], '', settings, file);
  if (shown !== undefined) flatten(shown['configurationProtectedSettings'], '', hidden, file);
  const isShown = textAt(document, 'extensionType') !== undefined || shown !== undefined;
  const name = isShown ? textAt(document, 'name') : undefined;
  return {
    settings,
    hidden,
    isTemplate: Array.isArray(document['resources']),
    ...(name === undefined || name === '' ? {} : { extensionName: name }),
  };
}

/** The object that has `configurationSettings`: the document, its properties, or those of the first such resource of a template. */
function partWith(document: JsonObject): JsonObject | undefined {
  const candidates = [document, document['properties'], ...listAt(document, 'resources')];
  for (const candidate of candidates) {
    const inner = isObject(candidate) && isObject(candidate['properties']) ? candidate['properties'] : candidate;
    if (isObject(inner) && isObject(inner['configurationSettings'])) return inner;
    if (isObject(inner) && isObject(inner['configurationProtectedSettings'])) return inner;
  }
  return undefined;
}

const DEEPEST = 6;

/** `nodeSelector: {pool: ml}` is `nodeSelector.pool`. */
function flatten(value: unknown, before: string, into: Map<string, string>, file: string, depth = 0): void {
  if (!isObject(value)) return;
  for (const [key, entry] of Object.entries(value)) {
    const name = `${before}${key}`;
    if (isObject(entry) && depth < DEEPEST) flatten(entry, `${name}.`, into, file, depth + 1);
    else if (!NAME.test(name) || Array.isArray(entry) || isObject(entry))
      throw unreadable('--config-file', `${JSON.stringify(name.slice(0, 60))} in ${file} is no setting`, [
        'Write every setting as a name with one value',
      ]);
    else into.set(name, entry === null || entry === undefined ? '' : String(entry).trim());
  }
}

/** A setting that the extension knows as plain stays; of one that may be secret only the name counts. */
function shownValue(name: string, value: string): string {
  const known = EXTENSION_SETTINGS.find((setting) => setting.name === name);
  const isPath = PEM_FILES.includes(name) && value.length <= 300 && !value.includes('BEGIN');
  if (isPath || (known !== undefined && known.isProtected !== true)) return redactText(value);
  return (known?.isProtected === true || isSecretName(name)) && value !== '' ? REDACTED : redactText(value);
}

/** A Secret holds no more, and neither does a chain of certificates. */
const MOST_PEM_BYTES = 1024 * 1024;

function pemFile(name: string, place: string): PemFacts {
  const bytes = readBounded(place, name, MOST_PEM_BYTES);
  const facts = describePem(bytes);
  bytes.fill(0);
  return facts;
}

function readBounded(file: string, what: string, most: number): Buffer {
  // A path that is none may be the secret itself.
  const shown = file.length <= 300 && !/[\r\n]|BEGIN/.test(file) ? file : 'what was given as its path';
  const failed = (found: string, cause?: unknown): InferscopeProblem =>
    unreadable(what, found, [`Name a file that exists and can be read`], cause);
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw failed(`${shown} is no file`);
    if (stat.size > most) throw failed(`${shown} is larger than ${most / 1024 / 1024} MiB`);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof InferscopeProblem) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be opened';
    throw failed(`${shown} cannot be read: ${code}`, error);
  }
}

function regionOf(text: string): string {
  // `West Europe` is what the portal calls westeurope.
  const region = text.trim().toLowerCase().replaceAll(/\s/g, '');
  if (/^[a-z][a-z0-9]{2,40}$/.test(region)) return region;
  throw unreadable('the region', `${JSON.stringify(text.slice(0, 60))} is no name of an Azure region`, [
    'Write it as az account list-locations does: --region westeurope',
  ]);
}

function hostOf(text: string): HostToReach {
  const [, host, port] =
    /^(?:https:\/\/)?((?=.{1,253}(?:[:/]|$))[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}))?\/?$/i.exec(text.trim()) ??
    [];
  const number = port === undefined ? 443 : Number(port);
  if (host !== undefined && number > 0 && number < 65_536)
    return { host: host.toLowerCase(), port: number, purpose: 'named with --host' };
  throw unreadable('--host', `${JSON.stringify(text.slice(0, 60))} is no name of a host`, [
    'Write the name alone: --host acme.azurecr.io',
  ]);
}

function unreadable(
  what: string,
  found: string,
  todo: readonly [string, ...string[]],
  cause?: unknown,
): InferscopeProblem {
  return new InferscopeProblem({ code: 'IS0034', tried: `Read ${what}`, found, todo: [...todo], cause });
}
