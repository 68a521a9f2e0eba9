import { milliseconds, ProxyError, whole } from "@pagoda/core";
import type { ServerResponse } from "node:http";
import type { Subscription } from "rxjs";

import type { AdminStream } from "./route.ts";

/** As many streams are open as may be. */
class StreamsError extends ProxyError {
  readonly code = "ADMIN_STREAMS";
  readonly retriable = true;
  readonly kind = "overload";
  constructor(max: number) {
    super(`${max} streams are open, and that is all there may be: end one, or come again later`);
  }
}

export interface StreamsOptions {
  /** Streams open at once; one more is refused with ADMIN_STREAMS. @default 50 */
  readonly maxStreams?: number;
  /**
   * Bytes that wait for a reader. One that has more waiting when the next event comes is cut off; a
   * single event may be larger.
   * @default 1048576 (1 MiB)
   */
  readonly maxBufferedBytes?: number;
  /** Milliseconds between two comments that show both sides that the other is there. @default 15000 */
  readonly heartbeatMs?: number;
  /** Told what the events of a stream failed with, which ends it. */
  readonly onFailed?: (error: unknown) => void;
  /** Told that a reader was cut off for not reading. */
  readonly onSlow?: () => void;
}

/** Milliseconds that a reader has to take what was said before the end. */
const lingerMs = 1_000;

interface Open {
  readonly response: ServerResponse;
  readonly end: () => void;
}

/** Resolves when what was written is on its way, or will never be. */
function taken(response: ServerResponse): Promise<void> {
  if (!response.writableNeedDrain || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

/** The answers that go on: each until its events end, its reader goes, or all are closed. */
export class Streams {
  readonly #max: number;
  readonly #maxBufferedBytes: number;
  readonly #heartbeatMs: number;
  readonly #options: StreamsOptions;
  readonly #open = new Set<Open>();
  #closed = false;

  constructor(options: StreamsOptions = {}) {
    this.#max = whole("maxStreams", options.maxStreams ?? 50, 1);
    this.#maxBufferedBytes = whole("maxBufferedBytes", options.maxBufferedBytes ?? 1_048_576, 1);
    this.#heartbeatMs = milliseconds("heartbeatMs", options.heartbeatMs ?? 15_000);
    this.#options = options;
  }

  /** Streams that are open now. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Opens a stream and says it to `response`, whose head is written by `begin` once it is open.
   * @throws StreamsError when there are too many; what `open` throws. Nothing was said then.
   */
  serve(response: ServerResponse, open: AdminStream["open"], begin: () => void): void {
    if (this.#closed || this.#open.size >= this.#max) throw new StreamsError(this.#max);
    const events = open(() => taken(response));
    begin();
    response.flushHeaders();

    let subscription: Subscription | undefined;
    const leave = (): void => {
      clearInterval(heartbeat);
      this.#open.delete(entry);
      subscription?.unsubscribe();
    };
    const entry: Open = {
      response,
      end: () => {
        leave();
        response.end();
      },
    };
    const say = (text: string): void => {
      if (response.writableLength > this.#maxBufferedBytes) {
        leave();
        response.destroy();
        this.#options.onSlow?.();
      } else {
        response.write(text);
      }
    };
    const heartbeat = setInterval(() => say(":\n\n"), this.#heartbeatMs);
    this.#open.add(entry);
    response.once("close", leave);
    subscription = events.subscribe({
      next: ({ event, data }) => say(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
      error: (error: unknown) => {
        this.#options.onFailed?.(error);
        entry.end();
      },
      complete: entry.end,
    });
    // It ended, or the reader was cut off, while it was subscribed to.
    if (!this.#open.has(entry)) subscription.unsubscribe();
  }

  /** Ends all streams, and takes no more. Resolves when what was said is sent, or given up after a second. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(
      Array.from(this.#open, ({ response, end }) => {
        const timer = setTimeout(() => response.destroy(), lingerMs);
        const gone = new Promise<void>((resolve) => {
          response.once("close", () => {
            clearTimeout(timer);
            resolve();
          });
        });
        end();
        return gone;
      }),
    );
  }
}
