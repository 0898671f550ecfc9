import { z } from 'zod';
import { graphqlSettings, limitSettings, passwordSettings, signupSettings, tokenSettings } from './account-settings.js';
import { brandSettings } from './brand-settings.js';
import { metricsSettings } from './metrics-settings.js';
import { protectionSettings } from './protection-settings.js';
import { retentionSettings } from './retention-settings.js';
import { databaseSettings, mailSettings, redisSettings, secretSettings, serverSettings } from './server-settings.js';

/** All settings by group, in the order of the documentation. Production has stricter rules and defaults. */
export function settingGroups(production: boolean) {
  return {
    Server: serverSettings(production),
    Database: databaseSettings(production),
    Redis: redisSettings(),
    Mail: mailSettings(production),
    Branding: brandSettings(production),
    Secrets: secretSettings(production),
    'Tokens and sessions': tokenSettings(production),
    'Passwords and codes': passwordSettings(production),
    'Account protection': protectionSettings(),
    'Sign-up': signupSettings(),
    Limits: limitSettings(production),
    Retention: retentionSettings(),
    Metrics: metricsSettings(production),
    GraphQL: graphqlSettings(production),
  };
}

/** The schema of the environment, with one field per variable. */
export function settingsSchema(production: boolean) {
  const groups = settingGroups(production);
  return z.object({
    ...groups.Server,
    ...groups.Database,
    ...groups.Redis,
    ...groups.Mail,
    ...groups.Branding,
    ...groups.Secrets,
    ...groups['Tokens and sessions'],
    ...groups['Passwords and codes'],
    ...groups['Account protection'],
    ...groups['Sign-up'],
    ...groups.Limits,
    ...groups.Retention,
    ...groups.Metrics,
    ...groups.GraphQL,
  });
}

/** The values of the variables, before settings that depend on others are completed. */
export type Variables = z.output<ReturnType<typeof settingsSchema>>;
