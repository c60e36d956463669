/** The command line as its users meet it: exit codes, forms of input, messages of failures, formats. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, extract } from 'tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { reportSchema, type Report } from '../../src/model/report-schema.ts';
import { buildCommand, type Command, type Outcome, type RunOptions } from './command.ts';

const SCENARIOS = path.resolve(import.meta.dirname, '../scenarios');
const AUTH = path.join(SCENARIOS, 'registry-auth-no-pull-secret/capture.tgz');
const HEALTHY = path.join(SCENARIOS, 'healthy-restarted-once/capture.tgz');

let command: Command;
beforeAll(async () => {
  command = await buildCommand();
  mkdirSync(path.join(command.folder, 'capture'));
  await extract({ file: AUTH, cwd: path.join(command.folder, 'capture') });
});
afterAll(() => command.remove());

function run(args: readonly string[], options?: RunOptions): Promise<Outcome> {
  return command.run(args, options);
}

function place(name: string): string {
  return path.join(command.folder, name);
}

function write(name: string, content: string | Buffer): string {
  writeFileSync(place(name), content);
  return name;
}

async function report(args: readonly string[], options?: RunOptions): Promise<Report> {
  const { stdout } = await run([...args, '-o', 'json'], options);
  return reportSchema.parse(JSON.parse(stdout));
}

/** One message of three parts with the code, no stack, nothing on stdout, nothing written. */
function expectProblem(outcome: Outcome, code: string): void {
  expect(outcome.stderr).toMatch(new RegExp(`^${code} `));
  expect(outcome.stderr).toMatch(/^ {2}Tried {4}\S/m);
  expect(outcome.stderr).toMatch(/^ {2}Found {4}\S/m);
  expect(outcome.stderr).toMatch(/^ {2}Do {7}\S/m);
  expect(outcome.stderr).toContain(`inferscope explain ${code}`);
  expect(outcome.stderr).not.toMatch(/^\s+at .*:\d+/m);
  expect(outcome.stdout).toBe('');
  expect(outcome.written).toEqual([]);
  expect(outcome.code).toBe(3);
}

describe('exit codes', () => {
  test('0 where nothing is wrong', async () => {
    const outcome = await run(['--from', HEALTHY]);
    expect(outcome).toMatchObject({ code: 0, stderr: '', written: [] });
    expect(outcome.stdout).toContain('Nothing is wrong');
  });

  test('1 where a cause was found', async () => {
    const outcome = await run(['deploy/pred-maint', '--from', AUTH]);
    expect(outcome).toMatchObject({ code: 1, stderr: '', written: [] });
    expect(outcome.stdout).toContain('IS3101 PullSecretMissing');
  });

  test('2 where no cause could be proven', async () => {
    const pods = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', namespace: 'm', uid: 'u' },
      spec: { containers: [{ name: 'c', image: 'x' }] },
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'c',
            ready: false,
            restartCount: 4,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 17, reason: 'Error' } },
          },
        ],
      },
    };
    const outcome = await run(['po/a', '--from', write('crashing.json', JSON.stringify(pods))]);
    expect(outcome.code).toBe(2);
    expect(outcome.stdout).toContain('UNDECIDED');
  });

  test('3 where Inferscope could not run', async () => {
    expect((await run(['--no-such-flag'])).code).toBe(3);
    expect((await run(['-o', 'yaml', '--from', AUTH])).code).toBe(3);
    expect((await run(['--timeout', 'soon', '--from', AUTH])).code).toBe(3);
  });

  test('0 for help and the version', async () => {
    const help = await run(['--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('Exit codes: 0 healthy');
    const versions = await Promise.all([run(['version']), run(['--version']), run(['-V'])]);
    for (const version of versions)
      expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/\d+\.\d+\.\d+/) as string });
  });
});

