/** Panics of Rust programs: both forms of the message, and threads that the process survives. */
import { describe, expect, it } from 'vitest';
import { lastTraceback, parseTracebacks } from './traceback.ts';

describe('a panic of Rust', () => {
  it('has its message below its place', () => {
    const text =
      "INFO loading\nthread 'main' panicked at src/model.rs:21:46:\ncalled `Result::unwrap()` on an `Err` value: NotFound\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
    expect(lastTraceback(text)).toMatchObject({
      language: 'rust',
      exception: 'panic',
      message: 'called `Result::unwrap()` on an `Err` value: NotFound',
      userFrame: { file: 'src/model.rs', line: 21 },
      fromLine: 2,
      toLine: 3,
      messageLine: 3,
    });
  });

  it('had it in quotes before 1.73', () => {
    expect(lastTraceback("thread 'main' panicked at 'no model', src/main.rs:4:5")).toMatchObject({
      message: 'no model',
      userFrame: { file: 'src/main.rs', line: 4 },
    });
  });

  it('is survived where another thread panics', () => {
    const text = "thread 'tokio-runtime-worker' (17) panicked at src/batch.rs:9:1:\nboom\n";
    expect(parseTracebacks(text)).toHaveLength(1);
    expect(lastTraceback(text)).toBeUndefined();
  });

  it('is not in the code of a crate or of the standard library', () => {
    const [panic] = parseTracebacks(
      "thread 'main' panicked at /usr/local/cargo/registry/src/index.crates.io-6f17/ort-2.0/src/lib.rs:9:1:\nno such file\n",
    );
    expect(panic?.userFrame).toBeUndefined();
  });
});
