import type { IMiddlewareFunction } from 'graphql-middleware';
import { normalIdentifier } from '../lib/email-address.js';
import { countedName } from '../lib/email-key.js';
import { preferRequest, workOnRowsOf } from '../lib/request-scope.js';
import { operations } from '../operations/all.js';
import type { AccountName, OpenMutation } from '../operations/operation.js';
import type { Context } from '../request.js';
import { workOnRowsOfSession, workOnRowsOfToken } from '../services/accounts/account-of.js';

type Input = Partial<Record<'identifier' | 'email' | 'token' | 'resetToken' | 'challenge' | 'refreshToken', unknown>>;
type Naming = (input: Input, context: Context) => void | Promise<void>;

/**
 * Names the rows by what the caller typed, alike for names with and without an account. The key is not the account's own, so
 * typing another user's name does not delay what its owner requests with a token.
 */
const byName: Naming = (input, { settings }) => {
  const name = input.identifier ?? input.email;
  if (typeof name === 'string') {
    workOnRowsOf(`name:${countedName(settings.emailDeduplication, normalIdentifier(name))}`);
  }
};

/**
 * Names the rows by the account of the token, because an account may have many tokens. A token that was used and deleted
 * keeps a key of its own.
 */
const byToken: Naming = async (input, context) => {
  const token = input.token ?? input.resetToken ?? input.challenge;
  if (typeof token !== 'string') return;
  workOnRowsOf(`token:${token}`);
  await workOnRowsOfToken(context, token);
};

/** Names the rows by the session: a refresh waits for no row until it has read whose session it is. */
const bySession: Naming = (input, context) => {
  const { token } = context.presentedSession(input.refreshToken);
  if (token !== undefined) workOnRowsOf(`session:${token.sessionId}`);
};

/** The context already names the rows of a signed-in caller. */
const byEndingSession: Naming = async (_input, context) => {
  const { actor } = context;
  if (actor.kind === 'user') return;
  const sessionId =
    context.presentedSession(null).token?.sessionId ?? (actor.kind === 'rejected' ? actor.sessionId : null);
  if (sessionId !== null) await workOnRowsOfSession(context, sessionId);
};

const namings: Readonly<Record<AccountName, Naming>> = {
  identifier: byName,
  token: byToken,
  'refresh-token': bySession,
  'held-session': byEndingSession,
};

function nameRows({ account, signsIn }: OpenMutation): IMiddlewareFunction<unknown, Context> {
  const naming = namings[account];
  return async (resolve, parent, args, context, info) => {
    if (signsIn === true) preferRequest();
    await naming(args.input ?? {}, context);
    return await resolve(parent, args, context, info);
  };
}

/** Names the rows that each mutation for anonymous callers works on; the context names those of signed-in callers. */
export const rowsOfMutations: Record<string, IMiddlewareFunction<unknown, Context>> = Object.fromEntries(
  Object.entries(operations.Mutation).flatMap(([field, row]) =>
    row.who === 'anyone' ? [[field, nameRows(row)] as const] : [],
  ),
);
