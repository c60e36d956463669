/** What the HTTP statuses of an online endpoint mean. Data only. `Kubernetes` marks those that the documents give for attached clusters. */
import { asked, shown, type AzureError } from './azure-error.ts';
import { AZ, CODES, LEARN } from './sources.ts';

const SERVER = { area: 'http', references: [LEARN.endpoints, LEARN.server] } as const;
const MANAGED = { area: 'http', references: [LEARN.endpoints] } as const;
const KUBERNETES = { area: 'http', kubernetesOnly: true, references: [LEARN.endpoints] } as const;

const called = (status: number): readonly string[] => [`HTTP ${status}`, `HTTP/1.1 ${status}`];

export const httpCodes: readonly AzureError[] = [
  {
    ...SERVER,
    name: 'Http400',
    title: 'The inference server does not take the body of the request',
    called: called(400),
    strings: ["A value is not provided for the '<input>' parameter"],
    meaning: 'The body is not what run() was declared to take (BadInput).',
    fix: 'Compare the body with what run() takes.',
    reasons: [
      shown('The body is no valid JSON, or misses an input', ['IS7308'], 'The answer of the server names the input.'),
    ],
  },
  {
    ...MANAGED,
    name: 'Http401',
    title: 'The caller is not let in',
    called: called(401),
    strings: [],
    meaning: 'The key or token is missing or wrong, or the caller lacks the right to score.',
    fix: 'Fetch the key or token again (`az ml online-endpoint get-credentials --name <ENDPOINT>`) and send it as the header `Authorization: Bearer …`.',
    reasons: [
      shown('The request carries no key and no token', ['IS7312'], 'The recorded request and its answer show it.'),
      asked(
        'The caller has no right to score, or an expired token',
        'Which authentication does the endpoint want?',
        [...AZ.endpoint, '--query', 'auth_mode'],
        'key: send the present key. aml_token, aad_token: get a new token, and the right onlineEndpoints/score/action.',
      ),
    ],
  },
  {
    ...MANAGED,
    name: 'Http404',
    title: 'The endpoint sends no traffic to a deployment',
    called: called(404),
    strings: [
      'No route found or no valid deployments to route to, please check that the endpoint has at least one deployment with positive weight values',
    ],
    meaning: 'No deployment of the endpoint has a share of the traffic above zero, or the path is none of the server.',
    fix: 'Give a deployment traffic: `az ml online-endpoint update --traffic <DEPLOYMENT>=100`.',
    reasons: [
      asked(
        'No deployment has traffic',
        'How is the traffic shared?',
        AZ.traffic,
        'Empty or all zero: give one deployment 100.',
      ),
      shown(
        'The path is none of the server',
        ['IS7305'],
        'The answer is that of the inference server, not of the router.',
      ),
    ],
  },
  {
    ...SERVER,
    name: 'Http405',
    title: 'The inference server does not take that method',
    called: called(405),
    strings: [],
    meaning: 'Scoring takes POST (GET only where run() handles raw requests).',
    fix: 'Send POST.',
    reasons: [shown('The request uses another method', ['IS7306'], 'The answer is of the server itself, 405.')],
  },
  {
    ...MANAGED,
    name: 'Http408',
    title: 'Scoring took longer than the endpoint waits',
    called: called(408),
    strings: [],
    meaning: 'The model did not answer within request_timeout_ms.',
    fix: 'Raise request_timeout_ms of the deployment, or make run() faster.',
    reasons: [
      asked(
        'run() takes longer than request_timeout_ms',
        'How long does the deployment wait?',
        [...AZ.deployment, '--query', 'request_settings'],
        'Less than a prediction takes: raise it.',
      ),
    ],
  },
  {
    ...KUBERNETES,
    name: 'Http409',
    title: 'An operation on the endpoint is still going on',
    called: called(409),
    strings: [],
    meaning: 'Another change of the same endpoint has not ended.',
    fix: 'Wait until it has ended, and try again.',
    reasons: [
      asked(
        'An operation is in progress',
        'In which state is the endpoint?',
        [...AZ.endpoint, '--query', 'provisioning_state'],
        'Creating or Updating: wait.',
      ),
    ],
  },
  {
    ...SERVER,
    name: 'Http415',
    title: 'The request is not declared as JSON',
    called: called(415),
    strings: ['Expects Content-Type to be application/json'],
    meaning: 'The inference server takes only Content-Type: application/json, unless run() handles raw requests.',
    fix: 'Send the header Content-Type: application/json.',
    reasons: [shown('The client sends another content type', ['IS7302'], 'The answer of the server says so.')],
  },
  {
    ...MANAGED,
    name: 'Http424',
    title: 'The model answered with an error of its own',
    called: [...called(424), '424', 'ms-azureml-model-error-statuscode', 'ms-azureml-model-error-reason'],
    strings: [],
    meaning:
      'The endpoint works, the container failed on the request. The header ms-azureml-model-error-statuscode holds the status that the container gave, ms-azureml-model-error-reason its reason.',
    fix: 'Look up the status in ms-azureml-model-error-statuscode, and read the log of the deployment at that time.',
    reasons: [
      asked(
        'run() raised an exception, or answered with an error status',
        'What does the log of the deployment say?',
        AZ.deploymentLog,
        'Give it to `inferscope explain --file`: the traceback of run() is the cause.',
        { strings: ['ms-azureml-model-error-statuscode'] },
      ),
      shown(
        'The same, on an attached cluster',
        ['IS7317', 'IS7303'],
        'The log of the pod holds the traceback of run(), or the time-out.',
        { strings: ['ms-azureml-model-error-statuscode'] },
      ),
      shown(
        'The readiness or liveness probe of the container fails',
        CODES.probes,
        'On an attached cluster the pod has Unhealthy events.',
      ),
    ],
  },
  {
    ...MANAGED,
    name: 'Http429',
    title: 'More requests are in flight than the deployment takes',
    called: called(429),
    strings: [],
    meaning: 'The bound is 2 * max_concurrent_requests_per_instance * instance_count.',
    fix: 'Add instances, or raise max_concurrent_requests_per_instance where the model bears it.',
    reasons: [
      asked(
        'The bound of requests in flight is reached',
        'How many requests and instances does the deployment allow?',
        [...AZ.deployment, '--query', '{settings:request_settings,instances:instance_count}'],
        'Compare twice their product with the load.',
      ),
      asked(
        'More requests a second come than managed endpoints allow',
        'How many requests a minute come?',
        ['az', 'monitor', 'metrics', 'list', '--resource', '<ENDPOINT-RESOURCE-ID>', '--metric', 'RequestsPerMinute'],
        'Where they are above the documented limits of online endpoints, spread the load or have the limit raised.',
      ),
      shown('The queue of the model server is full', ['IS7310'], 'The request is answered with 429 by the server.'),
    ],
  },
  {
    ...SERVER,
    name: 'Http431',
    title: 'The id header of the request is too long',
    called: called(431),
    strings: [],
    meaning: 'The inference server bounds x-ms-request-id and x-ms-client-request-id.',
    fix: 'Send a shorter id.',
    reasons: [
      shown('The client sends an id that is too long', ['IS7309'], 'The answer of the server names the header.'),
    ],
  },
  {
    ...KUBERNETES,
    name: 'Http500',
    title: 'The platform, or run(), failed',
    called: [...called(500), 'x-ms-run-function-failed'],
    strings: [],
    signals: ['azureml-run-failed', 'azureml-scoring-timeout'],
    meaning:
      'With the header x-ms-run-function-failed: True it was run() of the scoring script; without, the platform.',
    fix: 'With the header: mend the exception in the log. Without: diagnose the router and the pods.',
    reasons: [
      shown(
        'run() raised an exception',
        ['IS7317'],
        'The answer has the header x-ms-run-function-failed: True; the log holds the traceback.',
        { strings: ['x-ms-run-function-failed: true'] },
      ),
      shown(
        'run() took longer than the inference server gives it (SCORING_TIMEOUT_MS)',
        ['IS7303'],
        'The answer says “Scoring timeout after … ms”, and so does the log.',
      ),
      shown('The router or another component fails', ['IS9651'], 'azureml-fe or the pods are not available.'),
      asked(
        'An outage of the service',
        'What was recorded?',
        AZ.activity,
        'Without a reason in cluster and log, ask the support with the request id.',
      ),
    ],
  },
  {
    ...KUBERNETES,
    name: 'Http502',
    title: 'run() raised an exception or the process crashed',
    called: called(502),
    strings: [],
    meaning: 'The router got no proper answer from the pod.',
    fix: 'Read the log of the deployment at the time of the request.',
    reasons: [
      shown('run() raised an exception', ['IS7317'], 'The log of the container holds the traceback.'),
      shown(
        'The process crashed while it worked',
        ['IS7317', 'IS5501', 'IS5502', 'IS5901'],
        'The server started another worker, or the container was terminated and started again.',
      ),
    ],
  },
  {
    ...KUBERNETES,
    name: 'Http503',
    title: 'More requests come than the pods take, and more pods are not there yet',
    called: called(503),
    strings: [],
    meaning: 'A sudden rise of requests; azureml-fe adds replicas, but these take time to load.',
    fix: 'Lower target_utilization_percentage, or raise min_instances.',
    reasons: [
      shown(
        'More requests come at once than the ready pods take',
        ['IS7310'],
        'Requests are turned away while pods of the endpoint are ready.',
      ),
      shown(
        'No pod of the deployment is ready, so that the router has nobody to send the request to',
        ['IS6910', 'IS7900', ...CODES.imagePull, ...CODES.scriptBroken],
        'The Deployment has no ready replica; what keeps its pods from being ready is the cause.',
      ),
      asked(
        'The autoscaler follows more slowly than the load rises',
        'Which scale settings has the deployment?',
        [...AZ.deployment, '--query', 'scale_settings'],
        'A lower target, or a higher minimum, leaves room for the rise.',
      ),
      asked(
        'The deployment has as many instances as it may have',
        'Is the maximum of instances reached?',
        [...AZ.deployment, '--query', 'scale_settings.max_instances'],
        'As many as run: raise max_instances.',
      ),
    ],
    notes: [
      'azureml-fe scales the pods itself; a HorizontalPodAutoscaler on the same deployment works against it.',
      'autoscale_target_utilization is the name of version 1; version 2 writes scale_settings.target_utilization_percentage, which is used here.',
    ],
  },
  {
    ...KUBERNETES,
    name: 'Http504',
    title: 'Scoring took longer than the router waits (5 seconds by default)',
    called: called(504),
    strings: [],
    meaning: 'request_timeout_ms is 5000 where it is not set.',
    fix: 'Raise request_settings.request_timeout_ms, or make run() faster.',
    reasons: [
      asked(
        'run() takes longer than request_timeout_ms',
        'How long does the deployment wait?',
        [...AZ.deployment, '--query', 'request_settings'],
        'Less than a prediction takes: raise it.',
      ),
      shown(
        'The same, measured: the time-out is shorter than a prediction',
        ['IS7303'],
        'Measured with a real request.',
      ),
    ],
  },
];
