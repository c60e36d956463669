/**
 * Turns what a person types into references: `deploy/x`, `deployment.apps/x`, `pods x y`, in the namespace that is meant. Throws
 * InferscopeProblem for words that mean nothing, with the nearest that do.
 */
import type { ClusterPort, GetQuery } from '../collect/port.ts';
import { InferscopeProblem } from '../collect/problem.ts';
import { nearestNames } from '../views/parse/nearest-name.ts';
import { KINDS, type KindInfo, apiVersionOf, kindFromWord, kindNamed, nameWithKind } from '../model/kinds.ts';
import type { Snapshot } from '../model/evidence.ts';
import { groupOf, type ResourceRef } from '../model/reference.ts';

export interface AskedObject {
  readonly info: KindInfo;
  readonly name: string;
  /** The group was written, as in `inferenceservice.serving.kubeflow.org/x`: then no namesake of another group is meant. */
  readonly qualified?: true;
}

/** Reads the words after the command, as kubectl does. Throws IS0020 for a kind that is not known, IS0023 for a word that is no object. */
export function parseObjects(words: readonly string[]): readonly AskedObject[] {
  const asked: AskedObject[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const slash = word.indexOf('/');
    if (slash > 0 && slash < word.length - 1 && slash === word.lastIndexOf('/')) {
      asked.push({ ...kindOf(word.slice(0, slash), word), name: word.slice(slash + 1) });
      continue;
    }
    // `deploy x y`, as kubectl also takes it: one kind, then names to the end.
    const names = words.slice(index + 1);
    if (slash < 0 && names.length > 0 && names.every((name) => !name.includes('/'))) {
      const kind = kindOf(word, word);
      return [...asked, ...names.map((name) => ({ ...kind, name }))];
    }
    throw notAnObject(word);
  }
  return asked;
}

function notAnObject(word: string): InferscopeProblem {
  const kind = kindFromWord(word.replace(/\/$/, ''));
  const name = /^[a-z0-9][a-z0-9.-]*$/.test(word) ? word : 'NAME';
  return new InferscopeProblem({
    code: 'IS0023',
    tried: `Read ${JSON.stringify(word)} as an object`,
    found: kind === undefined ? 'it is neither a command nor KIND/NAME' : 'it is a kind without a name',
    todo: [
      kind === undefined
        ? `Write the kind before it: deploy/${name}, pod/${name}, svc/${name}`
        : `Name one: ${kind.shortNames[0] ?? kind.plural}/NAME; without any word, inferscope looks at the whole namespace`,
      'See the commands: inferscope --help',
    ],
  });
}

function kindOf(word: string, whole: string): Omit<AskedObject, 'name'> {
  const info = kindFromWord(word);
  if (info) return { info, ...(/[.](?!v\d+$)/.test(word) ? { qualified: true } : {}) };
  const known = [...new Set(KINDS.flatMap((kind) => [kind.kind.toLowerCase(), kind.plural, ...kind.shortNames]))];
  const near = nearestNames(word.toLowerCase(), known, 4);
  throw new InferscopeProblem({
    code: 'IS0020',
    tried: `Read the kind in ${JSON.stringify(whole)}`,
    found: `no kind is called ${JSON.stringify(word)}`,
    todo: [
      near.length > 0 ? `Perhaps ${near.join(', ')} is meant` : 'See what the cluster serves: kubectl api-resources',
    ],
  });
}

export function referenceOf(asked: AskedObject, namespace: string): ResourceRef {
  return {
    apiVersion: apiVersionOf(asked.info),
    kind: asked.info.kind,
    name: asked.name,
    ...(asked.info.namespaced ? { namespace } : {}),
  };
}

/** Groups whose kinds every cluster has: a word that names one of those means it, whatever else is called so. */
const BUILT_IN = new Set(['', 'networking.k8s.io']);

/** What else the word means: the same kind in other groups (`isvc` of KServe and of KFServing, `gateway` of two projects). */
export function namesakesOf(asked: AskedObject): readonly AskedObject[] {
  if (asked.qualified === true || BUILT_IN.has(asked.info.group)) return [];
  return KINDS.filter(
    ({ kind, group }) => kind === asked.info.kind && group !== asked.info.group && !BUILT_IN.has(group),
  ).map((info) => ({ info, name: asked.name, qualified: true }));
}

/**
 * Finds an asked object in a capture; without a namespace it must be the only one of its name. Where its group has none of the name, a namesake of
 * another group is taken. Throws IS0021.
 */
