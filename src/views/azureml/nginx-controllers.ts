/**
 * The ingress-nginx controllers of a cluster, and which class of controllers each of them answers for. The Azure ML extension brings one of them along.
 * It judges nothing.
 */
import type { Lookup } from '../../model/evidence.ts';
import { listAt, textAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { byName } from '../parse/by-name.ts';

export interface NginxController {
  readonly workload: KubeObject;
  /** `spec.controller` of the IngressClasses that it serves. */
  readonly controllerClass: string;
}

export interface NginxControllers {
  /** Those outside of the extension's namespace. */
  readonly foreign: readonly NginxController[];
  /** Unknown where a list was not read whole. */
  readonly complete: Lookup<true>;
}

export const nginxControllers = defineView<NginxControllers>({
  id: 'nginx-controllers',
  needs: [
    { type: 'object', kind: 'Deployment' },
    { type: 'object', kind: 'DaemonSet' },
  ],
  derive(context) {
    const deployments = context.list('Deployment');
    const daemonSets = context.list('DaemonSet');
    return {
      foreign: byName([...deployments.items, ...daemonSets.items])
        .filter(({ ref }) => ref.namespace !== EXTENSION_NAMESPACE)
        .flatMap((workload) => {
          const controllerClass = classOf(workload);
          return controllerClass === undefined ? [] : [{ workload, controllerClass }];
        }),
      complete: deployments.complete.state === 'unknown' ? deployments.complete : daemonSets.complete,
    };
  },
});

/** kubernetes/ingress-nginx `rootfs/Dockerfile`: /nginx-ingress-controller; `pkg/flags/flags.go`: --controller-class and its default. */
const PROGRAM = /(?:^|\/)nginx-ingress-controller$/;
const DEFAULT_CLASS = 'k8s.io/ingress-nginx';
/** registry.k8s.io/ingress-nginx/controller, rancher/nginx-ingress-controller and mirrors; not nginx/nginx-ingress of F5. */
const IMAGE =
  /(?:^|\/)(?:ingress-nginx\/controller|ingress-nginx-controller|[\w-]{0,40}nginx-ingress-controller)(?:[:@]|$)/;

function classOf(workload: KubeObject): string | undefined {
  for (const container of listAt(workload.body, 'spec', 'template', 'spec', 'containers')) {
    const words = [...listAt(container, 'command'), ...listAt(container, 'args')].filter(
      (word): word is string => typeof word === 'string',
    );
    if (!words.some((word) => PROGRAM.test(word)) && !IMAGE.test((textAt(container, 'image') ?? '').slice(0, 512)))
      continue;
    return words.flatMap((word) => /^--controller-class=(\S{1,253})$/.exec(word)?.[1] ?? [])[0] ?? DEFAULT_CLASS;
  }
  return undefined;
}
