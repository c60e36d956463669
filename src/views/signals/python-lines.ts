/**
 * The lines that make up a Python traceback, one function or expression each (CPython `Lib/traceback.py`,
 * `Python/traceback.c`). Responsible for single lines; traceback-python.ts puts them together.
 */
import type { Frame } from './traceback-types.ts';

export const HEADER = 'Traceback (most recent call last):';

/** What stands before the header of an exception group, and the margin of its lines (`Lib/traceback.py`, `_format_exception_group`). */
export const GROUP_HEADER = 'Exception Group ';
export const GROUP_MARGIN = '| ';

const CHAINED = [
  'During handling of the above exception, another exception occurred:',
  'The above exception was the direct cause of the following exception:',
];

const FRAME = /^\s{1,8}File "([^"]{1,4096})", line (\d{1,9})(?:, in (.{1,512}))?/;
const EXCEPTION = /^([A-Za-z_][\w.<>]{0,255})(?:: ?(.*))?$/;
const EXCEPTION_NAME = /(?:Error|Exception|Warning|Exit|Interrupt|Group|Iteration|Timeout|NotFound|NoSuch\w+)$/;
const LEVEL = /^(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)$/i;

/** How loggers begin a line: a level, a time, klog's letter and date, JSON, logfmt, an access log's address. */
const LOG_LINE =
  /^(?:[[(]?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)\b|[[(]?\d{4}[-/]\d\d[-/]\d\d|\[?\d\d:\d\d:\d\d|[IWEF]\d{4} |\{"|(?:time|level|ts|msg)=|\(\w{1,64} pid=|\[\d{1,8}\]|[\d.]{7,15}[: ])/;

/**
 * What announces an exception that ends a task, a thread, a callback or a request: asyncio `base_events.py` and `tasks.py`,
 * threading `excepthook`, concurrent.futures, `sys.unraisablehook`, logging `handleError`; uvicorn, Flask, gunicorn and
 * aiohttp, Django, tornado, grpc, apscheduler, KServe `errors.py`; azureml-inference-server-http before 1.1 `server/create_app.py`, at every start.
 */
const BACKGROUND =
  /(?:Task|Future) exception was never retrieved|[Ee]xception in (?:thread|callback)\b|exception calling callback|Exception ignored in|--- Logging error ---|Exception in ASGI application|Exception on \S{1,512} \[[A-Z]+\]|Error handling request|Internal Server Error: \/|Uncaught exception [A-Z]+ \/|Exception (?:calling application|iterating responses)|Job ".{1,256}" \(trigger|_handler\(\):\d+\] Exception:|compatibility patch for Flask 1 has failed/;

/**
 * Frames below which a server runs the code for one request, and answers 500 when it raises. Not those that start-up passes
 * through as well, such as Starlette's middleware and router.
 */
const REQUEST =
  /starlette\/_exception_handler\.py |uvicorn\/protocols\/\w+\/\w+\.py |flask\/app\.py (?:wsgi_app|full_dispatch_request|dispatch_request)$|django\/core\/handlers\/\w+\.py (?:inner|_get_response)$|gunicorn\/workers\/\w+\.py handle_request$|aiohttp\/web_protocol\.py |tornado\/web\.py _execute$|grpc\/_server\.py _call_behavior$|azureml_inference_server_http\/server\/(?:routes\.py handle_score|user_script\.py invoke_run)$|azureml-server\/aml_blueprint\.py run_scoring$/;

export function parseFrame(body: string): Frame | undefined {
  const [, file, line, name] = FRAME.exec(body) ?? [];
  if (file === undefined || line === undefined) return undefined;
  return { file, line: Number(line), ...(name !== undefined && { function: name }) };
}

/** Code that a frame quotes, without its indentation; undefined for carets and CPython's own remarks. */
export function quotedCode(body: string): string | undefined {
  const code = body.trim();
  return code === '' || /^[\^~ ]+$/.test(code) || code.startsWith('[Previous line repeated') ? undefined : code;
}

export function isIndented(body: string): boolean {
  return /^[ \t]/.test(body);
}

/** `sure`: frames and a header came before; without them the name must look like an exception's. */
export function parseException(body: string, sure: boolean): { exception: string; message: string } | undefined {
  const [, exception, message = ''] = EXCEPTION.exec(body) ?? [];
  if (exception === undefined || LEVEL.test(exception)) return undefined;
  return sure || EXCEPTION_NAME.test(exception) ? { exception, message } : undefined;
}

/** Whether a line goes on with the message of the exception above it. */
export function continuesMessage(body: string): boolean {
  return (
    body.trim() !== '' && !LOG_LINE.test(body) && !body.includes(HEADER) && !isChainLine(body) && !parseFrame(body)
  );
}

export function isChainLine(line: string): boolean {
  return CHAINED.some((text) => line.includes(text));
}

/** Whether the exception went through a server's handling of a request, which the process survives. */
export function servesRequest(frames: readonly Frame[]): boolean {
  return frames.some(({ file, function: name = '' }) => REQUEST.test(`${file} ${name}`));
}

export function announcesBackground(line: string): boolean {
  return BACKGROUND.test(line);
}
