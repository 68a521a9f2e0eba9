import type { TapMessage, TapRequest } from "@pagoda/traffic/view";
import type { Observable, Subscription } from "rxjs";

export interface ServedTapsOptions {
  readonly open: (request: TapRequest) => Observable<TapMessage>;
  /** Sends to the primary; `sent` is called once it is off, or never will be. */
  readonly send: (session: number, message: TapMessage, sent: () => void) => void;
  readonly onFailed: (error: unknown) => void;
  /** Messages of one tap on their way to the primary; what is more is dropped, and counted. @default 1000 */
  readonly maxUnsent?: number;
}

/** The taps that the primary has open in this worker. */
export class ServedTaps {
  readonly #options: ServedTapsOptions;
  readonly #maxUnsent: number;
  readonly #taps = new Map<number, Subscription>();

  constructor(options: ServedTapsOptions) {
    this.#options = options;
    this.#maxUnsent = options.maxUnsent ?? 1_000;
  }

  /** Taps that are open. */
  get size(): number {
    return this.#taps.size;
  }

  /** Opens a tap, unless it is open already. @throws what the tap throws: TapSessionsError */
  open(session: number, request: TapRequest): void {
    if (this.#taps.has(session)) return;
    const { open, send, onFailed } = this.#options;
    let unsent = 0;
    let dropped = 0;
    const say = (message: TapMessage): void => {
      unsent += 1;
      send(session, message, () => {
        unsent -= 1;
      });
    };
    const subscription = open(request).subscribe({
      next: (message) => {
        if (unsent >= this.#maxUnsent) {
          if (message.kind === "event") dropped += 1;
          return;
        }
        if (dropped > 0) say({ kind: "missed", sampledOut: 0, dropped });
        dropped = 0;
        say(message);
      },
      error: onFailed,
    });
    this.#taps.set(session, subscription);
  }

  close(session: number): void {
    this.#taps.get(session)?.unsubscribe();
    this.#taps.delete(session);
  }

  closeAll(): void {
    for (const session of [...this.#taps.keys()]) this.close(session);
  }
}
