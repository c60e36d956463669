/**
 * Signals of what the operating system refuses: a program or library of another platform, paths, disk, memory, ports.
 * Data only. Texts: Linux errno strings as CPython, Go `os.PathError`, the JVM and Node print them, glibc `elf/dl-load.c`,
 * runc `libcontainer`, gunicorn `arbiter.py`, uvicorn `supervisors/multiprocess.py`.
 */
import type { Signal } from '../signal.ts';

export const osSignals: readonly Signal[] = [
  {
    id: 'exec-format-error',
    component: 'linux',
    literals: ['exec format error', 'cannot execute binary file'],
    regex:
      /(?:exec (?:user process caused: )?"?(?<path>\/[^\s:"]{0,300})?"?:? ?)?(?:exec format error|cannot execute binary file)/i,
    sample: 'exec /usr/local/bin/python: exec format error',
    meaning:
      'the program is built for another processor architecture than the node, or is a script without a first #! line',
    fix: 'Build the image for the architecture of the node, or publish it for several.',
    severity: 'fatal',
  },
  {
    id: 'read-only-file-system',
    component: 'linux',
    literals: ['read-only file system', 'readonlyfilesystemexception', 'erofs'],
    regex:
      /(?:(?:(?:EROFS: )?Read-only file system(?:: |, \w{1,20} )|ReadOnlyFileSystemException: )['"]|(?<![\w./-])(?=['"‘]?[^\s'"’:]{0,120}[/.][^\s'"’:]{0,300}['"’]?\)?(?: failed)?:? \(?(?:\d+: |\[Errno \d+\] )?(?:Read-only file system))['"‘]?)(?<path>[^\s'"’:()]{1,300})|Read-only file system|ReadOnlyFileSystemException|\bEROFS\b/i,
    sample: "OSError: [Errno 30] Read-only file system: '/app/cache'",
    meaning: 'the container writes to a path of its root file system, which is mounted read-only',
    fix: 'Mount an emptyDir at the path that the program writes to, or point the program at a writable one.',
    severity: 'fatal',
  },
  {
    id: 'permission-denied',
    component: 'linux',
    literals: ['permission denied', 'accessdeniedexception', 'eacces', 'operation not permitted'],
    regex:
      /(?:(?:(?:EACCES: )?Permission denied(?:: |, \w{1,20} )['"]|AccessDeniedException: (?=\/)|Operation not permitted: ')|(?<![\w./-])(?=['"‘]?[^\s'"’:]{0,120}[/.][^\s'"’:]{0,300}['"’]?\)?(?: failed)?:? \(?(?:\d+: |\[Errno \d+\] )?(?:Permission denied|Operation not permitted))['"‘]?)(?<path>[^\s'"’:()]{1,300})|\bpermission denied|\bEACCES\b|\[Errno 1\] Operation not permitted/i,
    sample: "PermissionError: [Errno 13] Permission denied: '/home/appuser/.cache'",
    meaning: 'the user that the container runs as may not read, write or execute that path',
    fix: 'Give the path to the user of the container: fsGroup on the volume, an emptyDir for caches, or chown in the image.',
    severity: 'fatal',
  },
  {
    id: 'no-space-left',
    component: 'linux',
    literals: ['no space left on device', 'disk quota exceeded', 'enospc'],
    regex: /No space left on device|Disk quota exceeded|\bENOSPC\b/i,
    sample: 'OSError: [Errno 28] No space left on device',
    meaning: 'the volume or the ephemeral storage that the program writes to is full',
    fix: 'Give the volume more space, or raise the ephemeral-storage limit or the sizeLimit of the emptyDir.',
    severity: 'fatal',
  },
  {
    id: 'file-not-found',
    component: 'linux',
    literals: ['no such file or directory', 'filenotfoundexception', 'nosuchfileexception', 'enoent'],
    regex:
      /(?:No such file or directory(?:: |, \w{1,20} )['"]|(?:FileNotFoundException|NoSuchFileException): (?=[^\s]{0,300}[/.])|(?<![\w./-])(?=['"‘]?[^\s'"’:]{0,120}[/.][^\s'"’:]{0,300}['"’]?\)?(?: failed)?:? \(?(?:\d+: |\[Errno \d+\] )?(?:No such file or directory))['"‘]?)(?<path>[^\s'"’:()]{1,300})/i,
    sample: "FileNotFoundError: [Errno 2] No such file or directory: '/models/model.pkl'",
    meaning: 'the program opens a path that is neither in the image nor on a volume of the container',
    fix: 'Compare the path with the volume mounts and with the image, and correct the one that is wrong.',
    severity: 'fatal',
  },
  {
    id: 'no-temporary-directory',
    component: 'python',
    literals: ['no usable temporary directory'],
    regex: /No usable temporary directory found in/,
    sample:
      "FileNotFoundError: [Errno 2] No usable temporary directory found in ['/tmp', '/var/tmp', '/usr/tmp', '/app']",
    meaning: 'the root file system is read-only and /tmp is not writable',
    fix: 'Mount an emptyDir at /tmp.',
    severity: 'fatal',
  },
];
