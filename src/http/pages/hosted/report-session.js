import { linkPage } from './link-page.js';

const MAILED =
  'A mail with a link to set a new password is on its way to you. Nobody can sign in until you have set it.';
const WAITING = 'A mail with a link to set a new password will reach you as soon as our mail server is back.';

linkPage({
  mutation: `mutation($input: ReportSessionInput!) {
    reportSession(input: $input) {
      __typename
      ... on SessionReported { sessionId mailStatus }
      ... on AuthProblem { code message }
    }
  }`,
  success: 'SessionReported',
  screens: {
    working: { title: 'Signing out everywhere…', text: 'This takes a moment.', button: 'Signing out…' },
    done: ({ mailStatus }) => ({
      title: 'Everybody is signed out',
      text: mailStatus === 'DEFERRED' ? WAITING : MAILED,
      note: 'Choose a password that you use nowhere else.',
    }),
    unusable: {
      title: 'This link no longer works',
      text: 'It was used already, or it is too old.',
      note: 'If you still do not know that sign-in, set a new password: that signs out every device.',
    },
  },
});
