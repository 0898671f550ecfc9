import { z } from 'zod';
import { CODE_LENGTH, normalCode } from '../lib/typed-code.js';
import { line, matching, wellFormed } from './text.js';

const LONGEST_PASSWORD = 1_024;
/** Room for a recovery code with a space between all of its characters. */
const LONGEST_TYPED_CODE = 128;
const typedCode = z.string().max(LONGEST_TYPED_CODE, 'This is not a code.').transform(normalCode);

/** A new password, of any length: the password policy has its own limits. */
export const chosenPassword = wellFormed(z.string());

/** A password to compare, short enough to be hashed. */
export const presentedPassword = wellFormed(
  z.string().max(LONGEST_PASSWORD, `Use at most ${LONGEST_PASSWORD} characters.`),
);

/** An authenticator code or a recovery code; verification decides which. */
export const secondFactorCode = typedCode.pipe(line(64));

/** A code that was sent by email. */
export const mailedCode = typedCode.pipe(
  matching(new RegExp(`^[0-9]{${CODE_LENGTH}}$`), 'code', `A code has ${CODE_LENGTH} digits.`),
);

/** An opaque token; the operation that takes it decides whether it is valid. */
export const token = z.string();
