import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { Dependencies } from '../dependencies.js';
import { adminInputs } from '../inputs/admin.js';
import { isProblem } from '../problems.js';
import { createFirstAdmin } from '../services/admin/create-first-admin.js';
import { opensFirstAdmin } from '../services/admin/first-admin-link.js';
import { contextWithoutClient } from '../services/use-case.js';
import { pageFile, serveAsset, servePage } from './page-files.js';
import { sendProblem } from './problem-details.js';

const ADDRESS = '/dev/first-admin';
const FIELDS = ['token', 'email', 'password'] as const;

type Typed = Record<(typeof FIELDS)[number], string>;

/** Reads the fields of the form; undefined if one is missing or is no text. */
function readForm(body: unknown): Typed | undefined {
  const given: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  return FIELDS.every((name) => typeof given[name] === 'string') ? (given as Typed) : undefined;
}

/** Names the first field to correct. */
function whyInvalid({ issues: [issue] }: z.ZodError): Record<string, unknown> {
  return { code: 'INPUT_INVALID', field: issue?.path[0], detail: issue?.message };
}

/**
 * Serves the page to which the link of the welcome leads, and what its form sends; for development only. The token
 * travels in the fragment, which no server sees.
 */
export function registerFirstAdmin(app: FastifyInstance, dependencies: Dependencies): void {
  servePage(app, { address: ADDRESS, folder: 'first-admin', assets: ['first-admin.js'] });
  for (const name of ['card.css', 'form.css']) serveAsset(app, `${ADDRESS}/${name}`, pageFile(`hosted/${name}`));
  app.post(ADDRESS, async (request, reply) => {
    const typed = readForm(request.body);
    if (typed === undefined) return sendProblem(request, reply, 400);
    const input = adminInputs.createFirstAdmin.safeParse(typed);
    if (!input.success) return sendProblem(request, reply, 422, whyInvalid(input.error));
    const context = contextWithoutClient(dependencies, request.id);
    if (!(await opensFirstAdmin(context, typed.token))) return sendProblem(request, reply, 403);
    const outcome = await createFirstAdmin(context, input.data);
    if (!isProblem(outcome)) return { email: outcome.email };
    const { code, message: detail } = outcome;
    const rules = outcome.code === 'PASSWORD_REJECTED' ? { rules: outcome.rules } : {};
    return sendProblem(request, reply, code === 'FORBIDDEN' ? 403 : 422, { code, detail, ...rules });
  });
}
