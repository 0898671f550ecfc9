import type { IMiddlewareFunction } from 'graphql-middleware';
import type { Context } from '../context.js';
import { normalIdentifier } from '../lib/email-address.js';
import { countedName } from '../lib/email-key.js';
import { preferRequest, workOnRowsOf } from '../lib/request-scope.js';
import { readRefreshToken } from '../services/tokens/refresh-tokens.js';
import { rootPermissions } from './permissions.js';
import { isSignedIn } from './rules.js';

type Input = Partial<Record<'identifier' | 'email' | 'token' | 'resetToken' | 'challenge' | 'refreshToken', unknown>>;

/** By what a stranger names the rows that a call is about; the same for names that have an account and names that have none. */
function rowsNamed(input: Input, { settings, secretKeys, refreshCookie }: Context): string | undefined {
  const name = input.identifier ?? input.email;
  if (typeof name === 'string') return `name:${countedName(settings.emailDeduplication, normalIdentifier(name))}`;
  const token = input.token ?? input.resetToken ?? input.challenge;
  if (typeof token === 'string') return `token:${token}`;
  const presented = input.refreshToken ?? refreshCookie.value;
  if (typeof presented !== 'string') return undefined;
  const sessionId = readRefreshToken(secretKeys, presented)?.sessionId;
  return sessionId === undefined ? undefined : `session:${sessionId}`;
}

/** What begins or renews a session. */
const SIGN_INS: ReadonlySet<string> = new Set(['login', 'completeTwoFactor', 'exchangeToken', 'refresh']);

const nameRows: IMiddlewareFunction<unknown, Context> = (resolve, parent, args, context, info) => {
  const key = rowsNamed(args.input ?? {}, context);
  if (key !== undefined) workOnRowsOf(key);
  if (SIGN_INS.has(info.fieldName)) preferRequest();
  return resolve(parent, args, context, info);
};

/** Says whose rows each mutation that is open to strangers works on; of those who are signed in, the context says it. */
export const rowsOfMutations: Record<string, IMiddlewareFunction<unknown, Context>> = Object.fromEntries(
  Object.entries(rootPermissions.Mutation)
    .filter(([, rule]) => rule !== isSignedIn)
    .map(([field]) => [field, nameRows]),
);
