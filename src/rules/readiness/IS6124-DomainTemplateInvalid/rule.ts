/** Cause: Knative cannot make a host name for a Route from its templates and domains. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { knativeComplaint } from '../../../views/knative-complaint.ts';
import { KNATIVE_NAMESPACE } from '../../../views/knative-config.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

// knative serving pkg/reconciler/route/domains/domains.go, pkg/reconciler/route/route.go.
const DOMAIN = /domain name error|DomainTemplate|TagTemplate|invalid domain name|invalid (?:domain|tag) template/i;

export default defineRule({
  code: 'IS6124',
  name: 'DomainTemplateInvalid',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The host name that Knative makes for a Route is not valid',
  appliesTo: ['Route'],
  looksAt: 'asked',
  effects: ['route-not-ready'],
  aliases: ['ErrorConfig', 'domain name error', 'invalid domain name', 'domain-template', 'tag-template'],
  needs: { complaint: knativeComplaint },
  messages: { invalid: 'Knative makes no valid host name for Route {route}: {words}' },
  check({ complaint }, context) {
    if (complaint.state === 'unknown') return context.unknown(complaint.gap);
    if (complaint.state === 'absent' || complaint.value === undefined)
      return context.notApplicable('its conditions tell of no host name');
    const { conditions, root, affects } = complaint.value;
    const condition = conditions.find(
      ({ reason, message }) => reason === 'ErrorConfig' || DOMAIN.test(message.slice(0, 2000)),
    );
    if (condition === undefined) return context.notApplicable('its conditions tell of no host name');
    const config = { apiVersion: 'v1', kind: 'ConfigMap', namespace: KNATIVE_NAMESPACE, name: 'config-network' };
    return context.found({
      message: 'invalid',
      args: { route: context.on.name, words: quoted(condition.message, BRIEF) },
      subject: config,
      affects,
      certainty: DOMAIN.test(condition.message) ? 'confirmed' : 'likely',
      basis: 'the condition quotes the error',
      consequence:
        'Names of the service, its namespace and its tags go into the template: one that is too long or holds a dot makes the whole name invalid.',
      cite: [condition.cite],
      fixes: [
        fix({
          title: 'Correct domain-template or tag-template, or use shorter names',
          applicability: 'advice',
          effect: 'All Routes of the cluster get names of the changed template.',
          steps: [
            kubectl(config, ['get', 'configmap', 'config-network', 'config-domain', '-o', 'yaml'], false),
            manual(
              'Each part between two dots has at most 63 letters, digits and hyphens. The default template is {{.Name}}.{{.Namespace}}.{{.Domain}}; the default for tags {{.Tag}}-{{.Name}}.',
            ),
          ],
          verify: verifyWithInferscope(root),
        }),
      ],
    });
  },
});
