import { pino } from 'pino';

/** Lines are written once they add up to this many bytes. */
const BATCH_BYTES = 4_096;
const LONGEST_DELAY_MILLISECONDS = 100;
const WARNING = 40;

/** Pino reports the level of each line to a stream that has this property. */
const METADATA = Symbol.for('pino.metadata');

/**
 * Writes the lines of many requests together, within a tenth of a second, because one write for each costs as much as signing
 * a token. Warnings and errors are written at once, with the lines before them. Lines that remain when the process
 * exits are written then, by pino. Only an end that runs no code, such as SIGKILL, loses them.
 */
export class LogOutput {
  readonly [METADATA] = true;
  /** The level of the line that is written next, set by pino. */
  lastLevel = 0;
  readonly #output;
  #timer: NodeJS.Timeout | undefined;

  constructor(descriptor: number) {
    this.#output = pino.destination({ dest: descriptor, minLength: BATCH_BYTES, sync: false });
  }

  write(line: string): void {
    this.#output.write(line);
    if (this.lastLevel >= WARNING) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), LONGEST_DELAY_MILLISECONDS).unref();
  }

  /** Writes the remaining lines and waits for it. Pino calls it after a fatal error. */
  flushSync(): void {
    this.#output.flushSync();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#output.flush();
  }
}
