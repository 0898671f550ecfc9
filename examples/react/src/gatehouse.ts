import { createGatehouseClient } from '@gatehouse/apollo-client';

const uri: string = import.meta.env.VITE_GATEHOUSE_URL ?? 'http://localhost:4000/graphql';

/** Apollo Client with everything that the gateway needs, and the session of the user. */
export const { client, session } = createGatehouseClient({ uri });
