/**
 * What of an object may enter a Snapshot.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, type JsonObject, listAt, textAt } from '../../model/json.ts';
import { selfSigned } from '../../testing/certificate.ts';
import { placeholderVerdict } from './placeholder.ts';
import { admitObject, LONGEST_ANNOTATION } from './redact-object.ts';
import { registryHost } from './redact-secret.ts';
import { isSecretName } from './secret-name.ts';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function secret(fields: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'n' }, ...fields };
}

function podWith(container: JsonObject): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', ...container }] },
  };
}

describe('a Secret', () => {
  it('keeps keys, sizes and verdicts, never values', () => {
    const clean = admitObject(
      secret({
        data: { user: base64('canary-user'), empty: '', todo: base64('changeme') },
        stringData: { api: '<your-api-key>' },
      }),
    );
    expect(clean['inferscopeKeys']).toEqual({
      user: { bytes: 11 },
      empty: { bytes: 0, placeholder: 'empty' },
      todo: { bytes: 8, placeholder: 'placeholder-word' },
      api: { bytes: 14, placeholder: 'template' },
    });
    expect(clean['data']).toBeUndefined();
    expect(clean['stringData']).toBeUndefined();
    expect(JSON.stringify(clean)).not.toContain('canary');
  });

  it('of type dockerconfigjson names its registries and nobody in them', () => {
    const config = {
      auths: {
        'https://index.docker.io/v1/': { auth: base64('canary:x') },
        'ACR.azurecr.io': { username: 'canary-user', password: 'x' },
        'https://reg.example:5000/v2/': {},
      },
    };
    const clean = admitObject(
      secret({ type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64(JSON.stringify(config)) } }),
    );
    expect(clean['inferscopeRegistries']).toEqual(['acr.azurecr.io', 'docker.io', 'reg.example:5000']);
    expect(JSON.stringify(clean)).not.toContain('canary');
  });

  it('of type dockercfg is read in its older form; a broken one names none', () => {
    const old = secret({
      type: 'kubernetes.io/dockercfg',
      data: { '.dockercfg': base64('{"ghcr.io/acme":{"auth":"x"}}') },
    });
    expect(admitObject(old)['inferscopeRegistries']).toEqual(['ghcr.io']);
    const broken = secret({
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': base64('{"auths":') },
    });
    expect(admitObject(broken)['inferscopeRegistries']).toEqual([]);
  });

  it('loses its last-applied-configuration and set members of its managedFields', () => {
    const clean = admitObject(
      secret({
        metadata: {
          name: 's',
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"stringData":{"a":"canary"}}' },
          managedFields: [
            {
              manager: 'm',
              operation: 'Update',
              fieldsV1: { 'f:data': { '.': {}, 'f:a': {} }, 'f:x': { 'v:"canary"': {} } },
            },
          ],
        },
      }),
    );
    expect(JSON.stringify(clean)).not.toContain('canary');
    expect(at(clean, 'metadata', 'managedFields', 0, 'paths')).toEqual(['data.a']);
    expect(at(clean, 'metadata', 'annotations')).toEqual({});
  });

  it('with a key called __proto__ keeps it a key', () => {
    const clean = admitObject(secret({ data: JSON.parse('{"__proto__":"YQ=="}') }));
    expect(Object.keys(Object(clean['inferscopeKeys']))).toEqual(['__proto__']);
  });
});

describe('a Secret with certificates', () => {
  const { certificate, key } = selfSigned({
    names: ['score.acme.example'],
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
  });

  it('keeps what they say in public, and nothing of the key', () => {
    const clean = admitObject(
      secret({
        type: 'kubernetes.io/tls',
        data: { 'tls.crt': base64(certificate), 'tls.key': base64(key), password: base64('canary') },
      }),
    );
    expect(at(clean, 'inferscopeKeys', 'tls.crt', 'pem')).toMatchObject({
      form: 'pem',
      certificates: [{ names: ['score.acme.example'], notAfter: '2027-01-01T00:00:00Z' }],
    });
    const belongs = at(clean, 'inferscopeKeys', 'tls.crt', 'pem', 'certificates', 0, 'publicKey');
    expect(at(clean, 'inferscopeKeys', 'tls.key', 'pem', 'keys')).toEqual([
      { keyType: 'ec', keyBits: 256, isEncrypted: false, publicKey: belongs },
    ]);
    const said = JSON.stringify(clean);
    expect(said).not.toContain('canary');
    for (const line of key.split('\n').filter((text) => /^[A-Za-z0-9+/=]{16,}$/.test(text)))
      expect(said).not.toContain(line.slice(0, 24));
    expect(admitObject(JSON.parse(said))).toEqual(clean);
  });

  it('of any type is known by the names of its keys or by its first line; other values are not looked into', () => {
    const clean = admitObject(
      secret({
        type: 'Opaque',
        data: {
          'cert.pem': base64('x'),
          serving: base64(certificate),
          notes: base64(`see below: ${certificate}`),
          a: base64('canary'),
        },
      }),
    );
    expect(at(clean, 'inferscopeKeys', 'cert.pem')).toEqual({
      bytes: 1,
      placeholder: 'one-character-repeated',
      pem: { form: 'other', blocks: [], certificates: [], keys: [], damaged: [], oddities: [] },
    });
    expect(textAt(clean, 'inferscopeKeys', 'serving', 'pem', 'form')).toBe('pem');
    expect(textAt(clean, 'inferscopeKeys', 'notes', 'pem', 'form')).toBe('pem');
    expect(at(clean, 'inferscopeKeys', 'a')).toEqual({ bytes: 6 });
  });
});

describe('metadata', () => {
  it('keeps who set which field where a fix may need it', () => {
    const clean = admitObject({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'd',
        managedFields: [
          {
            manager: 'helm',
            operation: 'Apply',
            apiVersion: 'apps/v1',
            time: '2026-01-01T00:00:00Z',
            subresource: 'scale',
            fieldsType: 'FieldsV1',
            fieldsV1: {
              'f:spec': {
                'f:replicas': {},
                'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {} } } } },
              },
              'f:metadata': { 'f:annotations': { 'f:a/b': {} }, 'f:finalizers': { 'v:"x"': {} } },
            },
          },
        ],
      },
    });
    expect(at(clean, 'metadata', 'managedFields')).toEqual([
      {
        manager: 'helm',
        operation: 'Apply',
        time: '2026-01-01T00:00:00Z',
        subresource: 'scale',
        paths: [
          'spec.replicas',
          'spec.template.spec.containers[name="c"].image',
          'metadata.annotations["a/b"]',
          'metadata.finalizers[="x"]',
        ],
      },
    ]);
  });

  it('loses managedFields of Pods and cuts long annotations', () => {
    const clean = admitObject({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'p',
        annotations: {
          long: '😀'.repeat(4096),
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          uri: 'db://u:canary@h',
        },
        managedFields: [{ manager: 'kubelet' }],
      },
    });
    expect(at(clean, 'metadata', 'managedFields')).toBeUndefined();
    const long = textAt(clean, 'metadata', 'annotations', 'long') ?? '';
    expect(long.length).toBeLessThanOrEqual(LONGEST_ANNOTATION);
    expect(long).toMatch(/😀…‹cut›$/u);
    expect(textAt(clean, 'metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration')).toBe(
      '‹redacted›',
    );
    expect(textAt(clean, 'metadata', 'annotations', 'uri')).toBe('db://u:‹redacted: password›@h');
  });
});

describe('environment variables', () => {
  function valueOf(name: string, value: string): string | undefined {
    return textAt(admitObject(podWith({ env: [{ name, value }] })), 'spec', 'containers', 0, 'env', 0, 'value');
  }

  it('whose name says secret lose their value and keep its length', () => {
    for (const name of [
      'DB_PASSWORD',
      'AZURE_CLIENT_SECRET',
      'HF_TOKEN',
      'OPENAI_API_KEY',
      'FEAST_REDIS_CONNECTION_STRING',
      'SENTRY_DSN',
      'STORAGE_SAS',
    ]) {
      expect(valueOf(name, 'canary-1234')).toBe('‹redacted: 11 characters›');
    }
  });

  it('that hold a placeholder keep it, since it is a finding', () => {
    for (const value of ['changeme', '<your-token>', '', 'YOUR_API_KEY_HERE', '${TOKEN}'])
      expect(valueOf('API_TOKEN', value)).toBe(value);
  });

  it('that are no secrets stay', () => {
    expect(valueOf('SECRET_NAME', 'acr-secret')).toBe('acr-secret');
    expect(valueOf('MAX_TOKENS', '512')).toBe('512');
    expect(valueOf('PORT', '8080')).toBe('8080');
    expect(valueOf('MODEL_URL', 's3://b/model')).toBe('s3://b/model');
    expect(isSecretName('TOKENIZERS_PARALLELISM')).toBe(false);
  });

  it('of a ConfigMap are treated alike, and so are credentials in fields of custom resources', () => {
    const map = admitObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { DB_PASSWORD: 'canary-1', 'app.ini': 'port=1\npassword=canary-2\n', PORT: '1' },
    });
    expect(map['data']).toEqual({
      DB_PASSWORD: '‹redacted: 8 characters›',
      'app.ini': 'port=1\npassword=‹redacted: password›\n',
      PORT: '1',
    });
    const custom = admitObject({
      apiVersion: 'x.io/v1',
      kind: 'Store',
      metadata: { name: 'c' },
      spec: { auth: { password: 'canary-3', secretName: 's' } },
    });
    expect(custom['spec']).toEqual({ auth: { password: '‹redacted: 8 characters›', secretName: 's' } });
  });

  it('are found in templates of any kind, and credentials in arguments too', () => {
    const clean = admitObject({
      apiVersion: 'ray.io/v1',
      kind: 'RayCluster',
      metadata: { name: 'r' },
      spec: {
        groups: [
          {
            template: {
              spec: {
                containers: [
                  {
                    env: [{ name: 'PASSWORD', value: 'canary-1' }],
                    args: ['--api-key', 'canary-2', '--port', '80', '--db-password=canary-3'],
                  },
                ],
              },
            },
          },
        ],
      },
    });
    expect(JSON.stringify(clean)).not.toContain('canary');
    const args = listAt(clean, 'spec', 'groups', 0, 'template', 'spec', 'containers', 0, 'args');
    expect(args.slice(2, 4)).toEqual(['--port', '80']);
  });
});

describe('placeholderVerdict', () => {
  it('knows placeholders, encoded twice too', () => {
    expect(placeholderVerdict('k', 'TODO')).toBe('placeholder-word');
    expect(placeholderVerdict('k', base64('changeme'))).toBe('placeholder-word');
    expect(placeholderVerdict('client-secret', 'CLIENT_SECRET')).toBe('same-as-key');
    expect(placeholderVerdict('k', 'xxxxxxxx')).toBe('one-character-repeated');
    expect(placeholderVerdict('k', 'your-client-id-here')).toBe('template');
    expect(placeholderVerdict('k', ' \n')).toBe('empty');
  });

  it('takes real values for real', () => {
    for (const value of [
      '7d0c1a5e-3f0b-4a5e-9d55-000000000001',
      'wJalrXUtnFEMI/K7MDENG',
      'redis:6379',
      'P@ssw0rd!',
      'minio',
    ]) {
      expect(placeholderVerdict('k', value)).toBeUndefined();
    }
  });
});

describe('registryHost', () => {
  it('normalises servers as docker login writes them', () => {
    expect(registryHost('https://index.docker.io/v1/')).toBe('docker.io');
    expect(registryHost('https://user:pw@ghcr.io/acme')).toBe('ghcr.io');
    expect(registryHost('localhost:5000')).toBe('localhost:5000');
    expect(registryHost('not a host')).toBe('');
  });
});

describe('admitObject', () => {
  it('changes nothing the second time, whatever the object', () => {
    const name = fc.constantFrom('DB_PASSWORD', 'TOKEN', 'PORT');
    const object = fc.record({
      apiVersion: fc.constantFrom('v1', 'apps/v1'),
      kind: fc.constantFrom('Pod', 'Secret', 'Deployment', 'Event', 'ConfigMap'),
      metadata: fc.record({
        name: fc.string(),
        annotations: fc.dictionary(
          fc.string(),
          fc.string({ maxLength: 30 }).map((text) => text.repeat(200)),
        ),
        managedFields: fc.array(fc.record({ manager: fc.string(), fieldsV1: fc.jsonValue() })),
      }),
      data: fc.dictionary(fc.string(), fc.string()),
      type: fc.constantFrom('Opaque', 'kubernetes.io/dockerconfigjson'),
      spec: fc.record({
        containers: fc.array(
          fc.record({ env: fc.array(fc.record({ name, value: fc.string() })), args: fc.jsonValue() }),
        ),
      }),
      status: fc.jsonValue(),
      message: fc.jsonValue(),
    });
    fc.assert(
      fc.property(object, (value) => {
        const once = JSON.stringify(admitObject(JSON.parse(JSON.stringify(value))));
        expect(JSON.stringify(admitObject(JSON.parse(once)))).toBe(once);
      }),
    );
  });
});
