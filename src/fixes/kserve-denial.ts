/** What to change where a webhook of KServe denies an object: its own words, and what they ask for (kserve pkg/apis/serving/{v1beta1,v1alpha1}). */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/'?MinReplicas'? cannot be greater than MaxReplicas/i, 'Set maxReplicas to at least minReplicas.'],
  [/(?:M|m)(?:in|ax)Replicas'? cannot be less than 0/, 'Set minReplicas and maxReplicas to 0 or more.'],
  [/parallelism cannot be less than 0/i, 'Set the parallelism to 0 or more.'],
  [
    /exactly one of \[.{1,600}\] must be specified/i,
    'Give the component exactly one of: model, one framework, or containers.',
  ],
  [
    /deploymentMode cannot be changed/,
    'Delete the object and apply it again: the mode of an existing one stays. Or take the changed annotation serving.kserve.io/deploymentMode back.',
  ],
  [
    /a (?:InferenceService|Trained Model) name must consist of/i,
    'Rename it: lower-case letters, digits and -, a letter first.',
  ],
  [
    /storageUri, must be one of|storageUri field is invalid|storage\.spec\.type, must be one of|StorageUri \[.{0,400}\] is not supported/i,
    'Write the address of the model with a scheme that KServe knows (gs, s3, pvc, https, hdfs, hf, oci; Azure Blob as https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH).',
  ],
  [
    /is not a supported autoscaler class type/,
    'Set the annotation serving.kserve.io/autoscalerClass to hpa, keda, external or none.',
  ],
  [/is not a supported metric|ScaleMetric is not supported/, 'Set scaleMetric to one that the autoscaler class knows.'],
  [
    /target utilization percentage should be|target memory should be|target for rps should be/,
    'Set scaleTarget within the range that the webhook names.',
  ],
  [
    /customizing deploymentStrategy is only supported for raw deployment mode/,
    'Remove deploymentStrategy, or make the object anew in mode RawDeployment.',
  ],
  [/'name' field is not allowed in standard predictor/, "Remove the predictor's field name."],
  [/storage uri should not be specified in transformer container/, 'Remove storageUri from the transformer.'],
  [/both StorageURI and StorageURIs is not supported/, 'Keep one of storageUri and storageUris.'],
  [/must have a common parent directory/, 'Put the mount paths of all models below one directory that is not /.'],
  [/PVC storage paths must be unique/, 'Give each model on a PersistentVolumeClaim a path of its own.'],
  [/is not allowed for security reasons/, 'Remove the environment variable that the webhook names.'],
  [/StorageURI must be set for multinode/, 'Set storageUri: a model over several nodes needs one.'],
  [/Multinode only supports 'none' autoscaler/, 'Set the annotation serving.kserve.io/autoscalerClass: none.'],
  [
    /Multinode only supports .{0,40} Storage Protocol/,
    'Put the model on a PersistentVolumeClaim (pvc://) or into an OCI image (oci://).',
  ],
  [
    /Unknown GPU resource type/,
    'Name the GPU resource in the annotation serving.kserve.io/gpu-resource-types, or use one that KServe knows.',
  ],
  [
    /setting (?:PIPELINE|TENSOR)_PARALLEL_SIZE in environment variables is not allowed/,
    'Set pipelineParallelSize and tensorParallelSize in workerSpec instead of the environment.',
  ],
  [
    /canary is only supported in Standard deployment mode/,
    'Use canaryTrafficPercent in the serverless mode, or make the object anew in mode Standard.',
  ],
  [/canary\[\d+\] predictor\.name is required/, 'Give the predictor of each canary a name.'],
  [/sum of canary trafficPercent values/, 'Let the trafficPercent of all canaries add up to at most 100.'],
  [/predictor\.name change requires a model change/, 'Change the model along with the name, or take the name back.'],
  [/memory field is immutable/, 'Delete the TrainedModel and create it with the other memory.'],
  [
    /cannot find container: \S{1,80}/,
    'Call the container that serves the model kserve-container: KServe finds it by that name.',
  ],
  [/invalid URI must be pvc:/, 'Write the address of the model as pvc://CLAIM/PATH.'],
  [
    /specified storage key .{1,260} not found in storage secret|can't read storage secret/,
    'Add the key to the storage secret (storage-config), or name one that it has in storage.key.',
  ],
  [/unable to determine storage type/, 'Set the type in the entry of the storage secret, or in storage.parameters.'],
  [
    /requires a bucket but one wasn't found/,
    'Set the bucket in the entry of the storage secret, or in storage.parameters.',
  ],
  [
    /ClusterStorageContainer .{1,300}(?:not found|is disabled|does not support storageUri)/,
    'Name a ClusterStorageContainer that exists, is enabled and supports the scheme of the address.',
  ],
  [/mountPath .{1,300} already used by volume/, 'Mount the other volume elsewhere.'],
  [
    /Failed to parse resource configuration for/,
    'Correct the resources of that key in ConfigMap inferenceservice-config.',
  ],
  [
    /invalid logger (?:type|storage configuration)/,
    'Set logger.mode to all, request or response, and its storage as a known type.',
  ],
  [/invalid protocol .{1,80} Must be one of/, 'Set protocolVersion to one that the webhook lists.'],
  [/the query should not be empty/, 'Give the metric of the autoscaler a query.'],
  [/root node not found, InferenceGraph/, 'Call the first node of the graph root.'],
  [/missing the 'Weight'/, 'Give each step of a Splitter node a weight.'],
  [/sum of traffic weights for all routing targets should be 100/, 'Let the weights of the steps add up to 100.'],
  [/contains more than one step with name/, 'Give each step of the node a name of its own.'],
  [
    /does not specify an inference target|specifies more than one of nodeName, serviceName, serviceUrl/,
    'Give the step exactly one of nodeName, serviceName and serviceUrl.',
  ],
  [
    /same priority assigned for the model format/,
    'Give the runtimes of that format different priorities in supportedModelFormats, or leave autoSelect out of one.',
  ],
  [
    /different priorities assigned for the model format/,
    'Give the format one priority for all its versions in the runtime.',
  ],
  [/LocalModelCache .{1,300} has the same StorageURI/, 'Use the LocalModelCache that exists for this model.'],
  [/is being used by InferenceService/, 'Delete the InferenceServices that use it first.'],
];

/** About a model that is spread over several nodes (kserve pkg/apis/serving/v1beta1/component.go). */
export function isMultiNodeDenial(denial: string): boolean {
  return /for multinode enabled|Multinode only supports|Unknown GPU resource type|(?:PIPELINE|TENSOR)_PARALLEL_SIZE in environment/.test(
    denial.slice(0, 4000),
  );
}

/**
 * The webhook reads strictly and does not know a field (knative pkg/webhook/resourcesemantics): one that a newer Kubernetes writes itself (`fieldsType` of
 * managedFields), one that a newer KServe writes, or a slip of a person.
 */
export function unknownFieldOf(denial: string): string | undefined {
  return /cannot decode incoming (?:new|old) object: json: unknown field "(?<field>[^"]{1,100})"/.exec(
    denial.slice(0, 4000),
  )?.groups?.['field'];
}

/** Undefined where the words are not known. */
export function kserveDenialAdvice(denial: string): string | undefined {
  const text = denial.slice(0, 4000);
  return ADVICE.find(([words]) => words.test(text))?.[1];
}
