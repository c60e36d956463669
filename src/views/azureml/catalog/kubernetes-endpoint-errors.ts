/** Errors of online endpoints and deployments that only attached Kubernetes clusters have. Data only. */
import { asked, shown, type AzureError } from './azure-error.ts';
import { AZ, CODES, LEARN, PROGRAMS } from './sources.ts';

const MEMORY_REASON = shown(
  'The process needs more memory than the limit of the deployment',
  CODES.memory,
  'The container was last terminated with the reason OOMKilled, or a worker process was killed.',
);
const SCRIPT_REASON = shown(
  'The scoring script has a syntax error, fails at an import, or raises in init()',
  CODES.scriptBroken,
  'The container ends by itself; its log holds the exception.',
);

const DEFAULT_MEMORY =
  'The memory limit of defaultinstancetype is 2Gi in the YAML of the documents, 8 GB in their prose and 1536Mi in the older ones; the YAML (2Gi) is taken, for it is what the extension applies.';

export const kubernetesEndpointErrors: readonly AzureError[] = [
  {
    name: 'ImagePullLoopBackOff',
    title: 'The image of the deployment cannot be pulled',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: "Azure's word for pods that wait in ImagePullBackOff.",
    fix: 'Diagnose the pod: the message of the pull tells the reason.',
    reasons: [
      shown(
        'The registry refuses the nodes, does not have the image, or is not reached',
        CODES.imagePull,
        'The container waits in ImagePullBackOff; the event Failed holds the words of the registry.',
      ),
      shown(
        'Network policy, proxy or DNS of the cluster stand between node and registry',
        CODES.imageNetwork,
        'The message of the pull names the host and the network error.',
      ),
    ],
    notes: ['Kubernetes itself writes ImagePullBackOff; the word with Loop is of Azure only.'],
    references: [LEARN.endpoints],
  },
  {
    name: 'DeploymentCrashLoopBackOff',
    title: 'The container of the deployment ends again and again',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: "Azure's word for pods in CrashLoopBackOff while a deployment is made or changed.",
    fix: 'Read the log of the last run of the container.',
    reasons: [SCRIPT_REASON, MEMORY_REASON],
    references: [LEARN.endpoints],
  },
  {
    name: 'KubernetesCrashLoopBackOff',
    title: 'Pods of the endpoint or deployment end again and again',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: "Azure's word for pods in CrashLoopBackOff.",
    fix: 'Read the log of the last run of the container.',
    reasons: [
      shown(
        'One or more pods are stuck in CrashLoopBackOff',
        ['IS5901'],
        'The container waits in CrashLoopBackOff; its log, where there is one, holds the error.',
      ),
      SCRIPT_REASON,
      MEMORY_REASON,
    ],
    references: [LEARN.endpoints],
  },
  {
    name: 'NamespaceNotFound',
    shared: true,
    title: 'The namespace of the compute is not in the cluster',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning:
      'The namespace that was named when the cluster was attached does not exist: attaching neither makes nor checks it.',
    fix: 'Create the namespace, or detach and attach again with one that exists.',
    reasons: [
      shown(
        'The namespace was never created, or was deleted',
        ['IS9656'],
        'The API server answers 404 for the namespace, or it is terminating.',
      ),
      asked(
        'The compute was attached with another namespace than meant',
        'Which namespace does the compute name?',
        [...AZ.compute, '--query', 'namespace'],
        'Where it is not the one meant, detach and attach again.',
      ),
    ],
    references: [LEARN.endpoints],
  },
  {
    name: 'UserScriptInitFailed',
    title: 'init() of the scoring script raised an exception',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    signals: ['azureml-init-failed'],
    meaning: 'The script was imported, and its init() did not come to its end.',
    fix: 'Mend the exception that the log shows after the words about init.',
    reasons: [
      shown(
        'The exception in init(): mostly a wrong path below AZUREML_MODEL_DIR, a missing package, or a model of another library version',
        CODES.scriptInit,
        'The log of the inference server holds "User\'s init function failed" and the traceback.',
      ),
    ],
    references: [LEARN.endpoints, LEARN.server],
  },
  {
    name: 'UserScriptImportError',
    title: 'The scoring script cannot be imported',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    signals: ['azureml-import-failed'],
    meaning: 'Python raised an exception while it read the script, before init().',
    fix: 'Read the last exception of the log: ModuleNotFoundError names the package to put into the environment (conda.yaml), any other the line of the script to mend.',
    reasons: [
      shown(
        'A package that the script imports is not available in the image',
        ['IS5401', 'IS5402', 'IS5404', 'IS5433'],
        'The log holds "Failed to import user script", and the exception behind it.',
      ),
      shown(
        'The script is not where the deployment says',
        ['IS5432'],
        'The log names the file that is not there, or says that there is no score script.',
        { seen: 'azureml-inference-server-http 1.5.1' },
      ),
    ],
    references: [LEARN.endpoints, LEARN.server],
  },
  {
    name: 'UserScriptFunctionNotFound',
    title: 'The scoring script lacks init() or run()',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    signals: [
      'azureml-function-missing',
      'azureml-run-signature',
      'azureml-run-arguments-unnamed',
      'azureml-run-decorated-twice',
    ],
    meaning: 'The inference server calls init() once and run() for every request; one of them is not there.',
    fix: 'Define the function in the script that code_configuration.scoring_script names.',
    reasons: [
      shown(
        'The script does not define init() or run()',
        ['IS5431'],
        'The log names the script and the function that it does not have.',
      ),
    ],
    references: [LEARN.endpoints, LEARN.server],
  },
  {
    name: 'EndpointNotFound',
    title: 'The cluster does not have the endpoint of the deployment',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: 'A deployment belongs to an endpoint, and the resource of that endpoint is not in the cluster.',
    fix: 'Create the endpoint first, in the same compute.',
    reasons: [
      shown(
        'There is no endpoint resource of that name in the cluster',
        ['IS9652'],
        'The online endpoints of the group amlarc.azureml.com in the namespace of the compute do not hold the name (the kind is inferred, not documented).',
      ),
    ],
    references: [LEARN.endpoints],
  },
  {
    name: 'EndpointAlreadyExists',
    title: 'The cluster already has an endpoint of that name',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: 'The name of an endpoint must be unique in the workspace and in the cluster.',
    fix: 'Take another name, or delete the endpoint that has it.',
    reasons: [
      shown(
        'An endpoint of another workspace that uses the same cluster has the name',
        ['IS9653'],
        'An endpoint resource of that name exists, and names another workspace.',
      ),
      asked(
        'The workspace itself has an endpoint of the name',
        'Which endpoints does the workspace have?',
        AZ.endpoints,
        'Where the name is listed, take another.',
      ),
    ],
    references: [LEARN.endpoints],
  },
  {
    name: 'ScoringFeUnhealthy',
    title: 'The inference router azureml-fe is missing or unhealthy',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: 'azureml-fe is the component of the extension that takes every request; without it nothing is routed.',
    fix: 'See `kubectl get pods -n azureml -l azuremlappname=azureml-fe`: mend what its pods wait for, or update the extension where there are none.',
    reasons: [
      shown(
        'azureml-fe does not run, or is not healthy',
        ['IS9651', 'IS9608', 'IS9605'],
        'The Deployment azureml-fe-v2 in the namespace azureml is missing, or has fewer available replicas than it wants.',
        { objects: PROGRAMS.router },
      ),
    ],
    references: [LEARN.endpoints, LEARN.router],
  },
  {
    name: 'ValidateScoringFailed',
    title: 'The scoring address of the endpoint cannot be validated',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning:
      'Azure forms the address that clients will call from the Service of the router and the TLS name (sslCname), and could not validate it.',
    fix: 'Compare the address of `kubectl get service azureml-fe -n azureml` with scoring_uri of the endpoint, and the names in the certificate with sslCname; then deploy again.',
    reasons: [
      shown(
        'The address of the router, its TLS name or its certificate cannot be used',
        ['IS9657', 'IS9607', 'IS9601'],
        'The Service azureml-fe has no address, or the certificate does not fit sslCname.',
      ),
      asked(
        'The address that Azure has stored is not that of the cluster',
        'Which scoring address does the endpoint have?',
        [...AZ.endpoint, '--query', 'scoring_uri'],
        'A host that does not lead to the router: correct DNS, or deploy again.',
      ),
    ],
    references: [LEARN.endpoints],
  },
  {
    name: 'InvalidDeploymentSpec',
    title: 'The deployment is written in a way that cannot be',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: 'The number of instances, or another field, is out of its range. The message names it.',
    fix: 'Correct the field that the message names.',
    reasons: [
      shown(
        'The number of instances is not valid',
        ['IS9655'],
        'The deployment resource holds the number (its shape is inferred, not documented).',
      ),
      shown(
        'With autoscaling: the minimum or maximum of instances is not valid',
        ['IS9655'],
        'The scale settings hold a minimum above the maximum, or below one.',
      ),
    ],
    notes: [
      'Version 1 of the interface writes autoscale_target_utilization and autoscale_max_replicas, version 2 scale_settings with target_utilization_percentage and max_instances; one example of the documents writes scale_setting, which is not read. scale_settings is what counts here.',
    ],
    references: [LEARN.endpoints],
  },
  {
    name: 'PodUnschedulable',
    title: 'No node of the cluster takes the pods',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [
      "Couldn't schedule because the kubernetes cluster didn't have available resources",
      'Please add more node(s) with SKU more than <CPU and memory> to host your replicas',
    ],
    meaning: 'The scheduler found no node that has the room and the labels that the instance type asks for.',
    fix: 'Compare the instance type with the nodes: its resources and its node selector.',
    reasons: [
      shown(
        'The nodes do not have the resources free',
        CODES.scheduling,
        'The event FailedScheduling counts the nodes that lack CPU, memory, GPU or room for pods.',
      ),
      shown(
        'No node matches the node selector or affinity, or tolerates the pod',
        CODES.placement,
        'The event FailedScheduling tells of selectors, affinity or taints; the selector is that of the InstanceType and of the extension together.',
      ),
    ],
    notes: [DEFAULT_MEMORY],
    references: [LEARN.endpoints, LEARN.instanceTypes],
  },
  {
    name: 'PodOutOfMemory',
    title: 'The pod was killed for want of memory',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: 'The memory limit of the deployment is too low for the model, or the program keeps too much.',
    fix: 'Raise the memory limit of the deployment.',
    reasons: [MEMORY_REASON],
    notes: [DEFAULT_MEMORY],
    references: [LEARN.endpoints],
  },
  {
    name: 'InferencingClientCallFailed',
    title: 'Azure does not reach the extension in the cluster',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: ['The k8s-extension of the Kubernetes cluster is not connectable.'],
    meaning:
      'Calls of Azure enter the cluster through the Azure Relay (Arc) or through azureml-ingress-nginx-controller (AKS), and none got through.',
    fix: 'Look at the entry component; then detach the compute and attach it again with the same name and namespace.',
    reasons: [
      shown(
        'relayserver (Arc) or azureml-ingress-nginx-controller (AKS) does not run',
        ['IS9651', 'IS9608'],
        'Their Deployment in the namespace azureml has no available replica.',
        { objects: PROGRAMS.entry },
      ),
      asked(
        'The cluster is not connected any more, or the compute points to an old installation',
        'In which state is the compute?',
        AZ.compute,
        'Anything but Succeeded: detach and attach again.',
      ),
    ],
    references: [LEARN.endpoints],
  },
  {
    name: 'InferencingClientCreateDeploymentFailed',
    title: 'The extension could not make the deployment',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: 'The call reached the cluster, and the extension failed on it. The rest of the message tells at what.',
    fix: 'Look at the instance type that the deployment names.',
    reasons: [
      shown(
        'The instance type does not exist, or its InstanceType is not valid',
        ['IS9660', 'IS9613'],
        'No InstanceType of the name, or one without non-zero requests and limits.',
        { strings: ['ValidateInstanceTypeAsync'], seen: 'Azure/AML-Kubernetes#249' },
      ),
      shown(
        'A program of the extension that makes the objects does not run (inferred)',
        ['IS9651'],
        'The inference operator has no ready pod, and the deployment has no Deployment.',
        { objects: PROGRAMS.operator },
      ),
    ],
    references: [LEARN.endpoints],
  },
];
