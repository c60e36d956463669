/**
 * Explains a text that a person pasted: an error of `az ml`, the head of an answer, a health report of the extension, a log of the inference server
 * or of the storage initializer. Puts together what the readers of each find and says where to look next. Pure; prose is no evidence.
 */
import type { DecisiveLine, NextLook, TextAnswer } from '../model/text-answer.ts';
import { topicsOf } from '../views/azureml/azure-words.ts';
import { azureErrorNamed, type Reason } from '../views/azureml/catalog/index.ts';
import { httpHeads } from '../views/azureml/http-head.ts';
import { parseAzureError, type AzureErrorText, type MatchedError } from '../views/azureml/parse-error.ts';
import { parseHealthCheckReports, type HealthCheckResult } from '../views/parse/health-check-report.ts';
import { logLines } from '../views/signals/log-lines.ts';
import { logEvidence, survivedUntil, type KnownPage } from './explain-log.ts';

export type { KnownPage } from './explain-log.ts';

const MOST_LINES = 10;
const QUOTE = 300;

/** Any JSON may have a status and a name; these belong to the extension's report. */
const OF_REPORT = /arcml|healthcheck|CorrelationId|TroubleShootingGuide|ErrorCode/i;
/** The rules about the extension of Azure ML. */
const OF_AZUREML = /^IS96/;
const REPORT_CODE = /^E4\d{4}$/;

export function explainText(text: string, pages: readonly KnownPage[]): TextAnswer {
  const lines = logLines(text);
  const plain = lines.join('\n');
  const azure = parseAzureError(plain);
  const checks = healthChecks(plain, lines);
  // A client's exception that carries the answer of Azure is that answer.
  const told = new Set(azure?.decisive === undefined ? [] : azure.matches.map(({ line }) => line));
  const log = logEvidence(lines, pages).filter(({ line }) => !told.has(line));
  const found = distinct([...checks.failed, ...azureLines(azure), ...log]).slice(0, MOST_LINES);
  const decisive = found.length > 0 ? found : wordsOf(lines, pages);
  return {
    decisive,
    chain: azure?.chain.map(({ code }) => code) ?? [],
    nextLook: [
      ...(decisive.length === 0 ? answerLook(lines) : []),
      ...nextLook(decisive, azure, checks.passed, isLogOfAzureml(text)),
    ],
  };
}

function distinct(lines: readonly DecisiveLine[]): readonly DecisiveLine[] {
  const seen = new Set<string>();
  return lines.filter(({ name }) => {
    const isNew = !seen.has(name);
    seen.add(name);
    return isNew;
  });
}

function azureLines(azure: AzureErrorText | undefined): readonly DecisiveLine[] {
  const decisive = azure?.decisive;
  if (azure === undefined || decisive === undefined) return [];
  // The head of the answer is worth its own line beside the error that its body names.
  const http = azure.matches.filter((match) => match.by === 'http' && match !== decisive);
  return [decisive, ...http].map((match) => azureLine(match, azure));
}

function azureLine({ error, by, line, quote, reasons }: MatchedError, azure: AzureErrorText): DecisiveLine {
  return {
    kind: error.area === 'http' ? 'http' : error.area === 'health-check' ? 'health-check' : 'azure-error',
    name: error.name,
    line,
    quote,
    page: error.name,
    meaning: by === 'http' ? `${error.meaning}${headersOf(azure)}` : error.meaning,
    reasons: reasons.map(({ text }) => text),
    fix: error.fix,
    codes: codesOf(reasons.length > 0 ? reasons : error.reasons),
  };
}

/** What the model itself answered, from the headers that the endpoint adds. */
function headersOf({ http }: AzureErrorText): string {
  if (http === undefined) return '';
  const told = [
    ['ms-azureml-model-error-statuscode', 'The container answered'],
    ['ms-azureml-model-error-reason', 'The reason given is'],
    ['x-ms-run-function-failed', 'run() failed:'],
    ['azureml-model-deployment', 'The deployment is'],
    ['x-ms-server-version', 'The server is'],
  ].flatMap(([name = '', words = '']) => {
    const value = http.headers.get(name);
    return value === undefined ? [] : [`${words} ${value.slice(0, 200).trim()}.`];
  });
  return told.length === 0 ? '' : ` ${told.join(' ')}`;
}

function codesOf(reasons: readonly Reason[]): readonly string[] {
  return [...new Set(reasons.flatMap((reason) => ('shownBy' in reason ? reason.shownBy : [])))];
}

interface Checks {
  readonly failed: readonly DecisiveLine[];
  readonly passed: number;
}

function healthChecks(text: string, lines: readonly string[]): Checks {
  const results = parseHealthCheckReports(text)
    .flatMap((report) => report.results)
    .filter(({ code }) => REPORT_CODE.test(code ?? '') || OF_REPORT.test(text));
  const failed = results.filter(({ passed }) => !passed).map((result) => failedCheck(result, lines));
  return { failed, passed: results.length - failed.length };
}

function failedCheck({ checker, code, message, from }: HealthCheckResult, lines: readonly string[]): DecisiveLine {
  const known = code === undefined ? undefined : azureErrorNamed(code);
  const quoted = lines[from - 1] ?? '';
  // A report of one line of JSON is long: what it says of this check is enough.
  const quote = quoted.length <= QUOTE ? quoted.trim() : `${code ?? ''} ${checker}: ${message ?? ''}`;
  const said = message === undefined ? '' : `: ${message.slice(0, QUOTE)}`;
  return {
    kind: 'health-check',
    name: code ?? checker,
    line: from,
    quote: quote.slice(0, QUOTE),
    ...(known === undefined ? {} : { page: known.name }),
    meaning: known?.meaning ?? `The check ${checker} of the extension failed${said}. Its code is not a known one.`,
    reasons: [],
    fix: known?.fix ?? 'Read the log of the pod healthcheck in the namespace azureml.',
    codes: known === undefined ? ['IS9621'] : codesOf(known.reasons),
  };
}

