/**
 * Preflight in the shape of the ConfigMap that the extension's own health check leaves (`arcml-healthcheck`), for programs that read that one. Codes are theirs
 * where a check has one, and Inferscope's where not. Reads the PreflightReport only.
 */
import type { PreflightReport, PreflightResult } from '../model/preflight-schema.ts';
import { openText } from './preflight-words.ts';
import { cleanLine } from './text.ts';

const INDENT = '    ';

export function renderHealthCheckMap(report: PreflightReport): string {
  const time = report.takenAt.replace('T', ' ').replace(/Z$/, ' +0000 UTC');
  const lines = [
    'Report:',
    // A snapshot is judged, whose reading may be long ago: there is no duration to tell.
    'Duration: 0s',
    `Date: ${time}`,
    'K8sDistribution:',
    'K8sInfrastructure:',
    `CorrelationId: ${report.snapshotDigest ?? ''}`,
    'TroubleShootingGuide: https://aka.ms/arcmltsg',
    '',
    ...report.checks.flatMap((check) => lineOf(check, report)),
  ];
  return [
    'apiVersion: v1',
    'kind: ConfigMap',
    'metadata:',
    '  name: arcml-healthcheck',
    '  namespace: azureml',
    '  labels:',
    '    app.kubernetes.io/managed-by: inferscope',
    'data:',
    `  reports-${report.phase}: |`,
    ...lines.map((line) => (line === '' ? '' : `${INDENT}${printable(line).trimEnd()}`)),
    '',
  ].join('\n');
}

/** Checks that do not apply are left out, as in the original; one that could not be made must not pass for one that passed. */
function lineOf(check: PreflightResult, report: PreflightReport): string[] {
  const name =
    check.title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || check.code;
  const code = check.foreignCode ?? check.code;
  switch (check.state) {
    case 'passed':
      return [`Status: Passed Name: ${name}`];
    case 'failed':
      return [`Status: Failed Name: ${name} ErrorCode: ${code} ErrorMessage: ${check.text}`];
    case 'not-checked':
    case 'crashed':
      return [`Status: NotChecked Name: ${name} ErrorCode: ${code} ErrorMessage: ${openText(check, report)}`];
    case 'not-applicable':
      return [];
  }
}

/** YAML 1.2 §5.1: other characters may not stand in a literal block. */
function printable(line: string): string {
  return cleanLine(line).replace(/[\ufffe\uffff]|\p{Surrogate}/gu, '');
}
