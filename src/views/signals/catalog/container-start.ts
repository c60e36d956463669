/**
 * Signals of a container whose command does not start. Data only. Texts: runc `libcontainer`, Go `os/exec`, containerd
 * `pkg/oci/spec_opts.go`, the messages of bash, dash and busybox.
 */
import type { Signal } from '../signal.ts';

export const containerStartSignals: readonly Signal[] = [
  {
    id: 'command-not-found',
    component: 'runc',
    literals: ['executable file not found', 'exec: "', 'command not found', ': not found', 'stat /', 'crun:'],
    regex:
      /exec: "(?<command>[^"]{1,300})": (?:executable file not found in \$PATH|stat [^:]{1,300}: no such file or directory|permission denied|is a directory)|executable file `[^`]{1,300}` not found|: (?:line )?\d{1,6}: (?:exec: )?[\w./-]{1,200}: (?:command )?not found\b|\bcommand not found\b/,
    sample:
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "uvicorn": executable file not found in $PATH: unknown',
    meaning: 'the image has no such program, or it is not on PATH or not executable',
    fix: 'Correct the command of the container, or add the program to the image.',
    severity: 'fatal',
  },
  {
    id: 'interpreter-missing',
    component: 'runc',
    literals: ['exec /', 'bad interpreter'],
    regex:
      /^(?:.{0,80}\s)?exec (?<path>\/\S{1,300}): no such file or directory|bad interpreter: (?<interpreter>\S{1,300}): No such file/,
    sample: 'exec /app/entrypoint.sh: no such file or directory',
    meaning:
      'the script or program exists but its interpreter or loader does not, as with Windows line ends or a musl image',
    fix: 'Save the script with Unix line ends, and use a base image that has the interpreter.',
    severity: 'fatal',
  },
  {
    id: 'user-missing',
    component: 'containerd',
    literals: ['unable to find user', 'no users found'],
    regex: /unable to find user (?<user>\S{1,80}): no matching entries in passwd file|no users found/,
    sample: 'failed to generate container "x" spec: failed to generate spec: no users found',
    meaning: 'the user of the image is not in its /etc/passwd',
    fix: 'Set runAsUser to a number.',
    severity: 'fatal',
  },
  {
    id: 'node-module-missing',
    component: 'node',
    literals: ['cannot find module', 'err_module_not_found'],
    regex: /Cannot find (?:module|package) '(?<module>[^']{1,300})'|ERR_MODULE_NOT_FOUND/,
    sample: "Error: Cannot find module 'express'",
    meaning: 'a package or file that the program requires is not in the image',
    fix: 'Add the package to package.json and rebuild the image, or correct the path.',
    severity: 'fatal',
  },
  {
    id: 'java-class-missing',
    component: 'jvm',
    literals: [
      'classnotfoundexception',
      'noclassdeffounderror',
      'could not find or load main class',
      'unable to access jarfile',
    ],
    regex:
      /(?:ClassNotFoundException|NoClassDefFoundError|Could not find or load main class|Unable to access jarfile):? (?<name>[\w./$-]{1,300})/,
    sample: 'Error: Unable to access jarfile /app/app.jar',
    meaning: 'a class or archive is not on the class path of the image',
    fix: 'Add the archive to the image, or correct the class path or the name.',
    severity: 'fatal',
  },
];
