import { createRequire } from 'node:module';
import type * as Core from '@zxcvbn-ts/core';
import type * as LanguageCommon from '@zxcvbn-ts/language-common';
import { once } from '../../lib/once.js';

const require = createRequire(import.meta.url);

/** Loads the strength estimate when the first password is chosen, as it would slow down every start. */
export const loadEstimate = () => require('@zxcvbn-ts/core') as typeof Core;

/** Loads the dictionaries of the estimate, which take several megabytes. */
export const loadDictionaries = () => require('@zxcvbn-ts/language-common') as typeof LanguageCommon;

/** The most common passwords, ranked and in lower case. */
export const rankedPasswords: () => readonly string[] = once(() =>
  (loadDictionaries().dictionary['passwords-common'] ?? []).map(String),
);
