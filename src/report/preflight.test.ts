import { describe, expect, test } from 'vitest';
import { preflightSchema, type PreflightReport, type PreflightResult } from '../model/preflight-schema.ts';
import { renderHealthCheckMap } from './preflight-health-check.ts';
import { renderPreflightJunit } from './preflight-junit.ts';
import { renderPreflightMarkdown } from './preflight-markdown.ts';
import { renderPreflightPlain } from './preflight-plain.ts';
import { renderPreflight } from './terminal/preflight.ts';
import { widthOf } from './text.ts';

const BASE = { profile: 'azureml', weight: 'blocking', findings: [], evidence: [], gaps: [] } as const;

function resultOf(
  more: Partial<PreflightResult> & Pick<PreflightResult, 'code' | 'title' | 'state' | 'text'>,
): PreflightResult {
  return {
    ...BASE,
    name: 'X',
    ...more,
    findings: more.findings ?? [],
    evidence: more.evidence ?? [],
    gaps: more.gaps ?? [],
  };
}

const FAILED = resultOf({
  code: 'IS9601',
  name: 'LoadBalancerUnsupported',
  title: 'load balancer support',
  foreignCode: 'E40001',
  state: 'failed',
  text: 'Service shop/web of type LoadBalancer has waited 3 h for an address',
  findings: [
    {
      fingerprint: 'f',
      code: 'IS9601',
      name: 'LoadBalancerUnsupported',
      stage: 'platform',
      certainty: 'confirmed',
      basis: 'the Service waits',
      message: {
        id: 'waits',
        args: {},
        text: 'Service shop/web of type LoadBalancer has waited 3 h for an address',
      },
      consequence: 'The installation waits for its address and gives up.',
      subject: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web' },
      affects: [],
      evidence: [3],
      fixes: [
        {
          title: 'Have the router reached without a load balancer',
          applicability: 'fill-in',
          effect: 'The router is reached at a port of every node.',
          steps: [
            {
              kind: 'command',
              argv: [
                'az',
                'k8s-extension',
                'create',
                '--name',
                '<EXTENSION>',
                '--config',
                'inferenceRouterServiceType=nodePort',
              ],
              mutates: true,
            },
          ],
          undo: [{ kind: 'manual', text: 'Delete it.' }],
          verify: { kind: 'command', argv: ['inferscope', 'preflight'], mutates: false },
        },
      ],
    },
  ],
});

const REPORT: PreflightReport = {
  schemaVersion: 1,
  tool: { name: 'inferscope', version: '0.1.0' },
  takenAt: '2026-03-01T12:00:00Z',
  source: 'context prod (https://10.0.0.1:6443)',
  snapshotDigest: 'sha256:00',
  phase: 'pre-install',
  profiles: [
    { profile: 'azureml', because: 'settings of the extension were given' },
    { profile: 'kubernetes', because: 'it holds for every cluster' },
  ],
  settings: [
    { name: 'enableInference', value: 'True', origin: 'given' },
    { name: 'sslKeyPemFile', value: '', origin: 'protected' },
  ],
  status: 'failed',
  exitCode: 1,
  checks: [
    resultOf({
      code: 'IS9602',
      title: 'nodes',
      state: 'passed',
      text: '3 of 3 nodes',
      evidence: [1, 2],
      foreignCode: 'E40002',
    }),
    FAILED,
    resultOf({ code: 'IS9607', title: 'TLS settings', state: 'not-applicable', text: 'inference is served over HTTP' }),
    resultOf({
      code: 'IS9611',
      title: 'old roles',
      state: 'not-checked',
      text: 'x',
      gaps: ['gap:apis/rbac.authorization.k8s.io/v1/clusterroles/azureml-fe-role'],
    }),
    resultOf({
      code: 'IS9802',
      title: 'default StorageClass',
      profile: 'kubernetes',
      weight: 'advisory',
      state: 'failed',
      text: 'there is none',
    }),
    resultOf({
      code: 'IS9803',
      title: 'metrics',
      profile: 'kubernetes',
      weight: 'advisory',
      state: 'crashed',
      text: 'TypeError: x',
    }),
  ],
  evidence: [
    { number: 1, evidence: 'ev:a', title: 'Node a', note: '', lines: [], label: 'a' },
    { number: 2, evidence: 'ev:b', title: 'Node b', note: '', lines: [], label: 'b' },
    {
      number: 3,
      evidence: 'ev:c',
      title: 'Service shop/web',
      note: 'read at 12:00:00',
      lines: [{ text: 'status.loadBalancer: {}', marked: true }],
      label: 'no address',
    },
  ],
  healthCheck: {
    parts: [
      {
        part: 'pre-install',
        matters: true,
        date: '2026-03-01T11:40:17.896Z',
        details: {},
        lines: [
          { checker: 'info', passed: true, comparison: 'not-compared' },
          {
            checker: 'service',
            passed: false,
            code: 'E40002',
            message: 'too few',
            meaning: 'High availability of the router needs three nodes',
            own: 'IS9602',
            comparison: 'fixed-since',
          },
          { checker: 'gpu', passed: false, code: 'E48123', message: 'a\nb', comparison: 'not-compared' },
        ],
        unread: ['Status: Fai'],
      },
    ],
    evidence: [],
    missed: [{ code: 'IS9601', foreignCode: 'E40001', text: FAILED.text }],
  },
  gaps: [
    {
      id: 'gap:apis/rbac.authorization.k8s.io/v1/clusterroles/azureml-fe-role',
      wanted: 'ClusterRole azureml-fe-role',
      reason: 'forbidden',
      detail: 'forbidden: User "guest" cannot get it',
      unlock: 'ask for it',
      blinds: ['IS9611'],
    },
  ],
};

