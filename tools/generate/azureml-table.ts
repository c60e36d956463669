/**
 * The table of docs/azureml.md: each name of Azure ML, the causes told apart, what shows them, and how it was tried. Reads the catalogue and the scenarios of
 * the tests; writes only what stands between the two marks.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { z } from 'zod';
import { AZURE_ERRORS, documentConflicts, type AzureError } from '../../src/views/azureml/catalog/index.ts';
import { azuremlCases, namesOf } from '../../test/azureml-case.ts';
import { ROOT } from './rule-folders.ts';

const START = '<!-- tables: npm run generate -->';
const END = '<!-- end of tables -->';

const AREAS: readonly { readonly area: AzureError['area']; readonly title: string }[] = [
  { area: 'endpoint', title: 'Endpoints and deployments' },
  { area: 'compute', title: 'Compute, cluster and identity' },
  { area: 'extension', title: 'The extension' },
  { area: 'health-check', title: 'The health check of the extension' },
  { area: 'training', title: 'Training jobs' },
];

const truthSchema = z.object({ azureml: z.array(z.string()).default([]) });

/** The page with its table renewed. Throws where the marks are gone. */
export function azuremlPage(): string {
  const page = readFileSync(path.join(ROOT, 'docs/azureml.md'), 'utf8');
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start < 0 || end < start) throw new Error('docs/azureml.md has lost the marks of its table');
  return `${page.slice(0, start + START.length)}\n${tables()}\n${page.slice(end)}`;
}

function tables(): string {
  const recorded = recordedScenarios();
  const constructed = new Map<string, { found: number; twins: number }>();
  for (const { azuremlCase } of azuremlCases())
    for (const name of namesOf(azuremlCase)) {
      const count = constructed.get(name) ?? { found: 0, twins: 0 };
      if (azuremlCase.twin === true) count.twins += 1;
      else count.found += 1;
      constructed.set(name, count);
    }
  const conflicts = [
    '\n## Where the documents contradict each other\n',
    '| about | what they say | what Inferscope does, and why |',
    '|---|---|---|',
    ...documentConflicts.map(({ about, says, here }) => `| ${about} | ${says} | ${here} |`),
    '',
  ].join('\n');
  return `${areaTables(recorded, constructed)}\n${conflicts}`;
}

function areaTables(
  recorded: ReadonlyMap<string, readonly string[]>,
  constructed: ReadonlyMap<string, { readonly found: number; readonly twins: number }>,
): string {
  return AREAS.map(({ area, title }) => {
    const rows = AZURE_ERRORS.filter((error) => error.area === area).map((error) => {
      const { found, twins } = constructed.get(error.name) ?? { found: 0, twins: 0 };
      const ids = recorded.get(error.name) ?? [];
      const how = [
        ...(ids.length > 0 ? [`recorded: ${ids.map((id) => `\`${id}\``).join(', ')}`] : []),
        ...(found > 0 ? [`constructed: ${found} found, ${twins} healthy`] : []),
      ];
      return `| [${error.name}](azureml/${error.name}.md) | ${causesOf(error)} | ${evidenceOf(error)} | ${how.join('; ')} |`;
    });
    return [
      `\n### ${title}\n`,
      '| name | causes told apart | what shows them | how it was tried |',
      '|---|---|---|---|',
      ...rows,
    ].join('\n');
  }).join('\n');
}

function causesOf({ reasons }: AzureError): string {
  const codes = [...new Set(reasons.flatMap((reason) => ('shownBy' in reason ? reason.shownBy : [])))];
  const asked = reasons.filter((reason) => 'ask' in reason).length;
  const links = codes.map((code) => `[${code}](codes/${code}.md)`);
  return [...links, ...(asked > 0 ? [`${asked} asked of Azure`] : [])].join(', ');
}

function evidenceOf({ reasons }: AzureError): string {
  const texts = [...new Set(reasons.flatMap((reason) => ('evidence' in reason ? [reason.evidence] : [])))];
  const text = texts.length > 0 ? texts.join(' ') : 'nothing in the cluster: the commands to Azure';
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** Names of Azure ML to the recorded scenarios that show them. */
function recordedScenarios(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const folder of ['test/scenarios', 'test/preflight-captures'])
    for (const id of readdirSync(path.join(ROOT, folder)).sort()) {
      const text = readFileSync(path.join(ROOT, folder, id, 'truth.yaml'), 'utf8');
      if (!text.includes('azureml')) continue;
      for (const name of truthSchema.parse(load(text, { schema: CORE_SCHEMA })).azureml)
        found.set(name, [...(found.get(name) ?? []), id]);
    }
  return found;
}
