import { classify, messageOf, milliseconds } from "@pagoda/core";
import cluster from "node:cluster";

import { exitCodeOf, exitCodes } from "../cli/exit.ts";
import type { Logger } from "../log.ts";
import { readRequest, toWire } from "./protocol.ts";
import type { Answers, Ask, Reply, SentError } from "./protocol.ts";
import { ServedTaps } from "./served-taps.ts";
import { snapshot } from "./snapshot.ts";
import { workerVariable } from "./worker-process.ts";
import type { WorkerProxy } from "./worker-proxy.ts";

export interface WorkerOptions {
  /** Starts what this worker runs; `id` is 1, 2, ... and stays the same when a worker is replaced. */
  readonly start: (worker: { readonly id: number }) => Promise<WorkerProxy>;
  readonly log: Logger;
  /** Milliseconds to drain in when the primary is gone. @default 25000 */
  readonly drainTimeoutMs?: number;
}

/** Which worker this process is; undefined in the primary, and where there are no workers. */
export function workerId(): number | undefined {
  const id = Number(process.env[workerVariable]);
  return cluster.isWorker && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/**
 * Runs a worker until the primary ends it, and answers the exit code. Signals are the primary's: one
 * for the whole process group (Ctrl-C, or how containers and systemd stop) is ignored here, and what
 * is to be done about it comes from there. When the primary is gone, the worker drains and ends.
 *
 * A failure to start is told to the primary, which says it, and is not logged here.
 * @throws TypeError outside a worker.
 */
export async function serveAsWorker(options: WorkerOptions): Promise<number> {
  const { start, log } = options;
  const deadlineMs = milliseconds("drainTimeoutMs", options.drainTimeoutMs ?? 25_000);
  const id = workerId();
  if (id === undefined) throw new TypeError("serveAsWorker must run in a worker that runPrimary forked");
  const ignore = (): void => {};
  for (const signal of signals) process.on(signal, ignore);
  const ended = Promise.withResolvers<number>();
  const started = Promise.withResolvers<WorkerProxy>();
  // Requests wait for it; a failure is told below, once.
  started.promise.catch(() => {});

  const taps = new ServedTaps({
    open: (request) => {
      if (running?.tap === undefined) throw new TypeError("this worker has no tap");
      return running.tap(request);
    },
    send: (session, message, sent) => tell({ type: "tap", session, message }, sent),
    onFailed: (error) => log.error({ worker: id, err: error }, "a tap failed"),
  });
  let running: WorkerProxy | undefined;

  const receive = (message: unknown): void => {
    const request = readRequest(message);
    if (request === "malformed") log.warn("a message of the primary makes no sense");
    else if (request !== "other") void respond(request.id, request.ask);
  };
  process.on("message", receive);
  const disconnected = (): void => {
    // Else node:cluster ends the process as soon as this returns.
    stayWithoutPrimary();
    void abandoned();
  };
  cluster.worker?.once("disconnect", disconnected);

  try {
    const proxy = await start({ id });
    running = proxy;
    started.resolve(proxy);
    tell({ type: "serving" });
  } catch (error) {
    started.reject(error);
    const exitCode = exitCodeOf(error);
    await new Promise<void>((resolve) => {
      tell({ type: "failed", error: sent(error) }, resolve);
    });
    ended.resolve(exitCode);
  }
  const code = await ended.promise;
  process.off("message", receive);
  for (const signal of signals) process.off(signal, ignore);
  cluster.worker?.off("disconnect", disconnected);
  // The channel would keep the process alive.
  stayWithoutPrimary();
  if (process.connected) process.disconnect();
  return code;

  async function respond(id: number, ask: Ask): Promise<void> {
    try {
      const proxy = await started.promise;
      tell({ type: "answer", id, value: await answer(ask, proxy) });
    } catch (error) {
      tell({ type: "answer", id, error: sent(error) });
    }
  }

  async function answer(ask: Ask, proxy: WorkerProxy): Promise<Answers[Ask["kind"]]> {
    switch (ask.kind) {
      case "ping":
        return true;
      case "metrics":
        return snapshot(proxy.registry);
      case "status":
        return proxy.status();
      case "reload":
        return proxy.reload();
      case "logLevel":
        proxy.setLogLevel(ask.level);
        return true;
      case "traffic":
        if (proxy.traffic === undefined) throw new TypeError("this worker watches no traffic");
        return proxy.traffic();
      case "clusters":
        return proxy.clusters?.() ?? [];
      case "connections":
        return proxy.connections?.().slice(0, maxConnections) ?? [];
      case "tapOpen":
        taps.open(ask.session, ask.request);
        return true;
      case "tapClose":
        taps.close(ask.session);
        return true;
      case "drain":
        return proxy.drain({ deadlineMs: ask.deadlineMs });
      case "end":
        void end(proxy, exitCodes.ok);
        return true;
      default:
        return ask satisfies never;
    }
  }

  async function abandoned(): Promise<void> {
    log.error({ worker: id, drainTimeoutMs: deadlineMs }, "the primary is gone: draining");
    taps.closeAll();
    try {
      const proxy = await started.promise;
      await proxy.drain({ deadlineMs });
      await end(proxy, exitCodes.runtime);
    } catch {
      ended.resolve(exitCodes.runtime);
    }
  }

  async function end(proxy: WorkerProxy, code: number): Promise<void> {
    taps.closeAll();
    try {
      await proxy[Symbol.asyncDispose]();
    } catch (error) {
      log.error({ worker: id, err: error }, "worker did not end cleanly");
    }
    ended.resolve(code);
  }
}

/** Connections that are told to the primary at once. */
const maxConnections = 5_000;

/** What asks a process to end or to reload: the primary's to act on. */
const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

function stayWithoutPrimary(): void {
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
}

/** A message that cannot be sent is lost: the primary is gone, and `disconnect` says so. */
function tell(reply: Reply, done: () => void = () => {}): void {
  if (!process.connected || process.send === undefined) return done();
  process.send(toWire(reply), done);
}

function sent(error: unknown): SentError {
  const { code, kind, retriable } = classify(error);
  return { message: messageOf(error), code, kind, retriable, exitCode: exitCodeOf(error) };
}
