/**
 * What the Azure ML extension will be after the operation that a person intends: which settings hold. Before an installation these are the given ones
 * and the defaults; later what is not given stays as it is, and that is read from the router that runs. It judges no setting.
 */
import type { Citation, EvidenceGap } from '../../model/evidence.ts';
import { at, listAt, numberAt, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { preflightIntent, type PreflightIntent } from '../preflight-intent.ts';
import { inferenceRouter } from './inference-router.ts';
import { switchAfter } from './switch-after.ts';

/** The program that takes training jobs in hand. */
const JOB_OPERATOR: ResourceRef = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: EXTENSION_NAMESPACE,
  name: 'aml-operator',
};

export type RouterServiceType = 'loadbalancer' | 'nodeport' | 'clusterip';

export interface ExtensionPlan {
  readonly intent: PreflightIntent;
  /** The phase in which nothing of it is there yet. */
  readonly installing: boolean;
  readonly training: boolean;
  readonly inference: boolean;
  /** Where nothing says whether the part stays: what runs of it decides, and was not to be seen. */
  readonly trainingGap?: EvidenceGap;
  readonly inferenceGap?: EvidenceGap;
  /** Undefined where it is not known, or no type that the extension takes. */
  readonly serviceType?: RouterServiceType;
  /** Three routers instead of one. */
  readonly highlyAvailable: boolean;
  /** Labels that a node must carry for anything of the extension. */
  readonly nodeSelector: ReadonlyMap<string, string>;
  /** Deployment azureml-fe-v2 (azureml-fe in old versions) and Service azureml-fe, where they were seen. */
  readonly router?: KubeObject;
  readonly routerService?: KubeObject;
  /** Cites the setting, or what runs where it decides. */
  readonly citeServiceType: Citation;
  readonly citeHighlyAvailable: Citation;
}

export const ROUTER_SERVICE: ResourceRef = {
  apiVersion: 'v1',
  kind: 'Service',
  namespace: EXTENSION_NAMESPACE,
  name: 'azureml-fe',
};

/** Undefined outside preflight. */
export const extensionPlan = defineView<ExtensionPlan | undefined>({
  id: 'extension-plan',
  needs: [
    { type: 'object', kind: 'Deployment' },
    { type: 'object', kind: 'Service' },
  ],
  uses: [preflightIntent, inferenceRouter],
  derive(context, subject) {
    const intent = context.use(preflightIntent, subject);
    if (intent === undefined) return undefined;
    const routerSeen = context.use(inferenceRouter, subject).router;
    const router = routerSeen.state === 'present' ? routerSeen.value : undefined;
    const training = switchAfter(intent, 'enableTraining', context.object(JOB_OPERATOR));
    const inference = switchAfter(intent, 'enableInference', routerSeen);
    const service = context.object(ROUTER_SERVICE);
    const routerService = service.state === 'present' ? service.value : undefined;
    const installing = intent.phase === 'pre-install';
    const kept = installing ? undefined : router;
    const keptService = installing ? undefined : routerService;
    const givenType = intent.setting('inferenceRouterServiceType');
    const serviceType = routerServiceType(givenType ?? textAt(keptService?.body, 'spec', 'type'));
    const isGiven = (name: string): boolean => intent.setting(name) !== undefined;
    const replicas = numberAt(kept?.body, 'spec', 'replicas');
    return {
      intent,
      installing,
      training: training === true,
      inference: inference === true,
      ...(typeof training === 'boolean' ? {} : { trainingGap: training }),
      ...(typeof inference === 'boolean' ? {} : { inferenceGap: inference }),
      ...(serviceType === undefined ? {} : { serviceType }),
      highlyAvailable:
        !isGiven('inferenceRouterHA') && replicas !== undefined ? replicas > 1 : intent.isOn('inferenceRouterHA'),
      nodeSelector: selectorOf(intent, kept),
      ...(router === undefined ? {} : { router }),
      ...(routerService === undefined ? {} : { routerService }),
      citeServiceType:
        givenType === undefined && keptService !== undefined
          ? keptService.cite('type of Service azureml-fe', '/spec/type')
          : intent.citeSetting('inferenceRouterServiceType'),
      citeHighlyAvailable:
        !isGiven('inferenceRouterHA') && kept !== undefined
          ? kept.cite(`replicas of Deployment ${kept.ref.name}`, '/spec/replicas')
          : intent.citeSetting('inferenceRouterHA'),
    };
  },
});

export function routerServiceType(text: string | undefined): RouterServiceType | undefined {
  const folded = text?.trim().toLowerCase();
  return (['loadbalancer', 'nodeport', 'clusterip'] as const).find((known) => known === folded);
}

/** `nodeSelector.kubernetes\.io/os` is how Helm is told of a dot that belongs to the key; people leave the backslash out. */
export function selectorKey(setting: string): string | undefined {
  const prefix = 'nodeSelector.';
  if (!setting.startsWith(prefix) || setting.length === prefix.length) return undefined;
  return setting.slice(prefix.length).replaceAll('\\.', '.');
}

/** The other way round, as the command line wants it. */
export function selectorSetting(key: string): string {
  return `nodeSelector.${key.replaceAll('.', '\\.')}`;
}

/** What was chosen by the extension itself for all its pods is none of the person's settings. */
function selectorOf(intent: PreflightIntent, router: KubeObject | undefined): ReadonlyMap<string, string> {
  const selector = new Map(
    Object.entries(textMapAt(router?.body, 'spec', 'template', 'spec', 'nodeSelector')).filter(
      ([key]) => !/^(?:beta\.)?kubernetes\.io\/os$/.test(key),
    ),
  );
  for (const [name, value] of intent.settings) {
    const key = selectorKey(name);
    if (key !== undefined) selector.set(key, value);
  }
  return selector;
}

/** Whether the router serves HTTPS; undefined where it was not seen. Inferred from the port that its Service has. */
export function servesHttps(plan: ExtensionPlan): boolean | undefined {
  if (plan.routerService === undefined) return undefined;
  return listAt(plan.routerService.body, 'spec', 'ports').some((port) => at(port, 'port') === 443);
}
