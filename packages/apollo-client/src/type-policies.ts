import type { TypePolicies } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

/**
 * How `InMemoryCache` stores the gateway's types: lists grow page by page, the configuration exists once, and tokens are never
 * stored under a name of their own.
 */
export const typePolicies: TypePolicies = {
  AuthConfig: { keyFields: [] },
  AuthTokens: { keyFields: false },
  Query: {
    fields: {
      mySessions: /* @__PURE__ */ relayStylePagination(),
      myAuditEvents: /* @__PURE__ */ relayStylePagination(),
    },
  },
  User: { fields: { sessions: /* @__PURE__ */ relayStylePagination() } },
};
