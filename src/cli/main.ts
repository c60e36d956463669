/**
 * The command line. The only place that prints and sets the exit code; every command is loaded when it is called.
 * 0 healthy, 1 a cause was found, 2 undecided or unreadable, 3 the tool itself could not run.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { InferscopeProblem } from '../collect/problem.ts';
import { TOOL_VERSION } from '../engine/version.ts';
import { problemText } from './problem-text.ts';
import { terminalWidth, type Streams } from './terminal.ts';
import type { AzuremlFlags } from './azureml.ts';
import type { DiagnoseFlags } from './diagnose.ts';
import type { ExplainFlags } from './explain.ts';
import type { PreflightFlags } from './preflight.ts';
import type { TraceFlags } from './trace.ts';

const streams: Streams = { stdout: process.stdout, stderr: process.stderr, env: process.env };
const DEFAULT_TIMEOUT_SECONDS = 30;

function collectPaths(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function positiveSeconds(value: string): number {
  const seconds = Number(value.replace(/s$/, ''));
  if (!Number.isFinite(seconds) || seconds <= 0)
    throw new InvalidArgumentError('a number of seconds is expected, such as 30 or 30s');
  return seconds;
}

/** What every command that reads a cluster takes: where to read, and how to show it. */
function withShared(command: Command, formats: readonly string[], bound: string): Command {
  return command
    .option('--context <name>', 'context of the kubeconfig')
    .option('--kubeconfig <file>', 'kubeconfig file (default: $KUBECONFIG, ~/.kube/config, the pod it runs in)')
    .option(
      '--from <path>',
      'read a capture, or files of kubectl get -o yaml|json, or - ; may be repeated',
      collectPaths,
    )
    .addOption(new Option('-o, --output <format>', 'format').choices(formats).default('text'))
    .option('--plain', 'linear text, for screen readers and logs')
    .option('--ascii', 'no other characters than ASCII in the frame of the report')
    .option('--timeout <seconds>', bound, positiveSeconds, DEFAULT_TIMEOUT_SECONDS);
}

