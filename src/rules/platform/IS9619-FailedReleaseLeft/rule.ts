/** Check: an earlier release of the Azure ML extension failed or went by halves, and what it left stands in the way. */
import { changeSettings, verifyWithPreflight } from '../../../fixes/azureml.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import {
  awaitOperation,
  deleteHook,
  endDeletion,
  forgetRevision,
  releaseObjects,
  removeRelease,
  rollBack,
  takeOver,
} from '../../../fixes/helm-leftovers.ts';
import type { Verdict } from '../../../model/finding.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import {
  extensionLeftovers,
  type ExtensionLeftovers,
  type OwnedElsewhere,
} from '../../../views/azureml/extension-leftovers.ts';
import type { HelmRelease } from '../../../views/helm-releases.ts';
import { EXTENSION_NAMESPACE } from '../../../views/parse/azureml-settings.ts';
import type { Condition } from '../../../views/parse/conditions.ts';
import { listed } from '../../../views/parse/listed.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { spanText } from '../../../views/parse/time.ts';
import { preflightIntent, type PreflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule, type RuleContext } from '../../define.ts';

/** Hooks of the extension end within it. */
const LONG_SECONDS = 600;
/** azure-ai-docs how-to-troubleshoot-kubernetes-extension.md asks to wait about an hour for an operation that is in progress. */
const LONGEST_OPERATION_SECONDS = 3600;

const MESSAGES = {
  namespaceTerminating: 'Namespace azureml has been in deletion for {span}{held}',
  pending: 'Helm release {release} of namespace {namespace} has been {status} in revision {revision} for {span}',
  failed: 'Helm release {release} of namespace {namespace} failed in revision {revision} and was never deployed',
  uninstalling: 'Helm release {release} of namespace {namespace} has been half uninstalled for {span}',
  inUse: 'Helm release {release} is installed in namespace {namespace} already',
  ownedElsewhere: '{objects} belongs to Helm release {release} of namespace {namespace}{gone}',
  crdTerminating: '{crd} is in deletion{held}',
  hookLeft: '{object}, a hook {hook} of the extension, {state}',
} as const;

export default defineRule({
  code: 'IS9619',
  name: 'FailedReleaseLeft',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'A failed release of the Azure ML extension stands in the way of the next',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  aliases: [
    'failed-release-left',
    'helm-release-pending',
    'foreign-helm-ownership',
    'cannot re-use a name that is still in use',
    'another operation (install/upgrade/rollback) is in progress',
    'earlier operation for the helm chart is still in progress',
    'unable to create new content in namespace azureml because it is being terminated',
    'exists and cannot be imported into the current release: invalid ownership metadata',
    'has no deployed releases',
    'sh.helm.release.v1',
  ],
  preflight: { profile: 'azureml', title: 'leftovers of an earlier release', weight: 'blocking' },
  needs: { intent: preflightIntent, left: extensionLeftovers },
  messages: MESSAGES,
  check({ intent, left }, context) {
    if (intent === undefined) return context.notApplicable('nothing is to be installed');
    const [first, ...more] = [
      ...namespaceVerdicts(intent, left, context),
      ...left.releases.flatMap((release) => releaseVerdict(intent, release, context) ?? []),
      ...ownerVerdicts(intent, left, context),
      ...hookVerdicts(intent, left, context),
    ];
    if (first !== undefined) return context.all([first, ...more]);
    if (left.complete.state === 'unknown') return context.unknown(left.complete.gap);
    if (left.namespace.state === 'unknown') return context.unknown(left.namespace.gap);
    return context.ruledOut(
      left.namespace.state === 'absent'
        ? 'namespace azureml is not there, and no CRD of the extension is in deletion'
        : 'no release of namespace azureml is pending or failed, and nothing of it is in deletion',
      left.namespace.cite,
      left.complete.cite,
    );
  },
});

type Context = RuleContext<typeof MESSAGES>;

function heldText(held: readonly Condition[]): string {
  // What remains tells more than that something does.
  const told = held.find(({ type }) => /ContentRemaining|DiscoveryFailure|DeletionFailure/.test(type)) ?? held[0];
  return told === undefined || told.message === '' ? '' : `: ${quoted(told.message)}`;
}

