import { defineConfig } from 'vitest/config';

export default defineConfig({
  // One GraphQL realm: without the alias our files get graphql's ES module and its dependents the CommonJS one.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    pool: 'forks',
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    setupFiles: ['tests/support/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    allowOnly: false,
    // Most tests wait for a server, a mail or a clock, so more of them run than there are cores.
    maxWorkers: 3,
  },
});
