import type { z } from 'zod';
import { readSender } from './lib/mail-sender.js';
import { checkTogether, type SettingProblem } from './settings/checks.js';
import { isQuoted } from './settings/readers.js';
import { settingsSchema, type Variables } from './settings/schema.js';
import { rawSecret, rawValue } from './settings/secret-files.js';
import { type SettingNotes, settingNotes } from './settings/setting.js';

export type { SettingProblem } from './settings/checks.js';

const PRODUCT = 'Gatehouse';
const DEFAULT_BRAND_COLOR = '#0d6b5e';
const LONGEST_NAME = 64;

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Name>;

/** Settings whose defaults depend on other settings. */
interface CompletedSettings {
  publicUrl: string;
  jwtIssuer: string;
  appName: string;
  brandColor: string;
  signInUrl: string | undefined;
  twoFactorIssuer: string;
  passwordMinLength: number;
  defaultRole: string;
  corsOrigins: readonly string[];
  trustedProxies: readonly string[];
  twoFactorRequiredRoles: readonly string[];
  /** Empty if administration is allowed from everywhere. */
  adminNetworks: readonly string[];
  breachCheck: boolean;
  hibpBaseUrl: string;
}

type ReadSettings = { [Name in keyof Variables as CamelCase<Name>]: Variables[Name] };

/**
 * All settings in camel case, described in `docs/settings.md`. Names that end in `Ttl` or `Seconds` are in seconds, those that
 * end in `Ms` in milliseconds.
 */
export type Settings = Readonly<Omit<ReadSettings, keyof CompletedSettings> & CompletedSettings>;

const variablesOf = new WeakMap<Settings, readonly string[]>();

/** Returns the names of the variables that were set when the settings were loaded. */
export function setVariables(settings: Settings): readonly string[] {
  return variablesOf.get(settings) ?? [];
}

/** The environment was rejected. The message has one line per reason and quotes no value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(
    /** All reasons, in the order of the documentation. */
    readonly problems: readonly SettingProblem[],
  ) {
    const lines = problems.map(({ name, reason, example }) => `  ${name} ${reason}; for example: ${example}`);
    super(['The settings are invalid:', ...lines].join('\n'));
  }
}

/**
 * Loads `.env` from the working directory if it exists. Variables that are already set take precedence.
 * @throws {SettingsError} if the file exists and cannot be read.
 */
export function readEnvironment(file = '.env'): NodeJS.ProcessEnv {
  try {
    process.loadEnvFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') return process.env;
    const reason = `exists but cannot be read (${code})`;
    throw new SettingsError([{ name: file, reason, example: 'a text file that the process can read' }]);
  }
  return process.env;
}

/**
 * Reads all settings from the environment and from the files named by NAME_FILE variables.
 * @throws {SettingsError} with all reasons if anything is missing, malformed or unsafe in production.
 */
export function loadSettings(env: Record<string, string | undefined>): Settings {
  const production = env.NODE_ENV?.trim() === 'production';
  const { values, texts, problems } = readVariables(env, production);
  if (problems.length > 0) throw new SettingsError(problems);
  const settings = complete(values as Variables);
  variablesOf.set(
    settings,
    [...texts].flatMap(([name, text]) => (text === undefined ? [] : [name])),
  );
  return settings;
}

function readVariables(env: Record<string, string | undefined>, production: boolean) {
  const shape = settingsSchema(production).shape;
  const values: Record<string, unknown> = {};
  const texts = new Map<string, string | undefined>();
  const problems: SettingProblem[] = [];
  // Fields are parsed individually, because zod runs checks across fields only if all of them are valid.
  for (const [variable, type] of Object.entries(shape)) {
    const notes = notesOf(type);
    const raw = notes.secret ? rawSecret(env, variable) : rawValue(env, variable);
    if (!raw.ok) {
      const example = raw.name.endsWith('_FILE') ? `/run/secrets/${variable.toLowerCase()}` : exampleOf(notes);
      problems.push({ name: raw.name, reason: raw.reason, example });
      continue;
    }
    texts.set(variable, raw.text);
    const { value, reasons } = readOne(type, raw.text, notes.secret === true);
    if (reasons.length === 0) values[variable] = value;
    problems.push(...reasons.map((reason) => ({ name: variable, reason, example: exampleOf(notes) })));
  }
  for (const { name, reason } of checkTogether(values as Partial<Variables>, texts, production)) {
    problems.push({ name, reason, example: exampleOf(notesOf(shape[name])) });
  }
  return { values, texts, problems };
}