describe('forms of input', () => {
  test('a folder and an archive of it are one capture', async () => {
    const outcomes = await Promise.all([
      run(['deploy/pred-maint', '--from', 'capture', '-o', 'short']),
      run(['deploy/pred-maint', '--from', AUTH, '-o', 'short']),
    ]);
    for (const outcome of outcomes) {
      expect(outcome.code).toBe(1);
      expect(outcome.stdout).toContain('IS3101');
    }
  });

  test('files of kubectl get, several and from stdin', async () => {
    const read = (name: string): string => readFileSync(place(`capture/${name}`), 'utf8');
    write('pods.json', read('api/v1/pods.json'));
    write('deployments.json', read('apis/apps/v1/deployments.json'));
    write('replicasets.json', read('apis/apps/v1/replicasets.json'));
    write('events.json', read('api/v1/events.json'));
    const several = await run([
      'deploy/pred-maint',
      '--from',
      'pods.json',
      '--from',
      'deployments.json',
      '--from',
      'replicasets.json',
      '--from',
      'events.json',
      '-o',
      'short',
    ]);
    expect(several).toMatchObject({ code: 1, stderr: '' });
    expect(several.stdout).toContain('IS31');
    const piped = await report(['--from', '-'], { stdin: read('api/v1/pods.json') });
    expect(piped.status).not.toBe('healthy');
  });

  test('nothing wrong in single files is nothing wrong in what was given', async () => {
    const pods = {
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'm' }, status: { phase: 'Succeeded' } },
      ],
    };
    const outcome = await run(['--from', write('one.json', JSON.stringify(pods))]);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toContain('Nothing is wrong in what was given');
    expect((await run(['--from', 'one.json', '-o', 'short'])).stdout).toBe('healthy: what was given\n');
    expect((await run(['--from', 'one.json', '--plain'])).stdout).toContain('nothing is wrong in what was given');
  });

  test('a namespace, all namespaces', async () => {
    expect((await report(['--from', AUTH, '-n', 'pred-maint'])).status).toBe('explained');
    expect((await report(['--from', AUTH, '-A'])).status).toBe('explained');
    expect((await report(['--from', AUTH, '-n', 'kube-system'])).status).toBe('healthy');
  });

  test('every form of an object that kubectl takes gives the same cause', async () => {
    const whole = await report(['--from', AUTH, 'deploy/pred-maint']);
    const victim = whole.diagnoses[0]?.causes[0]?.affects[0]?.name ?? '';
    const set = victim.replace(/-[^-]+$/, '');
    const forms = [
      ['deploy/pred-maint'],
      ['deployments/pred-maint'],
      ['deployment.apps/pred-maint'],
      ['deployment.v1.apps/pred-maint'],
      ['Deployment/pred-maint'],
      ['deploy', 'pred-maint'],
      [`po/${victim}`],
      [`pods/${victim}`],
      [`rs/${set}`],
      ['svc/pred-maint'],
    ];
    const answers = await Promise.all(forms.map((form) => report([...form, '--from', AUTH, '-n', 'pred-maint'])));
    for (const [index, answer] of answers.entries()) {
      expect({ form: forms[index], code: answer.diagnoses[0]?.causes[0]?.code, exit: answer.exitCode }).toEqual({
        form: forms[index],
        code: 'IS3101',
        exit: 1,
      });
    }
    const two = await report(['deploy', 'pred-maint', 'coredns', '--from', AUTH]);
    expect(two.scope.asked).toEqual(['Deployment/pred-maint', 'Deployment/coredns']);
  });
});

