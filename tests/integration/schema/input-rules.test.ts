import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inputRules } from '../../../src/problems.js';
import { testGateway } from '../../support/app.js';
import { signedInUser } from '../../support/email-change.js';
import { documentOf, mutationInputs } from '../../support/operation-calls.js';

const HOSTILE = ['', ' \u200B', 'x'.repeat(5_000), 'a\u0000b', 'a\uD800b', 'a\u202Eb', 'not a value', '🦊'.repeat(40)];

interface Rejected {
  __typename: string;
  fields?: { rule: string; path: string[] }[];
}

it('names each violated rule of each input by a code of our own', async () => {
  const gateway = await testGateway();
  const { accessToken } = await signedInUser(gateway);
  const rules = new Map<string, string>();
  for (const [field, input] of mutationInputs) {
    for (const name of Object.keys(input).filter((key) => key !== 'tokenDelivery')) {
      for (const value of HOSTILE) {
        const variables = { input: { ...input, [name]: value } };
        const { data } = await gateway.send(documentOf(field), variables, { token: accessToken });
        const answer = (data as Record<string, Rejected> | null)?.[field];
        for (const { rule } of answer?.fields ?? []) rules.set(rule, `${field}.${name}`);
      }
    }
  }
  expect(rules.size).toBeGreaterThan(7);
  expect([...rules].filter(([rule]) => !inputRules.some((known) => known === rule))).toEqual([]);
});

it('documents every code', () => {
  const docs = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const section = docs.slice(docs.indexOf('### Input values'), docs.indexOf('### Password rules'));
  const rows = section.split('\n').filter((row) => row.startsWith('| `'));
  const documented = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, rule]) => rule));
  expect(documented.sort()).toEqual([...inputRules].sort());
});