/** Messages that a code is known by, where nothing else was found. Single words stand in sentences, too, and do not count. */
function wordsOf(lines: readonly string[], pages: readonly KnownPage[]): readonly DecisiveLine[] {
  const { azureml, extension, isOtherExtension } = topicsOf(lines.join('\n'));
  const isAzureml = (azureml || extension) && !isOtherExtension;
  const phrases = pages.flatMap((page) =>
    page.aliases
      // Helm fails with the same words on every chart.
      .filter(() => isAzureml || !OF_AZUREML.test(page.code))
      .filter((alias) => /\s/.test(alias) && alias.length >= 12)
      .map((alias) => ({ page, alias: alias.toLowerCase() })),
  );
  const survived = survivedUntil(lines);
  // The words of a status stand in messages of registries and proxies, too; in the head of an answer they tell nothing more than its number.
  const heads = new Set(httpHeads(lines).map(({ line }) => line));
  const found = lines.flatMap((text, index) => {
    if (index < survived || heads.has(index + 1)) return [];
    const lower = text.slice(0, 16_384).toLowerCase();
    return phrases
      .filter(({ alias }) => lower.includes(alias))
      .map(({ page }): DecisiveLine => ({
        kind: 'words',
        name: page.code,
        line: index + 1,
        quote: text.trim().slice(0, QUOTE),
        page: page.code,
        meaning: `${page.title}.`,
        reasons: [],
        fix: `See the page: inferscope explain ${page.code}`,
        codes: [page.code],
      }));
  });
  return distinct(found).slice(0, MOST_LINES);
}

/** Nothing in the answer says whose it is: the person knows. */
function answerLook(lines: readonly string[]): readonly NextLook[] {
  const head = httpHeads(lines).findLast(({ status }) => status >= 400);
  if (head === undefined || azureErrorNamed(`Http${head.status}`) === undefined) return [];
  return [
    {
      text: `What ${head.status} means where an online endpoint of Azure ML answers so`,
      argv: ['inferscope', 'explain', `HTTP ${head.status}`],
    },
    { text: 'Which hop of the request answers so, in the cluster', argv: ['inferscope', 'trace', '<KIND>/<NAME>'] },
  ];
}

function nextLook(
  decisive: readonly DecisiveLine[],
  azure: AzureErrorText | undefined,
  passed: number,
  ofAzureml: boolean,
): readonly NextLook[] {
  const asked = azure?.decisive === undefined ? [] : questions(azure.decisive);
  if (decisive.some(({ kind }) => kind === 'health-check'))
    return [{ text: 'Whether it still holds, in the cluster', argv: ['inferscope', 'preflight'] }, ...asked];
  if (azure?.decisive !== undefined) return [...inCluster(azure.decisive), ...asked];
  if (decisive.some(({ kind }) => kind === 'words'))
    return [{ text: 'Which of them the cluster proves', argv: ['inferscope', 'diagnose'] }];
  if (decisive.length > 0)
    return [
      {
        text: 'What else the cluster shows',
        argv: ofAzureml
          ? ['inferscope', 'azureml', '<ENDPOINT>/<DEPLOYMENT>']
          : ['inferscope', 'diagnose', '-n', '<NAMESPACE>', 'pod/<POD>'],
      },
    ];
  if (passed > 0) return [{ text: 'Every check of the report passed: paste what the failed command itself printed' }];
  return [
    {
      text: 'Paste the whole answer of the command, with the JSON below "error" (the same command with --debug prints it)',
    },
    { text: 'Or the end of the log, from the last "Traceback" or ERROR line on' },
    { text: 'Or only the word that names the error: inferscope explain WORD' },
  ];
}

/** Its inference server and its storage initializer name themselves; any other log is one of a pod. */
function isLogOfAzureml(text: string): boolean {
  return topicsOf(text).azureml || /\bazmlinfsrv\b|\bAZUREML_|\/azureml-|azureml_inference_server/.test(text);
}

function inCluster({ error: { area, reasons: documented }, reasons }: MatchedError): readonly NextLook[] {
  if (area === 'extension' || area === 'health-check')
    return [{ text: 'What of it holds in the cluster', argv: ['inferscope', 'preflight'] }];
  // Where the text singles out what only Azure can tell, the cluster has no answer.
  if (codesOf(reasons.length > 0 ? reasons : documented).length === 0) return [];
  if (area === 'training')
    return [
      {
        text: 'Which of the reasons the cluster shows',
        argv: ['inferscope', 'diagnose', '-n', '<NAMESPACE>', 'pod/<POD>'],
      },
    ];
  return [
    { text: 'Which of the reasons the cluster shows', argv: ['inferscope', 'azureml', '<ENDPOINT>/<DEPLOYMENT>'] },
  ];
}

/** Of the reasons that the text singles out; else of all, each command once. */
function questions({ error, reasons }: MatchedError): readonly NextLook[] {
  const seen = new Set<string>();
  return (reasons.length > 0 ? reasons : error.reasons).flatMap((reason) => {
    if (!('ask' in reason)) return [];
    const { question, argv, answer } = reason.ask;
    const command = argv.join(' ');
    if (seen.has(command)) return [];
    seen.add(command);
    return [{ text: `${question} ${answer}`, argv }];
  });
}
