import { describe, expect, test } from 'vitest';
import { loadProgress } from './load-progress.ts';

describe('loadProgress', () => {
  test('a count of seconds', () => {
    expect(loadProgress(['start', 'INFO loading shards, 105 s left', ''])).toEqual({
      line: 2,
      text: 'INFO loading shards, 105 s left',
      secondsLeft: 105,
    });
  });

  test('a progress bar that overwrites itself', () => {
    const line =
      'Loading checkpoint shards:   0%|     | 0/3 [00:00<?, ?it/s]\rLoading checkpoint shards:  33%|███  | 1/3 [00:20<01:41, 20.6s/it]';
    expect(loadProgress([line])?.secondsLeft).toBe(101);
  });

  test('words without a time', () => {
    expect(loadProgress(['INFO:     Waiting for application startup.'])).toEqual({
      line: 1,
      text: 'INFO:     Waiting for application startup.',
    });
  });

  test('init() of a scoring script under way, under a logger whose name holds error', () => {
    const lines = [
      "2026-11-21 16:40:55,675 I [6] azmlinfsrv.user_script - Invoking user's init function",
      '2026-11-21 16:41:16,759 I [1] gunicorn.error - Handling signal: term',
    ];
    expect(loadProgress(lines)?.line).toBe(1);
    expect(
      loadProgress([...lines.slice(0, 1), "azmlinfsrv.user_script - Users's init has completed successfully"]),
    ).toBeUndefined();
    expect(loadProgress(['loading weights', 'loaded shard 4 of 14'])?.line).toBe(2);
  });

  test('what is over is no progress', () => {
    expect(
      loadProgress(['loading model from /models', 'model loaded', 'Uvicorn running on http://0.0.0.0:80']),
    ).toBeUndefined();
    expect(loadProgress(['loading model from /models', 'ValueError: bad file, error while loading'])).toBeUndefined();
    expect(loadProgress([])).toBeUndefined();
  });
});
