import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awaitedHosts, onlyWaits } from './wait-command.ts';

function shell(script: string): unknown {
  return { command: ['sh', '-c'], args: [script] };
}

describe('waiting commands', () => {
  test.each([
    [
      'until nslookup store.ml.svc.cluster.local; do echo waiting; sleep 2; done',
      [{ host: 'store.ml.svc.cluster.local' }],
    ],
    ['until nc -z -w 2 postgres 5432; do sleep 1; done', [{ host: 'postgres', port: '5432' }]],
    ['while ! pg_isready -h db -p 5433 -q; do sleep 1; done', [{ host: 'db', port: '5433' }]],
    ['until curl -fs http://mlflow:5000/health; do sleep 5; done', [{ host: 'mlflow', port: '5000' }]],
    ['while ! (echo > /dev/tcp/redis/6379); do sleep 1; done', [{ host: 'redis', port: '6379' }]],
    ['until wget -q -O /dev/null http://store/ready; do sleep 1; done', [{ host: 'store' }]],
    ['/wait-for-it.sh -t 0 kafka:9092 -- echo up', [{ host: 'kafka', port: '9092' }]],
    ['dockerize -wait tcp://mysql:3306', [{ host: 'mysql', port: '3306' }]],
    [
      'until nc -z a 1 && nc -z b 2; do sleep 1; done',
      [
        { host: 'a', port: '1' },
        { host: 'b', port: '2' },
      ],
    ],
  ])('%s', (script, hosts) => {
    expect(onlyWaits(shell(script))).toBe(true);
    expect(awaitedHosts(shell(script))).toEqual(hosts);
  });

  test.each([
    'curl -fsSL -o /models/m.bin http://artifacts/m.bin',
    'until curl -fs -o /models/m.bin http://artifacts/m.bin; do sleep 5; done',
    'until wget -O /models/m.bin http://artifacts/m.bin; do sleep 5; done',
    'python download.py && sleep 5',
    'while read line; do gsutil cp $line /models; done < list',
  ])('does something else: %s', (script) => {
    expect(onlyWaits(shell(script))).toBe(false);
  });

  test('hosts in variables are not made up', () => {
    expect(awaitedHosts(shell('until nc -z $DB_HOST $DB_PORT; do sleep 1; done'))).toEqual([]);
  });

  test('no text makes it throw or hang', () => {
    assert(
      property(string({ maxLength: 3000 }), (text) => {
        onlyWaits(shell(text));
        expect(awaitedHosts(shell(text)).every(({ host }) => host.length <= 253)).toBe(true);
      }),
    );
    const hostile = 'until do '.repeat(900);
    expect(onlyWaits(shell(hostile))).toBe(false);
  });
});
