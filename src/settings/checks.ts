import { checkProductionBounds } from './production-bounds.js';
import type { Variables } from './schema.js';

/** The reason why the environment is rejected. Never quotes a value. */
export interface SettingProblem {
  /** The name of the variable. */
  readonly name: string;
  /** The rest of a sentence that starts with the name. */
  readonly reason: string;
  /** A valid value, or how to obtain one. */
  readonly example: string;
}

/** Checks rules between settings. Individually rejected values are absent and not reported again. */
export function checkTogether(
  read: Partial<Variables>,
  texts: ReadonlyMap<string, string | undefined>,
  production: boolean,
): { name: keyof Variables; reason: string }[] {
  const problems: { name: keyof Variables; reason: string }[] = [];
  const { DEFAULT_ROLE: role, SIGNUP_ROLES: roles } = read;
  if (role !== undefined && roles !== undefined && !roles.includes(role)) {
    problems.push({ name: 'DEFAULT_ROLE', reason: 'must be one of SIGNUP_ROLES' });
  }
  // The default role replaces a required one in sessions without a second factor, so it must not require one itself.
  const defaultRole = role ?? roles?.[0];
  if (defaultRole !== undefined && read.TWO_FACTOR_REQUIRED_ROLES?.includes(defaultRole)) {
    problems.push({ name: 'TWO_FACTOR_REQUIRED_ROLES', reason: 'must not name DEFAULT_ROLE' });
  }
  // Browsers reject a SameSite=None cookie without Secure, so no session would persist.
  const url = read.PUBLIC_URL;
  const urlIsRefused = url === undefined && (production || texts.get('PUBLIC_URL') !== undefined);
  if (read.COOKIE_SAME_SITE === 'none' && !urlIsRefused && !url?.startsWith('https:')) {
    problems.push({ name: 'COOKIE_SAME_SITE', reason: 'must not be none unless PUBLIC_URL is an https address' });
  }
  // A leaked or retired key must not compromise what another key protects.
  for (const other of ['SECRET_KEY_PREVIOUS', 'ROUTER_SECRET', 'METRICS_TOKEN']) {
    const key = texts.get('SECRET_KEY');
    if (key !== undefined && key === texts.get(other)) {
      problems.push({ name: 'SECRET_KEY', reason: `must differ from ${other}` });
    }
  }
  if (read.METRICS_PORT !== undefined && read.METRICS_PORT === read.PORT) {
    problems.push({ name: 'METRICS_PORT', reason: 'must differ from PORT' });
  }
  if (production) problems.push(...checkProductionBounds(read));
  return problems;
}
