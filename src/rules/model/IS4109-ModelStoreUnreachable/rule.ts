/** Cause: the storage-initializer of KServe cannot reach the store of the model. */
import { advice } from '../../../fixes/advice.ts';
import { fix, kubectl, verifyWithInferscope } from '../../../fixes/build.ts';
import { renewPods, renewed } from '../../../fixes/model-store.ts';
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { STORE_NAMES, storeOf } from '../../../views/parse/storage-uri.ts';
import { failedDownloads, judgeDownloads } from '../../../views/storage-downloads.ts';
import { storeReach, type StoreReach } from '../../../views/storage-reach.ts';
import { defineRule } from '../../define.ts';

/** How it fails, as the end of a sentence. */
const HOW: Readonly<Record<StoreReach['how'], string>> = {
  name: 'its name does not resolve',
  refused: 'the connection is refused',
  timeout: 'it does not answer in time',
  'no-route': 'there is no route to it',
  'server-error': 'it answers with an error of its own',
  unsaid: 'no connection can be made',
};

export default defineRule({
  code: 'IS4109',
  name: 'ModelStoreUnreachable',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The store of the model cannot be reached',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'model-store-unreachable',
    'storage-endpoint-unreachable',
    'Could not connect to the endpoint URL',
    'EndpointConnectionError',
    'Connect timeout on endpoint URL',
    'Failed to connect to S3 endpoint',
    'NameResolutionError',
    'istio-cni storage-initializer ConnectionRefusedError',
  ],
  needs: { downloads: failedDownloads, reaches: storeReach },
  messages: {
    noNamespace: 'The download of {url} looks for its store at {host}, and there is no namespace {namespace}',
    noService:
      'The download of {url} looks for its store at {host}, and namespace {namespace} has no Service {service}',
    noPort: 'The download of {url} looks for its store at {host}:{port}, and Service {service} has no such port',
    noEndpoints: 'The store at {host} is down: Service {service} in namespace {namespace} has no ready pods',
    mesh: 'Istio leads the traffic of {container} to a sidecar that starts only after it, so the download of {url} reaches nothing',
    reached: 'The download of {url} cannot reach its store at {host}: {how}',
    unnamed: 'The download of {url} cannot reach {store}: {how}',
  },
  check({ downloads, reaches }, context) {
    return judgeDownloads(downloads, context, ['unreachable'], (download, { workload }) => {
      if (!download.byKServe) return undefined;
      const reach =
        reaches.state === 'present' ? reaches.value.find((one) => one.container === download.container) : undefined;
      const { hit } = download.failure;
      const url = download.failure.url ?? 'the model';
      const chosen = reach?.chosenBy;
      const subject = chosen?.ref ?? workload;
      const own = { subject, ...(chosen ? {} : { container: download.container }) };
      const cited = [hit.cite, ...(chosen ? [chosen.cite] : [])] as const;
      const common = {
        certainty: 'confirmed' as const,
        basis: 'the download names the endpoint, and the cluster has no such thing there',
        consequence: download.consequence,
        effects: download.effects,
        affects: download.affects,
        trace: [
          ...(chosen ? [{ text: `Secret ${chosen.ref.name} gives KServe the endpoint`, cite: [chosen.cite] }] : []),
          ...download.trace,
        ],
      };
      const correct = correctEndpoint(chosen, workload, download.gone);
      const { host, port, service } = reach ?? {};
      const how = HOW[reach?.how ?? 'unsaid'];
      if (reach?.mesh && (reach.how === 'refused' || reach.how === 'unsaid' || reach.how === 'no-route'))
        return context.found({
          message: 'mesh',
          args: { container: download.container, url },
          ...common,
          subject: workload,
          container: download.container,
          certainty: 'likely',
          basis: 'the traffic of the init container is led to the sidecar, which is not started yet',
          cite: [hit.cite, reach.mesh],
          fixes: [
            advice(
              workload,
              'Let the init container past the sidecar',
              `Set the annotation sidecar.istio.io/inject: "false" on the predictor of ${nameWithKind(workload)}, or update KServe to 0.12 or newer, which runs ${download.container} as the user of the proxy where the CNI of Istio is used`,
            ),
          ],
        });
      if (service && host !== undefined) {
        const names = { url, host, service: service.ref.name, namespace: service.ref.namespace ?? '' };
        if (service.object.state === 'absent') {
          const isAbsent = service.namespace?.state === 'absent';
          return context.found({
            message: isAbsent ? 'noNamespace' : 'noService',
            args: names,
            ...common,
            ...own,
            cite: [...cited, service.object.cite],
            fixes: [correct],
          });
        }
        const { endpoints } = service;
        const ports = endpoints?.ports.map((candidate) => String(candidate.port)) ?? [];
        if (service.object.state === 'present' && port !== undefined && ports.length > 0 && !ports.includes(port))
          return context.found({
            message: 'noPort',
            args: { ...names, port },
            ...common,
            ...own,
            cite: [...cited, service.object.cite],
            fixes: [correct],
          });
        const isEmpty =
          endpoints !== undefined &&
          endpoints.podsSeen.state === 'present' &&
          endpoints.readyPods === 0 &&
          Object.keys(endpoints.selector).length > 0;
        if (service.object.state === 'present' && isEmpty)
          return context.found({
            message: 'noEndpoints',
            args: names,
            ...common,
            subject: service.ref,
            basis: 'no pod that the Service of the store selects is Ready',
            cite: [hit.cite, service.object.cite],
            fixes: [
              fix({
                title: 'Bring the store of the models back',
                applicability: 'advice',
                effect: 'It changes nothing; the answer names the cause.',
                steps: [verifyWithInferscope(service.ref)],
                verify: verifyWithInferscope(workload),
              }),
            ],
          });
      }
      const seen = {
        ...common,
        ...own,
        certainty: 'likely' as const,
        basis: 'the download says so; what stands between was not seen',
        cite: cited,
        fixes: [correct],
      };
      return host === undefined
        ? context.found({ message: 'unnamed', args: { url, store: STORE_NAMES[storeOf(url)], how }, ...seen })
        : context.found({
            message: 'reached',
            args: { url, host: port === undefined ? host : `${host}:${port}`, how },
            ...seen,
          });
    });
  },
});

function correctEndpoint(chosen: StoreReach['chosenBy'], workload: ResourceRef, gone?: string): Fix {
  if (chosen === undefined)
    return advice(
      workload,
      'Let the pod reach the store',
      'Correct the endpoint of the store, or allow the traffic in the network policies and firewalls; names and ports as seen from a pod of that namespace count',
    );
  return fix({
    title: `Correct the endpoint in Secret ${chosen.ref.name}`,
    applicability: 'fill-in',
    effect: renewed('The present pods are deleted; the new ones get the endpoint.', gone),
    steps: [
      kubectl(
        chosen.ref,
        ['annotate', '--overwrite', 'secret', chosen.ref.name, `${chosen.annotation}=<HOST>:<PORT>`],
        true,
      ),
      renewPods(workload, gone),
    ],
    undo: [
      { kind: 'manual', text: `Set the annotation ${chosen.annotation} of Secret ${chosen.ref.name} to what it was.` },
    ],
    verify: verifyWithInferscope(workload),
  });
}
