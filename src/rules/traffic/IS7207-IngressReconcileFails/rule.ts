/** Cause, general: the networking controller reports an error about a Knative Ingress that no other rule knows. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { gatewayProbing } from '../../../views/gateway-probing.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7207',
  name: 'IngressReconcileFails',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The networking controller fails on the Knative Ingress',
  general: true,
  appliesTo: ['Route', 'DomainMapping'],
  looksAt: 'asked',
  effects: ['route-not-ready'],
  aliases: [
    'ReconcileIngressFailed',
    'Ingress reconciliation failed',
    'ReconcileVirtualServiceFailed',
    'failed to probe Ingress',
    'Failed to create VirtualService',
  ],
  needs: { probing: gatewayProbing },
  messages: {
    said: 'The networking controller fails on Knative Ingress {ingress}: {error}',
  },
  check({ probing }, context) {
    if (probing.state === 'unknown') return context.unknown(probing.gap);
    if (probing.state === 'absent') return context.notApplicable('no controller works on an Ingress that is not ready');
    const { route, error, gap } = probing.value;
    const failed = route.unhappy.find((condition) => condition.status === 'False' && condition.message !== '');
    if (error === undefined && failed === undefined) {
      const reconciling = [...route.unhappy, ...(route.ready === undefined ? [] : [route.ready])].some((condition) =>
        condition.reason.startsWith('Reconcile'),
      );
      // Nothing but its log says why a controller that runs does not take the Ingress.
      if ((reconciling || route.state === 'untouched') && gap !== undefined) return context.unknown(gap);
      return context.notApplicable('the controller reports no error');
    }
    const text = error?.text ?? failed?.message ?? '';
    if (/that we (?:do not|don't) own/.test(text)) return context.notApplicable('a name is taken');
    const condition =
      route.state === 'untouched'
        ? route.ingress.cite('no status of the controller', '/metadata/generation')
        : route.ingress.cite('conditions of the Knative Ingress', failed?.pointer ?? '/status/conditions');
    return context.found({
      message: 'said',
      args: { ingress: route.ingress.ref.name, error: quoted(text, 200) },
      subject: route.ingress.ref,
      affects: route.affects,
      certainty: 'likely',
      basis: 'the Ingress is not ready, and this is the newest error of its controller about it',
      cite:
        error === undefined
          ? [condition, route.said]
          : [error.cite, ...(route.state === 'untouched' ? [] : [condition])],
      fixes: [
        fix({
          title: 'Mend what the error names',
          applicability: 'advice',
          effect: 'The controller tries again by itself, with pauses that grow to minutes.',
          steps: [
            kubectl(
              route.ingress.ref,
              ['describe', 'ingresses.networking.internal.knative.dev', route.ingress.ref.name],
              false,
            ),
            manual(
              'Admission webhooks that do not answer, missing permissions and CRDs of another version are what stops it most.',
            ),
          ],
          verify: verifyWithInferscope(route.root),
        }),
      ],
    });
  },
});
