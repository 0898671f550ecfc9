import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { adminInputs } from '../../inputs/admin.js';
import { parseInput } from '../../inputs/parse.js';
import { isUuid } from '../../lib/uuid.js';
import type { Problem } from '../../problems.js';
import { isProblem, problem } from '../../problems.js';
import type { Context } from '../../request.js';
import {
  AdminMailQueued,
  AdminMailResult,
  AdminRetryMailInput,
  AdminSendTestMailInput,
} from '../../schema/admin/mail-acts.js';
import {
  AdminRotateSigningKeyResult,
  AdminSigningKey,
  AdminSigningKeyRotated,
} from '../../schema/admin/signing-key.js';
import { type MailQueued, retryMail, sendTestMail } from '../../services/admin/mail-acts.js';
import { rotateSigningKey } from '../../services/admin/rotate-signing-key.js';
import { toAdminMail } from '../mapping/admin-mail.js';
import { staffOf } from './act.js';

function queued(outcome: MailQueued | Problem): AdminMailQueued | Problem {
  return isProblem(outcome) ? outcome : Object.assign(new AdminMailQueued(), { mail: toAdminMail(outcome.mail) });
}

/** The acts that concern the gateway rather than an account. */
@Resolver()
export class AdminSystemActsResolver {
  @Mutation(() => AdminMailResult, {
    description:
      'Sends an email again that failed or was discarded. CONFLICT in any other state, and if its code is no longer valid.',
  })
  async adminRetryMail(
    @Arg('input', () => AdminRetryMailInput, { description: 'The email.' }) input: AdminRetryMailInput,
    @Ctx() context: Context,
  ) {
    const { mailId } = parseInput(adminInputs.retryMail, input);
    const by = staffOf(context);
    if (isProblem(by)) return by;
    return isUuid(mailId) ? queued(await retryMail(context, by, mailId.toLowerCase())) : problem('NOT_FOUND');
  }

  @Mutation(() => AdminMailResult, {
    description: 'Sends a test email.',
  })
  async adminSendTestMail(
    @Arg('input', () => AdminSendTestMailInput, { description: 'The address.' }) input: AdminSendTestMailInput,
    @Ctx() context: Context,
  ) {
    const { email } = parseInput(adminInputs.sendTestMail, input);
    const by = staffOf(context);
    return isProblem(by) ? by : queued(await sendTestMail(context, by, email));
  }

  @Mutation(() => AdminRotateSigningKeyResult, {
    description:
      'Publishes a new signing key, which signs once every verifier can know it. CONFLICT while an earlier one waits to sign.',
  })
  async adminRotateSigningKey(@Ctx() context: Context) {
    const by = staffOf(context);
    if (isProblem(by)) return by;
    const outcome = await rotateSigningKey(context, by);
    if (isProblem(outcome)) return outcome;
    const { id, algorithm, createdAt, activeFrom } = outcome.key;
    const state = 'PUBLISHED' as const;
    const key = Object.assign(new AdminSigningKey(), { id, algorithm, createdAt, activeFrom, retiresAt: null, state });
    return Object.assign(new AdminSigningKeyRotated(), { key });
  }
}
