import { type Problem, ProblemError, problem } from '../../problems.js';

/** Undoes the transaction of its caller: the session was ended in the meantime, and may change nothing any more. */
export function endedInBetween(): ProblemError {
  return new ProblemError(problem('UNAUTHENTICATED'));
}

/** What is answered where a transaction was undone for that. */
export function endedMeanwhile(cause: unknown): Problem<'UNAUTHENTICATED'> {
  if (cause instanceof ProblemError && cause.problem.code === 'UNAUTHENTICATED') return cause.problem;
  throw cause;
}
