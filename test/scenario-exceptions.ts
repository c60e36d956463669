/** Scenarios whose cause cannot be confirmed, with the reason. This list only shrinks. */
export const notConfirmed: Readonly<Record<string, string>> = {
  'azureml-worker-oom':
    'as oom-killed-worker: the server only guesses, and with cgroup v1 Kubernetes does not tell that a child process was killed',
  'oom-killed-worker':
    'the server only guesses ("Perhaps out of memory?"), and no capture holds the log of the kernel, which would say it',
};