function namespaceVerdicts(intent: PreflightIntent, left: ExtensionLeftovers, context: Context): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const { namespace, terminating } = left;
  if (namespace.state === 'present' && terminating !== undefined)
    verdicts.push(
      context.found({
        message: 'namespaceTerminating',
        args: { span: spanText(terminating.seconds), held: heldText(terminating.held) },
        subject: namespace.value.ref,
        certainty: 'confirmed',
        basis: 'the Namespace carries a deletionTimestamp',
        consequence:
          'The API server refuses everything new in it: unable to create new content in namespace azureml because it is being terminated.',
        cite: [
          namespace.value.cite('since when it is being deleted', '/metadata/deletionTimestamp'),
          ...left.heldObjects
            .slice(0, 2)
            .map((object) => object.cite(`finalizers of ${nameWithKind(object.ref)}`, '/metadata/finalizers')),
          ...terminating.held
            .slice(0, 3)
            .map(({ type, pointer }) => namespace.value.cite(`condition ${type}`, pointer)),
        ],
        fixes: [
          ...(left.heldObjects.length === 0 ? [] : [releaseObjects(intent, left.heldObjects)]),
          endDeletion(intent, 'namespace azureml', terminating.held.map(({ message }) => message).join(' ')),
        ],
      }),
    );
  for (const { crd, held } of left.crds)
    verdicts.push(
      context.found({
        message: 'crdTerminating',
        args: { crd: nameWithKind(crd.ref), held: heldText(held) },
        subject: crd.ref,
        certainty: 'confirmed',
        basis: 'it carries a deletionTimestamp',
        consequence: 'Its objects can be neither made nor changed, and Helm cannot make it anew until it is gone.',
        cite: [
          crd.cite('since when it is being deleted', '/metadata/deletionTimestamp'),
          ...held.slice(0, 2).map(({ type, pointer }) => crd.cite(`condition ${type}`, pointer)),
        ],
        fixes: [
          endDeletion(
            intent,
            `customresourcedefinition ${crd.ref.name}`,
            `${crd.ref.name} has 1 resource instances ${held.map(({ message }) => message).join(' ')}`,
          ),
        ],
      }),
    );
  return verdicts;
}

function releaseVerdict(intent: PreflightIntent, release: HelmRelease, context: Context): Verdict | undefined {
  const { latest, namespace } = release;
  const args = { release: release.name, namespace };
  const common = {
    subject: latest.secret.ref,
    cite: [latest.secret.cite(`status ${latest.status} of revision ${latest.revision}`, '/metadata/labels')],
  } as const;
  const confirmed = {
    certainty: 'confirmed',
    basis: 'Helm’s own record of the latest revision says so',
  } as const;
  if (latest.status.startsWith('pending-'))
    return context.found({
      message: 'pending',
      args: { ...args, status: latest.status, revision: latest.revision, span: spanText(latest.seconds) },
      consequence:
        'Helm refuses every other operation on it: another operation (install/upgrade/rollback) is in progress. It is still at work, or was ended from outside.',
      fixes: [
        ...(latest.seconds < LONGEST_OPERATION_SECONDS ? [awaitOperation(intent, release)] : []),
        rollBack(intent, release) ?? removeRelease(intent, release),
        forgetRevision(intent, release),
      ],
      ...confirmed,
      ...common,
    });
  if (latest.status === 'uninstalling')
    return context.found({
      message: 'uninstalling',
      args: { ...args, span: spanText(latest.seconds) },
      consequence: 'Part of the extension is gone and part is there; its name stays in use.',
      fixes: [removeRelease(intent, release)],
      ...confirmed,
      ...common,
    });
  const wasDeployed = release.revisions.some(({ status }) => status === 'deployed' || status === 'superseded');
  if (latest.status === 'failed' && !wasDeployed)
    return context.found({
      message: 'failed',
      args: { ...args, revision: latest.revision },
      consequence:
        'A new installation of that name is refused (cannot re-use a name that is still in use), and an upgrade has no deployed releases to go out from.',
      fixes: [removeRelease(intent, release)],
      ...confirmed,
      ...common,
    });
  if (intent.phase !== 'pre-install' || latest.status === 'uninstalled' || latest.status === 'unknown')
    return undefined;
  const isSame = intent.extensionName === release.name;
  return context.found({
    message: 'inUse',
    args,
    certainty: isSame ? 'confirmed' : 'likely',
    basis: isSame
      ? 'Helm’s own record of a release of this name says so'
      : 'it has a release in the namespace of the extension, which a cluster has once',
    consequence: isSame
      ? 'A new installation is refused: cannot re-use a name that is still in use.'
      : 'Objects without a namespace belong to it, and Helm refuses them to another release: invalid ownership metadata.',
    fixes: [
      changeSettings(
        { ...intent, phase: 'pre-upgrade' },
        'Update the extension that is there',
        Object.fromEntries(intent.settings),
        'It keeps its endpoints; settings that must not change while they serve stay as they are.',
      ),
      removeRelease(intent, release),
    ],
    ...common,
  });
}