const PLAIN_OPTIONS = { width: 90, colour: false, ascii: false };

test('the fixture is a report', () => {
  expect(preflightSchema.parse(REPORT)).toEqual(REPORT);
});

test('the terminal report', () => {
  expect(`\n${renderPreflight(REPORT, PLAIN_OPTIONS)}`).toMatchInlineSnapshot(`
    "
    preflight · pre-install                                    NOT READY: 1 of 5 checks blocks
    1 advisory check fails, 2 checks could not be made.
    From context prod (https://10.0.0.1:6443), taken 2026-03-01 12:00:00 UTC. Changed nothing.
    Profiles: azureml (settings of the extension were given), kubernetes (it holds for every
    cluster).

    ✗ load balancer support                                                    blocks · E40001
    CAUSE  IS9601 LoadBalancerUnsupported   Service shop/web of type LoadBalancer has waited 3
           h for an address
           confirmed: the Service waits ①
           The installation waits for its address and gives up.

     ① Service shop/web                                                       read at 12:00:00
      ▸       │ status.loadBalancer: {}

    FIX    Have the router reached without a load balancer             fill in the <...> first

             az k8s-extension create --name '<EXTENSION>' \\
               --config inferenceRouterServiceType=nodePort

           Effect   The router is reached at a port of every node.
           Verify   inferscope preflight
           Undo     Delete it.

    ✗ default StorageClass                                                            advisory

    NOT CHECKED  2 checks
           ? old roles (would block): ClusterRole azureml-fe-role may not be read
           ! metrics: IS9803 stopped with an error; its result is unknown, the rest is not
             affected: TypeError: x

           Somebody who may read the whole cluster runs:
             inferscope preflight --phase pre-install --config enableInference=True \\
               --config-protected 'sslKeyPemFile=<VALUE>'

    EXTENSION'S OWN REPORT
           ConfigMap arcml-healthcheck, as it was then
           pre-install of 2026-03-01 11:40:17 UTC: 2 of 3 checkers failed
           ✗ service E40002: High availability of the router needs three nodes
             │ too few
             fixed since: IS9602 passes now
           ✗ gpu E48123: a code that no document has
             │ a
             │ b
             no check of this phase judges it: only the next attempt shows whether it still
             fails
           ✓ info
           ? not readable: Status: Fai
           ✗ not in it: E40001, which IS9601 finds now: Service shop/web of type
             LoadBalancer has waited 3 h for an address

    PASSED  1 check  proof of each: -o json
           ✓ nodes  3 of 3 nodes

    DO NOT APPLY  1 check  why: -o json
           TLS settings

    JUDGED  phase pre-install  for another: --phase
           enableInference=True
           sslKeyPemFile (protected: its value is not kept)

    More: inferscope explain IS9601 · -o json                                           exit 1
    "
  `);
});

