import { defineConfig } from 'vitest/config';

export default defineConfig({
  // One GraphQL realm: without the alias our files get graphql's ES module and its dependents the CommonJS one.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    pool: 'forks',
    globalSetup: ['tests/support/global-setup.ts'],
    setupFiles: ['tests/support/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    allowOnly: false,
    // Most tests wait for a server, a mail or a clock, so more of them run than there are cores.
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: 'e2e', include: ['tests/e2e/**/*.test.ts'] } },
      { extends: true, test: { name: 'resilience', include: ['tests/resilience/**/*.test.ts'], isolate: false } },
      // The published packages. They are tested by themselves; tests against a gateway are in e2e.
      { test: { name: 'packages', include: ['packages/*/tests/**/*.test.{ts,tsx}'], testTimeout: 30_000 } },
      // Files that follow one another in a worker share its modules: reading them took a third of the run.
      { extends: true, test: { name: 'gateway', include: ['tests/{unit,integration}/**/*.test.ts'], isolate: false } },
    ],
  },
});
