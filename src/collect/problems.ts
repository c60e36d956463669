/**
 * The codes of stage 0, "the tool": why Inferscope could not look at all. Data only. Codes are for life and append-only.
 */
import type { ProblemCode } from './problem.ts';

export interface ProblemInfo {
  readonly code: ProblemCode;
  /** UpperCamelCase, like a Kubernetes reason. */
  readonly name: string;
  readonly title: string;
}

export const PROBLEMS: readonly ProblemInfo[] = [
  { code: 'IS0001', name: 'CaptureNotFound', title: 'The path of the capture does not exist' },
  { code: 'IS0002', name: 'NotACapture', title: 'The input holds no capture and no Kubernetes objects' },
  { code: 'IS0003', name: 'InputUnreadable', title: 'The input is truncated or is not what its form says' },
  { code: 'IS0004', name: 'ArchiveRefused', title: 'The archive holds members that no capture holds' },
  { code: 'IS0005', name: 'InputTooLarge', title: 'The input is larger than the bound for it' },
  { code: 'IS0006', name: 'OutputNotWritable', title: 'The capture cannot be written to the path' },
  { code: 'IS0010', name: 'ClusterUnreachable', title: 'The cluster did not answer' },
  { code: 'IS0011', name: 'KubeconfigUnusable', title: 'The kubeconfig does not lead to a cluster' },
  { code: 'IS0012', name: 'CredentialsRejected', title: 'The cluster does not accept the credentials' },
  {
    code: 'IS0013',
    name: 'CredentialPluginMissing',
    title: 'The credential plugin of the kubeconfig is not installed',
  },
  { code: 'IS0014', name: 'NotAKubernetesApi', title: 'What answered is no Kubernetes API' },
  { code: 'IS0015', name: 'ServerCertificateUntrusted', title: "The server's certificate is not trusted" },
  { code: 'IS0016', name: 'CredentialPluginFailed', title: 'The credential plugin of the kubeconfig failed' },
  { code: 'IS0020', name: 'KindUnknown', title: 'No kind is called that' },
  { code: 'IS0021', name: 'ObjectNotFound', title: 'The object asked for is not there' },
  { code: 'IS0022', name: 'NothingInNamespace', title: 'There is nothing to look at in the namespace' },
  { code: 'IS0023', name: 'NotAnObject', title: 'A word of the command line is neither a command nor KIND/NAME' },
  { code: 'IS0024', name: 'ShellUnknown', title: 'There is no completion script for that shell' },
  { code: 'IS0025', name: 'PageNotFound', title: 'No code, name or alias is called that' },
  { code: 'IS0030', name: 'SendNotConfirmed', title: 'A real request is sent only when a person agrees' },
  { code: 'IS0031', name: 'SendNeedsCluster', title: 'A request cannot be sent into a capture' },
  { code: 'IS0032', name: 'NoWayToGateway', title: 'Nothing can be connected to from here' },
  { code: 'IS0033', name: 'RequestUnreadable', title: 'The request cannot be read' },
  { code: 'IS0034', name: 'SettingsUnreadable', title: 'What preflight is to judge cannot be read' },
  { code: 'IS0099', name: 'InternalError', title: 'Inferscope stopped with an error of its own' },
];
