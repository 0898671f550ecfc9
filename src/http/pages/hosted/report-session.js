import { linkPage } from './link-page.js';

linkPage({
  name: 'report-session',
  mutation: `mutation($input: ReportSessionInput!) {
    reportSession(input: $input) {
      __typename
      ... on SessionReported { sessionId mailStatus }
      ... on AuthProblem { code message }
      ... on AuthRateLimitProblem { retryAfterSeconds }
    }
  }`,
  success: 'SessionReported',
});