export function referenceInSnapshot(
  asked: AskedObject,
  namespace: string | undefined,
  snapshot: Snapshot,
): ResourceRef {
  const ofKind = objectsOf(asked, snapshot);
  const named = ofKind.filter((ref) => ref.name === asked.name && isIn(ref, asked, namespace));
  const [only] = named;
  if (only !== undefined && named.length === 1) return only;
  const namesake = namesakesOf(asked).find((other) =>
    objectsOf(other, snapshot).some((ref) => ref.name === other.name && isIn(ref, other, namespace)),
  );
  if (only === undefined && namesake !== undefined) return referenceInSnapshot(namesake, namespace, snapshot);
  const wanted = `${asked.info.kind} ${asked.name}`;
  if (named.length > 1) {
    throw new InferscopeProblem({
      code: 'IS0021',
      tried: `Looked for ${wanted} in ${snapshot.source}`,
      found: `it is in ${named.length} namespaces: ${named.map((ref) => ref.namespace ?? '').join(', ')}`,
      todo: ['Name the namespace with -n'],
    });
  }
  // It may have been refused when it was applied, or lie in a list that could not be read: the engine knows what to say of it then.
  const unread = snapshot.gaps.some((gap) => gap.id.includes(`/${asked.info.plural}`));
  if (unread || mayBeRefused(asked, namespace, ofKind, snapshot))
    return referenceOf(asked, namespace ?? onlyNamespace(snapshot) ?? 'default');
  const left = remainsOf(asked, namespace).filter((remains) =>
    snapshot.evidence.some((piece) => piece.type === 'object' && isLike(piece.subject, remains)),
  );
  const others = namesakesOf(asked).flatMap((other) => objectsOf(other, snapshot));
  // A written group is respected, and the same name in another is what was meant: a manifest of KFServing days.
  const elsewhere = KINDS.filter((info) => info.kind === asked.info.kind && info.group !== asked.info.group)
    .flatMap((info) => objectsOf({ ...asked, info }, snapshot))
    .filter((ref) => ref.name === asked.name && isIn(ref, asked, namespace));
  const known = others.some((ref) => ref.name === asked.name) ? left : [...elsewhere, ...left];
  throw notFound(asked, namespace, [...ofKind, ...others], snapshot.source, known);
}

function objectsOf(asked: AskedObject, snapshot: Snapshot): readonly ResourceRef[] {
  return snapshot.evidence.flatMap((piece) =>
    piece.type === 'object' && piece.subject.kind === asked.info.kind && groupMatches(piece.subject, asked.info)
      ? [piece.subject]
      : [],
  );
}

/** The same kind, group and name, in the namespace that is meant; without one, in any. */
function isLike(ref: ResourceRef, wanted: ResourceRef): boolean {
  return (
    ref.kind === wanted.kind &&
    ref.name === wanted.name &&
    groupOf(ref.apiVersion) === groupOf(wanted.apiVersion) &&
    (wanted.namespace === undefined || ref.namespace === wanted.namespace)
  );
}

/** What KServe makes for an InferenceService, and what may outlive it; the newest naming first (reference: kserve pkg/constants). */
function remainsOf(asked: AskedObject, namespace: string | undefined): readonly ResourceRef[] {
  if (asked.info.kind !== 'InferenceService') return [];
  const place = namespace === undefined ? {} : { namespace };
  return [
    { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: `${asked.name}-predictor`, ...place },
    { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: `${asked.name}-predictor-default`, ...place },
    { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: asked.name, ...place },
    { apiVersion: 'apps/v1', kind: 'Deployment', name: `${asked.name}-predictor`, ...place },
  ];
}

/** Whether an object lies where it was asked for; objects without a namespace lie everywhere. */
function isIn(ref: ResourceRef, asked: AskedObject, namespace: string | undefined): boolean {
  return namespace === undefined || !asked.info.namespaced || ref.namespace === namespace;
}

/**
 * What kubectl prints of a refusal names the object, or only the file that it was applied from. A file may be that of any object, but hardly of
 * one in a namespace that the capture does not know, or of one whose name is that of an existing object but for a slip of the keyboard.
 */
function mayBeRefused(
  asked: AskedObject,
  namespace: string | undefined,
  ofKind: readonly ResourceRef[],
  snapshot: Snapshot,
): boolean {
  const texts = snapshot.evidence.flatMap((piece) => (piece.type === 'output' ? [piece.text] : []));
  if (texts.some((text) => text.includes(asked.name))) return true;
  if (!texts.some((text) => /^Error |^error: | denied | forbidden/im.test(text))) return false;
  const knownNamespace =
    namespace === undefined ||
    snapshot.evidence.some(
      (piece) =>
        piece.type === 'object' &&
        (piece.subject.namespace === namespace ||
          (piece.subject.kind === 'Namespace' && piece.subject.name === namespace)),
    );
  const here = ofKind.filter((ref) => namespace === undefined || ref.namespace === namespace).map((ref) => ref.name);
  return knownNamespace && nearestNames(asked.name, here, 1).length === 0;
}

