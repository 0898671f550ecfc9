import { readFileSync } from 'node:fs';

/** The text of a variable, or the reason why it could not be read. */
export type RawValue = { ok: true; text: string | undefined } | { ok: false; name: string; reason: string };

/** The trimmed text of a variable. An empty one counts as unset. */
export function rawValue(environment: Record<string, string | undefined>, name: string): RawValue {
  const text = environment[name]?.trim();
  return { ok: true, text: text === '' ? undefined : text };
}

/** The text of a secret, from the variable itself or from the file named by NAME_FILE. Errors never quote either. */
export function rawSecret(environment: Record<string, string | undefined>, name: string): RawValue {
  const fileVariable = `${name}_FILE`;
  const path = environment[fileVariable]?.trim();
  // Secrets are not trimmed, as they can start or end with white space.
  const text = environment[name] || undefined;
  if (!path) return { ok: true, text };
  if (text !== undefined) return { ok: false, name: fileVariable, reason: `must not be set together with ${name}` };
  try {
    const content = readFileSync(path, 'utf8').replace(/[\r\n]+$/, '');
    if (content === '') return { ok: false, name: fileVariable, reason: 'names a file that is empty' };
    return { ok: true, text: content };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { ok: false, name: fileVariable, reason: `names a file that cannot be read (${code})` };
  }
}