describe('words that mean nothing', () => {
  test('an unknown kind is answered with near ones', async () => {
    const outcome = await run(['deploymnet/pred-maint', '--from', AUTH]);
    expectProblem(outcome, 'IS0020');
    expect(outcome.stderr).toContain('deployment');
  });

  test('an unknown name is answered with near ones', async () => {
    const outcome = await run(['deploy/pred-main', '--from', AUTH]);
    expectProblem(outcome, 'IS0021');
    expect(outcome.stderr).toContain('deploy/pred-maint');
  });

  test('a name of several namespaces asks for the namespace', async () => {
    const pod = (namespace: string): unknown => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'same', namespace },
    });
    write('twins.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [pod('one'), pod('two')] }));
    const outcome = await run(['po/same', '--from', 'twins.json']);
    expectProblem(outcome, 'IS0021');
    expect(outcome.stderr).toMatch(/one, two/);
    expect(outcome.stderr).toContain('-n');
  });

  test('the right name in another namespace says where it is', async () => {
    const outcome = await run(['deploy/pred-maint', '--from', AUTH, '-n', 'kube-system']);
    expectProblem(outcome, 'IS0021');
    expect(outcome.stderr).toContain('-n pred-maint');
  });

  test('a namespace that the capture lacks is no healthy result', async () => {
    const outcome = await run(['--from', AUTH, '-n', 'pred-mant']);
    expectProblem(outcome, 'IS0022');
    expect(outcome.stderr).toContain('pred-maint');
  });

  test('an object that was refused when it was applied is no slip of the keyboard', async () => {
    cpSync(place('capture'), place('refused'), { recursive: true });
    write(
      'refused/apply.txt',
      '$ kubectl apply -f isvc.yaml\nError from server (BadRequest): error when creating "isvc.yaml": admission webhook "validator.kserve" denied the request: MinReplicas cannot be greater than MaxReplicas\n',
    );
    const outcome = await run(['isvc/ranking', '--from', 'refused', '-n', 'pred-maint']);
    expect(outcome).toMatchObject({ code: 1, stderr: '' });
    expect(outcome.stdout).toContain('MinReplicas cannot be greater than MaxReplicas');
    expectProblem(await run(['isvc/ranking', '--from', 'capture', '-n', 'pred-maint']), 'IS0021');
    expectProblem(await run(['isvc/ranking', '--from', 'refused', '-n', 'no-such-namespace']), 'IS0021');
    expectProblem(await run(['deploy/pred-main', '--from', 'refused']), 'IS0021');
  });

  test('a bare word', async () => {
    expectProblem(await run(['pred-maint', '--from', AUTH]), 'IS0023');
  });
});

describe('input that is no capture', () => {
  const CASES: readonly (readonly [string, string, string | Buffer])[] = [
    ['truncated JSON', 'IS0003', '{"apiVersion":"v1","kind":"Pod","metadata":{"name":'],
    ['foreign JSON', 'IS0002', '{"a":1}'],
    ['a Compose file', 'IS0002', 'services:\n  web:\n    image: nginx\n    ports:\n      - "80:80"\n'],
    ['a binary file', 'IS000[23]', Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 37) % 256))],
    ['an empty file', 'IS000[23]', ''],
    ['text', 'IS000[23]', 'Dear reader,\nthis is a letter: nothing else.\n'],
    ['half an archive', 'IS0003', readFileSync(AUTH).subarray(0, 20_000)],
  ];

  test.each(CASES)('%s', async (name, code, content) => {
    const file = write(`input-${name.replaceAll(' ', '-')}`, content);
    const outcome = await run(['--from', file]);
    expectProblem(outcome, /^IS\d{4}/.exec(outcome.stderr)?.[0] ?? '');
    expect(outcome.stderr).toMatch(new RegExp(`^${code} `));
    expect(outcome.stderr).toContain(file);
  });

  test.each(CASES)('%s on stdin', async (_, code, content) => {
    const outcome = await run(['--from', '-'], { stdin: content.toString('latin1') });
    expect(outcome.stderr).toMatch(/^IS000[23] /);
    expect(outcome.code).toBe(3);
    expect(code).toMatch(/^IS/);
  });

  test('a folder that is no capture, and an empty one', async () => {
    mkdirSync(place('folder'));
    write('folder/readme.txt', 'nothing here');
    expectProblem(await run(['--from', 'folder']), 'IS0002');
    mkdirSync(place('empty-folder'));
    expectProblem(await run(['--from', 'empty-folder']), 'IS0002');
  });

  test('a path that does not exist', async () => {
    expectProblem(await run(['--from', 'no/such/file.tgz']), 'IS0001');
  });

  test('a member that leads out of the archive', async () => {
    mkdirSync(place('evil/deep'), { recursive: true });
    write('evil/outside.json', '{}');
    await create({ file: place('traversal.tgz'), gzip: true, cwd: place('evil/deep'), preservePaths: true }, [
      '../outside.json',
    ]);
    expectProblem(await run(['--from', 'traversal.tgz']), 'IS0004');
  });

  test('links in an archive lead nowhere', async () => {
    mkdirSync(place('linked/api/v1'), { recursive: true });
    symlinkSync('/etc/passwd', place('linked/api/v1/pods.json'));
    await create({ file: place('links.tgz'), gzip: true, cwd: place('linked') }, ['api']);
    const outcome = await run(['--from', 'links.tgz']);
    expect(outcome.code).toBe(3);
    expect(`${outcome.stdout}${outcome.stderr}`).not.toContain('root:');
    expect(outcome.stderr).toMatch(/^IS000[24] /);
  });

  test('a bomb and a file that is far too large are refused at once', async () => {
    write('bomb.tgz', gzipSync(Buffer.alloc(300 * 1024 * 1024)));
    const bomb = await run(['--from', 'bomb.tgz']);
    expect(bomb.code).toBe(3);
    expect(bomb.stderr).toMatch(/^IS000[2345] /);
    write('huge.json', '');
    truncateSync(place('huge.json'), 5 * 1024 ** 3);
    expectProblem(await run(['--from', 'huge.json']), 'IS0005');
    truncateSync(place('huge.json'), 0);
  }, 30_000);

  test('--debug adds the stack', async () => {
    const outcome = await run(['--from', 'missing', '--debug']);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toMatch(/^\s+at .*:\d+/m);
  });
});

