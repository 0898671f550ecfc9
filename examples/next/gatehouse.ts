/** The gateway's GraphQL endpoint, as this server reaches it. */
export const gateway = process.env.GATEHOUSE_URL ?? 'http://localhost:4000/graphql';

/** The gateway's PUBLIC_URL, which issues the access tokens. */
export const issuer = process.env.GATEHOUSE_ISSUER ?? new URL(gateway).origin;
