import { messageOf, milliseconds, whole } from "@pagoda/core";
import type { TrafficState } from "@pagoda/traffic";
import type { TapMessage, TapRequest } from "@pagoda/traffic/view";
import type { Registry } from "prom-client";
import type { Observable } from "rxjs";
import type { ConnectionStatus } from "@pagoda/traffic/view";

import type { ClusterStatus } from "../admin/cluster-status.ts";
import type { Logger, LogLevel } from "../log.ts";
import type { Child } from "./child.ts";
import { mergeClusters, mergeConnections } from "./merge-lists.ts";
import type { FromWorker } from "./merge-lists.ts";
import { mergeStatus } from "./merge-status.ts";
import type { PrimaryStatus, WorkerReport } from "./merge-status.ts";
import type { Answers } from "./protocol.ts";
import { reloadAll } from "./reload-all.ts";
import { Supervisor } from "./supervisor.ts";
import { WorkerMetrics } from "./worker-metrics.ts";
import { clusterFork } from "./worker-process.ts";
import type { ForkOptions, WorkerProcess } from "./worker-process.ts";
import type { ReloadResult } from "../runtime/reloader.ts";
import { WorkerTaps } from "./worker-taps.ts";
import { WorkerTraffic } from "./worker-traffic.ts";
import type { MergeStates } from "./worker-traffic.ts";

export interface PrimaryOptions extends ForkOptions {
  /** Workers. Whole, >= 1. */
  readonly count: number;
  readonly log: Logger;
  /** Milliseconds from fork until a worker serves; it is killed then. @default 60000 (1 minute) */
  readonly startTimeoutMs?: number;
  /** Milliseconds between two heartbeats of a worker. @default 2000 */
  readonly heartbeatMs?: number;
  /** Milliseconds without an answer to a heartbeat until a worker is killed. @default 10000 */
  readonly hungAfterMs?: number;
  /** Most restarts of one worker within a minute; with one more everything ends. @default 10 */
  readonly maxRestartsPerMinute?: number;
  /** Milliseconds that a worker has to answer a scrape, or for its status. @default 1000 */
  readonly scrapeTimeoutMs?: number;
  /** Milliseconds that a worker has for a reload. @default 60000 (1 minute) */
  readonly reloadTimeoutMs?: number;
  /** Series of workers that are gone, kept at most: the oldest go first. @default 20000 */
  readonly maxRetiredSeries?: number;
  /** What starts a worker. @default node:cluster, with this command line */
  readonly fork?: (id: number) => WorkerProcess;
  /** How traffic is watched over all workers. @default it is not: `collectTraffic` and `openTap` throw */
  readonly traffic?: TrafficOptions;
}

/** What of traffic is not the workers' own. */
interface TrafficOptions {
  /** `mergeStates` of @pagoda/traffic: for the states of workers that are gone. */
  readonly mergeStates: MergeStates;
  /** What a tap beyond `maxTapSessions` is refused with: TapSessionsError. */
  readonly tooManyTaps: (maxSessions: number) => Error;
  /** Taps open at once, over all workers. @default 20 */
  readonly maxTapSessions?: number;
}

/** The workers, and what is said and done for all of them. Disposing it ends them at once. */
export interface Primary extends AsyncDisposable {
  /** Rejects with CrashLoopError when a worker cannot be kept running; never resolves. */
  readonly failed: Promise<never>;
  /** One registry of all, made for this call: what `metricsPage` prints. */
  metrics(): Promise<Registry>;
  status(): Promise<PrimaryStatus>;
  /** What the workers have seen pass, one state for each, and one for those that are gone. */
  collectTraffic(): Promise<TrafficState[]>;
  /** Each cluster as the worker knows it that knows most of it. */
  clusters(): Promise<readonly ClusterStatus[]>;
  /** Of all workers; ids are `WORKER.ID`. */
  connections(): Promise<readonly ConnectionStatus[]>;
  /** A tap over all workers, open while it is subscribed to. @throws what `tooManyTaps` makes */
  openTap(request: TapRequest): Observable<TapMessage>;
  /**
   * Reloads all workers: one first, and the others when it did not reject. One that is asked for
   * while another runs begins after it, for all who asked meanwhile.
   */
  reload(): Promise<ReloadResult>;
  /** For the workers there are, and those that replace them. */
  setLogLevel(level: LogLevel): void;
  /**
   * Drains all workers: nothing is replaced from now on. The workers stay, and answer for status and
   * metrics, until the primary is disposed. `forced` when one was, or did not say how it ended.
   */
  drain(options: { readonly deadlineMs: number }): Promise<"drained" | "forced">;
  /** Ends the workers with SIGKILL. Connections are reset. */
  kill(): Promise<void>;
}

/** Milliseconds beyond a deadline that a worker has to say that it met it, and to end. */
const graceMs = 5_000;

/**
 * Forks the workers, and resolves when all serve. To be called in the primary of node:cluster;
 * `serveAsWorker` is what runs in the children.
 * @throws WorkerFailedError with the code, message and exit code of the first worker that could not
 * begin; WorkerEndedError when it ended without a word; WorkerTimeoutError. No process is left then.
 */
