/**
 * Makes `docs/azureml/` and its part of the index that `inferscope explain` searches: a page for every error name of Azure Machine Learning, from the
 * catalogue in `src/views/azureml/catalog/`.
 */
import type { ConditionPage } from '../src/cli/condition-pages.ts';
import type { ProblemInfo } from '../src/collect/problems.ts';
import { shellCommand } from '../src/report/shell.ts';
import type { AnyRule } from '../src/rules/define.ts';
import {
  AZURE_ERRORS,
  documentConflicts,
  type AzureError,
  type AzureErrorArea,
  type Reason,
} from '../src/views/azureml/catalog/index.ts';
import { tellingPart } from '../src/views/azureml/error-strings.ts';

const AREAS: Readonly<Record<AzureErrorArea, string>> = {
  endpoint: 'online endpoints and deployments',
  compute: 'attached compute, its cluster and identity',
  extension: 'installing, upgrading and deleting the extension',
  training: 'training jobs',
  http: 'HTTP answers of an endpoint',
  'health-check': "codes of the extension's health check",
};

/** Shorter parts of messages are found in texts of everybody. */
const SHORTEST_PART = 12;

/** Where a person finds what a command of a page asks for, where the name does not say it. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  '<PRINCIPAL-ID>':
    'of an endpoint: `identity.principal_id` of `az ml online-endpoint show`; of a compute or workspace: the same of `az ml compute show`, `az ml workspace show`; of the nodes of AKS: `identityProfile.kubeletidentity.objectId` of `az aks show`',
  '<GROUP>': 'resource group of the workspace',
  '<CLUSTER-GROUP>': 'resource group of the cluster; often another than that of the workspace',
  '<EXTENSION>': '`az k8s-extension list` names it',
  '<managedClusters|connectedClusters>': 'managedClusters for AKS, connectedClusters for Azure Arc',
  '<REGISTRY>': '`container_registry` of `az ml workspace show`, its last part',
  '<ACCOUNT>': '`storage_account` of `az ml workspace show`, its last part',
  '<VAULT>': '`key_vault` of `az ml workspace show`, its last part',
  '<WORKSPACE-RESOURCE-ID>': '`id` of `az ml workspace show`',
  '<ENDPOINT-RESOURCE-ID>': '`id` of `az ml online-endpoint show`',
  '<CLUSTER-RESOURCE-ID>': '`id` of `az aks show`, or of `az connectedk8s show`',
};

interface AzuremlDocs {
  /** File under docs/azureml to text. */
  readonly files: ReadonlyMap<string, string>;
  /** For the index that `explain` searches. */
  readonly pages: readonly ConditionPage[];
}

interface Known {
  readonly code: string;
  readonly name: string;
  readonly title: string;
  readonly aliases: readonly string[];
}

export function azuremlDocs(rules: readonly AnyRule[], problems: readonly ProblemInfo[]): AzuremlDocs {
  const known: readonly Known[] = [...rules, ...problems.map((problem) => ({ ...problem, aliases: [] }))];
  const pages = AZURE_ERRORS.map((error) => pageOf(error, known));
  const files = new Map(pages.map(({ name, markdown }) => [`${name}.md`, markdown] as const));
  files.set('README.md', tableOf());
  return { files, pages };
}

function pageOf(error: AzureError, known: readonly Known[]): ConditionPage {
  const parts = error.strings.map(tellingPart).filter((part) => part.length >= SHORTEST_PART);
  const words = [...new Set([error.name, ...(error.called ?? []), ...parts])];
  const named = new Set(error.reasons.flatMap((reason) => ('shownBy' in reason ? reason.shownBy : [])));
  // A name that is everybody's is an alias of rules that have nothing to do with Azure.
  const told = error.shared === true ? [] : [error.name, ...(error.called ?? [])];
  const codes = known
    .filter(({ code, aliases }) => named.has(code) || aliases.some((alias) => told.includes(alias)))
    .map(({ code }) => code);
  return {
    name: error.name,
    title: error.title,
    words,
    kinds: `Azure ML, ${AREAS[error.area]}`,
    condition: '',
    versions: error.kubernetesOnly === true ? 'Kubernetes only' : 'managed and Kubernetes',
    step: true,
    codes,
    azureml: error.shared === true ? 'shared' : 'own',
    markdown: markdownOf(error, words, known, codes),
  };
}

