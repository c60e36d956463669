/** Fixes for what a failed or half removed Helm release leaves behind, with the exact objects. */
import type { Fix } from '../model/finding.ts';
import { kindWord, nameWithKind } from '../model/kinds.ts';
import type { KubeObject } from '../model/reader.ts';
import type { OwnedElsewhere } from '../views/azureml/extension-leftovers.ts';
import type { HelmRelease } from '../views/helm-releases.ts';
import { listed } from '../views/parse/listed.ts';
import type { PreflightIntent } from '../views/preflight-intent.ts';
import { verifyWithPreflight } from './azureml.ts';
import { command, fix, kubectl, manual, patch } from './build.ts';

const MOST_OBJECTS = 10;

const PLACE = (release: HelmRelease): readonly string[] => ['--namespace', release.namespace];

/** What hangs and what only takes its time look the same in Helm's record; an operation of the extension takes up to an hour. */
export function awaitOperation(intent: PreflightIntent, release: HelmRelease): Fix {
  return fix({
    title: `Wait until the operation on release ${release.name} has ended`,
    applicability: 'advice',
    effect: 'Nothing is interrupted; its own time limit ends an operation within an hour.',
    steps: [
      command(['helm', 'history', release.name, ...PLACE(release)], false),
      manual(
        `While revision ${release.latest.revision} stays ${release.latest.status}, somebody may be at work on it. Do what follows only after an hour, or when nobody is.`,
      ),
    ],
    verify: verifyWithPreflight(intent),
  });
}

/** Helm goes back to the revision before, or forgets the release where this was its first. */
export function forgetRevision(intent: PreflightIntent, release: HelmRelease): Fix {
  const { secret, revision } = release.latest;
  return fix({
    title: `Delete the record of revision ${revision} of release ${release.name}`,
    applicability: 'review',
    effect:
      release.revisions.length > 1
        ? 'Helm takes the revision before for the latest; what the broken operation changed already stays as it is. Only when nothing works on it any more: an operation takes up to an hour.'
        : 'Helm no longer knows the release; what it made already stays. Only when nothing works on it any more: an operation takes up to an hour.',
    steps: [
      command(['helm', 'history', release.name, ...PLACE(release)], false),
      kubectl(secret.ref, ['delete', 'secret', secret.ref.name], true),
    ],
    undo: [
      manual(`There is none; save Secret ${secret.ref.name} first (kubectl get secret … -o yaml) to apply it again.`),
    ],
    verify: verifyWithPreflight(intent),
  });
}

/** Goes back to a revision that worked; Helm allows it while a later one is pending. */
export function rollBack(intent: PreflightIntent, release: HelmRelease): Fix | undefined {
  const good = release.revisions.find(({ status }) => status === 'deployed' || status === 'superseded');
  if (good === undefined || good === release.latest) return undefined;
  return fix({
    title: `Roll release ${release.name} back to revision ${good.revision}`,
    applicability: 'review',
    effect: 'Objects are written as that revision had them; pods whose template differs restart.',
    steps: [command(['helm', 'rollback', release.name, String(good.revision), ...PLACE(release)], true)],
    undo: [manual('Update the extension again with the settings of the revision that hung.')],
    verify: verifyWithPreflight(intent),
  });
}

/** Finalizers of objects whose controller is gone with the extension. */
export function releaseObjects(intent: PreflightIntent, held: readonly KubeObject[]): Fix {
  const objects = held.slice(0, MOST_OBJECTS);
  return fix({
    title: `Take the finalizers off ${listed(objects.map(({ ref }) => nameWithKind(ref)))}`,
    applicability: 'review',
    effect: 'They are gone at once, and the deletion ends. What their controller would have cleaned up stays.',
    steps: objects.map(({ ref }) => patch(ref, { metadata: { finalizers: null } })),
    undo: [manual('There is none: they are in deletion already.')],
    verify: verifyWithPreflight(intent),
  });
}

export function removeRelease(intent: PreflightIntent, release: HelmRelease): Fix {
  return fix({
    title: `Remove release ${release.name}`,
    applicability: 'review',
    effect:
      'Everything of the release is deleted. Delete the extension in Azure first (az k8s-extension delete), or its agent installs it again.',
    steps: [command(['helm', 'uninstall', release.name, ...PLACE(release), '--no-hooks'], true)],
    undo: [manual('Install the extension again.')],
    verify: verifyWithPreflight(intent),
  });
}

/** Helm takes an object over that says to be its own. */
export function takeOver(intent: PreflightIntent, owned: readonly OwnedElsewhere[]): Fix {
  const name = intent.extensionName ?? '<EXTENSION>';
  const annotate = ({ object }: OwnedElsewhere, release: string, namespace: string): Fix['steps'][number] =>
    kubectl(
      object.ref,
      [
        'annotate',
        kindWord(object.ref),
        object.ref.name,
        `meta.helm.sh/release-name=${release}`,
        `meta.helm.sh/release-namespace=${namespace}`,
        '--overwrite',
      ],
      true,
    );
  const changed = owned.slice(0, MOST_OBJECTS);
  return fix({
    title: 'Hand the objects over to the new release',
    applicability: intent.extensionName === undefined ? 'fill-in' : 'review',
    effect: 'Helm takes them over at the next installation and writes them anew; nothing restarts now.',
    steps: changed.map((entry) => annotate(entry, name, 'azureml')),
    undo: changed.map((entry) => annotate(entry, entry.release, entry.namespace)),
    verify: verifyWithPreflight(intent),
  });
}

/** What a namespace or a CRD in deletion waits for, by the words of its conditions. */
export function endDeletion(intent: PreflightIntent, what: string, waiting: string): Fix {
  const kinds = [
    ...waiting.matchAll(/\b([a-z0-9]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}) has \d{1,9} resource instances/g),
  ].map(([, kind]) => kind ?? '');
  const discovery = /unable to retrieve the complete list of server APIs|discovery/i.test(waiting);
  return fix({
    title: `Let the deletion of ${what} end`,
    applicability: 'advice',
    effect: 'What is in deletion goes with all that it holds; a deletion that has begun cannot be taken back.',
    steps: [
      ...(kinds.length === 0 && !discovery
        ? [kubectl({}, ['get', ...what.split(' '), '--output', 'yaml'], false)]
        : []),
      ...kinds
        .slice(0, MOST_OBJECTS)
        .map((kind) => kubectl({}, ['get', kind, '--all-namespaces', '--output', 'yaml'], false)),
      ...(discovery ? [kubectl({}, ['get', 'apiservices'], false)] : []),
      manual(
        discovery
          ? 'Mend or delete the APIService that is not available: until then the namespace controller cannot list what is left.'
          : 'Delete what is left. Where a finalizer holds an object whose controller is gone, take it off by hand (kubectl patch … metadata.finalizers), one by one.',
      ),
    ],
    verify: verifyWithPreflight(intent),
  });
}

export function deleteHook(intent: PreflightIntent, object: KubeObject): Fix {
  return fix({
    title: `Delete ${nameWithKind(object.ref)}`,
    applicability: 'review',
    effect: 'Helm makes it anew with its next operation. Read its log first.',
    steps: [
      kubectl(object.ref, ['logs', `${kindWord(object.ref)}/${object.ref.name}`, '--all-containers'], false),
      kubectl(object.ref, ['delete', kindWord(object.ref), object.ref.name], true),
    ],
    undo: [manual('There is none: it belongs to an operation that is over.')],
    verify: verifyWithPreflight(intent),
  });
}