/** The value of one variable, or the reasons why its text is rejected. */
function readOne(type: z.ZodType, text: string | undefined, isSecret: boolean): { value: unknown; reasons: string[] } {
  const result = type.safeParse(text);
  const quoted = text !== undefined && isQuoted(text);
  // A secret can itself start and end with a quotation mark.
  if (quoted && !(isSecret && result.success)) {
    return { value: undefined, reasons: ['must not be in quotation marks: they became part of the value'] };
  }
  const reasons = result.success ? [] : result.error.issues.map((issue) => issue.message);
  return { value: result.data, reasons };
}

/** The roles of administration require a second factor in production; the default role never does. */
function requiredByDefault({ NODE_ENV: mode }: Variables, defaultRole: string): readonly string[] {
  return mode === 'production' ? ['admin', 'support'].filter((role) => role !== defaultRole) : [];
}

function complete(read: Variables): Settings {
  const camelCased = Object.fromEntries(
    Object.entries(read).map(([variable, value]) => [camelCase(variable), value]),
  ) as ReadSettings;
  const appName = (read.APP_NAME ?? (displayNameOf(read.MAIL_FROM) || PRODUCT)).trim();
  const defaultRole = read.DEFAULT_ROLE ?? read.SIGNUP_ROLES[0] ?? '';
  const publicUrl = read.PUBLIC_URL ?? `http://localhost:${read.PORT}`;
  return Object.freeze({
    ...camelCased,
    publicUrl,
    corsOrigins: read.CORS_ORIGINS ?? [],
    trustedProxies: read.TRUSTED_PROXIES ?? [],
    twoFactorRequiredRoles: read.TWO_FACTOR_REQUIRED_ROLES ?? requiredByDefault(read, defaultRole),
    adminNetworks: read.ADMIN_NETWORKS ?? [],
    breachCheck: read.BREACH_CHECK ?? (read.NODE_ENV === 'production' || read.HIBP_BASE_URL !== undefined),
    hibpBaseUrl: read.HIBP_BASE_URL ?? 'https://api.pwnedpasswords.com',
    databaseDirectUrl: read.DATABASE_DIRECT_URL ?? read.DATABASE_URL,
    jwtIssuer: read.JWT_ISSUER ?? publicUrl,
    appName,
    brandColor: read.BRAND_COLOR ?? DEFAULT_BRAND_COLOR,
    signInUrl: read.SIGN_IN_URL ?? read.APP_URL,
    // A colon would end the issuer in an otpauth URL.
    twoFactorIssuer: read.TWO_FACTOR_ISSUER ?? appName.replaceAll(':', ' '),
    passwordMinLength: read.PASSWORD_MIN_LENGTH ?? (read.PASSWORD_POLICY === 'nist' ? 15 : 8),
    defaultRole,
  });
}

/** The display name of a sender. */
function displayNameOf(sender: string): string {
  return Array.from(readSender(sender)?.name ?? '')
    .slice(0, LONGEST_NAME)
    .join('')
    .trim();
}

/** Returns the name of a setting, from the name of its variable. */
export function camelCase(variable: string): string {
  return variable.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

function notesOf(type: z.ZodType): SettingNotes {
  const notes = settingNotes.get(type);
  if (notes === undefined) throw new Error('A setting is declared without its notes.');
  return notes;
}

function exampleOf(notes: SettingNotes): string {
  return notes.advice ?? notes.default ?? notes.example ?? '';
}

/** Threads reserved for files, DNS and token verification while every core hashes a password. */
const SPARE_THREADS = 4;

/**
 * Enlarges libuv's thread pool so that password hashes do not block other work. Has no effect once the pool was used. A size
 * set in the environment is kept.
 */
export function sizeThreadPool(cores: number): void {
  process.env.UV_THREADPOOL_SIZE ??= String(cores + SPARE_THREADS);
}