function buildProgram(exit: (code: number) => void): Command {
  const program = new Command('inferscope')
    .description(
      'Finds out why a machine-learning model on Kubernetes does not serve, proves it, and says how to mend it.',
    )
    .version(TOOL_VERSION, '-V, --version', 'print the version')
    .option('--debug', 'print what was asked of the cluster, and stack traces of errors')
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 healthy, 1 a cause was found, 2 undecided or unreadable, 3 inferscope itself could not run.',
    );
  withShared(
    program
      .command('diagnose', { isDefault: true })
      .description('why it is not ready (the default command); without objects, everything unhealthy in scope')
      .argument('[objects...]', 'KIND/NAME as kubectl takes it: deploy/x, po/x, isvc/x, deployment.apps/x')
      .option('-n, --namespace <name>', 'namespace (default: that of the context; of a capture, all)')
      .option('-A, --all-namespaces', 'all namespaces'),
    ['text', 'json', 'short'],
    'bound of one request to the cluster',
  ).action(async (objects: string[], flags: DiagnoseFlags) => {
    const { runDiagnose } = await import('./diagnose.ts');
    exit(await runDiagnose(objects, { ...flags, debug: process.argv.includes('--debug') }, streams, process.stdin));
  });
  withShared(
    program
      .command('trace')
      .description('the way of a request, hop by hop: what decides at each, and the first that would not pass')
      .argument('<object...>', 'KIND/NAME: isvc/x, llmisvc/x, ig/x, ksvc/x, svc/x, ingress/x, deploy/x')
      .option('--path <path>', 'path of the request (default: a prediction of the object)')
      .option(
        '--host <host>',
        'host of the request, or its whole URL (default: those of the object, outside and inside the cluster)',
      )
      .option('--method <method>', 'method of the request')
      .option(
        '-H, --header <header>',
        '"Name: value"; Content-Type counts for the prediction; may be repeated',
        collectPaths,
      )
      .option('--send [file]', 'send one real request along the path, with the body of a file or of - ; asks before')
      .option('--yes', 'send without asking')
      .option('-n, --namespace <name>', 'namespace (default: that of the context; of a capture, all)'),
    ['text', 'json'],
    'bound of one request',
  )
    .addHelpText('after', '\nExit codes: 0 it passes, 1 a hop fails, 2 not known, 3 inferscope itself could not run.')
    .action(async (words: string[], flags: TraceFlags) => {
      const { runTrace } = await import('./trace.ts');
      exit(await runTrace(words, flags, streams, process.stdin));
    });
  withShared(
    program
      .command('azureml')
      .description(
        'why an online endpoint of Azure ML on this cluster does not serve, by the names that Azure ML shows',
      )
      .argument('[endpoint]', 'ENDPOINT or ENDPOINT/DEPLOYMENT; without it, all that is unhealthy, and the extension')
      .option(
        '--error <file>',
        'what Azure ML said (the output of az ml, its JSON), or - ; it is set beside what the cluster shows',
      )
      .option('-n, --namespace <name>', 'namespace of the compute (default: all that may be read)'),
    ['text', 'json', 'short'],
    'bound of one request to the cluster',
  ).action(async (endpoint: string | undefined, flags: AzuremlFlags) => {
    const { runAzureml } = await import('./azureml.ts');
    exit(await runAzureml(endpoint, { ...flags, debug: process.argv.includes('--debug') }, streams, process.stdin));
  });
  withShared(
    program
      .command('preflight')
      .description(
        'is this cluster ready: before the Azure ML extension, KServe or models are installed, upgraded or deleted',
      )
      .addOption(
        new Option('--phase <phase>', 'what is to be done; pre-upgrade where the extension is there already')
          .choices(['pre-install', 'pre-upgrade', 'pre-rollback', 'pre-delete'])
          .default('pre-install'),
      )
      .option(
        '--profile <names>',
        'azureml, kserve, kubernetes, with commas or repeated (default: those that apply)',
        collectPaths,
      )
      .option(
        '--config <name=value>',
        'a setting of the extension, as az k8s-extension takes it; may be repeated',
        collectPaths,
      )
      .option(
        '--config-file <file>',
        'settings as JSON or YAML, or what az k8s-extension show prints; may be repeated',
        collectPaths,
      )
      .option(
        '--config-protected <name=value>',
        'a protected setting: only its name is used; of sslCertPemFile and sslKeyPemFile, facts of the file',
        collectPaths,
      )
      .option('--extension-name <name>', 'name of the extension, for the commands of fixes')
      .option('--connect', 'also try TLS handshakes from this machine to the hosts that the extension needs')
      .option('--region <region>', 'Azure region of the workspace, for --connect (default: the setting location)')
      .option('--host <host>', 'a further host for --connect: acme.azurecr.io; may be repeated', collectPaths)
      .option('-n, --namespace <name>', 'read only this namespace of what lives in namespaces (default: all)'),
    ['text', 'json', 'junit', 'markdown', 'arcml-healthcheck'],
    'bound of one request to the cluster',
  )
    .addHelpText('after', '\nExit codes: 0 ready, 1 a check blocks, 2 not known, 3 inferscope itself could not run.')
    .action(async (flags: PreflightFlags) => {
      const { runPreflight } = await import('./preflight.ts');
      exit(await runPreflight({ ...flags, debug: process.argv.includes('--debug') }, streams, process.stdin));
    });
  program
    .command('explain')
    .description(
      'the page of a code, a name or a word that you saw, or what decides in a pasted text; needs no cluster',
    )
    .argument(
      '[words...]',
      'IS3101, PullSecretMissing, ImagePullBackOff, ACRSecretError, E40001, JSON of az ml, - for standard input',
    )
    .option('-f, --file <file>', 'a file that holds an error of az, an HTTP answer, or a log; - for standard input')
    .option('-o, --output <format>', 'text or json', 'text')
    .addHelpText('after', '\nExit codes: 0 explained, 2 nothing in the text decides, 3 no such word, or not readable.')
    .action(async (words: string[], flags: ExplainFlags, command: Command) => {
      if (words.length === 0 && flags.file === undefined) command.error("error: missing required argument 'words'");
      const { runExplain } = await import('./explain.ts');
      exit(await runExplain(words.join(' '), flags, streams, process.stdin));
    });
  program
    .command('rules')
    .description('the list of rules')
    .addOption(new Option('-o, --output <format>', 'format').choices(['text', 'json']).default('text'))
    .action(async (flags: { output: 'text' | 'json' }) => {
      const { runRulesList } = await import('./rules-list.ts');
      exit(runRulesList(flags.output, streams));
    });
  program
    .command('completion')
    .description('the completion script of a shell')
    .argument('<shell>', 'bash, zsh or fish')
    .action(async (shell: string) => {
      const { completionScript } = await import('./completion.ts');
      streams.stdout.write(completionScript(shell));
      exit(0);
    });
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const { complete } = await import('./completion.ts');
      streams.stdout.write(`${complete(words).join('\n')}\n`);
      exit(0);
    });
  program
    .command('version')
    .description('print the version')
    .action(() => {
      streams.stdout.write(`inferscope ${TOOL_VERSION}\n`);
      exit(0);
    });
  return program;
}

async function main(): Promise<number> {
  let code = 0;
  const program = buildProgram((value) => {
    code = value;
  });
  try {
    await program.parseAsync(process.argv);
    return code;
  } catch (error) {
    return reportFailure(error, process.argv.includes('--debug'));
  }
}

function reportFailure(error: unknown, debug: boolean): number {
  // commander has printed its own message; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 3;
  if (error instanceof InferscopeProblem) {
    streams.stderr.write(problemText(error, terminalWidth(streams)));
    if (debug && error.stack !== undefined) streams.stderr.write(`${error.stack}\n`);
    return 3;
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  streams.stderr.write(
    `IS0099  Inferscope stopped with an error of its own.\n\n  Found    ${message}\n  Do       Report it, with the command and the output of the same command with --debug\n`,
  );
  if (debug && error instanceof Error && error.stack !== undefined) streams.stderr.write(`${error.stack}\n`);
  return 3;
}

// A reader that closes the pipe early (head) has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 0);
});

process.exitCode = await main();
