import { z } from 'zod';
import type { Reader } from './readers.js';

/** What the generated documentation and the refusals say about a setting. */
export interface SettingNotes {
  /** One sentence. */
  readonly description: string;
  /** Text that would be read as the default, where there is one. */
  readonly default?: string;
  /** Where the default comes from when another setting decides it. */
  readonly derivedDefault?: string;
  /** A right value, which also loads from `.env.example` where the files that it names are there; the default stands in for it. */
  readonly example?: string;
  /** What a refusal advises where a value to copy would be wrong, as for a key. */
  readonly advice?: string;
  /** Whether the value is secret and may come from a file. */
  readonly secret?: boolean;
  /** Whether the gateway does not start without it. */
  readonly required?: boolean;
}

/** The notes of every setting of a schema. */
export const settingNotes = z.registry<SettingNotes>();

type Setting<T> = z.ZodType<T, string | undefined>;

/** A setting that has a default, written as a user would write it. */
export function withDefault<T>(reader: Reader<T>, value: string, notes: SettingNotes): Setting<T> {
  return reader.prefault(value).register(settingNotes, { ...notes, default: value });
}

/** A setting that may be left out. */
export function optional<T>(reader: Reader<T>, notes: SettingNotes): Setting<T | undefined> {
  return reader.optional().register(settingNotes, notes);
}

/** A setting without which the gateway does not start. */
export function required<T>(reader: Reader<T>, notes: SettingNotes): Setting<T> {
  return reader.register(settingNotes, { ...notes, required: true });
}

/** A setting that may be left out outside production only. */
export function requiredInProduction<T>(
  production: boolean,
  reader: Reader<T>,
  notes: SettingNotes,
): Setting<T | undefined> {
  return production ? required(reader, notes) : optional(reader, notes);
}
