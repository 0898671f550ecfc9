import { checkProductionBounds } from './production-bounds.js';
import type { Variables } from './schema.js';

/** One reason why the environment is refused; it never quotes a value. */
export interface SettingProblem {
  /** The variable. */
  readonly name: string;
  /** Completes a sentence that starts with the name. */
  readonly reason: string;
  /** A right value, or how to get one. */
  readonly example: string;
}

/** The rules between settings; a value that was refused by itself is absent, and nothing is said about it again. */
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
  // What other sessions of a role's users hold instead must itself ask for nothing more.
  const defaultRole = role ?? roles?.[0];
  if (defaultRole !== undefined && read.TWO_FACTOR_REQUIRED_ROLES?.includes(defaultRole)) {
    problems.push({ name: 'TWO_FACTOR_REQUIRED_ROLES', reason: 'must not name DEFAULT_ROLE' });
  }
  // Browsers drop a SameSite=None cookie that is not Secure, and nobody would stay signed in.
  const url = read.PUBLIC_URL;
  const urlIsRefused = url === undefined && (production || texts.get('PUBLIC_URL') !== undefined);
  if (read.COOKIE_SAME_SITE === 'none' && !urlIsRefused && !url?.startsWith('https:')) {
    problems.push({ name: 'COOKIE_SAME_SITE', reason: 'must not be none unless PUBLIC_URL is an https address' });
  }
  // One leaked or retired key must not open what another protects.
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
