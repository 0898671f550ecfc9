import { wholeNumber } from './readers.js';
import { optional } from './setting.js';
import { SAMPLE_SECRETS, secret } from './weak-secrets.js';

const LEAST_TRIAL_CHARACTERS = 16;
const LEAST_CHARACTERS = 32;

/** Where a process serves its metrics. */
export function metricsSettings(production: boolean) {
  return {
    METRICS_PORT: optional(wholeNumber(1, 65_535), {
      description:
        'Port of a separate listener for `/metrics` on `HOST`; the public port then does not serve it. Workers listen there too.',
      example: '9464',
    }),
    METRICS_TOKEN: optional(secret(production ? LEAST_CHARACTERS : LEAST_TRIAL_CHARACTERS, production), {
      description:
        'Bearer token required by `/metrics`, and in production by `/health/ready` to show the outcome of emails; at least 16 characters, 32 in production. In production `/metrics` is off unless this or `METRICS_PORT` is set.',
      example: SAMPLE_SECRETS.metrics,
      advice: 'the output of: openssl rand -base64 48',
      secret: true,
    }),
  };
}
