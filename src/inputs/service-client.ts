import { z } from 'zod';
import { isBlank, trimmed } from '../lib/visible-text.js';
import { line, violates } from './text.js';
import { moment } from './time.js';

/** What a service can be allowed to do. */
export const serviceScopes = ['users:read', 'tokens:introspect', 'sessions:end', 'events:read'] as const;
export type ServiceScope = (typeof serviceScopes)[number];

const LONGEST_NAME = 100;
const MOST_SCOPES = 20;

function isServiceScope(text: string): text is ServiceScope {
  return serviceScopes.some((known) => known === text);
}

/** Rules of the inputs for service clients. Whether the expiry is in the future is checked where the time is known. */
export const serviceClientInputs = {
  create: z.object({
    name: z
      .string()
      .transform(trimmed)
      .pipe(line(LONGEST_NAME).refine((text) => !isBlank(text), violates('blank', 'Enter a name.'))),
    scopes: z
      .array(z.string())
      .min(1, 'Name at least one scope.')
      .max(MOST_SCOPES, `Use at most ${MOST_SCOPES} scopes.`)
      .refine((scopes) => scopes.every(isServiceScope), violates('oneOf', `Use only ${serviceScopes.join(', ')}.`))
      .transform((scopes) => serviceScopes.filter((known) => scopes.includes(known))),
    expiresAt: moment.nullish(),
  }),
  onClient: z.object({ clientId: z.string() }),
} as const;

/** A new service client, as its rules transform it. */
export type NewServiceClient = z.output<typeof serviceClientInputs.create>;