/** The namesake of another group that the cluster has; asks it for each. */
export async function namesakeInCluster(
  asked: AskedObject,
  namespace: string,
  port: Pick<ClusterPort, 'get'>,
): Promise<AskedObject | undefined> {
  for (const other of namesakesOf(asked)) {
    const answer = await port.get(queryOf(referenceOf(other, namespace), other.info));
    if (answer.state === 'ok') return other;
  }
  return undefined;
}

/** What the cluster still has of all that is made for an object. */
export async function remainsInCluster(
  asked: AskedObject,
  namespace: string | undefined,
  port: Pick<ClusterPort, 'get'>,
): Promise<readonly ResourceRef[]> {
  for (const ref of remainsOf(asked, namespace)) {
    const info = kindNamed(ref.kind, groupOf(ref.apiVersion));
    const answer = info === undefined ? undefined : await port.get(queryOf(ref, info));
    if (answer?.state === 'ok') return [ref];
  }
  return [];
}

function queryOf(ref: ResourceRef, info: KindInfo): GetQuery {
  return { info, name: ref.name, ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }) };
}

function groupMatches(ref: ResourceRef, info: KindInfo): boolean {
  return groupOf(ref.apiVersion) === info.group;
}

function onlyNamespace(snapshot: Snapshot): string | undefined {
  if (snapshot.scope.namespaces === 'all') return undefined;
  const own = snapshot.scope.namespaces.filter((name) => !name.startsWith('kube-') && name !== 'default');
  return own.length === 1 ? own[0] : undefined;
}

/** The problem IS0021 with the nearest names, in this namespace first, then the same name elsewhere, then what is left of it. */
export function notFound(
  asked: AskedObject,
  namespace: string | undefined,
  seenOrUnread: readonly ResourceRef[] | undefined,
  source: string,
  /** Objects of its name that are there, of those that are made for it. */
  remains: readonly ResourceRef[] = [],
): InferscopeProblem {
  const seen = seenOrUnread ?? [];
  const here = seen.filter((ref) => isIn(ref, asked, namespace)).map((ref) => ref.name);
  const near = nearestNames(asked.name, [...new Set(here)], 4);
  const elsewhere = seen.filter((ref) => ref.name === asked.name && !isIn(ref, asked, namespace));
  const short = asked.info.shortNames[0] ?? asked.info.plural;
  const todo: string[] = [];
  if (elsewhere.length > 0)
    todo.push(
      `It is in ${elsewhere.map((ref) => ref.namespace ?? '').join(', ')}: add -n ${elsewhere[0]?.namespace ?? ''}`,
    );
  if (near.length > 0) todo.push(`Perhaps ${near.map((name) => `${short}/${name}`).join(', ')} is meant`);
  const [left] = remains;
  const leftGroup = left?.kind === asked.info.kind ? groupOf(left.apiVersion) : asked.info.group;
  const leftTitle =
    left === undefined ? '' : `${nameWithKind(left)}${leftGroup === asked.info.group ? '' : ` of ${leftGroup}`}`;
  if (left !== undefined) {
    const word = kindNamed(left.kind, groupOf(left.apiVersion))?.shortNames[0] ?? left.kind.toLowerCase();
    todo.push(
      `Ask for ${leftTitle}: inferscope ${word}/${left.name}${left.namespace === undefined ? '' : ` -n ${left.namespace}`}`,
    );
  }
  const found =
    seenOrUnread === undefined
      ? `it does not exist, and which ${asked.info.plural} do could not be listed`
      : here.length === 0 && elsewhere.length > 0
        ? `there is one of that name in ${elsewhere.map((ref) => ref.namespace ?? '').join(', ')}, and none here`
        : here.length === 0
          ? `there is no ${asked.info.kind} at all`
          : `there is none of that name among ${here.length}`;
  return new InferscopeProblem({
    code: 'IS0021',
    tried: `Looked for ${asked.info.kind} ${asked.name}${namespace === undefined || !asked.info.namespaced ? '' : ` in namespace ${namespace}`} in ${source}`,
    found: left === undefined ? found : `${found}, but ${leftTitle} is there`,
    todo: [todo[0] ?? `See what there is: kubectl get ${asked.info.plural} -A`, ...todo.slice(1)],
  });
}
