import { randomBytes } from 'node:crypto';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { dictionary, adjacencyGraphs as graphs } from '@zxcvbn-ts/language-common';
import { expect, it } from 'vitest';
import { indexDictionaries } from '../../../src/services/passwords/dictionary-search.js';
import { COMMON_PASSWORDS, GOOD_PASSWORDS } from '../../support/password-tables.js';

const ODD = [
  '',
  'a',
  'İstanbul-İ1',
  '😀😀😀😀password',
  'ßtraße Straße',
  'P@$$w0rd'.repeat(4),
  'abcabcabcabc',
  'drowssap1',
];
const WORDS = ['somebody', 'some', 'somebody@example.com', 'Zoë', '1987'];
const random = Array.from({ length: 200 }, () => randomBytes(12).toString('base64'));

/** The guesses and the words that the estimate finds in each password. */
function estimatesBy(estimator: ZxcvbnFactory) {
  return [...COMMON_PASSWORDS, ...GOOD_PASSWORDS, ...ODD, ...random].map((password) => {
    const { guesses, sequence } = estimator.check(password, WORDS);
    return { password, guesses, found: sequence.map(({ pattern, token }) => `${pattern} ${token}`) };
  });
}

it('an index of the dictionaries leaves every estimate as it is', () => {
  const estimator = new ZxcvbnFactory({ dictionary, graphs, maxLength: 32, l33tMaxSubstitutions: 4 });
  const before = estimatesBy(estimator);
  indexDictionaries(estimator);
  expect(estimatesBy(estimator)).toEqual(before);
});