test('linear text', () => {
  expect(`\n${renderPreflightPlain(REPORT)}`).toMatchInlineSnapshot(`
    "
    Result: NOT READY: 1 of 5 checks blocks.
    Besides: 1 advisory check fails, 2 checks could not be made.
    Phase: pre-install.
    Profiles: azureml (settings of the extension were given), kubernetes (it holds for every cluster).
    Blocks: load balancer support, E40001.
    Cause: IS9601 LoadBalancerUnsupported: Service shop/web of type LoadBalancer has waited 3 h for an address
    Certainty: confirmed, the Service waits
    Consequence: The installation waits for its address and gives up.
    Evidence 1: Service shop/web (read at 12:00:00)
    Evidence 1: status.loadBalancer: {}
    Fix: Have the router reached without a load balancer (fill in the <...> first)
    Fix, command: az k8s-extension create --name '<EXTENSION>' --config inferenceRouterServiceType=nodePort
    Fix, effect: The router is reached at a port of every node.
    Fix, verify: inferscope preflight
    Fix, undo: Delete it.
    Advisory: default StorageClass.
    Not checked, blocking: old roles (IS9611): ClusterRole azureml-fe-role may not be read
    Not checked, advisory: metrics (IS9803): IS9803 stopped with an error; its result is unknown, the rest is not affected: TypeError: x
    To see ClusterRole azureml-fe-role: ask for it
    An administrator runs: inferscope preflight --phase pre-install --config enableInference=True --config-protected 'sslKeyPemFile=<VALUE>'
    Report of the extension, pre-install of 2026-03-01 11:40:17 UTC: 2 of 3 checkers failed.
    Reported, failed: service E40002: High availability of the router needs three nodes
    Reported, its words: too few
    Reported, now: fixed since: IS9602 passes now
    Reported, failed: gpu E48123: a code that no document has
    Reported, its words: a b
    Reported, now: no check of this phase judges it: only the next attempt shows whether it still fails
    Reported, not readable: Status: Fai
    Not in the report of the extension: E40001, which IS9601 finds now: Service shop/web of type LoadBalancer has waited 3 h for an address
    Passed: nodes (IS9602): 3 of 3 nodes
    Does not apply: TLS settings (IS9607): inference is served over HTTP
    Setting: enableInference=True
    Setting: sslKeyPemFile (protected: its value is not kept)
    From context prod (https://10.0.0.1:6443), taken 2026-03-01 12:00:00 UTC. Changed nothing.
    Exit code: 1
    "
  `);
});

test('JUnit: green where the exit code is 0, and only there', () => {
  expect(`\n${renderPreflightJunit(REPORT)}`).toMatchInlineSnapshot(`
    "
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="inferscope preflight pre-install" tests="6" failures="1" errors="1" skipped="3">
      <testsuite name="azureml" tests="4" failures="1" errors="1" skipped="1" timestamp="2026-03-01T12:00:00">
        <properties>
          <property name="because" value="settings of the extension were given"/>
          <property name="source" value="context prod (https://10.0.0.1:6443)"/>
          <property name="phase" value="pre-install"/>
          <property name="status" value="failed"/>
        </properties>
        <testcase classname="azureml" name="IS9602 E40002 nodes" time="0"/>
        <testcase classname="azureml" name="IS9601 E40001 load balancer support" time="0">
          <failure type="IS9601" message="Service shop/web of type LoadBalancer has waited 3 h for an address">IS9601 LoadBalancerUnsupported: Service shop/web of type LoadBalancer has waited 3 h for an address
    confirmed: the Service waits
    evidence: Service shop/web
      status.loadBalancer: {}
    fix: Have the router reached without a load balancer
      az k8s-extension create --name &apos;&lt;EXTENSION&gt;&apos; --config inferenceRouterServiceType=nodePort</failure>
        </testcase>
        <testcase classname="azureml" name="IS9607 TLS settings" time="0">
          <skipped message="does not apply: inference is served over HTTP"/>
        </testcase>
        <testcase classname="azureml" name="IS9611 old roles" time="0">
          <error type="IS9611" message="ClusterRole azureml-fe-role may not be read"/>
        </testcase>
      </testsuite>
      <testsuite name="kubernetes" tests="2" failures="0" errors="0" skipped="2" timestamp="2026-03-01T12:00:00">
        <properties>
          <property name="because" value="it holds for every cluster"/>
          <property name="source" value="context prod (https://10.0.0.1:6443)"/>
          <property name="phase" value="pre-install"/>
          <property name="status" value="failed"/>
        </properties>
        <testcase classname="kubernetes" name="IS9802 default StorageClass" time="0">
          <skipped message="advisory: there is none"/>
        </testcase>
        <testcase classname="kubernetes" name="IS9803 metrics" time="0">
          <skipped message="crashed: IS9803 stopped with an error; its result is unknown, the rest is not affected: TypeError: x"/>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `);
});

