export { operationManifest } from '../generated/manifest.js';
export * from '../generated/operations.js';
