import {
  AdminDeleteUser,
  AdminDisableUser,
  AdminEnableUser,
  AdminEndUserSessions,
  AdminRequirePasswordChange,
  AdminResendVerification,
  AdminResetTwoFactor,
  AdminSendPasswordReset,
  AdminSetUserRole,
  AdminUnlockUser,
  AdminVerifyUserEmail,
} from '../generated/operations.js';
import { make } from '../lib/elements.js';
import { go, href } from '../lib/router.js';
import { account, ask, isAdmin } from '../lib/session.js';
import { say } from '../lib/status-line.js';
import { fill, words } from '../lib/words.js';
import { knownRoles } from '../parts/accounts.js';
import { askAndAct } from '../parts/act-dialog.js';
import { card } from '../parts/chip.js';
import { textField } from '../parts/field.js';

const texts = words.user;
const isUnverified = ({ emailVerifiedAt }) => emailVerifiedAt === null;
const isMe = ({ id }) => id === account().id;
const needsUnlock = ({ state, signInObstacle }) => state === 'LOCKED' || signInObstacle?.remedy === 'UNLOCK';

/**
 * The acts on an account, danger last. `isHelp` marks those that support is allowed to do, `remedy` is the obstacle that an
 * act removes, `fits` says whether it makes sense for an account, and `isOfOthers` that nobody does it to themselves.
 */
const acts = [
  { name: 'unlock', mutation: AdminUnlockUser, isHelp: true, remedy: 'UNLOCK', fits: needsUnlock },
  { name: 'enable', mutation: AdminEnableUser, remedy: 'ENABLE', fits: ({ disabledAt }) => disabledAt !== null },
  { name: 'sendReset', mutation: AdminSendPasswordReset, isHelp: true, remedy: 'SEND_PASSWORD_RESET' },
  {
    name: 'resend',
    mutation: AdminResendVerification,
    isHelp: true,
    remedy: 'RESEND_VERIFICATION',
    fits: isUnverified,
  },
  {
    name: 'endSessions',
    mutation: AdminEndUserSessions,
    isHelp: true,
    fits: ({ liveSessionCount }) => liveSessionCount > 0,
  },
  { name: 'verify', mutation: AdminVerifyUserEmail, fits: isUnverified },
  { name: 'requirePassword', mutation: AdminRequirePasswordChange },
  {
    name: 'setRole',
    mutation: AdminSetUserRole,
    isOfOthers: true,
    fields: ({ role }) => [
      textField(words.users.role, {
        name: 'role',
        value: role,
        required: true,
        suggestions: knownRoles,
        maxlength: 32,
      }),
    ],
  },
  {
    name: 'resetFactor',
    mutation: AdminResetTwoFactor,
    remedy: 'RESET_TWO_FACTOR',
    isDangerous: true,
    fits: ({ twoFactorEnabledAt }) => twoFactorEnabledAt !== null,
  },
  {
    name: 'disable',
    mutation: AdminDisableUser,
    isDangerous: true,
    isOfOthers: true,
    fits: ({ disabledAt }) => disabledAt === null,
  },
  {
    name: 'delete',
    mutation: AdminDeleteUser,
    isDangerous: true,
    isOfOthers: true,
    fields: () => [textField(words.acts.delete.confirm, { name: 'email', type: 'email', required: true })],
  },
];

/** Whether the signed-in user is allowed to do something to an account that it fits. */
export function mayAct(user, { isHelp = false, isOfOthers = false, fits = () => true }) {
  const isAllowed = isAdmin() || (isHelp && user.role !== 'admin');
  return isAllowed && !(isOfOthers && isMe(user)) && fits(user);
}

/** The act that removes what prevents a sign-in; undefined if there is none. */
export function remedyOf({ signInObstacle }) {
  return acts.find(({ remedy }) => remedy !== undefined && remedy === signInObstacle?.remedy);
}

/** Asks for reason and ticket, acts, says the outcome, and shows the account as it is then. */
export async function openAct({ name, mutation, isDangerous, fields = () => [] }, user, reload) {
  const { title, text, button, done } = words.acts[name];
  const values = { email: user.email };
  const acted = await askAndAct({
    title: fill(title, values),
    text: fill(text, values),
    submit: button.replace('…', ''),
    isDangerous,
    fields: fields(user),
    act: (input) => ask(mutation, { input: { ...input, userId: user.id } }),
  });
  if (acted === undefined) return;
  const late = acted.mailStatus === 'DEFERRED' ? ` ${words.act.mailDeferred}` : '';
  say(fill(done, { ...values, count: acted.endedSessions }) + late);
  if (name === 'delete') go(href('/users'));
  else reload();
}

/** The acts that are possible on an account: the mending one first, danger last. */
export function actionsOf(user, reload) {
  const remedy = remedyOf(user);
  const possible = acts.filter((act) => mayAct(user, act));
  const sorted = possible.toSorted((one, other) => Number(other === remedy) - Number(one === remedy));
  const buttons = sorted.map((act) => {
    const classes = act === remedy ? 'button' : act.isDangerous ? 'button quiet danger' : 'button quiet';
    const onclick = () => void openAct(act, user, reload);
    return make('button', { type: 'button', class: classes, onclick }, words.acts[act.name].button);
  });
  const note = possible.length === 0 && make('p', { class: 'muted' }, texts.noActs);
  return make(
    'aside',
    { 'aria-label': texts.acts },
    card(texts.acts, make('div', { class: 'acts' }, ...buttons), note),
  );
}