export async function runPrimary(options: PrimaryOptions): Promise<Primary> {
  const { log } = options;
  const scrapeTimeoutMs = milliseconds("scrapeTimeoutMs", options.scrapeTimeoutMs ?? 1_000);
  const reloadTimeoutMs = milliseconds("reloadTimeoutMs", options.reloadTimeoutMs ?? 60_000);
  let level: LogLevel | undefined;

  const metrics = new WorkerMetrics({
    log,
    states: () => supervisor.states,
    timeoutMs: scrapeTimeoutMs,
    maxRetiredSeries: whole("maxRetiredSeries", options.maxRetiredSeries ?? 20_000, 1),
  });
  const traffic =
    options.traffic &&
    new WorkerTraffic({ log, timeoutMs: scrapeTimeoutMs, merge: options.traffic.mergeStates });
  const taps =
    options.traffic &&
    new WorkerTaps({
      log,
      children: () => supervisor.children,
      timeoutMs: scrapeTimeoutMs,
      maxSessions: whole("maxTapSessions", options.traffic.maxTapSessions ?? 20, 1),
      tooMany: options.traffic.tooManyTaps,
    });
  const supervisor = new Supervisor({
    count: whole("count", options.count, 1),
    log,
    fork: options.fork ?? clusterFork(options),
    startTimeoutMs: milliseconds("startTimeoutMs", options.startTimeoutMs ?? 60_000),
    heartbeatMs: milliseconds("heartbeatMs", options.heartbeatMs ?? 2_000),
    hungAfterMs: milliseconds("hungAfterMs", options.hungAfterMs ?? 10_000),
    maxRestartsPerMinute: whole("maxRestartsPerMinute", options.maxRestartsPerMinute ?? 10, 0),
    onStarted: (child) => {
      metrics.started(child);
      traffic?.started(child);
      child.served.then(
        () => {
          if (level !== undefined) tell(child, level);
          taps?.serving(child);
        },
        () => {},
      );
    },
    onTap: (worker, session, message) => taps?.received(worker, session, message),
    onEnded: (child) => {
      metrics.ended(child);
      traffic?.ended(child);
    },
    onRestart: (reason) => metrics.restarted(reason),
  });
  await supervisor.start();

  const living = (): readonly Child[] => supervisor.children.filter(({ state }) => state !== "ended");
  let reloading: Promise<ReloadResult> | undefined;
  let nextReload: Promise<ReloadResult> | undefined;
  let draining: Promise<"drained" | "forced"> | undefined;
  let ending: Promise<void> | undefined;

  return {
    failed: supervisor.failed,
    metrics: () => metrics.registry(),
    status: async () => mergeStatus(await Promise.all(supervisor.slots.map(report))),
    collectTraffic: () => watched(traffic).collect(),
    clusters: async () => mergeClusters(await askAll("clusters")),
    connections: async () => mergeConnections(await askAll("connections")),
    openTap: (request) => watched(taps).open(request),
    reload: () => {
      if (reloading === undefined) return (reloading = reload());
      nextReload ??= reloading.then(() => {
        nextReload = undefined;
        return (reloading = reload());
      });
      return nextReload;
    },
    setLogLevel: (to) => {
      level = to;
      for (const child of living()) tell(child, to);
    },
    drain: ({ deadlineMs }) => (draining ??= drain(milliseconds("deadlineMs", deadlineMs))),
    kill: () => {
      supervisor.stop();
      return supervisor.killAll();
    },
    [Symbol.asyncDispose]: () => (ending ??= end()),
  };

  function tell(child: Child, to: LogLevel): void {
    child.ask({ kind: "logLevel", level: to }, scrapeTimeoutMs).catch((error: unknown) => {
      log.warn({ worker: child.id, reason: messageOf(error) }, "worker keeps its log level");
    });
  }

  function ask<K extends "clusters" | "connections">(child: Child, kind: K): Promise<Answers[K]> {
    return child.ask<{ readonly kind: K }>({ kind }, scrapeTimeoutMs);
  }

  /** What the workers answer that do. */
  async function askAll<K extends "clusters" | "connections">(
    kind: K,
  ): Promise<readonly FromWorker<Answers[K]>[]> {
    const asked = living().map(async (child) => ({
      worker: child.id,
      value: await ask(child, kind),
    }));
    return (await Promise.allSettled(asked)).flatMap((each) =>
      each.status === "fulfilled" ? each.value : [],
    );
  }

  async function report({ id, state, child }: (typeof supervisor.slots)[number]): Promise<WorkerReport> {
    const asked = state === "serving" || state === "draining" ? child : undefined;
    const status = await asked?.ask({ kind: "status" }, scrapeTimeoutMs).catch(() => undefined);
    return { id, pid: child?.pid, state, status };
  }

  async function reload(): Promise<ReloadResult> {
    const result = await reloadAll(living(), reloadTimeoutMs);
    metrics.reloaded(result.outcome);
    reloading = undefined;
    return result;
  }

  async function drain(deadlineMs: number): Promise<"drained" | "forced"> {
    supervisor.stop();
    const states = await Promise.all(
      living().map((child) =>
        child.ask({ kind: "drain", deadlineMs }, deadlineMs + graceMs).catch((error: unknown) => {
          log.warn({ worker: child.id, reason: messageOf(error) }, "worker did not drain");
          return "forced" as const;
        }),
      ),
    );
    return states.every((state) => state === "drained") ? "drained" : "forced";
  }

  async function end(): Promise<void> {
    supervisor.stop();
    await Promise.all(
      living().map(async (child) => {
        const timer = setTimeout(() => child.kill(), graceMs);
        // Its end is what counts: one that does not answer is killed.
        child.ask({ kind: "end" }, graceMs).catch(() => {});
        await child.ended;
        clearTimeout(timer);
      }),
    );
  }
}

function watched<T>(part: T | undefined): T {
  if (part === undefined) throw new TypeError("runPrimary was not told how to watch traffic");
  return part;
}
