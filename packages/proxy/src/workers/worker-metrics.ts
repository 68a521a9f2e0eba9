import { messageOf } from "@pagoda/core";
import { ReloadCounter } from "@pagoda/metrics";
import type { ReloadOutcome } from "@pagoda/metrics";
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";

import type { Logger } from "../log.ts";
import { aggregate, isPerProcess } from "./aggregate.ts";
import type { Part } from "./aggregate.ts";
import { restartReasons, workerStates } from "./child.ts";
import type { Child, RestartReason, WorkerState } from "./child.ts";
import { pageRegistry } from "./page-registry.ts";
import { Retired } from "./retired.ts";
import { readSnapshot, snapshot } from "./snapshot.ts";
import type { Families } from "./snapshot.ts";

export interface WorkerMetricsOptions {
  readonly log: Logger;
  /** What each worker is doing. */
  readonly states: () => readonly WorkerState[];
  /** Milliseconds that a worker has to answer a scrape. */
  readonly timeoutMs: number;
  /** See {@link Retired}. */
  readonly maxRetiredSeries: number;
}

/** The metrics page of all workers together, and the families that are about the workers. */
export class WorkerMetrics {
  readonly #options: WorkerMetricsOptions;
  readonly #own = new Registry();
  readonly #restarts: Counter<"reason">;
  readonly #missed: Counter;
  readonly #reloads: ReloadCounter;
  readonly #retired: Retired;
  /** What each living worker said last. */
  readonly #last = new Map<Child, Families>();
  readonly #children = new Set<Child>();
  #collecting: Promise<Registry> | undefined;

  constructor(options: WorkerMetricsOptions) {
    this.#options = options;
    this.#retired = new Retired({ maxSeries: options.maxRetiredSeries });
    const registers = [this.#own];
    new Gauge({
      name: "pagoda_workers",
      help: `Workers by what they are doing (${workerStates.join("|")}).`,
      labelNames: ["state"],
      registers,
      collect() {
        for (const state of workerStates) {
          this.set({ state }, options.states().filter((each) => each === state).length);
        }
      },
    }).reset();
    this.#restarts = new Counter({
      name: "pagoda_worker_restarts_total",
      help: `Workers replaced, by why (${restartReasons.join("|")}).`,
      labelNames: ["reason"],
      registers,
    });
    for (const reason of restartReasons) this.#restarts.inc({ reason }, 0);
    this.#missed = new Counter({
      name: "pagoda_worker_scrape_failures_total",
      help: "Times that a worker did not answer a scrape: the page has its counters as they last were.",
      registers,
    });
    // A worker counts its own part of a reload; one of all workers is counted here, once.
    this.#reloads = new ReloadCounter(this.#own);
    collectDefaultMetrics({ register: this.#own });
  }

  started(child: Child): void {
    this.#children.add(child);
  }

  /** Keeps what the worker had counted, as far as it was seen. */
  ended(child: Child): void {
    this.#children.delete(child);
    const last = this.#last.get(child);
    this.#last.delete(child);
    if (last !== undefined) this.#retired.add(last);
  }

  restarted(reason: RestartReason): void {
    this.#restarts.inc({ reason });
  }

  reloaded(outcome: ReloadOutcome): void {
    this.#reloads.ended(outcome);
  }

  /**
   * Asks every worker, and adds up what they say. Scrapes that come together share one answer. A
   * worker that does not answer in time is counted, logged, and stands with the counters that it
   * had: without them the sums would go down.
   */
  registry(): Promise<Registry> {
    this.#collecting ??= this.#collect().finally(() => {
      this.#collecting = undefined;
    });
    return this.#collecting;
  }

  async #collect(): Promise<Registry> {
    const silent = new Set<Child>();
    await Promise.all(
      Array.from(this.#children, async (child) => {
        // It has opened no listener yet, and its event loop is busy with its modules.
        if (child.state === "starting") return;
        if (!(await this.#ask(child))) silent.add(child);
      }),
    );
    const own = readSnapshot(await snapshot(this.#own)) ?? new Map();
    const parts: Part[] = [{ worker: "primary", families: own }];
    for (const [child, families] of this.#last) {
      const said = silent.has(child) ? withoutGauges(families) : families;
      parts.push({ worker: String(child.id), families: without(said, own) });
    }
    parts.push({ worker: "retired", families: without(this.#retired.families, own) });
    return pageRegistry(aggregate(parts));
  }

  async #ask(child: Child): Promise<boolean> {
    const { log, timeoutMs } = this.#options;
    try {
      const families = readSnapshot(await child.ask({ kind: "metrics" }, timeoutMs));
      if (families === undefined) throw new TypeError("its answer is no snapshot of metrics");
      // It ended since: what it said before is in the retired sum already.
      if (!this.#children.has(child)) return true;
      const before = this.#last.get(child);
      this.#last.set(child, families);
      if (before !== undefined) {
        const others = [...this.#last].filter(([other]) => other !== child).map(([, said]) => said);
        this.#retired.addDropped(before, families, others);
      }
      return true;
    } catch (error) {
      this.#missed.inc();
      log.warn({ worker: child.id, reason: messageOf(error) }, "worker missing from a scrape");
      return false;
    }
  }
}

function withoutGauges(families: Families): Families {
  return new Map([...families].filter(([, { head }]) => head.type !== "gauge"));
}

/** What the primary says of the whole stands alone. */
function without(families: Families, own: Families): Families {
  return new Map([...families].filter(([name]) => isPerProcess(name) || !own.has(name)));
}
