import { ApolloLink } from '@apollo/client';
import { from, switchMap, tap } from 'rxjs';
import { planOf } from '../link/plan.js';
import type { DeviceTokenStore } from './stores.js';

const SIGN_INS = ['login', 'exchangeToken', 'completeTwoFactor'];

interface SignedIn {
  deviceToken?: string | null;
}

/**
 * Creates the link that identifies this device at its next sign-in, so that failed attempts of others cannot lock it out. Place
 * it before the link of `createAuthLink`. The documents of the sign-in have to select `deviceToken`.
 */
export function deviceTokenLink(store: DeviceTokenStore): ApolloLink {
  return new ApolloLink((operation, forward) => {
    const fields = planOf(operation.query).fields.filter(({ name }) => SIGN_INS.includes(name));
    const { input } = operation.variables;
    if (fields.length === 0 || !input) return forward(operation);
    return from(store.get().catch(() => null)).pipe(
      switchMap((deviceToken) => {
        const known = deviceToken === null ? { rememberDevice: true } : { deviceToken };
        operation.variables = { ...operation.variables, input: { ...known, ...input } };
        return forward(operation);
      }),
      tap(({ data }) => {
        for (const { key } of fields) {
          const token = (data as Record<string, SignedIn | null> | null)?.[key]?.deviceToken;
          if (token) store.set(token).catch(() => undefined); // it only spares a lockout
        }
      }),
    );
  });
}
