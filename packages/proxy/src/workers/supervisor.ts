import { backoff, messageOf } from "@pagoda/core";
import type { Backoff } from "@pagoda/core";

import { Child } from "./child.ts";
import type { ChildOptions, End, RestartReason, WorkerState } from "./child.ts";
import { CrashLoopError } from "./errors.ts";
import type { WorkerProcess } from "./worker-process.ts";

export interface SupervisorOptions extends Omit<ChildOptions, "id"> {
  /** Workers. Whole, >= 1. */
  readonly count: number;
  readonly fork: (id: number) => WorkerProcess;
  /** Most restarts of one worker within a minute. One more is a crash loop. */
  readonly maxRestartsPerMinute: number;
  /** Waits before a worker is begun anew. @default 100 ms, doubled up to 5 s */
  readonly restartBackoff?: Backoff;
  readonly onStarted?: (child: Child) => void;
  readonly onEnded?: (child: Child) => void;
  readonly onRestart?: (reason: RestartReason) => void;
}

/** A place for a worker: what replaces it takes the same. */
interface Slot {
  readonly id: number;
  child: Child | undefined;
  /** When it was restarted, in the last minute, on the clock of `performance.now()`. */
  restartsMs: number[];
}

const minuteMs = 60_000;

/** Keeps so many workers running, each replaced when it ends, until it is told to stop. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #backoff: Backoff;
  readonly #slots: readonly Slot[];
  readonly #failed = Promise.withResolvers<never>();
  readonly #stop = new AbortController();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#backoff = options.restartBackoff ?? backoff({ baseMs: 100, maxMs: 5_000 });
    this.#slots = Array.from({ length: options.count }, (_, n) => ({
      id: n + 1,
      child: undefined,
      restartsMs: [],
    }));
    // Told to whoever asks; nobody has to.
    this.#failed.promise.catch(() => {});
  }

  /** The processes there are, by worker. */
  get children(): readonly Child[] {
    return this.#slots.flatMap(({ child }) => child ?? []);
  }

  /** Every worker, by id: what it is doing, and its process while there is one. */
  get slots(): readonly {
    readonly id: number;
    readonly state: WorkerState;
    readonly child: Child | undefined;
  }[] {
    return this.#slots.map(({ id, child }) =>
      child === undefined || child.state === "ended"
        ? { id, state: "restarting", child: undefined }
        : { id, state: child.state, child },
    );
  }

  get states(): readonly WorkerState[] {
    return this.slots.map(({ state }) => state);
  }

  /** Rejects with CrashLoopError when a worker cannot be kept running; never resolves. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /**
   * Resolves when all workers serve. The first one goes alone: what is wrong with the configuration,
   * or a port that is taken, is then said once.
   * @throws what the first worker to fail says, with all processes ended.
   */
  async start(): Promise<void> {
    const [first, ...others] = this.#slots;
    try {
      if (first !== undefined) await this.#begin(first).served;
      await Promise.all(others.map((slot) => this.#begin(slot).served));
    } catch (error) {
      this.stop();
      await this.killAll();
      throw error;
    }
    for (const slot of this.#slots) void this.#keep(slot);
  }

  /** From now on a worker that ends is not replaced. */
  stop(): void {
    this.#stop.abort();
  }

  /** Ends every process at once. Resolves when they are gone. */
  async killAll(): Promise<void> {
    const { children } = this;
    for (const child of children) if (child.state !== "ended") child.kill();
    await Promise.all(children.map((child) => child.ended));
  }

  #begin(slot: Slot): Child {
    const { fork, onStarted, onEnded } = this.#options;
    const child = new Child(fork(slot.id), { ...this.#options, id: slot.id });
    slot.child = child;
    onStarted?.(child);
    void child.ended.then(() => onEnded?.(child));
    return child;
  }

  /* oxlint-disable no-await-in-loop -- one process after the other is the point */
  async #keep(slot: Slot): Promise<void> {
    const { log, onRestart } = this.#options;
    for (;;) {
      const end = await slot.child?.ended;
      if (end === undefined || this.#stop.signal.aborted) return;
      const { delayMs, crashLoop } = this.#next(slot, end);
      const said = { worker: slot.id, pid: slot.child?.pid, reason: end.reason, how: end.how };
      if (crashLoop) {
        const error = new CrashLoopError(slot.id, slot.restartsMs.length, messageOf(end.failure ?? end.how));
        log.fatal({ ...said, err: error }, "worker cannot be kept running");
        this.#failed.reject(error);
        return;
      }
      log.error(
        { ...said, ...(end.failure && { err: end.failure }), delayMs: Math.round(delayMs) },
        "worker ended: replacing it",
      );
      if (!(await this.#pause(delayMs))) return;
      onRestart?.(end.reason);
      this.#begin(slot).served.then(
        () => log.info({ worker: slot.id, pid: slot.child?.pid }, "worker replaced"),
        () => {},
      );
    }
  }
  /* oxlint-enable no-await-in-loop */

  /**
   * A worker that cannot begin while others serve does not count towards a crash loop: its file may
   * have changed for the worse since they began, and ending them all would not mend it.
   */
  #next(slot: Slot, { failure }: End): { readonly delayMs: number; readonly crashLoop: boolean } {
    if (failure !== undefined && this.states.includes("serving")) {
      return { delayMs: this.#backoff.maxMs, crashLoop: false };
    }
    const nowMs = performance.now();
    slot.restartsMs = slot.restartsMs.filter((atMs) => nowMs - atMs < minuteMs);
    if (slot.restartsMs.length >= this.#options.maxRestartsPerMinute) return { delayMs: 0, crashLoop: true };
    slot.restartsMs.push(nowMs);
    return { delayMs: this.#backoff.delayMs(slot.restartsMs.length), crashLoop: false };
  }

  /** False when the supervisor was stopped meanwhile. */
  #pause(ms: number): Promise<boolean> {
    const { signal } = this.#stop;
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const stopped = (): void => {
        clearTimeout(timer);
        resolve(false);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", stopped);
        resolve(true);
      }, ms);
      signal.addEventListener("abort", stopped, { once: true });
    });
  }
}
