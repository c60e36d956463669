/** Cause: the model of the Hugging Face hub is gated, and the download has no token that was let in. */
import { advice } from '../../../fixes/advice.ts';
import { failedDownloads, judgeDownloads } from '../../../views/storage-downloads.ts';
import { consequenceOf } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4105',
  name: 'ModelHubGated',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The model of the hub is gated',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'gated repo',
    'GatedRepoError',
    'HF_TOKEN',
    'model-hub-gated',
    'HuggingFace authentication failed. Set HF_TOKEN or request access to the gated repository.',
  ],
  needs: { downloads: failedDownloads },
  messages: {
    url: 'The model at {url} is gated, and the token of container {container} was not let in',
    plain: 'The model that container {container} downloads is gated, and its token was not let in',
  },
  check({ downloads }, context) {
    return judgeDownloads(downloads, context, ['gated'], (download, { workload }) => {
      const { failure, container, run } = download;
      const common = {
        subject: workload,
        container,
        certainty: 'confirmed' as const,
        basis: 'the download quotes the answer of the store',
        consequence: run
          ? consequenceOf(run, 'The program ends without its model, at every start.')
          : download.consequence,
        cite: [failure.hit.cite] as const,
        trace: download.trace,
        effects: download.effects,
        affects: download.affects,
        fixes: [
          advice(
            workload,
            'Accept the licence of the model and give the container a token',
            download.byKServe
              ? 'Accept the conditions on the page of the model, and list a Secret with the key HF_TOKEN under secrets of the ServiceAccount of the predictor'
              : 'Accept the conditions on the page of the model, and set HF_TOKEN of the container from a Secret',
          ),
        ],
      };
      return failure.url === undefined
        ? context.found({ message: 'plain', args: { container }, ...common })
        : context.found({ message: 'url', args: { container, url: failure.url }, ...common });
    });
  },
});
