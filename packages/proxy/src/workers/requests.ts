import { WorkerBusyError, WorkerEndedError, WorkerFailedError, WorkerTimeoutError } from "./errors.ts";
import { toWire } from "./protocol.ts";
import type { Ask, Reply } from "./protocol.ts";

/** Questions open to one worker at once. A scrape, a heartbeat and an operator make a handful. */
const maxPending = 64;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** The questions that the primary has put to one worker, each until its answer or its timeout. */
export class Requests {
  readonly #worker: number;
  readonly #send: (message: object) => void;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #ended: string | undefined;

  constructor(worker: number, send: (message: object) => void) {
    this.#worker = worker;
    this.#send = send;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /**
   * @throws WorkerFailedError with what the worker said, WorkerTimeoutError, WorkerEndedError when
   * its process is gone, WorkerBusyError with 64 open questions.
   */
  ask(ask: Ask, timeoutMs: number): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(new WorkerEndedError(this.#worker, this.#ended));
    if (this.#pending.size >= maxPending)
      return Promise.reject(new WorkerBusyError(this.#worker, maxPending));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new WorkerTimeoutError(this.#worker, ask.kind, timeoutMs));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      this.#send(toWire({ type: "request", id, ask }));
    });
  }

  /** False when nobody waits for it: it came too late, or twice. */
  answered(reply: Extract<Reply, { type: "answer" }>): boolean {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return false;
    this.#pending.delete(reply.id);
    clearTimeout(pending.timer);
    if ("error" in reply) pending.reject(new WorkerFailedError(reply.error));
    else pending.resolve(reply.value);
    return true;
  }

  /** The process is gone: fails what is open, and whatever is asked from now on. */
  end(how: string): void {
    this.#ended = how;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new WorkerEndedError(this.#worker, how));
    }
    this.#pending.clear();
  }
}
