import { linkPage } from './link-page.js';

linkPage({
  mutation: `mutation($input: VerifyEmailWithTokenInput!) {
    verifyEmailWithToken(input: $input) {
      __typename
      ... on EmailVerified { user { id } }
      ... on AuthProblem { code message }
    }
  }`,
  success: 'EmailVerified',
  screens: {
    working: { title: 'Confirming your address…', text: 'This takes a moment.', button: 'Confirming…' },
    done: () => ({ title: 'Your address is confirmed', text: 'You can go back and sign in.' }),
    unusable: {
      title: 'This link no longer works',
      text: 'It was used already, or it is too old, or a newer mail has taken its place.',
      note: 'Try to sign in: if your address still has to be confirmed, you can ask for a new mail there.',
    },
  },
});
