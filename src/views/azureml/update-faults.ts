/**
 * What is wrong with an update of the Azure ML extension by what runs now: settings that must not change while endpoints serve, labels of the nodeSelector
 * that an update cannot take away, protected settings that it deletes. Pure; from documentation (azure-ai-docs `how-to-deploy-kubernetes-extension.md`)
 * and from what the router shows of its settings, which is inferred.
 */
import type { Citation } from '../../model/evidence.ts';
import { textAt, textMapAt } from '../../model/json.ts';
import { selectorKey, servesHttps, type ExtensionPlan } from './extension-plan.ts';

export interface ChangedSetting {
  /** `inferenceRouterServiceType from LoadBalancer to ClusterIP`. */
  readonly text: string;
  readonly cite: readonly [Citation, Citation];
}

/** Settings that differ from what runs, among those that must not change while endpoints serve. */
export function changesOfRouter(plan: ExtensionPlan): readonly ChangedSetting[] {
  const { intent, router, routerService } = plan;
  const changes: ChangedSetting[] = [];
  const change = (name: string, from: string, to: string, shown: Citation): void =>
    void changes.push({ text: `${name} from ${from} to ${to}`, cite: [intent.citeSetting(name), shown] });
  const given = (name: string): string | undefined => intent.setting(name)?.trim();
  if (router !== undefined && given('enableInference')?.toLowerCase() === 'false')
    change('enableInference', 'True', 'False', router.cite('the router runs'));
  if (routerService !== undefined) {
    const type = textAt(routerService.body, 'spec', 'type') ?? 'ClusterIP';
    const wanted = given('inferenceRouterServiceType');
    if (wanted !== undefined && wanted !== '' && wanted.toLowerCase() !== type.toLowerCase())
      change(
        'inferenceRouterServiceType',
        type,
        wanted,
        routerService.cite('type of the router’s Service', '/spec/type'),
      );
    const isInternal =
      textMapAt(routerService.body, 'metadata', 'annotations')[
        'service.beta.kubernetes.io/azure-load-balancer-internal'
      ] === 'true';
    const provider = given('internalLoadBalancerProvider');
    if (provider !== undefined && (provider !== '') !== isInternal)
      change(
        'internalLoadBalancerProvider',
        isInternal ? 'azure' : 'none',
        provider === '' ? 'none' : provider,
        routerService.cite('annotations of the router’s Service', '/metadata/annotations'),
      );
    const https = servesHttps(plan);
    const insecure = given('allowInsecureConnections')?.toLowerCase();
    if (https !== undefined && (insecure === 'true' || insecure === 'false') && https === (insecure === 'true'))
      change(
        'allowInsecureConnections',
        https ? 'False' : 'True',
        https ? 'True' : 'False',
        routerService.cite('ports of the router’s Service', '/spec/ports'),
      );
  }
  return changes;
}

/** Labels that the router asks of its node and that the settings of an update do not name, where they name others. */
export function labelsLeftOut(plan: ExtensionPlan): readonly string[] {
  const { intent, router } = plan;
  const given = new Set(intent.settings.flatMap(([name]) => selectorKey(name) ?? []));
  if (given.size === 0) return [];
  return Object.entries(textMapAt(router?.body, 'spec', 'template', 'spec', 'nodeSelector'))
    .filter(([key]) => !given.has(key) && !/^(?:beta\.)?kubernetes\.io\/os$/.test(key))
    .map(([key, value]) => `${key}=${value}`);
}

/** The router serves HTTPS, an update gives protected settings, and those of the certificate are not among them. */
export function losesCertificate(plan: ExtensionPlan): boolean {
  const { intent } = plan;
  return (
    servesHttps(plan) === true &&
    intent.protectedSettings.length > 0 &&
    !intent.protectedSettings.some((name) => name === 'sslCertPemFile' || name === 'sslKeyPemFile') &&
    intent.setting('sslSecret') === undefined
  );
}
