/**
 * Signals of programs that the machine cannot run or keep alive: libraries, processor, memory, workers, ports.
 * Data only. Texts: glibc `elf/dl-load.c` and `elf/dl-version.c`, musl `ldso/dynlink.c`, gunicorn `arbiter.py`, uvicorn
 * `supervisors/multiprocess.py`, PyTorch `torch/utils/data/_utils/signal_handling.py`, the JVM, V8, the Go runtime.
 */
import type { Signal } from '../signal.ts';

export const processSignals: readonly Signal[] = [
  {
    // OpenJDK src/hotspot/share/classfile/classFileParser.cpp verify_class_version.
    id: 'java-class-too-new',
    component: 'java',
    literals: ['has been compiled by a more recent version of the java runtime'],
    regex:
      /(?<name>[\w/$.]{1,200}) has been compiled by a more recent version of the Java Runtime \(class file version (?<needed>[\d.]{1,8})\)/,
    sample:
      'java.lang.UnsupportedClassVersionError: com/acme/Main has been compiled by a more recent version of the Java Runtime (class file version 65.0), this version of the Java Runtime only recognizes class file versions up to 61.0',
    meaning: 'its classes were compiled for a newer Java than the one that runs them',
    fix: 'Run the program with a Java of that version (class file version less 44: 61 is 17, 65 is 21), or compile it for the older one (--release).',
    severity: 'fatal',
  },
  {
    id: 'library-missing',
    component: 'glibc',
    literals: ['cannot open shared object file', 'error loading shared library'],
    regex:
      /(?:Error loading shared library |(?<![\w.+-])(?=[\w.+-]{1,120}: cannot open shared object file))(?<library>[\w.+-]{1,120})/,
    sample: 'ImportError: libGL.so.1: cannot open shared object file: No such file or directory',
    meaning: 'a shared library is not in the image, or (libcuda.so.1) the container has no GPU',
    fix: 'Install the package that holds the library in the image; for libcuda.so.1 request a GPU.',
    severity: 'fatal',
  },
  {
    id: 'glibc-too-old',
    component: 'glibc',
    literals: ['glibc'],
    regex: /version [`']?(?<version>GLIBC(?:XX)?_[\d.]{1,20})'? not found(?: \(required by (?<path>[^)]{1,300})\))?/,
    sample: "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /app/x.so)",
    meaning: 'a binary was built on a newer distribution than the base image has',
    fix: 'Use a newer base image, or build the binary on the distribution of the image.',
    severity: 'fatal',
  },
  {
    id: 'undefined-symbol',
    component: 'glibc',
    literals: ['undefined symbol'],
    regex: /(?<library>[^\s:]{1,300}\.so[\w.]{0,40}): undefined symbol: (?<symbol>\w{1,300})/,
    sample: 'ImportError: /x/_C.cpython-310-x86_64-linux-gnu.so: undefined symbol: _ZN3c10',
    meaning: 'an extension was built against another version of a library that it loads, such as torch',
    fix: 'Reinstall the extension in the version built for the installed library.',
    severity: 'fatal',
  },
  {
    id: 'elf-mismatch',
    component: 'glibc',
    literals: ['invalid elf header', 'wrong elf class'],
    regex: /invalid ELF header|wrong ELF class: ELFCLASS(?:32|64)/,
    sample: 'OSError: /app/lib.so: invalid ELF header',
    meaning: 'a library of another operating system or architecture was copied into the image',
    fix: 'Install the dependencies inside the image in place of copying them from the build machine.',
    severity: 'fatal',
  },
  {
    id: 'illegal-instruction',
    component: 'linux',
    literals: ['illegal instruction', 'sigill', 'was compiled to use'],
    regex:
      /\bIllegal instruction\b|\bSIGILL\b|was compiled to use (?<instructions>\w{1,20}) instructions, but these aren't available/i,
    sample: 'Illegal instruction (core dumped)',
    meaning: 'the binary uses processor instructions (AVX, AVX2, AVX-512) that the node does not have',
    fix: 'Run the pod on nodes whose processor has the instructions, or use a build without them.',
    severity: 'fatal',
  },
  {
    id: 'address-in-use',
    component: 'linux',
    literals: ['address already in use', 'eaddrinuse', 'connection in use', "can't connect to ('", 'failed to bind to'],
    // Each form ends just before the port, so that one group serves all of them.
    regex:
      /(?:attempting to bind on address \(['"][^'"]{0,64}['"], (?=\d{1,5}.{0,60}already in use)|Connection in use: \(['"][^'"]{0,64}['"], |Can't connect to \(['"][^'"]{0,64}['"], |EADDRINUSE:? (?:address already in use )?[\w.:*[\]]{0,64}?:|\blisten (?:tcp|udp)[46]? [\w.:[\]]{0,64}?:(?=\d{1,5}: bind: address already in use)|\bbind\(\) to [\w.:[\]]{0,64}?:(?=\d{1,5} failed \(98)|Failed to bind to (?:address )?[\w./:[\]]{0,64}?:(?=\d{1,5}\b.{0,80}in use))(?<port>\d{1,5})\b|address already in use|\bEADDRINUSE\b/i,
    sample: "ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 8080): address already in use",
    meaning: 'another process or container of the pod already listens on that port',
    fix: 'Give each container of the pod a port of its own.',
    severity: 'fatal',
  },
  {
    id: 'privileged-port',
    component: 'linux',
    literals: ['permission denied', 'errno 13'],
    regex:
      /(?:attempting to bind on address \(['"][^'"]{0,64}['"], (?=\d{1,5}\): (?:\[Errno 13\] )?permission denied)|connection to \(['"][^'"]{0,64}['"], (?=\d{1,5}\) failed: \[Errno 13\])|\blisten tcp[46]? [\w.:[\]]{0,64}?:(?=\d{1,5}: bind: permission denied)|\bbind\(\) to [\w.:[\]]{0,64}?:(?=\d{1,5} failed \(13)|listen EACCES: permission denied [\w.:[\]]{0,64}?:)(?<port>\d{1,5})\b/i,
    sample: "[Errno 13] error while attempting to bind on address ('0.0.0.0', 80): permission denied",
    meaning: 'a user other than root may not listen on a port below 1024',
    fix: 'Listen on a port of 1024 or higher and point the Service at it.',
    severity: 'fatal',
  },
];
