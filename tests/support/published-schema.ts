import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';

/** The committed schema. Tests of whole processes read it, because they load no source. */
export const publishedSchema = buildSchema(readFileSync('schema.graphql', 'utf8'), {
  assumeValid: true,
  assumeValidSDL: true,
});
