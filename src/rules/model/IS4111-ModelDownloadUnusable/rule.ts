/** Cause: what the store sends is no model: an archive that does not unpack, a page instead of a file, an image without /models. */
import { advice } from '../../../fixes/advice.ts';
import { sourceRef } from '../../../views/model-origin.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { failedDownloads, judgeDownloads } from '../../../views/storage-downloads.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4111',
  name: 'ModelDownloadUnusable',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'What the store sends is no model that can be unpacked',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'model-archive-invalid',
    'Failed to unpack archive file. The file format is not valid.',
    "did not respond with any of following 'Content-Type'",
    "did not respond with 'Content-Type': 'application/octet-stream'",
    'has no /models/ directory',
    'zstd-compressed',
    'has no manifest for linux/',
    'BadZipFile',
  ],
  needs: { downloads: failedDownloads },
  messages: {
    archive: 'The file at {url} is no archive that {container} can unpack',
    type: 'The server of {url} sends something else than the archive that its name promises',
    layout: 'The image at {url} has no directory /models',
    platform: 'The image at {url} has no manifest for the platform of the node',
    compression: 'The image at {url} has a layer that is compressed with zstd, which {container} cannot read',
  },
  check({ downloads }, context) {
    return judgeDownloads(downloads, context, ['content'], (download, { workload }) => {
      const { hit, url: from } = download.failure;
      const url = from ?? 'the address';
      const args = { url, container: download.container };
      const common = {
        subject: from === undefined ? workload : sourceRef(from),
        certainty: 'confirmed' as const,
        basis: 'the download says what it got',
        consequence: download.consequence,
        effects: download.effects,
        affects: download.affects,
        cite: [hit.cite] as const,
        trace: [{ text: `the downloader stops: ${quoted(hit.match[0], 120)}`, cite: [hit.cite] }, ...download.trace],
      };
      if (hit.text.includes('Content-Type'))
        return context.found({
          message: 'type',
          args,
          ...common,
          fixes: [
            advice(
              workload,
              'Let the server send the archive',
              'Compare the Content-Type that curl -I shows with the ending of the address: .zip and .tar.gz must come as an archive, anything else as application/octet-stream; a page to sign in shows as text/html',
            ),
          ],
        });
      if (hit.text.includes('no /models/'))
        return context.found({
          message: 'layout',
          args,
          ...common,
          fixes: [
            advice(
              workload,
              'Build the image with the model below /models',
              'Put the files of the model into the directory /models of the image (FROM busybox, COPY model/ /models/)',
            ),
          ],
        });
      if (hit.text.includes('zstd'))
        return context.found({
          message: 'compression',
          args,
          ...common,
          fixes: [
            advice(
              workload,
              'Build the image with gzip layers',
              'Push it with compression gzip (docker buildx --output type=image,compression=gzip,force-compression=true)',
            ),
          ],
        });
      if (hit.text.includes('no manifest for'))
        return context.found({
          message: 'platform',
          args,
          ...common,
          fixes: [
            advice(
              workload,
              'Build the image for the platform of the nodes',
              'Build it for linux/amd64 and linux/arm64, or for the one that the nodes have',
            ),
          ],
        });
      return context.found({
        message: 'archive',
        args,
        ...common,
        fixes: [
          advice(
            workload,
            'Upload the archive of the model again',
            'Unpack it by hand first (tar -tzf, unzip -t); the ending of the name must be that of its format',
          ),
        ],
      });
    });
  },
});
