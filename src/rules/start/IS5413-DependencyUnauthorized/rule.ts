/** Cause: another service that the program needs refuses its credentials or shows a certificate that it does not trust. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { isForStore } from '../../../views/model-download.ts';
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
  // Azure Resource Manager and Azure Storage: the caller is known and has no role for what it asks.
  /\bAuthorization(?:Failed|Failure|PermissionMismatch)\b.{0,160}/,
  /Failed to acquire CSI storage account credentials.{0,200}\b(?:401|403)\b/,
  /SASL authentication failed|Authentication failed\.|Login failed for user '[^']{1,100}'/,
];

/** Azure ML's data capability: neither the data store nor the identity of the compute has any. */
const NONE: readonly RegExp[] = [/Unable to mount data store .{1,100}Give either an account key or SAS token/];

/** Of azure-identity: none of the ways to an identity is open to the pod. */
const IDENTITY: readonly RegExp[] = [
  /DefaultAzureCredential failed to retrieve a token.{0,100}/,
  /(?:ManagedIdentity|WorkloadIdentity|Environment)Credential authentication (?:unavailable|failed).{0,120}/,
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
    'AuthorizationFailed',
    'AuthorizationPermissionMismatch',
    'Failed to acquire CSI storage account credentials',
    'Give either an account key or SAS token',
    'DefaultAzureCredential failed to retrieve a token',
    'ManagedIdentityCredential authentication unavailable',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    credentials: 'A service refuses the credentials of container {container}: {words}',
    none: 'Container {container} has no credentials for the storage that it mounts: {words}',
    identity: 'Container {container} has no identity of Azure for a service that it calls: {words}',
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
        const without = refused === undefined ? log.ending(...NONE) : undefined;
        // A download without credentials is that of the model.
        const nobody =
          refused === undefined && without === undefined && !isForStore(log) ? log.ending(...IDENTITY) : undefined;
        const hit = refused ?? without ?? nobody ?? log.ending(...CERTIFICATE);
        if (!hit) return undefined;
        const { container } = run;
        return context.found({
          message: refused ? 'credentials' : without ? 'none' : nobody ? 'identity' : 'certificate',
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
            (refused ?? without)
              ? advice(
                  template.workload,
                  `Give container ${container.name} valid credentials`,
                  'Compare the user, password or identity in the Secret with what that service accepts; restart the pods after a change of a Secret in their environment',
                )
              : nobody
                ? advice(
                    template.workload,
                    `Give the pod of container ${container.name} an identity that the service accepts`,
                    'Set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET from a Secret, or bind workload identity to the ServiceAccount of the pod; then give that identity its role',
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
