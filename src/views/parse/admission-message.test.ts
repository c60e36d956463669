import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAdmissionError } from './admission-message.ts';

const CALL =
  'Internal error occurred: failed calling webhook "inject.mesh.example": failed to call webhook: Post "https://mesh-injector.platform-apps.svc:443/inject?timeout=3s": ';

describe('parseAdmissionError', () => {
  it('reads a captured quota refusal', () => {
    expect(
      parseAdmissionError(
        '(combined from similar events): Error creating: pods "uplift-6dbb96497-n4wkp" is forbidden: exceeded quota: team-blue-quota, requested: requests.memory=200Mi,requests.nvidia.com/gpu=1, used: requests.memory=200Mi,requests.nvidia.com/gpu=4, limited: requests.memory=256Mi,requests.nvidia.com/gpu=4',
      ),
    ).toMatchObject({
      class: 'quota-exceeded',
      quota: 'team-blue-quota',
      requested: { 'requests.memory': '200Mi', 'requests.nvidia.com/gpu': '1' },
      used: { 'requests.memory': '200Mi' },
      limited: { 'requests.memory': '256Mi' },
    });
  });

  it('reads what a quota demands, in both wordings', () => {
    expect(
      parseAdmissionError(
        'Error creating: pods "p" is forbidden: failed quota: team-a-quota: must specify limits.cpu for: queue-proxy; limits.memory for: queue-proxy,model',
      ),
    ).toMatchObject({
      class: 'quota-needs-limits',
      quota: 'team-a-quota',
      mustSpecify: [
        { resource: 'limits.cpu', containers: ['queue-proxy'] },
        { resource: 'limits.memory', containers: ['queue-proxy', 'model'] },
      ],
    });
    expect(
      parseAdmissionError('pods "p" is forbidden: failed quota: q: must specify limits.cpu,limits.memory'),
    ).toMatchObject({
      mustSpecify: [
        { resource: 'limits.cpu', containers: [] },
        { resource: 'limits.memory', containers: [] },
      ],
    });
  });

  it('reads captured Pod Security violations', () => {
    expect(
      parseAdmissionError(
        'Error creating: pods "claims-6547cd5976-4t5qw" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "claims" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "claims" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "claims" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "claims" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
      ),
    ).toMatchObject({
      class: 'pod-security',
      profile: 'restricted',
      version: 'latest',
      violations: [
        { reason: 'allowPrivilegeEscalation != false' },
        {
          reason: 'unrestricted capabilities',
          detail: 'container "claims" must set securityContext.capabilities.drop=["ALL"]',
        },
        { reason: 'runAsNonRoot != true' },
        { reason: 'seccompProfile' },
      ],
    });
    expect(
      parseAdmissionError(
        'violates PodSecurity "baseline:v1.30": forbidden AppArmor profile(s) (pod must not set (a, b)), host namespaces (hostNetwork=true)',
      ),
    ).toMatchObject({
      violations: [
        { reason: 'forbidden AppArmor profile(s)', detail: 'pod must not set (a, b)' },
        { reason: 'host namespaces', detail: 'hostNetwork=true' },
      ],
    });
  });

  it('reads limit ranges', () => {
    expect(
      parseAdmissionError(
        'pods "p" is forbidden: [maximum memory usage per Container is 1Gi, but limit is 4Gi, minimum cpu usage per Pod is 100m.  No request is specified, cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000]',
      ),
    ).toMatchObject({
      class: 'limit-range',
      violations: [
        { bound: 'maximum', resource: 'memory', type: 'Container', is: '1Gi', given: '4Gi', of: 'limit' },
        { bound: 'minimum', resource: 'cpu', type: 'Pod', is: '100m', of: 'request' },
        { bound: 'ratio', resource: 'cpu', is: '2', given: '4.000000' },
      ],
    });
  });

  it.each([
    ['no endpoints available for service "mesh-injector"', 'no-endpoints'],
    ['service "mesh-injector" not found', 'service-not-found'],
    ['no service port 443 found for service "mesh-injector"', 'port-not-found'],
    ['context deadline exceeded', 'timeout'],
    ['dial tcp 10.0.0.1:443: connect: connection refused', 'refused'],
    ['dial tcp 10.0.0.1:443: i/o timeout', 'timeout'],
    ['tls: failed to verify certificate: x509: certificate signed by unknown authority', 'tls-unknown-authority'],
    ['x509: certificate is valid for a, not mesh-injector.platform-apps.svc', 'tls-wrong-name'],
    ['x509: certificate has expired or is not yet valid', 'tls-other'],
    ['dial tcp: lookup hooks.example on 10.0.0.10:53: no such host', 'dns'],
    ['EOF', 'other'],
  ])('tells why a webhook could not be called: %s', (cause, unreachable) => {
    expect(parseAdmissionError(`Error creating: ${CALL}${cause}`)).toMatchObject({
      class: 'webhook-unreachable',
      webhook: 'inject.mesh.example',
      service: { namespace: 'platform-apps', name: 'mesh-injector', port: 443 },
      unreachable,
    });
  });

  it('knows a webhook outside the cluster and the older wording', () => {
    const found = parseAdmissionError(
      'Internal error occurred: failed calling webhook "w": Post "https://hooks.example/x?timeout=10s": EOF',
    );
    expect(found).toMatchObject({ class: 'webhook-unreachable', url: 'https://hooks.example/x?timeout=10s' });
    expect(found).not.toHaveProperty('service');
  });

  it.each([
    [
      'Error creating: admission webhook "cost-center.policy.example" denied the request: every pod needs the label cost-center',
      {
        class: 'webhook-denied',
        webhook: 'cost-center.policy.example',
        denial: 'every pod needs the label cost-center',
      },
    ],
    [
      'Error from server: error when creating "x.yaml": admission webhook "w" denied the request without explanation',
      { class: 'webhook-denied', denial: '' },
    ],
    [
      'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/ns/x was blocked due to the following policies \n\np:\n  r: \'exceeded quota: none\'',
      { class: 'webhook-denied', webhook: 'validate.kyverno.svc-fail' },
    ],
    [
      'fails to reconcile predictor: fails to reconcile knative service: admission webhook "validation.webhook.serving.knative.dev" denied the request: validation callback failed: dry run failed with pods "dry-run-validation" is forbidden: error looking up service account billing/model: serviceaccount "model" not found: spec.template',
      { class: 'service-account-missing', namespace: 'billing', name: 'model' },
    ],
    [
      'Error creating: pods "faces-f6cc5575-" is forbidden: error looking up service account identity/faces-workload-identity: serviceaccount "faces-workload-identity" not found',
      { class: 'service-account-missing', namespace: 'identity', name: 'faces-workload-identity' },
    ],
    [
      "pods \"p\" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'no-latest-prod' denied request: tags must be set",
      { class: 'policy-denied', policy: 'no-latest', binding: 'no-latest-prod', denial: 'tags must be set' },
    ],
    [
      'pods "p" is forbidden: no PriorityClass with name urgent was found',
      { class: 'priority-class-missing', name: 'urgent' },
    ],
    [
      'pods "p" is forbidden: pod rejected: RuntimeClass "nvidia" not found',
      { class: 'runtime-class-missing', name: 'nvidia' },
    ],
    [
      'pods "p" is forbidden: unable to create new content in namespace ml because it is being terminated',
      { class: 'namespace-terminating', namespace: 'ml' },
    ],
    ['pods "p" is forbidden: status unknown for quota: q, resources: limits.cpu', { class: 'quota-other', quota: 'q' }],
    [
      'pods "p" is forbidden: unable to validate against any security context constraint: [provider "anyuid": Forbidden: not usable by user]',
      { class: 'scc' },
    ],
    [
      'Error from server (Forbidden): pods is forbidden: User "u" cannot create resource "pods" in API group "" in the namespace "ml"',
      { class: 'rbac', user: 'u', verb: 'create', resource: 'pods', namespace: 'ml' },
    ],
    [
      'Error creating: Pod "p" is invalid: spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
      {
        class: 'invalid',
        kind: 'Pod',
        name: 'p',
        causes:
          'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
      },
    ],
    [
      'error: resource mapping not found for name: "iris" namespace: "ml" from "x.yaml": no matches for kind "InferenceService" in version "serving.kserve.io/v1"\nensure CRDs are installed first',
      { class: 'no-match-for-kind', kind: 'InferenceService', apiVersion: 'serving.kserve.io/v1' },
    ],
    [
      'create Pod model-0 in StatefulSet model failed error: pods "model-0" is forbidden: exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5',
      { class: 'quota-exceeded', requested: { pods: '1' } },
    ],
    ['Error creating: something new', { class: 'other', detail: 'something new' }],
  ])('reads %s', (message, expected) => {
    expect(parseAdmissionError(message)).toMatchObject(expected);
  });

  it('parses back any quota and any violations', () => {
    const list = fc.dictionary(
      fc.constantFrom('limits.cpu', 'requests.memory', 'requests.nvidia.com/gpu', 'pods'),
      fc.constantFrom('1', '500m', '4Gi'),
      { minKeys: 1 },
    );
    const join = (entries: Record<string, string>): string =>
      Object.entries(entries)
        .map(([key, value]) => `${key}=${value}`)
        .join(',');
    fc.assert(
      fc.property(list, list, list, (requested, used, limited) => {
        const text = `pods "p" is forbidden: exceeded quota: q.v2, requested: ${join(requested)}, used: ${join(used)}, limited: ${join(limited)}`;
        const plain = (entries: Record<string, string>): Record<string, string> => ({ ...entries });
        expect(parseAdmissionError(text)).toMatchObject({
          class: 'quota-exceeded',
          quota: 'q.v2',
          requested: plain(requested),
          used: plain(used),
          limited: plain(limited),
        });
      }),
    );
    const violation = fc.record({
      reason: fc.constantFrom('privileged', 'hostPath volumes', 'forbidden AppArmor profile(s)', 'runAsUser=0'),
      detail: fc.constantFrom('container "a, b" must not (x, y)', 'volumes "c", "d"', 'pod=["ALL"]'),
    });
    fc.assert(
      fc.property(fc.array(violation, { minLength: 1, maxLength: 6 }), (violations) => {
        const text = violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
        expect(parseAdmissionError(`violates PodSecurity "baseline:latest": ${text}`)).toMatchObject({ violations });
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseAdmissionError(`Error creating: ${text}`).class).toBeTypeOf('string');
      }),
    );
  });
});
