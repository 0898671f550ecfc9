import type { EntityManager } from '@mikro-orm/postgresql';
import type { User } from '../../entities/user.js';
import { isProblem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { handOver } from '../mail-outbox/hand-over.js';
import { writeNotice } from '../mail-outbox/write-notice.js';
import type { RecoveryCodes } from './confirm-totp.js';
import { lockSeed } from './credential.js';
import { type BothFactors, type BothFactorsProblem, type FactorsContext, proveBothFactors } from './prove-factors.js';
import { replaceRecoveryCodes } from './recovery-codes.js';

interface Replaced {
  codes: string[];
  outboxId: string;
}

async function replace(em: EntityManager, context: FactorsContext, user: User): Promise<Replaced | undefined> {
  const credential = await lockSeed(em, context, user.id);
  if (credential === undefined) return undefined;
  const codes = await replaceRecoveryCodes(em, credential.seed, user.id);
  await recordEvent(em, context, { type: 'RECOVERY_CODES_REPLACE', userId: user.id, actorId: user.id });
  return { codes, outboxId: await writeNotice(em, context, user, 'recovery-codes-replaced') };
}

/** Makes new recovery codes for somebody who proves both factors; the old ones are void. */
export async function regenerateRecoveryCodes(
  context: FactorsContext,
  input: BothFactors,
): Promise<RecoveryCodes | BothFactorsProblem> {
  const user = await proveBothFactors(context, input);
  if (isProblem(user)) return await recordRefusal(context, 'RECOVERY_CODES_REPLACE', input.userId, user);
  const replaced = await context.em.fork().transactional((em) => replace(em, context, user));
  if (replaced === undefined) return problem('CONFLICT');
  handOver(context, replaced.outboxId);
  return { kind: 'recovery-codes', codes: replaced.codes, user };
}
