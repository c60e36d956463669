/** Pasted texts: the line that decides, its page and its codes; and what is no evidence. Log lines are those of azureml-inference-server-http 1.5.1. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainText, type KnownPage } from './explain-text.ts';

const page = (code: string, name: string, more: Partial<KnownPage>): KnownPage => ({
  code,
  name,
  title: `title of ${name}`,
  aliases: [],
  ...more,
});
const PAGES = [
  page('IS5401', 'PythonModuleMissing', { aliases: ['python-module-missing', 'ModuleNotFoundError'] }),
  page('IS5420', 'ServerStartMisconfigured', { signals: ['azureml-run-signature'] }),
  page('IS5431', 'ScoringFunctionMissing', { signals: ['azureml-function-missing'] }),
  page('IS5433', 'ScoringScriptFails', {}),
  page('IS5901', 'ContainerCrashing', { aliases: ['Back-off restarting failed container'] }),
  page('IS9655', 'DeploymentSpecInvalid', { aliases: ['BadArgument', 'InvalidDeploymentSpec'] }),
];
const explain = (text: string) => explainText(text, PAGES);
const names = (text: string): readonly string[] => explain(text).decisive.map(({ kind, name }) => `${kind} ${name}`);

const BEGIN = [
  '2026-11-21 16:20:33,168 I [17362] gunicorn.error - Starting gunicorn 27.0.1',
  '2026-11-21 16:20:33,412 I [17363] azmlinfsrv.user_script - Found user script at /var/azureml-app/onlinescoring/score.py',
];
const INIT_FAILED = [
  ...BEGIN,
  "2026-11-21 16:20:33,412 I [17363] azmlinfsrv.user_script - Invoking user's init function",
  "2026-11-21 16:20:33,412 E [17363] azmlinfsrv - User's init function failed",
  '2026-11-21 16:20:33,412 E [17363] azmlinfsrv - Encountered Exception Traceback (most recent call last):',
  '  File "/azureml-envs/minimal/lib/python3.11/site-packages/azureml_inference_server_http/server/user_script.py", line 119, in invoke_init',
  '    self._user_init()',
  '  File "/var/azureml-app/onlinescoring/score.py", line 11, in init',
  '    raise ValueError(f"threshold must lie between 0 and 1, not {threshold}")',
  'ValueError: threshold must lie between 0 and 1, not 17.0',
  '',
  'The above exception was the direct cause of the following exception:',
  '',
  'Traceback (most recent call last):',
  '  File "/azureml-envs/minimal/lib/python3.11/site-packages/azureml_inference_server_http/server/aml_blueprint.py", line 109, in setup',
  '    self.user_script.invoke_init()',
  '  File "/azureml-envs/minimal/lib/python3.11/site-packages/azureml_inference_server_http/server/user_script.py", line 121, in invoke_init',
  '    raise UserScriptException(ex) from ex',
  'azureml_inference_server_http.server.user_script.UserScriptException: Caught an unhandled exception from the user script',
  '',
  '2026-11-21 16:20:33,529 E [17362] gunicorn.error - Worker (pid:17363) exited with code 3.',
  '2026-11-21 16:20:33,530 E [17362] gunicorn.error - Reason: Worker failed to boot.',
];
const READY = [
  "2026-11-21 16:21:57,789 I [18295] azmlinfsrv.user_script - Users's init has completed successfully",
  '2026-11-21 16:21:57,790 I [18295] azmlinfsrv - Worker with pid 18295 ready for serving traffic',
];

describe('logs of the inference server', () => {
  test("init() raised: the script's own line first, then Azure's name", () => {
    const { decisive, nextLook } = explain(INIT_FAILED.join('\n'));
    expect(decisive).toMatchObject([
      { kind: 'exception', name: 'ValueError', line: 10, codes: ['IS5433'] },
      { kind: 'azure-error', name: 'UserScriptInitFailed', line: 4, page: 'UserScriptInitFailed' },
    ]);
    expect(decisive[0]?.meaning).toContain('/var/azureml-app/onlinescoring/score.py, line 11');
    expect(nextLook[0]?.argv).toEqual(['inferscope', 'azureml', '<ENDPOINT>/<DEPLOYMENT>']);
  });
  test('with the times of kubectl logs --timestamps, and Windows line ends', () => {
    const timed = INIT_FAILED.map((line) => `2026-11-21T16:20:33.412000001Z ${line}`).join('\r\n');
    expect(names(timed)).toEqual(['exception ValueError', 'azure-error UserScriptInitFailed']);
  });
  test('a missing package in init()', () => {
    const text = INIT_FAILED.join('\n').replace(/^ValueError: .*$/m, "ModuleNotFoundError: No module named 'mlflow'");
    expect(explain(text).decisive[0]).toMatchObject({
      kind: 'signal',
      name: 'python-module-missing',
      codes: ['IS5401'],
    });
  });
  test('run() is missing', () => {
    expect(
      names(
        [
          ...BEGIN,
          'Traceback (most recent call last):',
          '  File "/x/azureml_inference_server_http/server/user_script.py", line 88, in load_script',
          '    raise UserScriptError(1)',
          'azureml_inference_server_http.server.user_script.UserScriptError: User script at /var/azureml-app/score.py does not have a run() function defined.',
        ].join('\n'),
      ),
    ).toEqual(['signal azureml-function-missing', 'azure-error UserScriptFunctionNotFound']);
  });
  test('a request that the server refused, where nothing else failed', () => {
    expect(
      names(
        [...BEGIN, ...READY, '2026-11-21 16:22:23,188 I [18473] azmlinfsrv - POST /score 415 0.082ms 61'].join('\n'),
      ),
    ).toEqual(['http Http415']);
  });
  test('what was survived before the server was ready is no cause', () => {
    const text = [
      ...BEGIN,
      'Traceback (most recent call last):',
      '  File "/a/b.py", line 1, in x',
      'ImportError: optional',
      ...READY,
    ];
    expect(
      explain([...text, '2026-11-21 16:22:23,188 I [1] azmlinfsrv - POST /score 200 1.1ms 3'].join('\n')).decisive,
    ).toEqual([]);
  });
  test('where to look next: by the names of Azure ML only where the log is one of it', () => {
    const look = (text: string): readonly string[] | undefined => explain(text).nextLook[0]?.argv;
    const missing = "ModuleNotFoundError: No module named 'xgboost'";
    expect(
      look(
        `Traceback (most recent call last):\n  File "/app/serve.py", line 3, in <module>\n    import xgboost\n${missing}`,
      ),
    ).toContain('diagnose');
    expect(
      look(
        [...BEGIN, 'Traceback (most recent call last):', '  File "/app/score.py", line 3, in init', missing].join('\n'),
      ),
    ).toContain('azureml');
  });

  test('a healthy log decides nothing, and says what to paste', () => {
    const { decisive, nextLook } = explain([...BEGIN, ...READY].join('\n'));
    expect(decisive).toEqual([]);
    expect(nextLook.length).toBeGreaterThan(0);
  });
});

test('the head of an answer that nothing tells the origin of: no registry is accused, and the pages of the status are named', () => {
  const { decisive, nextLook } = explain('HTTP/1.1 503 Service Unavailable\r\nServer: nginx\r\n\r\n');
  expect(decisive).toEqual([]);
  expect(nextLook[0]?.argv).toEqual(['inferscope', 'explain', 'HTTP 503']);
});

describe('the health report', () => {
  const REPORT = [
    'Report:',
    'Duration: 149.978981ms',
    'CorrelationId: xxxxxxxx',
    '',
    'Status: Passed Name: service',
    'Status: Failed Name: clusterresource ErrorCode: E45004 ErrorMessage: Azureml Fe role conflict',
    'Status: Failed Name: other ErrorCode: E47123 ErrorMessage: something new',
  ].join('\n');
  test('each failed line, known or not; E45004 is the one of the report', () => {
    expect(explain(REPORT).decisive).toMatchObject([
      { kind: 'health-check', name: 'E45004', line: 6, page: 'E45004', codes: ['IS9611'] },
      { kind: 'health-check', name: 'E47123', line: 7, codes: ['IS9621'] },
    ]);
    expect(explain(REPORT).decisive[1]?.meaning).toContain('something new');
  });
  test('E45004 of a job is another', () => {
    expect(
      names(
        'Azure Machine Learning Kubernetes job failed. E45004:"Training feature is not enabled, please enable it when install the extension."',
      ),
    ).toEqual(['azure-error TrainingNotEnabled']);
  });
  test('only passed checks decide nothing', () => {
    const { decisive, nextLook } = explain('Report:\nCorrelationId: x\nStatus: Passed Name: service\n');
    expect(decisive).toEqual([]);
    expect(nextLook[0]?.text).toContain('passed');
  });
  test('JSON of somebody else with a status and a name is no report', () => {
    expect(explain('[{"status":"failed","name":"nightly build"}]').decisive).toEqual([]);
  });
});

describe('errors and answers', () => {
  test('the questions for Azure follow', () => {
    const { decisive, chain, nextLook } = explain(
      '{"error":{"code":"BadRequest","message":"x","details":[{"code":"KubernetesUnaccessible","message":"Reason: InvalidCertificate"}]}}',
    );
    expect(decisive.map(({ name }) => name)).toEqual(['KubernetesUnaccessible']);
    expect(chain).toEqual(['BadRequest', 'KubernetesUnaccessible']);
    expect(nextLook.map(({ argv }) => argv?.[0])).toEqual(['az']);
  });
  test('the headers of an answer are told', () => {
    const [line] = explain(
      'HTTP/1.1 424 Failed Dependency\nms-azureml-model-error-statuscode: 500\nazureml-model-deployment: blue\n',
    ).decisive;
    expect(line).toMatchObject({ kind: 'http', name: 'Http424' });
    expect(line?.meaning).toContain('The container answered 500.');
    expect(line?.meaning).toContain('The deployment is blue.');
  });
  test('a message that a code is known by', () => {
    expect(names('Warning  BackOff  kubelet\n  Back-off restarting failed container api in pod x')).toEqual([
      'words IS5901',
    ]);
  });
});

test.each([
  'I thought it was BadArgument.\nBut the colleague says InvalidDeploymentSpec.',
  'Bad argument, they said: a ModuleNotFoundError perhaps?',
  '',
  '\n\n',
])('prose is no evidence: %j', (text) => {
  expect(explain(text).decisive).toEqual([]);
});

test('whatever the text, its lines exist and the answer is bounded', () => {
  const pieces = fc.constantFrom(
    ...INIT_FAILED,
    ...READY,
    'Status: Failed Name: x ErrorCode: E40001 ErrorMessage: y',
    '{"code":"',
    '}',
    '\u0000',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 40 }), (lines) => {
      const text = lines.join('\n');
      const { decisive } = explain(text);
      expect(decisive.length).toBeLessThanOrEqual(10);
      for (const { line, quote } of decisive) {
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
        expect(quote.length).toBeLessThanOrEqual(302);
      }
    }),
    { numRuns: 200 },
  );
});
