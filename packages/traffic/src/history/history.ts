import { positive } from "@pagoda/core";

import { ProblemTracker } from "../problems/problem-tracker.ts";
import type { TrafficState } from "../state/state.ts";
import type { TrafficView } from "../view/view.ts";
import type { Window } from "../view/rows.ts";
import { Change } from "./change.ts";
import { SampleRing } from "./sample-ring.ts";
import { Sampler, emptySample } from "./sample.ts";
import { emptyView, viewOf } from "./view-of.ts";

export interface HistoryOptions {
  /**
   * How many numbers, of about 8 bytes each, the samples may hold together. Where there are more,
   * samples are left out, and windows begin where there is one: `windowSeconds` says where.
   * @default 4000000 (about 32 MB; what one state of 1,000 busy rows needs is about 40,000)
   */
  readonly maxNumbers?: number;
}

const windowMs: Readonly<Record<Window, number>> = { "10s": 10_000, "1m": 60_000, "15m": 15 * 60_000 };

/** After so short a life, all that was counted was counted since the start. */
const youngMs = 10_000;
/** States of several processes may be out of step by less; a clock that is set back, by more. */
const outOfStepMs = 60_000;

/**
 * The traffic of the last 15 minutes, of states pushed about once a second: the last one whole, and
 * of those before only the counts that rates need.
 */
export class History {
  readonly #ring: SampleRing;
  readonly #views = new Map<Window, TrafficView>();
  #sampler = new Sampler();
  #problems = new ProblemTracker();
  #state: TrafficState | undefined;

  /** @throws RangeError for a `maxNumbers` that is not above zero. */
  constructor({ maxNumbers = 4_000_000 }: HistoryOptions = {}) {
    this.#ring = new SampleRing({
      maxAgeMs: windowMs["15m"],
      maxNumbers: positive("maxNumbers", maxNumbers),
    });
  }

  /** A state that is not newer than the last is left out; after a clock was set back, all begins anew. */
  push(state: TrafficState): void {
    const last = this.#state?.atMs ?? 0;
    if (state.atMs < last - outOfStepMs) this.#clear();
    else if (state.atMs <= last) return;
    if (this.#ring.length === 0) this.#begin(state);
    this.#ring.push(this.#sampler.next(state, this.#ring.samples()));
    this.#state = state;
    this.#views.clear();
    this.#problems.update((overMs) => this.#changeOver(state, overMs), state.atMs);
  }

  /** Computed when it is asked for, once for each state; without one, an empty view of `nowMs`. */
  view(window: Window, nowMs: number = Date.now()): TrafficView {
    if (this.#state === undefined) return emptyView(window, nowMs);
    const known = this.#views.get(window);
    if (known !== undefined) return known;
    const view = viewOf(this.#changeOver(this.#state, windowMs[window]), window, this.#problems.current());
    this.#views.set(window, view);
    return view;
  }

  /** How many samples are kept, and the numbers that they hold. */
  get kept(): { readonly samples: number; readonly numbers: number } {
    return { samples: this.#ring.length, numbers: this.#ring.numbers };
  }

  #changeOver(state: TrafficState, overMs: number): Change {
    const { newest } = this.#ring;
    return new Change(state, newest ?? emptySample(state.atMs), this.#ring.nearest(overMs));
  }

  /** Right after a start the first rates are those since the start. */
  #begin({ atMs, startedMs }: TrafficState): void {
    if (startedMs < atMs && atMs - startedMs <= youngMs) this.#ring.push(emptySample(startedMs));
  }

  #clear(): void {
    this.#ring.clear();
    this.#sampler = new Sampler();
    this.#problems = new ProblemTracker();
    this.#state = undefined;
    this.#views.clear();
  }
}
