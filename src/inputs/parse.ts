import type { z } from 'zod';
import { type FieldProblem, type InputRule, isInputRule, ProblemError, problem } from '../problems.js';

/** Our codes for the built-in checks of the validation library. */
const RULES_OF_LIBRARY: Partial<Record<z.core.$ZodIssue['code'], InputRule>> = {
  too_big: 'too_long',
  too_small: 'required',
};

function ruleOf(issue: z.core.$ZodIssue): InputRule {
  const named: unknown = issue.code === 'custom' ? issue.params?.rule : undefined;
  return isInputRule(named) ? named : (RULES_OF_LIBRARY[issue.code] ?? 'type');
}

function toFieldProblem(argument: string, issue: z.core.$ZodIssue): FieldProblem {
  return { path: [argument, ...issue.path.map(String)], message: issue.message, rule: ruleOf(issue) };
}

/**
 * Returns the values of an argument as the rules transform them. Throws INPUT_INVALID with every rejected field, and never
 * repeats a value.
 */
export function parseInput<Schema extends z.ZodType>(
  rules: Schema,
  input: unknown,
  argument = 'input',
): z.output<Schema> {
  const parsed = rules.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ProblemError(
    problem('INPUT_INVALID', { fields: parsed.error.issues.map((issue) => toFieldProblem(argument, issue)) }),
  );
}
