import { linkPage } from './link-page.js';

const MAILED = 'Every device is signed out, and a mail with a link to set a new password is on its way to you.';
const WAITING =
  'Every device is signed out. A mail with a link to set a new password will reach you as soon as our mail server is back.';

linkPage({
  mutation: `mutation($input: RevertEmailChangeInput!) {
    revertEmailChange(input: $input) {
      __typename
      ... on EmailChangeReverted { email mailStatus }
      ... on AuthProblem { code message }
    }
  }`,
  success: 'EmailChangeReverted',
  screens: {
    working: { title: 'Taking your account back…', text: 'This takes a moment.', button: 'One moment…' },
    done: ({ mailStatus }) => ({
      title: 'Your account has its old address again',
      text: mailStatus === 'DEFERRED' ? WAITING : MAILED,
      note: 'Choose a password that you use nowhere else.',
    }),
    CONFLICT: {
      title: 'This address has another account',
      text: 'Your old address was taken for another account in the meantime, so this one cannot have it back.',
      note: 'The link stays good for now. Ask those who run this service for help.',
      button: 'Try again',
    },
    unusable: {
      title: 'This link no longer works',
      text: 'It was used already, or it is too old.',
      note: 'If you did not change the address, ask those who run this service for help.',
    },
  },
});