/** Whether Helm refuses the object to the release that is intended. */
function isRefused(intent: PreflightIntent, { namespace, exists }: OwnedElsewhere): boolean {
  if (exists === true) return false;
  return intent.extensionName !== undefined || namespace !== EXTENSION_NAMESPACE || exists === false;
}

function ownerVerdicts(intent: PreflightIntent, left: ExtensionLeftovers, context: Context): readonly Verdict[] {
  const byRelease = new Map<string, OwnedElsewhere[]>();
  for (const owned of left.ownedElsewhere.filter((entry) => isRefused(intent, entry))) {
    const key = `${owned.namespace}/${owned.release}`;
    byRelease.set(key, [...(byRelease.get(key) ?? []), owned]);
  }
  return [...byRelease.values()].flatMap((owned) => {
    const [first, ...others] = owned;
    if (first === undefined) return [];
    const isKnown = intent.extensionName !== undefined || first.namespace !== EXTENSION_NAMESPACE;
    return [
      context.found({
        message: 'ownedElsewhere',
        args: {
          objects: listed(
            owned.map(({ object }) => nameWithKind(object.ref)),
            3,
          ),
          release: first.release,
          namespace: first.namespace,
          gone: first.exists === false ? ', which is no longer there' : '',
        },
        subject: first.object.ref,
        certainty: isKnown ? 'confirmed' : 'likely',
        basis: isKnown
          ? 'its annotations name another release than the one intended'
          : 'its annotations name a release without a record; only one of the same name could take it over',
        consequence:
          'Helm refuses the installation: exists and cannot be imported into the current release: invalid ownership metadata.',
        cite: [
          first.object.cite(`release that owns ${first.object.ref.name}`, '/metadata/annotations'),
          ...others
            .slice(0, 2)
            .map(({ object }) => object.cite(`release that owns ${object.ref.name}`, '/metadata/annotations')),
        ],
        fixes: [takeOver(intent, owned)],
      }),
    ];
  });
}

function hookVerdicts(intent: PreflightIntent, left: ExtensionLeftovers, context: Context): readonly Verdict[] {
  return left.hooks
    .filter(({ state, hook, seconds }) => (state === 'failed' ? hook.includes('delete') : seconds > LONG_SECONDS))
    .map(({ object, hook, state, seconds }) =>
      context.found({
        message: 'hookLeft',
        args: {
          object: nameWithKind(object.ref),
          hook: quoted(hook, 60),
          state: state === 'failed' ? 'has failed' : `has not ended for ${spanText(seconds)}`,
        },
        subject: object.ref,
        certainty: 'likely',
        basis: 'it is still there, and Helm waits for its hooks or takes their failure for its own',
        consequence: 'The operation that it belongs to does not end, or has failed by it.',
        cite: [object.cite(`hook ${hook}`, '/metadata/annotations'), object.cite('how it stands', '/status')],
        fixes: [
          deleteHook(intent, object),
          fix({
            title: 'Read why it does not end',
            applicability: 'advice',
            effect: 'Changes nothing.',
            steps: [
              kubectl(object.ref, ['get', 'configmap', 'arcml-healthcheck', '--output', 'yaml'], false),
              manual('The key of its phase (reports-pre-delete …) tells what the extension’s own check found.'),
            ],
            verify: verifyWithPreflight(intent),
          }),
        ],
      }),
    );
}
