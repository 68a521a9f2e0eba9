import { exitCodes } from "../cli/exit.ts";
import type { Signals } from "../cli/signals.ts";
import type { Logger } from "../log.ts";
import type { Primary } from "./primary.ts";

export interface UntilEndedOptions {
  /** The signals that ask the primary to end. */
  readonly signals: Signals;
  readonly drainTimeoutMs: number;
  readonly log: Logger;
}

/**
 * Waits for the first signal, drains all workers, and answers the exit code. A second signal ends
 * them at once. When a worker cannot be kept running the others are drained, and the exit code is
 * that of a failure: whoever started the process decides whether to begin anew.
 */
export async function untilEnded(
  primary: Primary,
  { signals, drainTimeoutMs, log }: UntilEndedOptions,
): Promise<number> {
  const crashLoop = primary.failed.catch((error: unknown) => error);
  const first = await Promise.race([signals.first, crashLoop]);
  const asked = typeof first === "string";
  log.info({ ...(asked && { signal: first }), drainTimeoutMs }, "draining all workers");
  const drained = primary.drain({ deadlineMs: drainTimeoutMs });
  const again = asked ? signals.second : signals.first;
  const state = await Promise.race([drained, again.then(() => "now" as const)]);
  if (state === "now") {
    log.warn("second signal: ending the workers now");
    await primary.kill();
  }
  await primary[Symbol.asyncDispose]();
  signals.stop();
  log.info({ state }, "stopped");
  return asked && state !== "now" ? exitCodes.ok : exitCodes.runtime;
}
