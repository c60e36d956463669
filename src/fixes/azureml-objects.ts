/** Fixes on objects around the Azure ML extension that no setting of it changes: the old router, and parts that have to be asked for their own cause. */
import type { Fix } from '../model/finding.ts';
import { kindWord, nameWithKind } from '../model/kinds.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { PullTarget } from '../views/image-pull.ts';
import type { PreflightIntent } from '../views/preflight-intent.ts';
import { verifyWithPreflight } from './azureml.ts';
import { command, fix, kubectl, manual, verifyWithInferscope } from './build.ts';

/** Deletes what the old router left; those in `default` and those without a namespace, each in one command. */
export function deleteLegacyRouter(intent: PreflightIntent, remains: readonly ResourceRef[]): Fix {
  const groups = [remains.filter(({ namespace }) => namespace === undefined), remains.filter(hasNamespace)].filter(
    (group) => group.length > 0,
  );
  const command = (verb: readonly string[], mutates: boolean): Fix['steps'] =>
    groups.map((group) => {
      const [first] = group;
      const words = group.map((ref) => `${kindWord(ref)}/${ref.name}`);
      return kubectl(first ?? {}, [...verb, ...words, '--ignore-not-found'], mutates);
    });
  return fix({
    title: 'Remove what the old router of AksCompute left',
    applicability: 'review',
    effect:
      'Web services that were deployed to this cluster as AksCompute stop answering; those of the extension are not touched.',
    steps: [...command(['get', '-o', 'yaml'], false), ...command(['delete'], true)],
    undo: [manual('Keep what the first steps print, in a file, and apply it again.')],
    verify: verifyWithPreflight(intent),
  });
}

function hasNamespace({ namespace }: ResourceRef): boolean {
  return namespace !== undefined;
}

/** What keeps a part of the extension from running has causes of its own: the diagnosis finds them. */
export function askForCause(workload: ResourceRef): Fix {
  const kind = kindWord(workload);
  return fix({
    title: `Find out what keeps ${nameWithKind(workload)} from running`,
    applicability: 'advice',
    effect: 'Changes nothing by itself.',
    steps: [
      verifyWithInferscope(workload),
      kubectl(workload, ['describe', kind, workload.name], false),
      manual('Mend the cause that is named there; the controller then makes the pods by itself.'),
    ],
    verify: verifyWithInferscope(workload),
  });
}

/** Pull secrets of online deployments are made and renewed by the extension (inferred from the name of one that was seen): one made by hand is not. */
export function awaitPullSecret(secret: ResourceRef, host: string, { workload }: PullTarget): Fix {
  return fix({
    title: `Let the identity controller of Azure ML make Secret ${secret.name}`,
    applicability: 'fill-in',
    effect: `The extension makes the Secret and renews it, once the identity of the endpoint may pull from ${host}; the kubelet tries again by itself.`,
    steps: [
      kubectl(
        { namespace: 'azureml' },
        ['logs', 'deployment/amlarc-identity-controller', '--all-containers', '--tail=100'],
        false,
      ),
      manual(
        'Its log names the step that failed: the token of Azure, or the exchange with the registry. Where the role is missing:',
      ),
      roleAssignment('create', 'AcrPull', '<REGISTRY-RESOURCE-ID>'),
    ],
    undo: [roleAssignment('delete', 'AcrPull', '<REGISTRY-RESOURCE-ID>')],
    verify: verifyWithInferscope(workload),
  });
}

/** The storage initializer signs in as the endpoint (azure-ai-docs how-to-troubleshoot-online-endpoints.md, BadArgument: authorization error). */
export function letIdentityRead(workload: ResourceRef): Fix {
  return fix({
    title: 'Let the identity of the endpoint read the storage account',
    applicability: 'fill-in',
    effect: 'The next try of the download succeeds; a role takes some minutes to come into force.',
    steps: [roleAssignment('create', READER, '<STORAGE-ACCOUNT-RESOURCE-ID>')],
    undo: [roleAssignment('delete', READER, '<STORAGE-ACCOUNT-RESOURCE-ID>')],
    verify: verifyWithInferscope(workload),
  });
}

const READER = 'Storage Blob Data Reader';

function roleAssignment(verb: 'create' | 'delete', role: string, scope: string): Fix['steps'][number] {
  return command(
    ['az', 'role', 'assignment', verb, '--assignee', '<PRINCIPAL-ID>', '--role', role, '--scope', scope],
    true,
  );
}
