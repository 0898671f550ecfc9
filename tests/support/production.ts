import { randomBytes } from 'node:crypto';

/** The origin under which a gateway with `productionSettings` is reached. */
export const PUBLIC_ORIGIN = 'https://auth.example.com';

/** What production demands beside the database; no mail server is there, and none is asked at the start. */
export function productionSettings(more: Record<string, string> = {}): Record<string, string> {
  return {
    NODE_ENV: 'production',
    PUBLIC_URL: PUBLIC_ORIGIN,
    SMTP_URL: 'smtps://127.0.0.1:1',
    MAIL_FROM: 'no-reply@example.com',
    SECRET_KEY: randomBytes(48).toString('base64'),
    RATE_LIMITS: 'on',
    SHUTDOWN_DRAIN_SECONDS: '0',
    ...more,
  };
}

/** Marks the address of an account as verified, where no mail can be read. */
export const VERIFY_STATEMENT = {
  name: 'verify-account',
  text: 'UPDATE users SET email_verified_at = now() WHERE email = $1',
};
