import { callable, milliseconds } from "@pagoda/core";
import {
  EMPTY,
  Observable,
  Subject,
  catchError,
  defer,
  exhaustMap,
  from,
  map,
  startWith,
  takeUntil,
} from "rxjs";

import type { TrafficState } from "../state/state.ts";
import type { Window } from "../view/rows.ts";
import type { TrafficView } from "../view/view.ts";
import { History } from "./history.ts";

export interface TrafficViewsOptions {
  /**
   * Milliseconds from sample to sample. Windows know nothing finer than a second.
   * @default 1000 (1 s)
   */
  readonly everyMs?: number;
  /**
   * Milliseconds that collecting may take. After it, the sample is left out, and what comes later of it
   * is not looked at.
   * @default 5000 (5 s)
   */
  readonly collectTimeoutMs?: number;
  /** See `History`. @default 4000000 (about 32 MB) */
  readonly maxNumbers?: number;
  /**
   * Told of a collect that failed or took too long: once, and again after one in between that did not.
   * @default a warning of the process
   */
  readonly onError?: (error: Error) => void;
  /** Unix milliseconds: when a view is of before there is any state. @default Date.now */
  readonly now?: () => number;
}

/**
 * The traffic as views, of states collected once a second. It always collects, for windows and problems
 * need what was before; views are computed when somebody asks, once for all who do. Its timer keeps no
 * process alive.
 */
export class TrafficViews implements Disposable {
  readonly #history: History;
  readonly #sampled = new Subject<void>();
  readonly #disposed = new Subject<void>();
  readonly #onError: (error: Error) => void;
  readonly #now: () => number;
  #failing = false;

  /** Collects at once. @throws RangeError for a duration or a bound that is none, TypeError for no function. */
  constructor(
    collect: () => TrafficState | Promise<TrafficState>,
    {
      everyMs = 1_000,
      collectTimeoutMs = 5_000,
      maxNumbers,
      onError = (error) => process.emitWarning(error),
      now = Date.now,
    }: TrafficViewsOptions = {},
  ) {
    callable("collect", collect);
    milliseconds("everyMs", everyMs);
    milliseconds("collectTimeoutMs", collectTimeoutMs);
    this.#history = new History(maxNumbers === undefined ? {} : { maxNumbers });
    this.#onError = callable("onError", onError);
    this.#now = callable("now", now);
    ticks(everyMs)
      .pipe(
        exhaustMap(() =>
          collected(collect, collectTimeoutMs).pipe(
            map((state) => {
              this.#history.push(state);
              this.#failing = false;
            }),
            catchError((error: unknown) => this.#failed(error)),
          ),
        ),
        takeUntil(this.#disposed),
      )
      .subscribe(this.#sampled);
  }

  /** Of the last sample. */
  view(window: Window): TrafficView {
    return this.#history.view(window, this.#now());
  }

  /** The view of now, and one after each sample; completes when this is disposed of. */
  stream(window: Window): Observable<TrafficView> {
    return this.#sampled.pipe(
      startWith(undefined),
      map(() => this.view(window)),
    );
  }

  /** Stops collecting and completes all streams. Views stay what they were. */
  [Symbol.dispose](): void {
    this.#disposed.next();
  }

  #failed(error: unknown): Observable<never> {
    if (!this.#failing) {
      this.#failing = true;
      this.#onError(error instanceof Error ? error : new Error(String(error)));
    }
    return EMPTY;
  }
}

/** Now, and every so often. rxjs's own timers would keep the process alive. */
function ticks(everyMs: number): Observable<void> {
  return new Observable((subscriber) => {
    const timer = setInterval(() => subscriber.next(), everyMs).unref();
    subscriber.add(() => clearInterval(timer));
    subscriber.next();
  });
}

/** One state, at once where `collect` has it at once; an error after `timeoutMs` without. */
function collected(
  collect: () => TrafficState | Promise<TrafficState>,
  timeoutMs: number,
): Observable<TrafficState> {
  return new Observable((subscriber) => {
    const timer = setTimeout(
      () => subscriber.error(new Error(`no state of the traffic within ${timeoutMs} ms`)),
      timeoutMs,
    ).unref();
    subscriber.add(() => clearTimeout(timer));
    subscriber.add(
      defer(() => {
        const state = collect();
        return state instanceof Promise ? from(state) : [state];
      }).subscribe(subscriber),
    );
  });
}
