/**
 * Signals of memory, threads and killed workers. Data only. Texts: CPython, the JVM, V8 `api.cc`, the Go runtime,
 * libstdc++, gunicorn `arbiter.py`, uvicorn `supervisors/multiprocess.py`, PyTorch `signal_handling.py`, Ray.
 */
import type { Signal } from '../signal.ts';

export const memorySignals: readonly Signal[] = [
  {
    id: 'out-of-memory',
    component: 'linux',
    literals: [
      'memoryerror',
      'outofmemoryerror',
      'out of memory',
      'bad_alloc',
      'cannot allocate memory',
      'unable to allocate',
    ],
    regex:
      /(?:^|[\s.])MemoryError\b|_ArrayMemoryError|\bUnable to allocate (?<size>[\d.]+ \w+)|java\.lang\.OutOfMemoryError|runtime: out of memory|heap out of memory|\bbad_alloc\b|Cannot allocate memory|\bOut of memory: Kill/i,
    sample: 'numpy._core._exceptions._ArrayMemoryError: Unable to allocate 1.5 GiB for an array',
    meaning: 'the program asked for more memory than it may have',
    fix: 'Raise the memory limit of the container, or load less at once.',
    severity: 'fatal',
  },
  {
    id: 'java-heap-exhausted',
    component: 'java',
    literals: ['outofmemoryerror'],
    regex:
      /java\.lang\.OutOfMemoryError: (?<pool>Java heap space|GC overhead limit exceeded|Metaspace|Direct buffer memory)/,
    sample: 'Terminating due to java.lang.OutOfMemoryError: Java heap space',
    meaning: 'the Java virtual machine reached its own limit, below the memory limit of the container',
    fix: 'Give the JVM a larger share of the memory limit (-XX:MaxRAMPercentage, -Xmx), or load less at once.',
    severity: 'fatal',
  },
  {
    id: 'process-killed',
    component: 'shell',
    literals: ['killed'],
    regex: /^(?:\S{1,120}: (?:line )?(?:\d{1,6}: )?)?(?:\s{0,4}\d{1,7} )?Killed\b/,
    sample: 'Killed',
    meaning: 'a shell reports that its program got SIGKILL, which the kernel sends when memory runs out',
    fix: 'Raise the memory limit of the container, or load less at once.',
    severity: 'failing',
  },
  {
    id: 'worker-killed',
    component: 'gunicorn',
    literals: [
      'was sent sigkill',
      'child process [',
      'is killed by signal: killed',
      'worker died',
      'process pool was terminated',
      'workers (tasks / actors) killed',
      'exited on signal 9',
    ],
    regex:
      /Worker \(pid:(?<pid>\d+)\) was sent SIGKILL!|Child process \[\d+\] died|DataLoader worker \(pid(?:\(s\))? [^)]{1,60}\) (?:is killed by signal: Killed|exited unexpectedly)|\bworker died\b|A process in the process pool was terminated abruptly|Workers \(tasks \/ actors\) killed due to memory pressure|worker process \d{1,10} exited on signal 9\b/i,
    sample: '[ERROR] Worker (pid:20) was sent SIGKILL! Perhaps out of memory?',
    meaning:
      'a worker process was killed or crashed, most often for memory, while its parent lives on and starts another',
    fix: 'Raise the memory limit or run fewer workers, each of which loads a copy of the model.',
    severity: 'failing',
  },
  {
    id: 'worker-timeout',
    component: 'gunicorn',
    literals: ['worker timeout'],
    regex: /WORKER TIMEOUT \(pid:(?<pid>\d+)\)/,
    sample: '[2026-01-01 00:00:00 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:20)',
    meaning:
      'a worker did not answer its parent within --timeout (30 s by default), as when loading a model takes longer',
    fix: 'Raise --timeout, or load the model before the workers are forked (--preload).',
    severity: 'failing',
  },
  {
    id: 'worker-crashed',
    component: 'gunicorn',
    literals: ['was sent sig'],
    regex: /Worker \(pid:(?<pid>\d+)\) was sent (?<signal>SIG(?:SEGV|ILL|ABRT|BUS|FPE))!/,
    sample: '[WARNING] Worker (pid:20) was sent SIGSEGV!',
    meaning: 'a worker crashed in native code',
    fix: 'Check that the compiled packages fit the processor, the driver and each other.',
    severity: 'failing',
  },
  {
    id: 'thread-limit',
    component: 'linux',
    literals: [
      "can't start new thread",
      'pthread_create failed',
      'unable to create native thread',
      'resource temporarily unavailable',
    ],
    regex:
      /can't start new thread|pthread_create failed|unable to create (?:new )?native thread|fork: (?:retry: )?Resource temporarily unavailable/,
    sample: "RuntimeError: can't start new thread",
    meaning: 'the process limit of the container is reached, often by one thread per processor of the node',
    fix: 'Set OMP_NUM_THREADS and OPENBLAS_NUM_THREADS to the CPU limit of the container.',
    severity: 'fatal',
  },
  {
    id: 'file-descriptor-limit',
    component: 'linux',
    literals: ['too many open files'],
    regex: /too many open files/i,
    sample: 'OSError: [Errno 24] Too many open files',
    meaning: 'the process holds as many open files and connections as it may',
    fix: 'Close connections after use, or raise the limit of open files.',
    severity: 'failing',
  },
  {
    id: 'native-crash',
    component: 'python',
    literals: ['fatal python error', 'segmentation fault', 'sigsegv'],
    regex: /Fatal Python error: (?<kind>Segmentation fault|Aborted|Bus error)|\bSegmentation fault\b|\bSIGSEGV\b/,
    sample: 'Fatal Python error: Segmentation fault',
    meaning: 'native code crashed the process',
    fix: 'Check that the compiled packages fit the processor, the driver and each other.',
    severity: 'fatal',
  },
];