describe('formats', () => {
  test('json is what the schema says', async () => {
    const [one, all, healthy] = await Promise.all([
      report(['deploy/pred-maint', '--from', AUTH]),
      report(['--from', AUTH]),
      report(['--from', HEALTHY]),
    ]);
    expect(one.exitCode).toBe(1);
    expect(all.diagnoses.length).toBeGreaterThan(0);
    expect(healthy.diagnoses).toEqual([]);
  });

  test('short is a line or two a diagnosis', async () => {
    const { stdout } = await run(['deploy/pred-maint', '--from', AUTH, '-o', 'short']);
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    expect(stdout).toMatch(/^pred-maint\/deployment\/pred-maint {2}IS3101 /);
  });

  test('plain has no colour and no figures, and says the exit code', async () => {
    const { stdout } = await run(['deploy/pred-maint', '--from', AUTH, '--plain'], { env: { FORCE_COLOR: '1' } });
    expect(stdout).not.toMatch(/[\u001b\u2500-\u257f\u2460-\u2473]/);
    expect(stdout).toMatch(/^Cause: IS3101 PullSecretMissing/m);
    expect(stdout).toContain('Exit code: 1');
  });

  test('--ascii draws with ASCII only', async () => {
    for (const scenario of [
      'registry-auth-no-pull-secret',
      'secret-keys-missing',
      'progress-deadline-exceeded',
      'healthy-restarted-once',
    ]) {
      const { stdout } = await run(['--from', path.join(SCENARIOS, scenario, 'capture.tgz'), '--ascii']);
      // What the cluster wrote is quoted as it is.
      const drawn = stdout.split('\n').filter((line) => !/^\s*(?:>|\||\d)/.test(line));
      expect(drawn.filter((line) => /[^\u0020-\u007e]/.test(line))).toEqual([]);
    }
  });

  test('colour only on a terminal, unless it is forced; NO_COLOR wins', async () => {
    const escape = '\u001b[';
    expect((await run(['--from', AUTH])).stdout).not.toContain(escape);
    expect((await run(['--from', AUTH], { env: { FORCE_COLOR: '1' } })).stdout).toContain(escape);
    expect((await run(['--from', AUTH], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain(escape);
    expect((await run(['--from', AUTH], { env: { FORCE_COLOR: '0' } })).stdout).not.toContain(escape);
  });

  test('no line is wider than the terminal', async () => {
    for (const columns of ['60', '90', '200']) {
      const { stdout } = await run(['--from', AUTH, '--ascii'], { env: { COLUMNS: columns } });
      // A command is printed as it is to be pasted, and a long name is not torn apart.
      const breakable = stdout.split('\n').filter((line) => !/kubectl|inferscope \S|\S{30}/.test(line));
      expect(Math.max(...breakable.map((line) => line.length))).toBeLessThanOrEqual(Math.min(100, Number(columns)));
    }
  });

  test('a reader that closes the pipe early is no failure', async () => {
    for (const args of [
      ['--from', AUTH],
      ['--from', AUTH, '-o', 'json'],
      ['rules', '-o', 'json'],
    ]) {
      const outcome = await run(args, { closeEarly: true });
      expect(outcome.stderr).toBe('');
    }
  });

  test('nothing reaches stderr where it is no terminal', async () => {
    for (const args of [['--from', AUTH], ['rules'], ['explain', 'IS3101'], ['version']])
      expect((await run(args)).stderr).toBe('');
  });
});

describe('explain and rules', () => {
  test('a code, a name, an alias and a sentence lead to the page', async () => {
    for (const words of [['IS3101'], ['is3101'], ['PullSecretMissing'], ['pull-secret-missing']]) {
      const outcome = await run(['explain', ...words]);
      expect(outcome).toMatchObject({ code: 0, stderr: '' });
      expect(outcome.stdout).toContain('PullSecretMissing');
    }
    const page = z.object({ code: z.literal('IS3101'), name: z.string(), markdown: z.string().min(100) });
    page.parse(JSON.parse((await run(['explain', 'IS3101', '-o', 'json'])).stdout));
  });

  test('what several pages tell is a list of them', async () => {
    const outcome = await run(['explain', 'ImagePullBackOff']);
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toMatch(/IS3\d{3}/);
  });

  test('every code of a failure of the tool has a page', async () => {
    for (const code of ['IS0001', 'IS0011', 'IS0022', 'IS0099']) expect((await run(['explain', code])).code).toBe(0);
  });

  test('words that no page knows', async () => {
    expectProblem(await run(['explain', 'quite', 'unheard', 'of']), 'IS0025');
    const near = await run(['explain', 'PullSecretMising']);
    expectProblem(near, 'IS0025');
    expect(near.stderr).toContain('PullSecretMissing');
  });

  test('rules as text and as data', async () => {
    const text = await run(['rules']);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    const data = await run(['rules', '-o', 'json']);
    const list = z
      .array(
        z.object({
          code: z.string().regex(/^IS\d{4}$/),
          name: z.string(),
          stage: z.string(),
          role: z.enum(['cause', 'symptom']),
          title: z.string(),
        }),
      )
      .parse(JSON.parse(data.stdout));
    expect(list.length).toBeGreaterThan(20);
    expect(text.stdout).toContain(`${list.length} rules`);
  });
});

describe('completion', () => {
  test.each(['bash', 'zsh', 'fish'])('the script for %s is valid', async (shell) => {
    const { stdout, code } = await run(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toContain('__complete');
    const check = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' });
    if (check.error === undefined)
      expect({ status: check.status, stderr: check.stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('bash completes with it', async () => {
    const { stdout } = await run(['completion', 'bash']);
    write('completion.sh', stdout);
    const script = `source completion.sh; inferscope() { printf '%s\\n' diagnose deploy/ ; }; COMP_WORDS=(inferscope d); COMP_CWORD=1; _inferscope; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['-c', script], { cwd: command.folder, encoding: 'utf8' })).toBe('diagnose\ndeploy/\n');
  });

  test('candidates', async () => {
    const first = await run(['__complete', '--', 'ex']);
    expect(first.stdout).toBe('explain\n');
    expect((await run(['__complete', '--', 'deplo'])).stdout).toBe('deploy/\n');
    expect((await run(['__complete', '--', 'explain', 'IS310'])).stdout).toMatch(/^IS3101$/m);
    expect((await run(['__complete', '--', '--from', 'x', '-o', ''])).stdout).toBe('text\njson\nshort\n');
  });

  test('an unknown shell', async () => {
    expectProblem(await run(['completion', 'tcsh']), 'IS0024');
  });

  test("kubectl's protocol: candidates, then the directive", async () => {
    const { stdout, code, stderr } = await command.complete(['deplo']);
    expect({ stdout, code, stderr }).toEqual({ stdout: 'deploy/\n:2\n', code: 0, stderr: '' });
    expect((await command.complete(['ver'])).stdout).toBe('version\n:0\n');
    expect((await command.complete(['no-such-thing'])).stdout).toBe(':0\n');
  });
});

test('a capture that was copied reads the same', async () => {
  cpSync(place('capture'), place('copy'), { recursive: true });
  expect((await run(['--from', 'copy', '-o', 'short'])).stdout).toContain('IS3101');
});
