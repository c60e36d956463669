import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { InferscopeProblem } from '../collect/problem.ts';
import { selfSigned } from '../testing/certificate.ts';
import { testFolder, type TestFolder } from '../testing/kubeconfig.ts';
import { intentEvidence, readIntent, type IntentFlags } from './preflight-intent.ts';

const folders: TestFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function file(name: string, text: string): string {
  const folder = testFolder();
  folders.push(folder);
  return folder.write(name, text);
}

function problem(flags: IntentFlags): InferscopeProblem {
  try {
    readIntent(flags);
  } catch (error) {
    if (error instanceof InferscopeProblem) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const settings = (flags: IntentFlags): Record<string, string> => Object.fromEntries(readIntent(flags).settings);

describe('settings', () => {
  test('as the Azure CLI takes them; the value may hold an equals sign', () => {
    expect(settings({ config: ['enableInference=True', ' nodeSelector.pool = a=b '] })).toEqual({
      enableInference: 'True',
      'nodeSelector.pool': 'a=b',
    });
  });

  test('of a YAML file, nested or flat; what is typed counts more', () => {
    const path = file('settings.yaml', 'enableInference: true\nnodeSelector:\n  pool: ml\nsslCname: old.example.com\n');
    expect(settings({ configFile: [path], config: ['sslCname=new.example.com'] })).toEqual({
      enableInference: 'true',
      'nodeSelector.pool': 'ml',
      sslCname: 'new.example.com',
    });
  });

  test('of az k8s-extension show, with the name of the extension and the names of protected settings', () => {
    const path = file(
      'show.json',
      JSON.stringify({
        name: 'mlext',
        extensionType: 'microsoft.azureml.kubernetes',
        configurationSettings: { enableTraining: 'True', location: 'westeurope' },
        configurationProtectedSettings: { relayServerConnectionString: '' },
      }),
    );
    expect(readIntent({ configFile: [path] })).toMatchObject({
      extensionName: 'mlext',
      region: 'westeurope',
      protectedSettings: ['relayServerConnectionString'],
    });
  });

  test('of a template of Azure Resource Manager, with a byte order mark and Windows line ends', () => {
    const path = file(
      'template.json',
      `\uFEFF${JSON.stringify({ resources: [{ properties: { configurationSettings: { enableTraining: 'True' } } }] }, null, 2).replaceAll('\n', '\r\n')}`,
    );
    expect(settings({ configFile: [path] })).toEqual({ enableTraining: 'True' });
  });

  test('of a template: an expression is not its value, and what is typed takes its place', () => {
    const configurationSettings = {
      enableTraining: "[parameters('training')]",
      location: "[parameters('region')]",
      volumePluginDir: '[[plugins]',
    };
    const path = file('template.json', JSON.stringify({ resources: [{ properties: { configurationSettings } }] }));
    expect(problem({ configFile: [path] }).found).toContain('the value of enableTraining is an expression');
    const intent = readIntent({ configFile: [path], config: ['enableTraining=True'] });
    expect(intent).toMatchObject({ isTemplate: true });
    expect(intent.region).toBeUndefined();
    expect(intent.settings.get('enableTraining')).toBe('True');
    const variables = file(
      'variables.json',
      JSON.stringify({ resources: [{ properties: { configurationSettings: "[variables('settings')]" } }] }),
    );
    expect(problem({ configFile: [variables] }).found).toContain('a template whose settings are expressions');
  });

  test.each<[string, IntentFlags, RegExp]>([
    ['no equals sign', { config: ['enableInference'] }, /not of the form name=value/],
    ['twice', { config: ['a=1', 'a=2'] }, /a is given twice/],
    ['no such profile', { profile: ['azure'] }, /no profile "azure"/],
    ['no such file', { configFile: ['/nowhere/settings.yaml'] }, /cannot be read: ENOENT/],
    ['no region', { region: '../x' }, /no name of an Azure region/],
    ['no host', { host: ['https://a/b?c'] }, /no name of a host/],
    ['a port that is none', { host: ['acme.azurecr.io:99999'] }, /no name of a host/],
  ])('refused: %s', (_, flags, words) => {
    expect(problem(flags).found).toMatch(words);
  });

  test('a file of a list, and of lists in it', () => {
    expect(problem({ configFile: [file('a.yaml', '- a\n- b\n')] }).found).toContain('holds no names with values');
    expect(problem({ configFile: [file('a.yaml', 'a: [1, 2]\n')] }).found).toContain('is no setting');
  });
});

describe('profiles, region and hosts', () => {
  test('with commas or repeated; auto and nothing pick what applies', () => {
    expect(readIntent({ profile: ['kserve, AzureML', 'kubernetes'] }).profiles).toEqual([
      'azureml',
      'kserve',
      'kubernetes',
    ]);
    expect(readIntent({ profile: ['auto'] }).profiles).toEqual([]);
    expect(readIntent({})).toMatchObject({ profiles: [], phase: 'pre-install' });
  });

  test('a region as the portal writes it; hosts with a port or as an address', () => {
    expect(readIntent({ region: 'West Europe' }).region).toBe('westeurope');
    expect(
      readIntent({ host: ['Acme.azurecr.io', 'https://a.b:8443/'] }).hosts.map(({ host, port }) => [host, port]),
    ).toEqual([
      ['acme.azurecr.io', 443],
      ['a.b', 8443],
    ]);
  });
});

describe('nothing secret goes on', () => {
  const SECRET = 'Endpoint=sb://x;SharedAccessKey=c2VjcmV0c2VjcmV0c2VjcmV0';
  const told = (flags: IntentFlags): string => JSON.stringify(intentEvidence(readIntent(flags)));

  test('values of protected settings, wherever they are given', () => {
    for (const flags of [
      { configProtected: [`relayServerConnectionString=${SECRET}`] },
      { config: [`relayServerConnectionString=${SECRET}`] },
      { config: [`my.clientSecret=${SECRET}`] },
      {
        configFile: [
          file('a.json', JSON.stringify({ configurationProtectedSettings: { relayServerConnectionString: SECRET } })),
        ],
      },
    ]) {
      expect(told(flags)).not.toContain('c2VjcmV0');
    }
    expect(told({ config: ['sslSecret=scoring-tls'] })).toContain('scoring-tls');
  });

  test('certificate and key: facts only', () => {
    const { certificate, key } = selfSigned({
      names: ['scoring.example.com'],
      notBefore: new Date('2021-01-01T00:00:00Z'),
      notAfter: new Date('2031-01-01T00:00:00Z'),
    });
    const flags = {
      configProtected: [`sslCertPemFile=${file('cert.pem', certificate)}`, `sslKeyPemFile=${file('key.pem', key)}`],
    };
    const { files } = readIntent(flags);
    expect(files['sslCertPemFile']?.certificates[0]?.names).toEqual(['scoring.example.com']);
    expect(files['sslKeyPemFile']?.keys[0]?.publicKey).toBe(files['sslCertPemFile']?.certificates[0]?.publicKey);
    expect(told(flags)).not.toContain(key.split('\n')[1]);
    expect(told(flags)).not.toContain('key.pem');
  });

  test('a key pasted instead of its path is not repeated', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const found = problem({ configProtected: [`sslKeyPemFile=${pem}`] });
    expect(`${found.message} ${found.todo.join(' ')}`).not.toContain(pem.split('\n')[1]);
    expect(problem({ configProtected: [SECRET.replace('=', ':')] }).found).not.toContain('c2Vj');
  });
});

test('any word is taken or refused with a problem of its own', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 40 }), { maxLength: 4 }), (words) => {
      for (const flags of [{ config: words }, { profile: words }, { host: words }, { region: words[0] ?? '' }]) {
        try {
          readIntent(flags);
        } catch (error) {
          expect(error).toBeInstanceOf(InferscopeProblem);
        }
      }
    }),
  );
});
