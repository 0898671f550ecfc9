import { z } from 'zod';
import type { Reader } from './readers.js';

/** Properties of a setting for the generated documentation and for error messages. */
export interface SettingNotes {
  /** One sentence. */
  readonly description: string;
  /** The text that is read if the setting is not set. */
  readonly default?: string;
  /** The source of the default if it depends on another setting. */
  readonly derivedDefault?: string;
  /** A valid value for `.env.example`, provided that files it names exist. Without it, the default is the example. */
  readonly example?: string;
  /** Advice for error messages if there is no useful example, such as for a key. */
  readonly advice?: string;
  /** True if the value is secret and can be read from a file. */
  readonly secret?: boolean;
  /** True if the gateway does not start without it. */
  readonly required?: boolean;
}

/** The properties of every setting. */
export const settingNotes = z.registry<SettingNotes>();

type Setting<T> = z.ZodType<T, string | undefined>;

/** A setting with a default, given as text. */
export function withDefault<T>(reader: Reader<T>, value: string, notes: SettingNotes): Setting<T> {
  return reader.prefault(value).register(settingNotes, { ...notes, default: value });
}

/** An optional setting. */
export function optional<T>(reader: Reader<T>, notes: SettingNotes): Setting<T | undefined> {
  return reader.optional().register(settingNotes, notes);
}

/** A required setting. */
export function required<T>(reader: Reader<T>, notes: SettingNotes): Setting<T> {
  return reader.register(settingNotes, { ...notes, required: true });
}

/** A setting that is required only in production. */
export function requiredInProduction<T>(
  production: boolean,
  reader: Reader<T>,
  notes: SettingNotes,
): Setting<T | undefined> {
  return production ? required(reader, notes) : optional(reader, notes);
}
