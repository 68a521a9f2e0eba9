import { signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import type { TapEvent } from "@pagoda/traffic/view";

import { follow } from "../api/follow.ts";
import type { FollowState } from "../api/follow.ts";
import { request } from "../api/request.ts";
import { tokenGiven } from "../api/token.ts";

/** What a tap left out so far. */
export interface Missed {
  readonly sampledOut: number;
  readonly dropped: number;
}

/** Requests as they pass: the last `maxEvents`, shown four times a second. */
export class TapSession {
  readonly #events = signal<readonly TapEvent[]>([]);
  readonly #missed = signal<Missed>({ sampledOut: 0, dropped: 0 });
  readonly #state = signal<FollowState | undefined>(undefined);
  readonly #maxEvents: number;
  #fresh: TapEvent[] = [];
  #ended: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(maxEvents: number) {
    this.#maxEvents = maxEvents;
  }

  /** Newest first. */
  get events(): ReadonlySignal<readonly TapEvent[]> {
    return this.#events;
  }

  get missed(): ReadonlySignal<Missed> {
    return this.#missed;
  }

  /** Undefined while it is stopped. */
  get state(): ReadonlySignal<FollowState | undefined> {
    return this.#state;
  }

  start(filter: Readonly<Record<string, string>>): void {
    this.stop();
    const ended = new AbortController();
    this.#ended = ended;
    const query = new URLSearchParams(filter).toString();
    void follow({
      open: (signal) => request(`api/tap?${query}`, signal),
      onEvent: ({ event, data }) => {
        if (event === "event") this.#take(JSON.parse(data) as TapEvent);
        else if (event === "missed") this.#miss(JSON.parse(data) as Missed);
      },
      onState: (state) => {
        if (!ended.signal.aborted) this.#state.value = state;
      },
      tokenGiven,
      signal: ended.signal,
    });
  }

  stop(): void {
    this.#ended?.abort();
    this.#ended = undefined;
    this.#state.value = undefined;
    this.#show();
  }

  clear(): void {
    this.#fresh = [];
    this.#events.value = [];
    this.#missed.value = { sampledOut: 0, dropped: 0 };
  }

  #take(event: TapEvent): void {
    this.#fresh.push(event);
    if (this.#fresh.length > this.#maxEvents) this.#fresh.shift();
    this.#timer ??= setTimeout(() => this.#show(), 250);
  }

  #miss({ sampledOut, dropped }: Missed): void {
    const before = this.#missed.value;
    this.#missed.value = {
      sampledOut: before.sampledOut + sampledOut,
      dropped: before.dropped + dropped,
    };
  }

  #show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#fresh.length === 0) return;
    this.#events.value = [...this.#fresh.toReversed(), ...this.#events.value].slice(0, this.#maxEvents);
    this.#fresh = [];
  }
}
