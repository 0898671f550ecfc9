import type { OneTimeCodePurpose } from '../../entities/one-time-code.js';
import type { Statement } from '../../lib/query.js';
import { workOnRowsOf } from '../../lib/request-scope.js';
import { readToken } from '../one-time-codes/derive.js';
import { readChallenge } from '../two-factor/challenge.js';
import type { UseCaseContext } from '../use-case.js';

type Needs = Pick<UseCaseContext, 'query' | 'secretKeys'>;

const PURPOSES: readonly OneTimeCodePurpose[] = [
  'VERIFY_EMAIL',
  'EXCHANGE',
  'RESET_PASSWORD',
  'RESET_TICKET',
  'REVERT_EMAIL',
  'REPORT_SESSION',
];

const OF_SESSION: Statement = { name: 'account-of-session', text: 'SELECT user_id FROM sessions WHERE id = $1' };
const OF_TOKEN: Statement = {
  name: 'account-of-token',
  text: `SELECT user_id FROM one_time_codes WHERE id = $1
    UNION ALL SELECT user_id FROM two_factor_challenges WHERE id = $1`,
};

async function workOnRows(context: Needs, owner: Statement, id: string | undefined): Promise<void> {
  const [row] = id === undefined ? [] : await context.query(owner, [id]);
  if (row?.user_id != null) workOnRowsOf(`user:${String(row.user_id)}`);
}

/** Marks the rest of the request as work on the rows of the session's account. */
export async function workOnRowsOfSession(context: Needs, sessionId: string): Promise<void> {
  await workOnRows(context, OF_SESSION, sessionId);
}

/**
 * As `workOnRowsOfSession`, for the account of an emailed token, a reset token or a challenge. A forged token causes no
 * query.
 */
export async function workOnRowsOfToken(context: Needs, token: string): Promise<void> {
  const { secretKeys } = context;
  const [id] = PURPOSES.map((purpose) => readToken(secretKeys, purpose, token)).filter((one) => one !== undefined);
  await workOnRows(context, OF_TOKEN, id ?? readChallenge(secretKeys, token));
}
