import { sessionProxy } from '@gatehouse/apollo-client/next';
import { gateway } from '../../../../gatehouse';

/** Passes the browser's operations on to the gateway, so that its cookies belong to this origin. */
export const { GET, POST } = sessionProxy({ gateway });
