import { linkPage } from './link-page.js';

linkPage({
  name: 'revert-email',
  mutation: `mutation($input: RevertEmailChangeInput!) {
    revertEmailChange(input: $input) {
      __typename
      ... on EmailChangeReverted { email mailStatus }
      ... on AuthProblem { code message }
      ... on AuthRateLimitProblem { retryAfterSeconds }
    }
  }`,
  success: 'EmailChangeReverted',
});
