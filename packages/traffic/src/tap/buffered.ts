import { whole } from "@pagoda/core";
import type { Observable } from "rxjs";

import type { TapEvent, TapMessage } from "../view/tap-event.ts";
import { missedEveryMs } from "./session.ts";

export interface BufferedOptions {
  /** Events that wait to be read; what comes while there are as many is dropped and counted. @default 1000 */
  readonly maxBufferedEvents?: number;
  /** Called for each event that is dropped. Must not throw. @default nothing */
  readonly onDropped?: () => void;
}

/**
 * The messages of a tap for one who may be slow: what `tap.open` tells is kept, up to a limit, until it
 * is asked for. The admin server reads taps so, and asks for the next message when the socket has taken
 * the one before.
 *
 * What was left out, by the tap or here, is told as one message, at most once a second. The source is
 * subscribed to when the iteration begins, and unsubscribed from when it ends: leave the loop, or call
 * `return`, also while `next` waits. What the source fails with, the iteration throws once it has told
 * what came before.
 */
export function buffered(
  source: Observable<TapMessage>,
  { maxBufferedEvents = 1_000, onDropped }: BufferedOptions = {},
): AsyncIterable<TapMessage> {
  whole("maxBufferedEvents", maxBufferedEvents, 1);
  return {
    [Symbol.asyncIterator]: () => new BufferedTap(source, maxBufferedEvents, onDropped),
  };
}

class BufferedTap implements AsyncIterator<TapMessage, undefined> {
  readonly #maxEvents: number;
  readonly #onDropped: (() => void) | undefined;
  readonly #subscription: { unsubscribe(): void };
  #events: TapEvent[] = [];
  // Where the next one is in `events`: taking the first out of a long list is dear.
  #at = 0;
  #sampledOut = 0;
  #dropped = 0;
  #toldMs = Number.NEGATIVE_INFINITY;
  #over = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(source: Observable<TapMessage>, maxEvents: number, onDropped: (() => void) | undefined) {
    this.#maxEvents = maxEvents;
    this.#onDropped = onDropped;
    this.#subscription = source.subscribe({
      next: (message) => this.#take(message),
      error: (error: unknown) => this.#end({ error }),
      complete: () => this.#end(undefined),
    });
  }

  async next(): Promise<IteratorResult<TapMessage, undefined>> {
    for (;;) {
      const message = this.#missed() ?? this.#event();
      if (message !== undefined) return { done: false, value: message };
      if (this.#over) {
        const failure = this.#failure;
        this.#failure = undefined;
        if (failure !== undefined) throw failure.error;
        return { done: true, value: undefined };
      }

      // oxlint-disable-next-line no-await-in-loop -- one wait after the other is the point
      await this.#news();
    }
  }

  async return(): Promise<IteratorResult<TapMessage, undefined>> {
    this.#subscription.unsubscribe();
    this.#events = [];
    this.#at = 0;
    this.#sampledOut = 0;
    this.#dropped = 0;
    this.#end(undefined);
    return { done: true, value: undefined };
  }

  #take(message: TapMessage): void {
    if (message.kind === "missed") {
      this.#sampledOut += message.sampledOut;
      this.#dropped += message.dropped;
    } else if (this.#events.length - this.#at < this.#maxEvents) this.#events.push(message.event);
    else {
      this.#dropped += 1;
      this.#onDropped?.();
    }
    this.#wake?.();
  }

  #end(failure: { readonly error: unknown } | undefined): void {
    this.#over = true;
    this.#failure = failure;
    this.#wake?.();
  }

  #missed(): TapMessage | undefined {
    if (this.#sampledOut + this.#dropped === 0) return undefined;
    const nowMs = performance.now();
    // The last word is not kept back.
    if (nowMs - this.#toldMs < missedEveryMs && !(this.#over && this.#at === this.#events.length)) {
      return undefined;
    }
    const message: TapMessage = { kind: "missed", sampledOut: this.#sampledOut, dropped: this.#dropped };
    this.#toldMs = nowMs;
    this.#sampledOut = 0;
    this.#dropped = 0;
    return message;
  }

  #event(): TapMessage | undefined {
    const event = this.#events[this.#at];
    if (event === undefined) return undefined;
    this.#at += 1;
    if (this.#at === this.#events.length || this.#at === this.#maxEvents) {
      this.#events = this.#events.slice(this.#at);
      this.#at = 0;
    }
    return { kind: "event", event };
  }

  async #news(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const missed = this.#sampledOut + this.#dropped > 0;
    const waitMs = Math.max(this.#toldMs + missedEveryMs - performance.now(), 1);
    const timer = missed ? setTimeout(resolve, waitMs) : undefined;
    timer?.unref();
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }
}
