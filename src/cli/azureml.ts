/**
 * The command `azureml`: finds the objects of an online endpoint or deployment by the names that Azure ML gives them, diagnoses them, and sets what
 * Azure ML said (`--error`) beside what the cluster shows. Returns the exit code.
 */
import { readCaptures } from '../collect/captures/read-capture.ts';
import type { ClusterPort } from '../collect/port.ts';
import { InferscopeProblem } from '../collect/problem.ts';
import { redactText } from '../collect/redact/redact-text.ts';
import { diagnose } from '../engine/diagnose.ts';
import { azuremlPlaceOf, ENDPOINT_LABEL, type AzuremlPlace } from '../model/azureml-labels.ts';
import type { OutputEvidence, Snapshot } from '../model/evidence.ts';
import type { JsonObject } from '../model/json.ts';
import { apiVersionOf, kindNamed, type KindInfo } from '../model/kinds.ts';
import type { Report } from '../model/report-schema.ts';
import type { ResourceRef } from '../model/reference.ts';
import { diagnosisRules as rules } from '../rules/diagnosis.gen.ts';
import { EXTENSION_NAMESPACE } from '../views/parse/azureml-settings.ts';
import { nearestNames } from '../views/parse/nearest-name.ts';
import { openCluster } from './cluster-port.ts';
import { renderReport, type DiagnoseFlags } from './diagnose.ts';
import { diagnoseLive } from './live.ts';
import { explainPasted } from './explain.ts';
import { readPasted } from './pasted-text.ts';
import { problemText } from './problem-text.ts';
import { createProgress, terminalWidth, type Streams } from './terminal.ts';

export interface AzuremlFlags extends DiagnoseFlags {
  /** A file with what Azure ML said, or `-`. */
  readonly error?: string;
}

/** Objects that were read, and the kinds that could not be. */
interface Looked {
  readonly placed: readonly Placed[];
  readonly source: string;
  /** Why each could not be listed; then that nothing was found proves nothing. */
  readonly unread: readonly string[];
  /** Deployments of the extension's own namespace were seen: then it can be judged although no endpoint is there. */
  readonly extension: boolean;
}

interface Found {
  readonly ref: ResourceRef;
  readonly body: JsonObject;
}

/** One object of an online endpoint. */
interface Placed {
  readonly ref: ResourceRef;
  readonly place: AzuremlPlace;
}

/** Kinds that an online deployment is found by, from the one that a person made down. */
const KINDS_OF_ENDPOINTS = ['OnlineDeployment', 'OnlineEndpoint', 'Deployment'] as const;
const LONGEST_ERROR = 1_000_000;

export async function runAzureml(
  name: string | undefined,
  flags: AzuremlFlags,
  streams: Streams,
  stdin: NodeJS.ReadStream,
): Promise<number> {
  const wanted = wantedPlace(name);
  const said = flags.error === undefined ? undefined : await readPasted(flags.error, stdin);
  const given = said === undefined ? [] : [errorEvidence(said)];
  try {
    const report =
      flags.from === undefined || flags.from.length === 0
        ? await fromCluster(wanted, given, flags, streams)
        : await fromCaptures(wanted, given, flags, flags.from, stdin);
    streams.stdout.write(renderReport(report, flags, streams));
    if (said === undefined || report.diagnoses.some(({ azure }) => azure !== undefined && azure.reported.length > 0))
      return report.exitCode;
    // Nothing is wrong where it was looked, or nothing that the words could belong to: they are explained by themselves.
    if (flags.output === 'text') await explainPasted(said, 'text', streams);
    return report.exitCode === 0 ? 2 : report.exitCode;
  } catch (error) {
    if (said === undefined || !(error instanceof InferscopeProblem) || !NOTHING_THERE.includes(error.code)) throw error;
    // What failed before anything reached the cluster has no object there: then what Azure ML said is all there is to explain.
    streams.stderr.write(problemText(error, terminalWidth(streams)));
    await explainPasted(said, flags.output === 'json' ? 'json' : 'text', streams);
    return 2;
  }
}

const NOTHING_THERE: readonly string[] = ['IS0021', 'IS0022'];

/** `fraud` or `fraud/blue`. Throws IS0023. */
function wantedPlace(name: string | undefined): AzuremlPlace | undefined {
  if (name === undefined) return undefined;
  const [endpoint = '', deployment, ...rest] = name.split('/');
  // Names of endpoints and deployments: azure-ai-docs how-to-deploy-online-endpoints.md, 3 to 32 letters, digits and dashes.
  const fits = [endpoint, deployment ?? 'x'].every((part) => /^[a-z0-9][a-z0-9._-]{0,252}$/i.test(part));
  if (fits && rest.length === 0) return { endpoint, ...(deployment === undefined ? {} : { deployment }) };
  throw new InferscopeProblem({
    code: 'IS0023',
    tried: `Read ${JSON.stringify(name)} as an online endpoint`,
    found: 'it is neither ENDPOINT nor ENDPOINT/DEPLOYMENT',
    todo: ['Write the names that Azure ML shows: inferscope azureml fraud, or inferscope azureml fraud/blue'],
  });
}

