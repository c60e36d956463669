/** Cause: another service that the program needs refuses its credentials or shows a certificate that it does not trust. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeEnding, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

const CREDENTIALS: readonly RegExp[] = [
  /NOAUTH Authentication required/,
  /WRONGPASS invalid username-password pair/,
  /redis\.exceptions\.AuthenticationError/,
  /password authentication failed for user "[^"]{1,100}"/,
  /Access denied for user '[^']{1,100}'/,
  /AADSTS\d{5,7}: .{0,160}/,
  /SASL authentication failed|Authentication failed\.|Login failed for user '[^']{1,100}'/,
];

const CERTIFICATE: readonly RegExp[] = [
  /certificate verify failed: .{0,120}/,
  /x509: certificate .{0,160}/,
  /SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|DEPTH_ZERO_SELF_SIGNED_CERT/,
  /PKIX path building failed/,
];

export default defineRule({
  code: 'IS5413',
  name: 'DependencyUnauthorized',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A service that the program needs refuses its credentials, or its certificate is not trusted',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'dependency-rejects-credentials',
    'WRONGPASS',
    'NOAUTH',
    'password authentication failed',
    'certificate verify failed',
    'x509',
    'AADSTS',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    credentials: 'A service refuses the credentials of container {container}: {words}',
    certificate: 'Container {container} does not trust the certificate of a service: {words}',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no refused credentials and no untrusted certificate', alsoRunning: true },
      (run, log) => {
        if (run.container.role === 'init') return undefined;
        const refused = log.ending(...CREDENTIALS);
        const hit = refused ?? log.ending(...CERTIFICATE);
        if (!hit) return undefined;
        const { container } = run;
        return context.found({
          message: refused ? 'credentials' : 'certificate',
          args: { container: container.name, words: quoted(hit.match[0], BRIEF) },
          subject: template.workload,
          container: container.name,
          certainty: 'confirmed',
          basis: 'the program quotes the refusal',
          consequence: consequenceOf(run, 'The program needs that service at its start and ends without it.'),
          cite: [citeEnding(log, hit)],
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [
            refused
              ? advice(
                  template.workload,
                  `Give container ${container.name} valid credentials`,
                  'Compare the user, password or identity in the Secret with what that service accepts; restart the pods after a change of a Secret in their environment',
                )
              : advice(
                  template.workload,
                  `Let container ${container.name} trust the certificate's authority`,
                  'Mount the authority of that service and name it in SSL_CERT_FILE or REQUESTS_CA_BUNDLE; an expired certificate must be renewed',
                ),
          ],
        });
      },
    );
  },
});