test('the shape of the ConfigMap arcml-healthcheck', () => {
  expect(`\n${renderHealthCheckMap(REPORT)}`).toMatchInlineSnapshot(`
    "
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: arcml-healthcheck
      namespace: azureml
      labels:
        app.kubernetes.io/managed-by: inferscope
    data:
      reports-pre-install: |
        Report:
        Duration: 0s
        Date: 2026-03-01 12:00:00 +0000 UTC
        K8sDistribution:
        K8sInfrastructure:
        CorrelationId: sha256:00
        TroubleShootingGuide: https://aka.ms/arcmltsg

        Status: Passed Name: nodes
        Status: Failed Name: load-balancer-support ErrorCode: E40001 ErrorMessage: Service shop/web of type LoadBalancer has waited 3 h for an address
        Status: NotChecked Name: old-roles ErrorCode: IS9611 ErrorMessage: ClusterRole azureml-fe-role may not be read
        Status: Failed Name: default-storageclass ErrorCode: IS9802 ErrorMessage: there is none
        Status: NotChecked Name: metrics ErrorCode: IS9803 ErrorMessage: IS9803 stopped with an error; its result is unknown, the rest is not affected: TypeError: x
    "
  `);
});

test('Markdown', () => {
  expect(`\n${renderPreflightMarkdown(REPORT)}`).toMatchInlineSnapshot(`
    "
    # Preflight (pre-install): NOT READY: 1 of 5 checks blocks

    1 advisory check fails, 2 checks could not be made.

    From context prod (https://10.0.0.1:6443), taken 2026-03-01 12:00:00 UTC. Changed nothing. Profiles: azureml (settings of the extension were given), kubernetes (it holds for every cluster).

    | Check | Code | Result | |
    |--|--|--|--|
    | nodes | IS9602 E40002 | passes | 3 of 3 nodes |
    | load balancer support | IS9601 E40001 | **blocks** | Service shop/web of type LoadBalancer has waited 3 h for an address |
    | TLS settings | IS9607 | does not apply | inference is served over HTTP |
    | old roles | IS9611 | not checked | ClusterRole azureml-fe-role may not be read |
    | default StorageClass | IS9802 | **warns** | there is none |
    | metrics | IS9803 | crashed | IS9803 stopped with an error; its result is unknown, the rest is not affected: TypeError: x |

    ## load balancer support (blocks)

    **IS9601 LoadBalancerUnsupported**: Service shop/web of type LoadBalancer has waited 3 h for an address. confirmed: the Service waits. The installation waits for its address and gives up.

    Service shop/web:

    \`\`\`
    > status.loadBalancer: {}
    \`\`\`

    **Fix**: Have the router reached without a load balancer. (fill in the <...> first) The router is reached at a port of every node.

    \`\`\`sh
    az k8s-extension create --name '<EXTENSION>' \\
      --config inferenceRouterServiceType=nodePort
    # verify
    inferscope preflight
    # undo
    # Delete it.
    \`\`\`

    ## default StorageClass (advisory)

    ## Not checked

    - old roles (blocking): ClusterRole azureml-fe-role may not be read
    - metrics (advisory): IS9803 stopped with an error; its result is unknown, the rest is not affected: TypeError: x

    Somebody who may read the whole cluster runs:

    \`\`\`sh
    inferscope preflight --phase pre-install --config enableInference=True \\
      --config-protected 'sslKeyPemFile=<VALUE>'
    \`\`\`

    ## The extension's own report

    pre-install of 2026-03-01 11:40:17 UTC: 2 of 3 checkers failed.

    - service E40002: High availability of the router needs three nodes. Its words: too few. Fixed since: IS9602 passes now.
    - gpu E48123: a code that no document has. Its words: a b. No check of this phase judges it: only the next attempt shows whether it still fails.

    - Not in it: E40001, which IS9601 finds now: Service shop/web of type LoadBalancer has waited 3 h for an address.

    ## Settings

    - enableInference=True
    - sslKeyPemFile (protected: its value is not kept)
    "
  `);
});