function errorEvidence(text: string): OutputEvidence {
  return {
    type: 'output',
    id: 'ev:az-error',
    subject: { apiVersion: 'inferscope', kind: 'Output', name: 'az ml' },
    completeness: { kind: 'complete' },
    command: 'az ml',
    text: redactText(text.slice(0, LONGEST_ERROR)),
  };
}

async function fromCaptures(
  wanted: AzuremlPlace | undefined,
  given: readonly OutputEvidence[],
  flags: AzuremlFlags,
  paths: readonly string[],
  stdin: NodeJS.ReadStream,
): Promise<Report> {
  const read = await readCaptures(paths, { stdin });
  const snapshot: Snapshot = { ...read, evidence: [...read.evidence, ...given] };
  const placed = placedIn(
    snapshot.evidence.flatMap((piece) => (piece.type === 'object' ? [{ ref: piece.subject, body: piece.body }] : [])),
    flags.namespace,
  );
  const extension = snapshot.evidence.some(({ type, subject }) => type === 'object' && isOfExtension(subject));
  const looked: Looked = { placed, source: snapshot.source, unread: [], extension };
  if (wanted === undefined)
    return diagnose(snapshot, { rules, namespaces: namespacesOf(looked, flags.namespace) }).report;
  return diagnose(snapshot, { rules, asked: chosen(wanted, looked) }).report;
}

async function fromCluster(
  wanted: AzuremlPlace | undefined,
  given: readonly OutputEvidence[],
  flags: AzuremlFlags,
  streams: Streams,
): Promise<Report> {
  const progress = createProgress(streams);
  const port = await openCluster(flags, streams);
  try {
    progress.show('looking for online endpoints');
    const lists = await Promise.all(KINDS_OF_ENDPOINTS.map((kind) => listed(port, kind, flags)));
    const placed = placedIn(
      lists.flatMap(({ items }) => items),
      undefined,
    );
    const looked: Looked = {
      placed,
      source: port.describe,
      unread: lists.flatMap(({ unread }) => unread ?? []),
      extension: wanted === undefined && placed.length === 0 && (await hasExtension(port)),
    };
    const asked = wanted === undefined ? [] : chosen(wanted, looked);
    const namespaces = wanted === undefined ? namespacesOf(looked, flags.namespace) : 'all';
    const { report, logs } = await diagnoseLive(port, { asked, namespaces, given }, rules, progress.show);
    if (flags.debug === true)
      streams.stderr.write(`${port.requests} requests to the cluster, ${logs} of them for logs\n`);
    return report;
  } finally {
    progress.clear();
    port.close();
  }
}

/** Of all namespaces; where that is forbidden, of the one that is meant: a person may be allowed to see only her own. */
async function listed(
  port: ClusterPort,
  kind: (typeof KINDS_OF_ENDPOINTS)[number],
  flags: AzuremlFlags,
): Promise<{ readonly items: readonly Found[]; readonly unread?: string }> {
  const info = kindNamed(kind);
  if (info === undefined) return { items: [] };
  const query = {
    info,
    staleAllowed: true,
    // The custom resources are found by their kind alone; of Deployments a cluster has thousands.
    ...(kind === 'Deployment' ? { labelSelector: ENDPOINT_LABEL } : {}),
  };
  const own = { ...query, namespace: flags.namespace ?? port.defaultNamespace };
  const first = await port.list(flags.namespace === undefined ? query : own);
  const refused = first.state === 'failed' && first.reason === 'forbidden' && flags.namespace === undefined;
  const answer = refused ? await port.list(own) : first;
  // A cluster without the extension does not serve its kinds: that is an answer.
  if (answer.state === 'not-found') return { items: [] };
  if (answer.state === 'failed') return { items: [], unread: `${info.plural}: ${answer.message}` };
  const items = answer.value.items.map((body) => ({ ref: refOf(info, body), body }));
  return refused ? { items, unread: `${info.plural} of other namespaces than ${own.namespace}` } : { items };
}

/** What may not be read is no answer: then the person is asked for the namespace. */
async function hasExtension(port: ClusterPort): Promise<boolean> {
  const info = kindNamed('Deployment');
  if (info === undefined) return false;
  const answer = await port.list({ info, staleAllowed: true, namespace: EXTENSION_NAMESPACE });
  return answer.state !== 'failed' && answer.state !== 'not-found' && answer.value.items.length > 0;
}

function isOfExtension({ kind, namespace }: ResourceRef): boolean {
  return kind === 'Deployment' && namespace === EXTENSION_NAMESPACE;
}

function refOf(info: KindInfo, body: JsonObject): ResourceRef {
  const metadata = body['metadata'];
  const fields = typeof metadata === 'object' && metadata !== null ? metadata : {};
  return {
    apiVersion: apiVersionOf(info),
    kind: info.kind,
    name: 'name' in fields && typeof fields.name === 'string' ? fields.name : '',
    ...('namespace' in fields && typeof fields.namespace === 'string' ? { namespace: fields.namespace } : {}),
  };
}

