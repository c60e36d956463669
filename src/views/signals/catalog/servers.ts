/**
 * Signals of servers: where they listen, and why they refuse to start. Data only. Texts: uvicorn `server.py`, `config.py`,
 * `importer.py`, `main.py`; gunicorn `arbiter.py`, `app/wsgiapp.py`, `util.py`; werkzeug `serving.py`; waitress; hypercorn;
 * Triton `http_server.cc`, `grpc_server.cc`; TensorFlow Serving `server.cc`; Spring Boot; TorchServe `ModelServer.java`.
 */
import type { Signal } from '../signal.ts';

export const serverSignals: readonly Signal[] = [
  {
    id: 'listening',
    component: 'application',
    literals: [
      'running on',
      'listening',
      'serving',
      'started',
      'starting',
      'bind to',
      'exporting',
      'modelserver at',
      'api server',
      'running at',
      'bound to',
      'available at',
    ],
    regex:
      /(?:\b(?:running|listening|listen|serving|served|started|starting|server|ready|bound|available|now)(?: (?:http|https|grpc|tcp|rest|api|server|service|requests|metrics|traffic|ray serve|web))?(?: (?:on|at|to))(?: (?:the )?(?:address|addr|interface|url|socket|http|https|tcp))?|Running gRPC ModelServer at|Exporting (?:HTTP\/REST|gRPC) API at|API bind to|Starting vLLM API server(?: \d{1,3})? on|Started (?:HTTP|GRPCInference|Metrics )Service at|Tomcat (?:started|initialized) (?:on|with)|Starting gRPC server on|"[^"]{0,40}\blistening"[^{}]{0,120}?"(?:addr|address|port)")[:=]? ?['"]?(?:[a-z]{2,8}:\/\/)?(?<host>\[[0-9a-f:]{2,45}\]|\*|[a-z0-9][\w.-]{0,120}(?=:\d)|(?=:\d|ports?\b|\d))(?::|\(? ?ports?(?:\(s\))?[:=]? ?)?(?<port>\d{2,5})\b(?![-/.]\d|:\d)/i,
    sample: 'INFO:     Uvicorn running on http://0.0.0.0:8080 (Press CTRL+C to quit)',
    meaning: 'the server listens on that address',
    fix: 'Compare the address with the ports of the container, the probes and the Service.',
    severity: 'info',
  },
  {
    id: 'uvicorn-module-missing',
    component: 'uvicorn',
    literals: ['could not import module'],
    regex: /Error loading ASGI app\. Could not import module "(?<module>[^"]{1,200})"/,
    sample: 'ERROR:    Error loading ASGI app. Could not import module "nomod".',
    meaning: 'the module named in the command is not in the working directory or on PYTHONPATH',
    fix: 'Correct the module in the command, the working directory, or what the image copies.',
    severity: 'fatal',
  },
  {
    id: 'uvicorn-attribute-missing',
    component: 'uvicorn',
    literals: ['error loading asgi app. attribute'],
    regex: /Error loading ASGI app\. Attribute "(?<name>[^"]{1,200})" not found in module "(?<module>[^"]{1,200})"/,
    sample: 'ERROR:    Error loading ASGI app. Attribute "nope" not found in module "m".',
    meaning: 'the module has no application object of that name',
    fix: 'Name the variable of the application in the command.',
    severity: 'fatal',
  },
  {
    id: 'uvicorn-import-string',
    component: 'uvicorn',
    literals: ['must be in format "<module>', 'as an import string to enable'],
    regex:
      /Import string "(?<text>[^"]{1,200})" must be in format "<module>:<attribute>"|You must pass the application as an import string to enable '(?:reload|workers)/,
    sample: 'ERROR:    Error loading ASGI app. Import string "m" must be in format "<module>:<attribute>".',
    meaning: 'uvicorn was not given its application as "module:variable"',
    fix: 'Pass the application as "module:variable".',
    severity: 'fatal',
  },
  {
    id: 'server-startup-failed',
    component: 'uvicorn',
    literals: ['application startup failed'],
    regex: /Application startup failed\. Exiting/,
    sample: 'ERROR:    Application startup failed. Exiting.',
    meaning: 'a startup handler raised the exception printed above',
    fix: 'Mend the exception printed above this line.',
    severity: 'fatal',
  },
  {
    id: 'gunicorn-boot-failed',
    component: 'gunicorn',
    literals: ['worker failed to boot', 'app failed to load', 'failed to find attribute', 'failed to parse'],
    regex:
      /Worker failed to boot|App failed to load|Failed to find attribute '(?<name>[^']{1,200})' in '(?<module>[^']{1,200})'|Failed to parse '[^']{1,200}' as an attribute name/,
    sample: '[ERROR] Reason: Worker failed to boot.',
    meaning: 'the application could not be imported; the cause is printed above',
    fix: 'Mend the exception printed above this line, or correct "module:variable" in the command.',
    severity: 'fatal',
  },
  {
    id: 'multipart-missing',
    component: 'fastapi',
    literals: ['python-multipart'],
    regex: /Form data requires "python-multipart" to be installed/,
    sample: 'RuntimeError: Form data requires "python-multipart" to be installed.',
    meaning: 'the application takes forms or uploads and the package python-multipart is not in the image',
    fix: 'Add python-multipart to the requirements.',
    severity: 'fatal',
  },
];
