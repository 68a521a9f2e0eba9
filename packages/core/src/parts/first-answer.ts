import type { Context } from "../context.ts";
import { CancelledError } from "../error.ts";

/** When to send again what is slow to be answered. */
export interface Hedging {
  /** Milliseconds without an answer before each further attempt. */
  readonly afterMs: number;
  /** Attempts there may be besides the first. */
  readonly maxHedges: number;
  /** Asked before each of them. False ends it: those under way are waited for. */
  readonly mayHedge: () => boolean;
}

/**
 * Sends, and sends again while no answer comes. The first answer wins, and the other attempts are
 * cancelled. A failure counts when no attempt is left that could still answer.
 */
export function firstAnswer<T>(
  cx: Context,
  send: (attempt: Context) => Promise<T>,
  { afterMs, maxHedges, mayHedge }: Hedging,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const attempts = new Set<Context>();
    let hedgesLeft = maxHedges;
    let timer: NodeJS.Timeout | undefined;

    const begin = (): void => {
      const attempt = cx.fork();
      attempts.add(attempt);
      send(attempt).then(
        (answer) => {
          end(attempt);
          clearTimeout(timer);
          for (const other of attempts) other.cancel(new CancelledError("another attempt was faster"));
          resolve(answer);
        },
        (error: unknown) => {
          end(attempt);
          if (attempts.size > 0) return;
          clearTimeout(timer);
          reject(error);
        },
      );
      if (hedgesLeft > 0) timer = setTimeout(hedge, afterMs);
    };
    const hedge = (): void => {
      if (!mayHedge()) return;
      hedgesLeft -= 1;
      begin();
    };
    const end = (attempt: Context): void => {
      attempts.delete(attempt);
      attempt.release();
    };

    begin();
  });
}