function placedIn(objects: readonly Found[], namespace: string | undefined): readonly Placed[] {
  return objects.flatMap(({ ref, body }) => {
    if (!KINDS_OF_ENDPOINTS.some((kind) => kind === ref.kind)) return [];
    if (namespace !== undefined && ref.namespace !== namespace) return [];
    const place = azuremlPlaceOf(ref, body);
    return place === undefined ? [] : [{ ref, place }];
  });
}

/** The custom resource where there is one, else the Deployment that stands for it. Throws IS0021 where nothing is of that name. */
function chosen(wanted: AzuremlPlace, looked: Looked): readonly ResourceRef[] {
  const same = (one: string | undefined, other: string | undefined): boolean =>
    one !== undefined && one.toLowerCase() === other?.toLowerCase();
  const ofEndpoint = looked.placed.filter(({ place }) => same(place.endpoint, wanted.endpoint));
  const fits =
    wanted.deployment === undefined
      ? ofEndpoint
      : ofEndpoint.filter(({ place }) => same(place.deployment, wanted.deployment));
  const deployments = new Set(fits.map(({ place }) => place.deployment?.toLowerCase() ?? ''));
  const best = [...deployments].flatMap((deployment) => {
    const ofOne = fits.filter(({ place }) => (place.deployment?.toLowerCase() ?? '') === deployment);
    const kind = KINDS_OF_ENDPOINTS.find((candidate) => ofOne.some(({ ref }) => ref.kind === candidate));
    return ofOne.filter(({ ref }) => ref.kind === kind).map(({ ref }) => ref);
  });
  // An endpoint stands on its only deployment: both would tell the same.
  const endpoints = best.filter(({ kind }) => kind === 'OnlineEndpoint');
  if (endpoints.length > 0 && best.length - endpoints.length === 1) return endpoints;
  if (best.length > 0) return best;
  throw notThere(wanted, ofEndpoint, looked);
}

function notThere(
  wanted: AzuremlPlace,
  ofEndpoint: readonly Placed[],
  { placed, source, unread }: Looked,
): InferscopeProblem {
  const endpoints = [...new Set(placed.flatMap(({ place }) => place.endpoint ?? []))].sort();
  const deployments = [...new Set(ofEndpoint.flatMap(({ place }) => place.deployment ?? []))].sort();
  const endpoint = wanted.endpoint ?? '';
  const near = nearestNames(endpoint, endpoints, 4);
  const known = ofEndpoint.length > 0;
  return new InferscopeProblem({
    code: 'IS0021',
    tried: `Looked for the online ${wanted.deployment === undefined ? `endpoint ${endpoint}` : `deployment ${endpoint}/${wanted.deployment}`} in ${source}`,
    found: `${
      known
        ? `endpoint ${endpoint} has ${deployments.length === 0 ? 'no deployment here' : `only ${deployments.join(', ')}`}`
        : endpoints.length === 0
          ? 'nothing that could be read belongs to an online endpoint'
          : `nothing that could be read belongs to it; there ${endpoints.length === 1 ? 'is' : 'are'} ${endpoints.slice(0, 8).join(', ')}`
    }${unreadText(unread)}`,
    todo: [
      near.length > 0
        ? `Perhaps ${near.join(', ')} is meant`
        : `Ask Azure which cluster it is on: az ml online-endpoint show --name ${endpoint} --query compute`,
      'Azure ML calls a deployment whose endpoint is not in the cluster EndpointNotFound: inferscope explain EndpointNotFound',
    ],
  });
}

function unreadText(unread: readonly string[]): string {
  return unread.length === 0 ? '' : `; not read: ${unread.join('; ')}`;
}

/** Where endpoints are, and where the extension is. Throws IS0022 where nothing is of Azure ML. */
function namespacesOf({ placed, source, unread, extension }: Looked, namespace: string | undefined): readonly string[] {
  const found = [...new Set(placed.flatMap(({ ref }) => ref.namespace ?? []))].sort();
  if (found.length > 0) return [...found, ...(found.includes(EXTENSION_NAMESPACE) ? [] : [EXTENSION_NAMESPACE])];
  if (extension && namespace === undefined) return [EXTENSION_NAMESPACE];
  throw new InferscopeProblem({
    code: 'IS0022',
    tried: `Looked for online endpoints of Azure ML in ${namespace === undefined ? '' : `namespace ${namespace} of `}${source}`,
    found: `nothing carries the label ${ENDPOINT_LABEL}, and no OnlineEndpoint was seen${unreadText(unread)}`,
    todo: [
      'Name the namespace that the compute was attached with: az ml compute show --name <COMPUTE> --query namespace',
      'Before the extension is installed: inferscope preflight --profile azureml',
    ],
  });
}
