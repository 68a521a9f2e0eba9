import { messageOf } from "@pagoda/core";
import type { TapMessage } from "@pagoda/traffic/view";

import type { Logger } from "../log.ts";
import { WorkerEndedError, WorkerFailedError, WorkerTimeoutError } from "./errors.ts";
import { readReply } from "./protocol.ts";
import type { Answers, Ask } from "./protocol.ts";
import { Requests } from "./requests.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** What a worker is doing. `restarting`: it ended, and the next one waits for its turn. */
export const workerStates = ["starting", "serving", "draining", "restarting"] as const;
export type WorkerState = (typeof workerStates)[number];

/** Why a worker was replaced: it failed, ended by itself though nobody asked, or hung. */
export const restartReasons = ["crash", "exit", "hung"] as const;
export type RestartReason = (typeof restartReasons)[number];

/** How a worker's process ended. */
export interface End {
  readonly reason: RestartReason;
  /** For people: `exit code 1`, `SIGKILL`. */
  readonly how: string;
  /** Why it could not begin, when it said so. */
  readonly failure?: WorkerFailedError;
}

export interface ChildOptions {
  /** From 1 on; the one that replaces it has the same. */
  readonly id: number;
  readonly log: Logger;
  /** Milliseconds from fork until it serves; it is killed then. */
  readonly startTimeoutMs: number;
  /** Milliseconds between two heartbeats. */
  readonly heartbeatMs: number;
  /** Milliseconds without an answer to a heartbeat until it is killed. */
  readonly hungAfterMs: number;
  /** Told what a tap of this worker has seen. @default it is dropped */
  readonly onTap?: (worker: number, session: number, message: TapMessage) => void;
}

/** One worker's process as the primary sees it, from fork to exit. */
export class Child {
  readonly id: number;
  readonly pid: number;
  readonly #process: WorkerProcess;
  readonly #log: Logger;
  readonly #requests: Requests;
  readonly #served = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<End>();
  readonly #startTimer: NodeJS.Timeout;
  #heartbeat: NodeJS.Timeout | undefined;
  #state: "starting" | "serving" | "draining" | "ended" = "starting";
  #failure: WorkerFailedError | undefined;
  #hung = false;

  constructor(process: WorkerProcess, options: ChildOptions) {
    this.id = options.id;
    this.pid = process.pid;
    this.#process = process;
    this.#log = options.log;
    this.#requests = new Requests(this.id, (message) => process.send(message));
    // Whoever starts the child may look at its end alone.
    this.#served.promise.catch(() => {});
    this.#startTimer = setTimeout(() => {
      const { startTimeoutMs } = options;
      this.#log.error({ worker: this.id, pid: this.pid, startTimeoutMs }, "worker did not begin to serve");
      this.#served.reject(new WorkerTimeoutError(this.id, "start", startTimeoutMs));
      this.#killHung();
    }, options.startTimeoutMs);
    process.onMessage((message) => this.#read(message, options));
    process.onEnd((code, signal) => this.#end(code, signal));
  }

  get state(): "starting" | "serving" | "draining" | "ended" {
    return this.#state;
  }

  /** Resolves when it serves. Rejects with why it does not: WorkerFailedError, WorkerEndedError. */
  get served(): Promise<void> {
    return this.#served.promise;
  }

  /** Resolves when its process is gone; never rejects. */
  get ended(): Promise<End> {
    return this.#ended.promise;
  }

  /** @throws what {@link Requests.ask} throws. */
  ask<A extends Ask>(ask: A, timeoutMs: number): Promise<Answers[A["kind"]]> {
    if (ask.kind === "drain" && this.#state !== "ended") this.#state = "draining";
    // Its own code answers, from the same build: the shapes are those of `Answers`.
    return this.#requests.ask(ask, timeoutMs) as Promise<Answers[A["kind"]]>;
  }

  /** Ends the process at once, whatever it is doing. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }

  #read(message: unknown, { heartbeatMs, hungAfterMs, onTap }: ChildOptions): void {
    const reply = readReply(message);
    if (reply === "other") return;
    if (reply === "malformed") {
      this.#log.warn({ worker: this.id }, "a message of a worker makes no sense");
    } else if (reply.type === "answer") {
      if (!this.#requests.answered(reply)) this.#log.debug({ worker: this.id }, "an answer came too late");
    } else if (reply.type === "tap") {
      onTap?.(this.id, reply.session, reply.message);
    } else if (reply.type === "failed") {
      this.#failure = new WorkerFailedError(reply.error);
      this.#served.reject(this.#failure);
    } else if (this.#heartbeat === undefined) {
      clearTimeout(this.#startTimer);
      if (this.#state === "starting") this.#state = "serving";
      this.#heartbeat = this.#beat(heartbeatMs, hungAfterMs);
      this.#served.resolve();
    }
  }

  /**
   * Counts beats without an answer, not time: when this process itself stood still, one beat is
   * late, and the answers that came meanwhile are read before the next.
   */
  #beat(heartbeatMs: number, hungAfterMs: number): NodeJS.Timeout {
    const mostMissed = Math.max(1, Math.round(hungAfterMs / heartbeatMs));
    let missed = 0;
    return setInterval(() => {
      if (missed >= mostMissed) {
        this.#log.error({ worker: this.id, pid: this.pid, hungAfterMs }, "worker hangs: killing it");
        this.#killHung();
        return;
      }
      missed += 1;
      this.ask({ kind: "ping" }, hungAfterMs).then(
        () => {
          missed = 0;
        },
        (error: unknown) => {
          this.#log.debug({ worker: this.id, reason: messageOf(error) }, "no heartbeat");
        },
      );
    }, heartbeatMs);
  }

  #killHung(): void {
    this.#hung = true;
    this.kill();
  }

  #end(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#startTimer);
    clearInterval(this.#heartbeat);
    this.#state = "ended";
    const how = signal ?? (code === null ? "it could not be started" : `exit code ${code}`);
    this.#requests.end(how);
    this.#served.reject(new WorkerEndedError(this.id, `${how}, before it served`));
    this.#ended.resolve({
      reason: this.#reasonOf(code),
      how,
      ...(this.#failure && { failure: this.#failure }),
    });
  }

  #reasonOf(code: number | null): RestartReason {
    if (this.#hung) return "hung";
    return code === 0 ? "exit" : "crash";
  }
}
