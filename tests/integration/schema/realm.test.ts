import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GraphQLObjectType, GraphQLScalarType, GraphQLSchema, isObjectType } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { expect, it } from 'vitest';
import { createSubgraph } from '../../../src/app.js';

const require = createRequire(import.meta.url);
const modules = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

/** Packages that build or check types. Two copies of graphql among them fail with "from another module or realm". */
const dependents = [
  '@apollo/server',
  '@apollo/subgraph',
  '@graphql-tools/utils',
  'graphql-middleware',
  'graphql-rate-limit',
  'graphql-scalars',
  'graphql-shield',
  'type-graphql',
];

it('loads one graphql for our files and for the packages', () => {
  const ours = { GraphQLObjectType, GraphQLScalarType, GraphQLSchema };
  expect(require('graphql')).toMatchObject(ours);
  expect(GraphQLDateTime).toBeInstanceOf(GraphQLScalarType);
  const { schema } = createSubgraph();
  expect(schema).toBeInstanceOf(GraphQLSchema);
  expect(isObjectType(schema.getType('User'))).toBe(true);
});

it.each(dependents)('finds the same graphql from %s', (name) => {
  const from = createRequire(join(modules, name, 'package.json'));
  expect(from.resolve('graphql')).toBe(require.resolve('graphql'));
});

it('installs one graphql', () => {
  const { packages } = require('../../../package-lock.json') as { packages: Record<string, unknown> };
  const copies = Object.keys(packages).filter((path) => path.endsWith('node_modules/graphql'));
  expect(copies).toEqual(['node_modules/graphql']);
});
