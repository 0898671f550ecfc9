import type { Command } from 'commander';
import { afterEach, expect, it, vi } from 'vitest';
import { createProgram, runProgram } from '../../../src/cli/program.js';

/** The words of every command, with how many arguments it requires. */
function leaves(command: Command, path: readonly string[] = []): { path: string[]; required: number }[] {
  if (command.commands.length > 0) return command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
  return [{ path: [...path], required: command.registeredArguments.filter(({ required }) => required).length }];
}

const commands = leaves(createProgram());

/** Runs words without leaving their exit code to the process of the tests. */
async function exitCodeOf(words: string[]): Promise<number | string | undefined> {
  const before = process.exitCode;
  process.exitCode = 0;
  await runProgram(words);
  const code = process.exitCode;
  process.exitCode = before;
  return code;
}

function silence() {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  return { out: () => out.mock.calls.join(''), err: () => err.mock.calls.join('') };
}
afterEach(() => vi.restoreAllMocks());

it('has every command of administration', () => {
  const users = 'list show create invite unlock disable enable role sessions end-sessions reset-two-factor delete';
  const expected = [
    ...['start', 'worker', 'migrate', 'check', 'mail test', 'mail preview', 'config print', 'schema print'],
    ...['keys list', 'keys rotate', 'admin create', 'cleanup'],
    ...['list', 'create', 'rotate', 'revoke'].map((name) => `service-clients ${name}`),
    ...users.split(' ').map((name) => `users ${name}`),
  ];
  expect(commands.map(({ path }) => path.join(' ')).toSorted()).toEqual(expected.toSorted());
});

it.each(commands)('$path has a help that exits with 0, and wrong use exits with 2', async ({ path, required }) => {
  const said = silence();
  expect(await exitCodeOf([...path, '--help'])).toBe(0);
  expect(said.out()).toContain(`Usage: gatehouse ${path.join(' ')}`);
  expect(await exitCodeOf([...path, '--no-such-option'])).toBe(2);
  expect(said.err()).toContain("unknown option '--no-such-option'");
  if (required > 0) expect(await exitCodeOf(path)).toBe(2);
  expect(await exitCodeOf([...path, ...Array.from({ length: 5 }, () => 'surplus')])).toBe(2);
});
