import { describe, expect, it } from 'vitest';
import { lastTraceback, parseTracebacks } from './traceback.ts';

const IMPORT_TIME = `Traceback (most recent call last):
  File "/app/main.py", line 86, in <module>
    uvicorn.run("main:app", host="0.0.0.0", port=8000)
  File "/home/appuser/.local/lib/python3.11/site-packages/uvicorn/importer.py", line 19, in import_from_string
    module = importlib.import_module(module_str)
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "<frozen importlib._bootstrap>", line 1206, in _gcd_import
  File "<frozen importlib._bootstrap>", line 1178, in _find_and_load
  File "/app/main.py", line 20, in <module>
    REQUEST_COUNT = Counter("inference_requests_total", "Total number of inference requests", ["endpoint", "status"])
                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/home/appuser/.local/lib/python3.11/site-packages/prometheus_client/registry.py", line 40, in register
    raise ValueError(
ValueError: Duplicated timeseries in CollectorRegistry: {'inference_requests', 'inference_requests_total'}
`;

const TASK = `2026-11-21 05:03:06,824 ERROR asyncio Task exception was never retrieved
future: <Task finished name='Task-3' coro=<periodic_drift_check() done, defined at /app/drift_service.py:51> exception=NameError("name 'asyncio' is not defined")>
`;

const TASK_TRACE = `Traceback (most recent call last):
  File "/app/drift_service.py", line 53, in periodic_drift_check
    await asyncio.sleep(INTERVAL)
          ^^^^^^^
NameError: name 'asyncio' is not defined
INFO:     Application startup complete.
`;

const LIFESPAN = `INFO:     Waiting for application startup.
2026-11-21 05:14:26,297 INFO [serving] connecting to feature store feast-redis.feature-store.svc.cluster.local:6379
ERROR:    Traceback (most recent call last):
  File "/usr/local/lib/python3.11/dist-packages/starlette/routing.py", line 661, in lifespan
    async with self.lifespan_context(app) as maybe_state:
  File "/app/serve.py", line 44, in connect_feature_store
    with socket.create_connection((host, int(port)), timeout=5):
         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/socket.py", line 962, in getaddrinfo
    for res in _socket.getaddrinfo(host, port, family, type, proto, flags):
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
socket.gaierror: [Errno -2] Name or service not known

ERROR:    Application startup failed. Exiting.
`;

const PICKLE = `2026-11-21 04:58:49,455 INFO loading /app/model.pkl
Traceback (most recent call last):
  File "/app/main.py", line 12, in <module>
    model = pickle.load(f)
            ^^^^^^^^^^^^^^
  File "sklearn/tree/_tree.pyx", line 836, in sklearn.tree._tree.Tree.__setstate__
ValueError: node array from the pickle has an incompatible dtype:
- expected: {'names': ['left_child', 'right_child']}
- got     : [('left_child', '<i8'), ('right_child', '<i8')]`;

describe('Python tracebacks', () => {
  it('finds the user’s line in an import-time failure between library frames', () => {
    const [traceback] = parseTracebacks(IMPORT_TIME);
    expect(traceback).toMatchObject({
      language: 'python',
      exception: 'ValueError',
      message: "Duplicated timeseries in CollectorRegistry: {'inference_requests', 'inference_requests_total'}",
      userFrame: { file: '/app/main.py', line: 20, function: '<module>' },
      fromLine: 1,
      toLine: 14,
      messageLine: 14,
      background: false,
      handled: false,
    });
    expect(traceback?.frames.map(({ line }) => line)).toEqual([86, 19, 1206, 1178, 20, 40]);
    expect(traceback?.frames[2]?.code).toBeUndefined();
    expect(lastTraceback(IMPORT_TIME)).toEqual(traceback);
  });

  it('tells a lost task once, as background', () => {
    expect(parseTracebacks(TASK + TASK_TRACE)).toMatchObject([
      { exception: 'NameError', background: true, fromLine: 3, toLine: 7, userFrame: { line: 53 } },
    ]);
    expect(lastTraceback(TASK + TASK_TRACE)).toBeUndefined();
    expect(parseTracebacks(TASK)).toMatchObject([
      {
        exception: 'NameError',
        message: "name 'asyncio' is not defined",
        frames: [{ file: '/app/drift_service.py', line: 51, function: 'periodic_drift_check' }],
        background: true,
        messageLine: 2,
      },
    ]);
  });

  it('takes a traceback whose header alone has a level, and ends at the empty line', () => {
    expect(lastTraceback(LIFESPAN)).toMatchObject({
      exception: 'socket.gaierror',
      message: '[Errno -2] Name or service not known',
      userFrame: {
        file: '/app/serve.py',
        line: 44,
        code: 'with socket.create_connection((host, int(port)), timeout=5):',
      },
      fromLine: 3,
      toLine: 12,
    });
  });

  it('keeps a message of several lines, and does not take compiled library code for the user’s', () => {
    expect(lastTraceback(PICKLE)).toMatchObject({
      message: expect.stringMatching(/dtype:\n- expected: .*\n- got {5}: /),
      userFrame: { file: '/app/main.py', line: 12 },
      messageLine: 7,
      toLine: 9,
    });
  });

  it('reads the same under CRLF', () => {
    expect(parseTracebacks(PICKLE.replaceAll('\n', '\r\n'))).toEqual(parseTracebacks(PICKLE));
  });
});
