/** Cause: Contour refuses an HTTPProxy that was made for a Knative Route. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { httpProxies } from '../../../views/gateway-http-proxies.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7228',
  name: 'HttpProxyInvalid',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'Contour does not accept the HTTPProxy of the Route',
  appliesTo: ['Route'],
  looksAt: 'asked',
  effects: ['route-not-ready'],
  aliases: ['HTTPProxy invalid', 'HTTPProxy orphaned', 'currentStatus: invalid', 'DuplicateVhost', 'SecretNotValid'],
  needs: { contour: httpProxies },
  messages: {
    refused: 'HTTPProxy {proxy} is {status} for Contour: “{words}”',
  },
  check({ contour }, context) {
    if (contour.state === 'unknown') return context.unknown(contour.gap);
    if (contour.state === 'absent') return context.notApplicable('no HTTPProxy of it is in question');
    const { proxies, affects, root } = contour.value;
    const bad = proxies.find((one) => one.status === 'invalid' || one.status === 'orphaned');
    const [first] = proxies;
    if (bad === undefined)
      return first?.status === 'valid'
        ? context.ruledOut('Contour calls its HTTPProxies valid', first.proxy.cite('status', '/status'))
        : context.notApplicable('Contour has not said a word of its HTTPProxies');
    const { ref } = bad.proxy;
    return context.found({
      message: 'refused',
      args: { proxy: ref.name, status: bad.status, words: quoted(bad.description, 200) },
      subject: ref,
      affects,
      certainty: 'confirmed',
      basis: 'Contour says so in its status',
      consequence: 'Contour leaves the whole HTTPProxy out, so that Envoy does not know its host.',
      cite: [bad.proxy.cite(`HTTPProxy ${ref.name} is ${bad.status}`, '/status')],
      fixes: [
        fix({
          title: 'Mend what Contour names',
          applicability: 'advice',
          effect: 'Contour looks again by itself; no pod is restarted.',
          steps: [
            kubectl(ref, ['describe', 'httpproxy', ref.name], false),
            manual(
              'net-contour writes the HTTPProxy from the Knative Ingress: the mistake is a host that another HTTPProxy has, a certificate Secret, or a Service.',
            ),
          ],
          verify: verifyWithInferscope(root),
        }),
      ],
    });
  },
});
