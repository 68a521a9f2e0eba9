import cluster from "node:cluster";
import type { Worker } from "node:cluster";

import { closeStranded } from "./stranded.ts";

/** A forked process, as the supervisor needs it. */
export interface WorkerProcess {
  readonly pid: number;
  /** A message to a process that is gone is lost; its end says so. */
  send(message: object): void;
  kill(signal: NodeJS.Signals): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, also when the process could not be started. */
  onEnd(listener: (code: number | null, signal: NodeJS.Signals | null) => void): void;
}

/** The variable that tells a worker which one it is. */
export const workerVariable = "PAGODA_WORKER";

export interface ForkOptions {
  /** Node's own flags. @default those of this process */
  readonly execArgv?: readonly string[];
}

/**
 * Prepares node:cluster, and answers how to start worker number `id`: this command line once more.
 *
 * Listening sockets belong to the primary, which accepts and hands each connection to the next
 * worker that is free (`SCHED_RR`). The alternatives were measured on Linux with two workers:
 *
 * - Kafka's connections are few and live long, so that an even spread is what counts. Of 16 opened
 *   at once each worker got 7 to 9; with `SCHED_NONE`, where workers accept from one shared socket,
 *   up to 13 went to one, and with `reusePort`, where the system picks by hash, as many.
 * - It costs the primary some 75 µs of CPU a connection: nothing against what
 *   a connection does in its life, but where clients open thousands a second `SCHED_NONE` carries
 *   half as many again. `NODE_CLUSTER_SCHED_POLICY=none` chooses it.
 * - Of 60 connections opened while one worker stood still and was then killed, the other served 59.
 *   One was on its way to the dead worker, which can have one such connection for each listener; it
 *   is closed (see `closeStranded`). `SCHED_NONE` lost none; `reusePort` reset 23, which were in the
 *   queue of the dead worker's own socket.
 *
 * Port 0 is the same free port in each worker, as long as each binds its listeners in one order.
 */
export function clusterFork({ execArgv }: ForkOptions): (id: number) => WorkerProcess {
  if (process.env["NODE_CLUSTER_SCHED_POLICY"] === undefined) cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ ...(execArgv && { execArgv: [...execArgv] }) });
  return (id) => asProcess(cluster.fork({ [workerVariable]: String(id) }));
}

function asProcess(worker: Worker): WorkerProcess {
  closeStranded(worker.process);
  let ended = false;
  return {
    pid: worker.process.pid ?? 0,
    send: (message) => {
      // With a callback a failure is told there; without one it is thrown at the process.
      if (worker.isConnected()) worker.process.send(message, () => {});
    },
    kill: (signal) => void worker.process.kill(signal),
    onMessage: (listener) => void worker.on("message", listener),
    onEnd: (listener) => {
      const once = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (ended) return;
        ended = true;
        listener(code, signal);
      };
      worker.process.once("exit", once);
      // fork failed (EAGAIN): there is no exit then. Without a listener it would be thrown.
      worker.on("error", () => {
        if (worker.process.pid === undefined) once(null, null);
      });
    },
  };
}
