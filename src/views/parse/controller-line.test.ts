import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loggedError } from './controller-line.ts';

describe('the error in a line of a controller', () => {
  test('the error beside the message, and not `Reconciler error`', () => {
    expect(loggedError('{"level":"error","msg":"Reconciler error","name":"x","error":"no router"}')).toEqual({
      text: 'no router',
      panic: false,
      passing: false,
    });
    expect(
      loggedError('2026-03-01T11:00:00Z\tERROR\tReconciler error\t{"name": "x", "error": "no router"}')?.text,
    ).toBe('no router');
  });

  test('a panic, also where the stack trace was cut off', () => {
    expect(loggedError('{"level":"error","msg":"Observed a panic","panic":"nil pointer"}')).toMatchObject({
      text: 'panic: nil pointer',
      panic: true,
    });
    const cut = `{"level":"error","msg":"x","error":"panic: nil [recovered]","stacktrace":"${'a'.repeat(20_000)}`;
    expect(loggedError(cut)).toMatchObject({ text: 'panic: nil [recovered]', panic: true });
  });

  test('what passes by itself is told apart, and what is no error is none', () => {
    expect(
      loggedError('{"level":"error","error":"Operation cannot be fulfilled on x: the object has been modified"}'),
    ).toMatchObject({
      passing: true,
    });
    expect(loggedError('{"level":"info","msg":"error budget fine"}')).toBeUndefined();
    expect(loggedError('plain text about an error')).toBeUndefined();
  });

  test('any text is taken', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (line) => {
        expect(() => loggedError(line)).not.toThrow();
      }),
    );
  });
});
