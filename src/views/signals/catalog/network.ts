/**
 * Signals of names that do not resolve and connections that are not made. Data only. Texts: glibc `gai_strerror` as CPython
 * prints it, Go `net/dnsclient.go` and `net.OpError`, the JVM, Node `errors.js`, curl `lib/hostip.c` and `lib/connect.c`,
 * libpq `fe-connect.c`, redis-py `connection.py`, urllib3 `exceptions.py`, gRPC.
 *
 * One group `host` (and `port`) serves every form: each alternative ends just before the host, and a look-ahead asks for
 * what must follow it.
 */
import type { Signal } from '../signal.ts';

export const networkSignals: readonly Signal[] = [
  {
    id: 'name-not-resolved',
    component: 'dns',
    literals: [
      'name resolution',
      'name or service not known',
      'no address associated with hostname',
      'getaddrinfo',
      'no such host',
      'server misbehaving',
      'unknownhost',
      'enotfound',
      'could not resolve',
      "couldn't resolve",
      'could not translate host name',
      'failed to resolve',
      'dns resolution failed',
      'nameresolutionerror',
      'bad address',
      'failed to lookup address',
      'resolution for',
    ],
    regex:
      /(?:\blookup (?=\S{1,253}?(?: on \S{1,80})?: (?:no such host|server misbehaving|Temporary failure|read udp|i\/o timeout|dial udp))|UnknownHostException: |getaddrinfo (?:ENOTFOUND|EAI_AGAIN) |Could(?: not|n't) resolve host(?: ?name)?:? |could not translate host name "|unable to resolve host (?:address )?[‘'"]?|Failed to resolve '|NameResolutionError\(['"][^'"]{0,20}host=['"]|connecting to (?=[\w.-]{1,253}:\d{1,5}\. (?:Name or service|Temporary failure|No address|-\d))|Cannot connect to host (?=[\w.-]{1,253}:\d{1,5} .{0,80}(?:Name or service|Temporary failure|Domain name|No address|getaddrinfo))|host=['"](?=[\w.-]{1,253}['"].{0,400}?(?:Name or service|Temporary failure in name|No address associated|Failed to resolve|NameResolutionError))|DNS resolution failed for |bad address ['"]|ping: )(?<host>[A-Za-z0-9_][\w.-]{0,252})(?::(?<port>\d{1,5}))?|\[Errno -[235]\] \w|Temporary failure in name resolution|Name or service not known|No address associated with hostname|getaddrinfo failed|\bENOTFOUND\b|failed to lookup address information|DNS resolution failed/i,
    sample: 'dial tcp: lookup feast-redis on 10.96.0.10:53: no such host',
    meaning: 'the cluster DNS does not know the host name, or does not answer',
    fix: 'Correct the host name, or create the Service that it names; check egress to the DNS if every name fails.',
    severity: 'failing',
  },
  {
    id: 'connection-refused',
    component: 'tcp',
    literals: ['refused', 'connect call failed', '(111)'],
    regex:
      /(?:\bECONNREFUSED:? |(?:ConnectionRefusedError: )?(?:\[Errno 111\] )?Connect call failed \('|Connection refused: (?:\/|[\w.-]{1,253}\/)?|(?:\bdial tcp |\bconnecting to |\bconnect to (?!all )|server at "|server on '|host=['"]|ipv[46][:#]|\bupstream: "\w{1,8}:\/\/|on host "|Cannot connect to host )(?=.{0,500}?(?:refused|\(111\)|Connect call failed)))(?<host>[A-Za-z0-9_][\w.-]{0,252}|\[[0-9a-f:]{2,45}\])['"]?(?: ?\([^)]{1,60}\))?(?:(?::|,? (?:and accepting TCP\/IP connections on )?port[ =]|, (?:port=)?)(?<port>\d{1,5}))?|\bConnection refused\b|\bECONNREFUSED\b|\bConnectionRefusedError\b|actively refused/i,
    sample: 'dial tcp 10.0.0.1:6379: connect: connection refused',
    meaning: 'the host answers, but nothing listens on that port',
    fix: 'Start what should listen there, or correct the host and port.',
    severity: 'failing',
  },
  {
    id: 'connection-timeout',
    component: 'tcp',
    literals: [
      'timed out',
      'timeout',
      'timedout',
      'ehostunreach',
      'enetunreach',
      'errno 11',
      'no route to host',
      'network is unreachable',
    ],
    regex:
      /(?:\b(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH):? |(?:\bdial tcp |\bconnecting to |\bconnect to (?!all )|server at "|server on '|host=['"]|ipv[46][:#])(?=.{0,500}?(?:i\/o timeout|timed out|connect(?:ion)? timeout|no route to host|network is unreachable)))(?<host>[A-Za-z0-9_][\w.-]{0,252}|\[[0-9a-f:]{2,45}\])['"]?(?: ?\([^)]{1,60}\))?(?:(?::|,? port[ =]|, (?:port=)?)(?<port>\d{1,5}))?|\bETIMEDOUT\b|Connection timed out|connect timed out|ConnectTimeout(?:Error)?\b|Timeout connecting to server|dial tcp.{0,80} i\/o timeout|\[Errno 1(?:10|01|13)\]|No route to host|Network is unreachable/i,
    sample: 'dial tcp 10.0.0.1:5432: i/o timeout',
    meaning: 'the host does not answer on that port, as when a network policy or firewall drops the packets',
    fix: 'Allow the traffic in the network policies and firewalls, and check the port.',
    severity: 'failing',
  },
  {
    id: 'connecting-to',
    component: 'application',
    literals: [
      'connect',
      'store at ',
      'server at ',
      'broker at ',
      'database at ',
      'cache at ',
      'redis at ',
      'registry at ',
      'backend at ',
      'using ',
    ],
    regex:
      /(?:\b(?:connecting|reconnecting|connect|connected) (?:to|with) |\b(?:store|server|broker|database|cache|redis|registry|backend) at |\busing )(?:(?:the |a )?(?:[\w-]{1,30} ){0,4}(?:at |on )?)?["']?(?:[\w+]{1,20}:\/\/)?(?:[^\s@/:]{0,80}(?::[^\s@/]{0,80})?@)?(?<host>[A-Za-z0-9][\w.-]{0,252}):(?<port>\d{2,5})\b/i,
    sample: 'INFO [serving] connecting to feature store redis:6379',
    meaning: 'the program names the address that it is about to use',
    fix: 'Look for the cause in later lines.',
    severity: 'info',
  },
];
