/**
 * Signals of downloads and data stores that refuse the caller: 401, 403, 404, missing credentials, certificates, passwords.
 * An access log that counts such answers of the server itself is no download, hence the character before the number.
 * Data only. Texts: curl `src/tool_operate.c`, GNU and BusyBox wget, requests `Response.raise_for_status`, botocore
 * `exceptions.py`, google-auth `_default.py`, azure-identity, kserve `storage_errors.py`, OpenSSL, Go `crypto/x509`, the JVM,
 * Node `tls`, Redis `acl.c`, PostgreSQL `auth.c`, MySQL.
 */
import type { Signal } from '../signal.ts';

export const downloadSignals: readonly Signal[] = [
  {
    id: 'download-unauthorized',
    component: 'http',
    literals: ['401', 'unauthorized', 'authentication required', 'username/password authentication failed'],
    regex:
      /returned error: 401\b|ERROR 401\b|\b401 Client Error\b|HTTP Error 401\b|HTTP\/[\d.]+ 401\b|(?:status code|response|error)[ :[(]{1,3}401\b|(?:^|[^"\s] |[:([])401 Unauthorized\b|Username\/Password Authentication Failed/i,
    sample: 'curl: (22) The requested URL returned error: 401',
    meaning: 'the server asks for credentials and got none, or wrong ones',
    fix: 'Give the download the credentials, from a Secret that holds a valid token.',
    severity: 'fatal',
  },
  {
    id: 'download-forbidden',
    component: 'http',
    literals: [
      '403',
      'accessdenied',
      'access denied',
      'authorizationpermissionmismatch',
      'authorizationfailure',
      'keybasedauthenticationnotpermitted',
    ],
    regex:
      /returned error: 403\b|ERROR 403\b|\b403 Client Error\b|HTTP Error 403\b|HTTP\/[\d.]+ 403\b|(?:status code|response|error)[ :[(]{1,3}403\b|(?:^|[^"\s] |[:([])403 Forbidden\b|An error occurred \((?:403|AccessDenied)\)(?: when calling the (?<operation>\w{1,60}) operation)?|\bAccessDenied(?:Exception)?: |AuthorizationPermissionMismatch|AuthorizationFailure|KeyBasedAuthenticationNotPermitted/i,
    sample: 'botocore.exceptions.ClientError: An error occurred (403) when calling the HeadBucket operation: Forbidden',
    meaning: 'the credentials are known to the server but may not read that bucket or file',
    fix: 'Grant the identity of the pod read access to the bucket or file.',
    severity: 'fatal',
  },
  {
    id: 'download-not-found',
    component: 'http',
    literals: ['404', 'nosuchkey', 'nosuchbucket', 'containernotfound', 'blobnotfound', "s3 resource '"],
    regex:
      /returned error: 404\b|ERROR 404\b|\b404 Client Error\b|HTTP Error 404\b|(?:status code|response|error)[ :[(]{1,3}404\b|(?:^|[^"\s] |[:([])404 Not Found\b|An error occurred \((?:404|NoSuchKey|NoSuchBucket)\)|\bNoSuch(?:Key|Bucket)\b|\b(?:Container|Blob)NotFound\b|S3 resource '(?<resource>[^']{1,200})' not found/i,
    sample: 'botocore.exceptions.ClientError: An error occurred (404) when calling the HeadBucket operation: Not Found',
    meaning: 'there is no such bucket or file at that address',
    fix: 'Correct the address, or upload the file to it.',
    severity: 'fatal',
  },
  {
    id: 'credentials-missing',
    component: 'cloud-sdk',
    literals: [
      'unable to locate credentials',
      'nocredentialserror',
      'nocredentialproviders',
      'defaultcredentialserror',
      'default credentials',
      'azurecredential failed',
      'get credentials',
      'expiredtoken',
      'invalidaccesskeyid',
      'signaturedoesnotmatch',
    ],
    regex:
      /Unable to locate credentials|NoCredentialsError|NoCredentialProviders|DefaultCredentialsError|Could not (?:automatically determine credentials|find default credentials)|could not find default credentials|default credentials were not found|DefaultAzureCredential failed|failed to (?:refresh cached|get|retrieve) credentials|\b(?<code>ExpiredToken|InvalidAccessKeyId|SignatureDoesNotMatch)\b/i,
    sample: 'botocore.exceptions.NoCredentialsError: Unable to locate credentials',
    meaning: 'the cloud library found no valid identity in the pod',
    fix: 'Give the service account of the pod an identity of the cloud, or mount a Secret with valid keys.',
    severity: 'fatal',
  },
  {
    id: 'certificate-untrusted',
    component: 'tls',
    literals: ['certificate', 'pkix path building failed', 'self_signed_cert'],
    regex:
      /CERTIFICATE_VERIFY_FAILED|certificate verify failed(?:: (?<detail>[\w -]{1,80}))?|x509: (?:certificate (?:signed by unknown authority|has expired|is (?:not valid|valid for))|cannot validate certificate)|PKIX path building failed|SELF_SIGNED_CERT_IN_CHAIN|self[- ]signed certificate|unable to get local issuer certificate|SSL certificate problem/i,
    sample:
      'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate',
    meaning:
      'the certificate of the server is expired, for another name, or signed by an authority that the image does not trust',
    fix: 'Mount the certificate authority and set SSL_CERT_FILE and REQUESTS_CA_BUNDLE to it, or renew the certificate.',
    severity: 'fatal',
  },
  {
    id: 'database-auth-failed',
    component: 'database',
    literals: [
      'noauth',
      'wrongpass',
      'authenticationerror',
      'authentication failed',
      'access denied for user',
      'login failed for user',
      'invalid username-password',
      'no password is set',
      'invalid password',
    ],
    regex:
      /\bNOAUTH\b|\bWRONGPASS\b|redis\.exceptions\.AuthenticationError|(?:password|SASL|PAM|LDAP|Scram) authentication failed(?: for user "(?<user>[^"]{1,80})")?|Access denied for user|Login failed for user|invalid username-password pair|without any password configured|ERR invalid password|MongoServerError: Authentication failed/i,
    sample: 'psycopg2.OperationalError: FATAL:  password authentication failed for user "mlops"',
    meaning: 'the database refuses the user or password',
    fix: 'Correct the user and password in the Secret, and restart the pods that read it.',
    severity: 'failing',
  },
  {
    id: 'azure-sign-in-failed',
    component: 'azure',
    literals: ['aadsts'],
    regex: /AADSTS(?<code>\d{5,7}): ?(?<detail>.{0,300})/,
    sample:
      "AADSTS900023: Specified tenant identifier 'placeholder' is neither a valid DNS name, nor a valid external domain.",
    meaning: 'Azure refuses the tenant, application, secret or federated identity',
    fix: 'Correct the tenant and client ids and the secret, or the federated credential of the service account.',
    severity: 'failing',
  },
  {
    id: 'storage-initializer-failed',
    component: 'kserve',
    literals: ['storage initialization failed'],
    regex: /Storage initialization failed: (?<detail>.{1,300})/,
    sample: 'Storage initialization failed: S3 error [403]: Forbidden',
    meaning: 'the init container of KServe could not fetch the model from its storage address',
    fix: 'Mend what the message names: the storage address, the credentials, or the access.',
    severity: 'fatal',
  },
];