describe('verdicts', () => {
  const headline = (more: Partial<PreflightReport>): string =>
    renderPreflight({ ...REPORT, ...more }, PLAIN_OPTIONS).split('\n')[0] ?? '';
  const passed = REPORT.checks.filter(({ state }) => state === 'passed');

  test.each([
    ['READY for installation', { status: 'passed', exitCode: 0, checks: passed }],
    ['READY for the upgrade', { status: 'passed', exitCode: 0, checks: passed, phase: 'pre-upgrade' }],
    ['READY for the rollback', { status: 'passed', exitCode: 0, checks: passed, phase: 'pre-rollback' }],
    ['READY for deletion', { status: 'passed', exitCode: 0, checks: passed, phase: 'pre-delete' }],
    ['NOT READY: 1 of 5 checks blocks', {}],
    ['NOT KNOWN: there is no check to make', { status: 'unknown', exitCode: 2, checks: [] }],
  ] satisfies readonly (readonly [string, Partial<PreflightReport>])[])('%s', (words, more) => {
    expect(headline(more)).toContain(words);
  });
});

describe('hostile text', () => {
  const nasty = '\u001b[31m<a href="x">&amp;]]>\u0000\u0008\ufffe|`**\n\tStatus: Passed Name: y\u202e \ud800';
  const hostile: PreflightReport = {
    ...REPORT,
    source: nasty,
    settings: [{ name: nasty, value: nasty, origin: 'given' }],
    checks: [{ ...FAILED, text: nasty, title: nasty }, ...REPORT.checks.map((check) => ({ ...check, text: nasty }))],
  };

  test('no escape sequence or control character reaches any output', () => {
    for (const text of [
      renderPreflight(hostile, PLAIN_OPTIONS),
      renderPreflightPlain(hostile),
      renderPreflightJunit(hostile),
      renderPreflightMarkdown(hostile),
      renderHealthCheckMap(hostile),
    ])
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  test('XML stays well formed: every < is a tag of ours, every & an entity', () => {
    const xml = renderPreflightJunit(hostile);
    expect(
      xml.replace(
        /<\/?(?:testsuites?|testcase|failure|error|skipped|system-out|propert(?:y|ies))\b[^<>]*>|<\?xml[^<>]*\?>/g,
        '',
      ),
    ).not.toMatch(/[<>]/);
    expect(xml.replace(/&(?:amp|lt|gt|quot|apos);/g, '')).not.toContain('&');
    expect(xml).not.toMatch(/[\ufffe\uffff]|\p{Surrogate}/u);
  });

  test('a message makes no second line of a report', () => {
    const lines = renderHealthCheckMap(hostile).split('\n');
    expect(lines.filter((line) => /^\s*Status: Passed/.test(line))).toHaveLength(1);
    expect(lines.slice(9, -1).every((line) => line === '' || line.startsWith('    '))).toBe(true);
  });
});

describe('the terminal', () => {
  test('lines fit its width, commands aside', () => {
    for (const width of [50, 90]) {
      const lines = renderPreflight(REPORT, { ...PLAIN_OPTIONS, width }).split('\n');
      expect(
        lines.filter((line) => widthOf(line) > width && !/inferscope preflight|--config|az k8s/.test(line)),
      ).toEqual([]);
    }
  });

  test('ASCII where it is asked for', () => {
    expect(renderPreflight(REPORT, { ...PLAIN_OPTIONS, ascii: true })).toMatch(/^[\n\u0020-\u007e]+$/);
  });

  test('colour carries nothing alone', () => {
    const coloured = renderPreflight(REPORT, { ...PLAIN_OPTIONS, colour: true });
    expect(coloured).toContain('\u001b[31m');
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(renderPreflight(REPORT, PLAIN_OPTIONS));
  });
});
