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
 * By what a stranger names an account; the same for names that have one and names that have none. It is no account's own key:
 * whoever types the name of another holds nothing up that its owner asks with a token.
 */
const byName: Naming = (input, { settings }) => {
  const name = input.identifier ?? input.email;
  if (typeof name === 'string') {
    workOnRowsOf(`name:${countedName(settings.emailDeduplication, normalIdentifier(name))}`);
  }
};

/** An account may have many tokens, so they are told apart by it; one that was used up and deleted goes by itself. */
const byToken: Naming = async (input, context) => {
  const token = input.token ?? input.resetToken ?? input.challenge;
  if (typeof token !== 'string') return;
  workOnRowsOf(`token:${token}`);
  await workOnRowsOfToken(context, token);
};

/** The refresh waits for no row until it has read whose it is. */
const bySession: Naming = (input, context) => {
  const { token } = context.presentedSession(input.refreshToken);
  if (token !== undefined) workOnRowsOf(`session:${token.sessionId}`);
};

/** Whoever is signed in is known already. */
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

/** Says whose rows each mutation that is open to strangers works on; of those who are signed in, the context says it. */
export const rowsOfMutations: Record<string, IMiddlewareFunction<unknown, Context>> = Object.fromEntries(
  Object.entries(operations.Mutation).flatMap(([field, row]) =>
    row.who === 'anyone' ? [[field, nameRows(row)] as const] : [],
  ),
);
