import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  id: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** The parts of a page that are looked at, as selectors. */
interface Scope {
  include?: string[];
  exclude?: string[];
}

/**
 * What axe finds wrong on the page as it is now, one text for each element; by all rules, or by these alone; on the whole page,
 * or on these parts of it.
 */
export async function violationsOn(page: Page, rules?: string[], scope?: Scope): Promise<string[]> {
  // The policy of a page holds for its own scripts, not for what the debugger evaluates.
  if ((await page.evaluate('typeof window.axe')) === 'undefined') await page.evaluate(SOURCE);
  const options = { resultTypes: ['violations'], ...(rules === undefined ? {} : { runOnly: rules }) };
  const found = await page.evaluate<Finding[]>(
    `axe.run(${scope === undefined ? 'document' : JSON.stringify(scope)}, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}
