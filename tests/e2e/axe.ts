import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  id: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** What axe finds wrong on the page as it is now, in one line for each element. */
export async function violationsOn(page: Page): Promise<string[]> {
  // The policy of a page allows no script but its own; what the test evaluates is not subject to it.
  if ((await page.evaluate('typeof window.axe')) === 'undefined') await page.evaluate(SOURCE);
  const found = await page.evaluate<Finding[]>(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}
