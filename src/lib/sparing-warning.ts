import type { Logger } from 'pino';
import { tick } from './clock.js';

const SILENT_MILLISECONDS = 10_000;

/** A rate-limited warning: logged immediately, then at most once every ten seconds with the number of suppressed ones. */
export function sparingWarning(logger: Logger, fields: object, message: string): (cause?: unknown) => void {
  let silentUntil = 0;
  let leftOut = 0;
  return (cause) => {
    if (tick() < silentUntil) {
      leftOut += 1;
      return;
    }
    logger.warn({ err: cause, ...fields, ...(leftOut === 0 ? {} : { leftOut }) }, message);
    silentUntil = tick() + SILENT_MILLISECONDS;
    leftOut = 0;
  };
}
