import { isDeepStrictEqual } from 'node:util';
import { camelCase, type Settings, setVariables } from '../settings.js';
import { settingsSchema } from './schema.js';
import { settingNotes } from './setting.js';

/** A setting as it applies, for people. */
export interface DescribedSetting {
  name: string;
  /** Masked if it is a secret; without the password if it is a URL. */
  value: string;
  /** Whether it was set; false for a default. */
  isSet: boolean;
  /** Whether it was set to another value than its default. A default that depends on other settings is not compared. */
  isChanged: boolean;
  isSecret: boolean;
}

const MASK = '********';

/** Hides the password of a URL, because addresses of servers carry one. */
function withoutPassword(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.password === '') return text;
  url.password = MASK;
  return url.href;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).join(',');
  return typeof value === 'object' ? JSON.stringify(value) : withoutPassword(String(value));
}

/** Describes every setting as it applies, in the order of the documentation. Holds no secret. */
export function describeSettings(settings: Settings): DescribedSetting[] {
  const isSetByName = new Set(setVariables(settings));
  const shape = settingsSchema(settings.nodeEnv === 'production').shape;
  return Object.entries(shape).map(([name, type]) => {
    const isSecret = settingNotes.get(type)?.secret === true;
    const value = (settings as unknown as Record<string, unknown>)[camelCase(name)];
    const isSet = isSetByName.has(name);
    const isChanged = isSet && !isDeepStrictEqual(value, type.safeParse(undefined).data);
    const shown = isSecret && value !== undefined ? maskOf(value) : textOf(value);
    return { name, value: shown, isSet, isChanged, isSecret };
  });
}

/** A secret that is a URL keeps its host, which is what a reader looks for. */
function maskOf(value: unknown): string {
  const text = String(value);
  return URL.canParse(text) && text.includes('://') ? new URL(text).host : MASK;
}