function markdownOf(
  error: AzureError,
  words: readonly string[],
  known: readonly Known[],
  codes: readonly string[],
): string {
  const titleOf = (code: string): string => {
    const rule = known.find((candidate) => candidate.code === code);
    return rule === undefined ? '' : `${rule.code} ${rule.name}: ${rule.title}`;
  };
  const cited = new Set(error.reasons.flatMap((reason) => ('shownBy' in reason ? reason.shownBy : [])));
  const more = codes.filter((code) => !cited.has(code));
  return [
    `# ${error.name}`,
    '',
    error.title,
    '',
    `- Words: ${words.map((word) => `\`${word}\``).join(', ')}`,
    `- Where: Azure Machine Learning, ${AREAS[error.area]}`,
    `- Applies to: ${error.kubernetesOnly === true ? 'attached Kubernetes clusters only' : 'managed endpoints and attached Kubernetes clusters'}`,
    '',
    '## What it means',
    error.meaning,
    '',
    '## The reasons told apart',
    'The reasons are those that the documents of Azure give, unless the reason says where else it was seen. What shows a reason in the cluster is inferred from the objects, not documented.',
    '',
    ...error.reasons.flatMap((reason, index) => reasonLines(reason, index + 1, titleOf)),
    ...placeholderLines(error),
    ...(more.length === 0
      ? []
      : ['### Other rules that know this name', ...more.map((code) => `- ${titleOf(code)}`), '']),
    ...(error.wrapper === true
      ? [
          '## Wrapped errors',
          'This name mostly stands around another. The innermost code of the answer counts: `inferscope explain --file FILE` (or `-`) reads the whole answer and finds it.',
          '',
        ]
      : []),
    '## First step',
    error.fix,
    '',
    '## What Inferscope does',
    ...doesLines(error),
    '',
    ...(error.notes === undefined
      ? []
      : ['## Where the documents differ', ...error.notes.map((note) => `- ${note}`), '']),
    '## References',
    ...error.references.map((reference) => `- ${reference}`),
    '',
  ].join('\n');
}

function reasonLines(reason: Reason, number: number, titleOf: (code: string) => string): readonly string[] {
  const heading = [`### ${number}. ${reason.text}`, ''];
  const words = (reason.strings ?? []).map((text) => `\`${text}\``).join(', ');
  const said = words === '' ? [] : [`- The message then says: ${words}`];
  const seen = reason.seen === undefined ? [] : [`- Seen in ${reason.seen}, not documented.`];
  if ('ask' in reason) {
    const { question, argv, answer } = reason.ask;
    return [
      ...heading,
      ...said,
      ...seen,
      `- Only Azure can tell. ${question}`,
      '',
      '```',
      shellCommand(argv),
      '```',
      '',
      answer,
      '',
    ];
  }
  const codes = reason.shownBy.map(titleOf).filter((text) => text !== '');
  return [
    ...heading,
    ...said,
    ...seen,
    `- In the cluster: ${reason.evidence}`,
    ...codes.map((text) => `- ${text}`),
    '',
  ];
}

function placeholderLines({ fix, reasons }: AzureError): readonly string[] {
  const commands = [fix, ...reasons.flatMap((reason) => ('ask' in reason ? reason.ask.argv : []))].join(' ');
  const used = Object.entries(PLACEHOLDERS).filter(([name]) => commands.includes(name));
  return used.length === 0
    ? []
    : ['### What to put in the commands', '', ...used.map(([name, where]) => `- \`${name}\`: ${where}`), ''];
}

function doesLines({ area }: AzureError): readonly string[] {
  if (area === 'extension' || area === 'health-check')
    return [
      '`inferscope preflight` makes these checks itself, reads the report of the extension (ConfigMap arcml-healthcheck in the namespace azureml), and says where the two differ.',
    ];
  if (area === 'training')
    return [
      '`inferscope diagnose` on the pod of the job shows which of these reasons the cluster proves; the rest is asked with the commands above.',
    ];
  return [
    '`inferscope azureml ENDPOINT/DEPLOYMENT` looks which of these reasons the cluster proves, and leaves the others as the questions above.',
  ];
}

function tableOf(): string {
  const out = [
    '# Error names of Azure Machine Learning on Kubernetes',
    '',
    'Generated by `npm run generate` from `src/views/azureml/catalog/`. `inferscope explain NAME` prints a page offline.',
    'A name is not the end but the beginning: each page tells its documented reasons apart, with what the cluster shows of each or the question for Azure.',
  ];
  for (const [area, title] of Object.entries(AREAS)) {
    out.push(
      '',
      `## ${title.charAt(0).toUpperCase()}${title.slice(1)}`,
      '',
      '| name | what it says | shown in the cluster | asked of Azure |',
      '|---|---|---|---|',
    );
    for (const error of AZURE_ERRORS.filter((candidate) => candidate.area === area)) {
      const asked = error.reasons.filter((reason) => 'ask' in reason).length;
      out.push(
        `| [${error.name}](${error.name}.md) | ${error.title.replaceAll('|', '\\|')} | ${error.reasons.length - asked} | ${asked} |`,
      );
    }
  }
  out.push(
    '',
    '## Where the documents contradict each other',
    '',
    '| about | what they say | what is done here |',
    '|---|---|---|',
  );
  for (const { about, says, here } of documentConflicts) out.push(`| ${about} | ${says} | ${here} |`);
  return `${out.join('\n')}\n`;
}
