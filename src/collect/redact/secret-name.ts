/**
 * Decides by its name whether a variable, flag, header or setting holds a credential, and whether its value can be one at all.
 * It knows names and forms only; what is done about them is decided where the text stands.
 */
import { placeholderVerdict } from './placeholder.ts';

const SECRET_NAME =
  /PASS(?:WORD|WD|PHRASE)|(?:^|_)(?:PASS|PWD|SAS|DSN|PAT|PIN)(?:_|$)|SECRET|TOKEN|(?:^|_)KEY$|APIKEY|(?:API|ACCESS|ACCOUNT|PRIVATE|SHARED|ENCRYPTION|SIGNING|STORAGE)_?KEY|CREDENTIAL|CONNECTION_?STRING|(?:^|_)CONN_?STR|(?:^|_)(?:AUTHORIZATION|COOKIE)$/i;
/** Names that speak of secrets without holding one: the name of a Secret, the place of a file, a switch, a limit. */
const NOT_SECRET_NAME =
  /(?:_NAME|_NAMESPACE|_PATH|_FILE|_DIR|_HEADER|_TYPE|_ENABLED|_DISABLED|_TTL|_TIMEOUT|_URL|_URI|_ID|_LENGTH|_LIMIT|_COUNT|_BATCH)$|^(?:MAX|MIN|NUM|N|ENABLE|DISABLE|USE)_|TOKENIZER|_UID$/i;
/** Values that can be no credential: switches, numbers up to 6 digits, paths that a process opens, `$(NAME)` and `$NAME`. */
const PLAIN_VALUE = /^(?:true|false|yes|no|on|off|\d{1,6}|\/[\w./-]{0,200}|\$\([\w.-]{1,200}\)|\$\w{1,200})$/i;
/** Longer names are text, and no names. */
const LONGEST_NAME = 256;

/** `DB_PASSWORD`, `db-password`, `spring.datasource.password`, `dbPassword`. */
export function isSecretName(name: string): boolean {
  if (name.length > LONGEST_NAME) return false;
  const words = name.replaceAll(/[-.]/g, '_').replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
  return SECRET_NAME.test(words) && !NOT_SECRET_NAME.test(words);
}

/** Whether the value under this name has to go. What looks like a placeholder stays: in production it is a finding. */
export function holdsSecret(name: string, value: string): boolean {
  return isSecretName(name) && !PLAIN_VALUE.test(value) && placeholderVerdict(name, value) === undefined;
}
