import { effect, signal } from "@preact/signals";
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { TrafficView } from "@pagoda/traffic/view";

import { follow } from "../api/follow.ts";
import type { FollowState } from "../api/follow.ts";
import { request } from "../api/request.ts";
import { tokenGiven } from "../api/token.ts";
import { Samples } from "./samples.ts";
import { window$ } from "./signals.ts";

const shown = signal<TrafficView | undefined>(undefined);
const follows = signal<FollowState>({ state: "connecting" });
const received = signal<number | undefined>(undefined);

/** What is shown: the last that came, or what there was when it was paused. Undefined before the first. */
export const view: ReadonlySignal<TrafficView | undefined> = shown;
export const streamState: ReadonlySignal<FollowState> = follows;

/** By this page's clock, in Unix milliseconds; undefined before the first. */
export const receivedAt: ReadonlySignal<number | undefined> = received;

/** Of what is shown. */
export const samples: Samples = new Samples();

export const paused: Signal<boolean> = signal(false);

/** Follows the traffic for as long as the page is open; anew for each window. */
export function followTraffic(): void {
  effect(() => {
    const window = window$.value;
    const ended = new AbortController();
    samples.clear();
    void follow({
      open: (signal) => request(`api/stream?window=${window}`, signal),
      onEvent: ({ event, data }) => {
        if (event !== "traffic") return;
        received.value = Date.now();
        if (paused.peek()) return;
        const next = JSON.parse(data) as TrafficView;
        samples.push(next);
        shown.value = next;
      },
      onState: (state) => {
        follows.value = state;
      },
      tokenGiven,
      signal: ended.signal,
    });
    return () => ended.abort();
  });
}
