/** The commands that the fixes of the images stage print: complete, with placeholders marked, and undone. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../model/reader.ts';
import type { PullTarget } from '../views/image-pull.ts';
import { buildForPlatform, createPullSecret, replaceCredentials, setImage } from './images.ts';

const REF = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'models', name: 'scorer' };
const CITE = { evidence: 'ev:x', at: { kind: 'whole' }, label: 'x' } as const;
const template: KubeObject = { ref: REF, body: {}, cite: () => CITE };
const target: PullTarget = {
  workload: REF,
  template,
  owner: { state: 'present', value: { managedBy: { tool: 'Helm', name: 'scorer' }, managers: [] }, cite: CITE },
};
const SECRET = { apiVersion: 'v1', kind: 'Secret', namespace: 'models', name: 'pull' };
const FAILURE = {
  image: 'r.example/a:1',
  containers: ['main', 'side'],
  reference: { host: 'r.example', repository: 'a', tag: '1', normalized: 'r.example/a:1' },
};

describe('fixes of the images stage', () => {
  it('creates a pull secret where the pod looks for it, and says that it must be filled in', () => {
    const made = createPullSecret(SECRET, 'docker.io', target);
    expect(made.applicability).toBe('fill-in');
    expect(made.steps[0]).toMatchObject({
      argv: [
        'kubectl',
        '-n',
        'models',
        'create',
        'secret',
        'docker-registry',
        'pull',
        '--docker-server=https://index.docker.io/v1/',
        '--docker-username=<USER>',
        '--docker-password=<PASSWORD>',
      ],
      mutates: true,
    });
    expect(made.undo).toHaveLength(1);
  });

  it('warns of other credentials in a secret that it overwrites', () => {
    expect(replaceCredentials(SECRET, 'r.example', ['r.example', 'ghcr.io'], target).effect).toContain('ghcr.io');
    expect(replaceCredentials(SECRET, 'r.example', ['r.example'], target).effect).not.toContain('lost');
  });

  it('changes all containers of the image, can be undone, and names Helm', () => {
    const made = setImage(FAILURE, 'r.example/a:2', target, 'x');
    expect(made.steps).toMatchObject([
      {
        argv: [
          'kubectl',
          '-n',
          'models',
          'set',
          'image',
          'deployment/scorer',
          'main=r.example/a:2',
          'side=r.example/a:2',
        ],
      },
    ]);
    expect(made.undo).toMatchObject([
      {
        argv: [
          'kubectl',
          '-n',
          'models',
          'set',
          'image',
          'deployment/scorer',
          'main=r.example/a:1',
          'side=r.example/a:1',
        ],
      },
    ]);
    expect(made.lasting).toContain('Helm release scorer');
  });

  it('gives words where a controller would undo a command', () => {
    const above = { ...REF, apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService' };
    const made = setImage(FAILURE, 'r.example/a:2', { workload: above, owner: target.owner }, 'x');
    expect(made.applicability).toBe('advice');
    expect(made.steps.every((step) => step.kind === 'manual')).toBe(true);
  });

  it('builds for the platform under a new tag', () => {
    const made = buildForPlatform(FAILURE, 'linux/amd64', target);
    expect(made.steps[0]).toMatchObject({
      argv: ['docker', 'buildx', 'build', '--platform', 'linux/amd64', '-t', 'r.example/a:<NEW_TAG>', '--push', '.'],
    });
    expect(made.applicability).toBe('fill-in');
  });
});
