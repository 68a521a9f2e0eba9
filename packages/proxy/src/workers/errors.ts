import { ProxyError } from "@pagoda/core";
import type { ErrorKind } from "@pagoda/core";

import type { SentError } from "./protocol.ts";

/** A worker said that it could not begin, or could not do what it was asked: its own error. */
export class WorkerFailedError extends ProxyError {
  /** The code of the error that the worker met. */
  readonly code: string;
  readonly retriable: boolean;
  readonly kind: ErrorKind;
  /** What a process that ends for it ends with. */
  readonly exitCode: number;
  constructor({ message, code, kind, retriable, exitCode }: SentError) {
    super(message);
    this.code = code;
    this.kind = kind;
    this.retriable = retriable;
    this.exitCode = exitCode;
  }
}

/** A worker's process ended, with something still to be done. */
export class WorkerEndedError extends ProxyError {
  readonly code = "WORKER_ENDED";
  readonly retriable = true;
  readonly kind = "unavailable";
  constructor(worker: number, how: string) {
    super(`worker ${worker} ended (${how})`);
  }
}

/** A worker did not answer in time. */
export class WorkerTimeoutError extends ProxyError {
  readonly code = "WORKER_TIMEOUT";
  readonly retriable = true;
  readonly kind = "timeout";
  constructor(worker: number, what: string, timeoutMs: number) {
    super(`worker ${worker}: no answer to ${what} within ${timeoutMs} ms`);
  }
}

/** A worker has too many questions of the primary open. */
export class WorkerBusyError extends ProxyError {
  readonly code = "WORKER_BUSY";
  readonly retriable = true;
  readonly kind = "overload";
  constructor(worker: number, maxPending: number) {
    super(`worker ${worker}: ${maxPending} questions are open, which is the limit`);
  }
}

/** A worker ended again and again: restarting it helps nobody. */
export class CrashLoopError extends ProxyError {
  readonly code = "WORKER_CRASH_LOOP";
  readonly retriable = false;
  readonly kind = "internal";
  constructor(worker: number, restarts: number, lastEnd: string) {
    super(`worker ${worker} was restarted ${restarts} times within a minute, and ended again (${lastEnd})`);
  }
}
