import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { nearestName } from './nearest-name.js';
import { settingsSchema } from './schema.js';
import { settingNotes } from './setting.js';

/** Common variables of other programs in an `.env` file: Node.js, PostgreSQL, Docker and proxies. */
const FOREIGN =
  /^(?:NODE_|NPM_|UV_|PG|POSTGRES_|REDIS_PASSWORD$|COMPOSE_|DOCKER_|GATEHOUSE_|OTEL_|LC_|LANG$|TZ$|(?:HTTPS?|NO)_PROXY$|SSL_CERT_|MALLOC_|COREPACK_)/i;
/**
 * Names that can be printed: those in the form of a setting. Anything else could be part of a key that was split across lines.
 */
const PLAIN_NAME = /^[A-Z][A-Z_]{2,39}$/;
/** Minimum length of a checked name. Shorter names of other programs are too often one letter away from a setting. */
const LEAST_ENVIRONMENT_NAME = 9;

interface Names {
  settings: readonly string[];
  /** Includes the variables that name files of secrets. */
  all: readonly string[];
}

function knownNames(): Names {
  const { shape } = settingsSchema(true);
  const secrets = Object.entries(shape).filter(([, type]) => settingNotes.get(type)?.secret === true);
  const settings = Object.keys(shape);
  return { settings, all: [...settings, ...secrets.map(([name]) => `${name}_FILE`)] };
}

function warningOf(place: string, name: string, { settings, all }: Names): string | undefined {
  const settingOfFile = settings.find((setting) => name === `${setting}_FILE`);
  if (settingOfFile !== undefined) {
    return `${place} sets ${name}, which is ignored: only secrets are read from files. Set ${settingOfFile} itself.`;
  }
  const meant = nearestName(name, all);
  const shown = PLAIN_NAME.test(name) ? name : 'a name';
  if (meant !== undefined)
    return `${place} sets ${shown}, which is not a setting and is ignored; did you mean ${meant}?`;
  return FOREIGN.test(name)
    ? undefined
    : `${place} sets ${shown}, which is not a setting and is ignored (docs/settings.md).`;
}

function namesIn(file: string): string[] {
  try {
    return Object.keys(parseEnv(readFileSync(file, 'utf8')));
  } catch {
    return []; // a missing file sets nothing, and an unreadable one was rejected before
  }
}

/**
 * Warns about variables that are not settings: all of them in the file, and those in the environment that resemble a setting.
 * One sentence each, without values.
 */
export function unknownNameWarnings(env: Record<string, string | undefined>, file = '.env'): string[] {
  const names = knownNames();
  const isUnknown = (name: string) => !names.all.includes(name);
  const inFile = namesIn(file).filter(isUnknown);
  const nearlyOurs = Object.keys(env).filter((name) => {
    if (!isUnknown(name) || inFile.includes(name) || name.length < LEAST_ENVIRONMENT_NAME) return false;
    return (
      names.settings.includes(name.replace(/_FILE$/, '')) ||
      (nearestName(name, names.all) !== undefined && !FOREIGN.test(name))
    );
  });
  const warnings = [
    ...inFile.map((name) => warningOf(file, name, names)),
    ...nearlyOurs.map((name) => warningOf('The environment', name, names)),
  ];
  return [...new Set(warnings.filter((warning) => warning !== undefined))];
}
