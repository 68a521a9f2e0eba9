import { messageOf, TokenBucket } from "@pagoda/core";
import type { TapMessage, TapRequest } from "@pagoda/traffic/view";
import { Observable } from "rxjs";
import type { Subscriber } from "rxjs";

import type { Logger } from "../log.ts";
import type { Child } from "./child.ts";

export interface WorkerTapsOptions {
  readonly log: Logger;
  /** The processes there are. */
  readonly children: () => readonly Child[];
  /** Milliseconds that a worker has to open or close a tap. */
  readonly timeoutMs: number;
  /** Taps open at once, over all workers. @default 20 */
  readonly maxSessions?: number;
  /** What one more is refused with: TapSessionsError. */
  readonly tooMany: (maxSessions: number) => Error;
}

interface Session {
  readonly request: TapRequest;
  readonly tell: (worker: number, message: TapMessage) => void;
}

/** Milliseconds between two messages of how much was left out. */
const missedEveryMs = 1_000;
/** Events a second, where a request does not say. */
const defaultPerSecond = 100;

/**
 * Taps over all workers: each is open in all of them, and in those that come later. Every worker
 * holds to `maxPerSecond` by itself; what is more than that from all together is left out here.
 *
 * A connection is called `WORKER.ID`, as `2.17`: each worker counts its own.
 */
export class WorkerTaps {
  readonly #options: WorkerTapsOptions;
  readonly #maxSessions: number;
  readonly #sessions = new Map<number, Session>();
  #lastSession = 0;

  constructor(options: WorkerTapsOptions) {
    this.#options = options;
    this.#maxSessions = options.maxSessions ?? 20;
  }

  /** Taps that are open. */
  get size(): number {
    return this.#sessions.size;
  }

  /** A tap is open for as long as it is subscribed to. @throws what `tooMany` makes at the limit. */
  open(request: TapRequest): Observable<TapMessage> {
    if (this.#sessions.size >= this.#maxSessions) throw this.#options.tooMany(this.#maxSessions);
    return new Observable((subscriber) => {
      if (this.#sessions.size >= this.#maxSessions) {
        subscriber.error(this.#options.tooMany(this.#maxSessions));
        return undefined;
      }
      return this.#begin(request, subscriber);
    });
  }

  /** A worker serves: it gets the taps that are open, one that replaces another too. */
  serving(child: Child): void {
    for (const [session, { request }] of this.#sessions) this.#openIn(child, session, request);
  }

  /** What a worker has seen. Where nobody listens (any more) it is dropped. */
  received(worker: number, session: number, message: TapMessage): void {
    this.#sessions.get(session)?.tell(worker, message);
  }

  #begin(request: TapRequest, subscriber: Subscriber<TapMessage>): () => void {
    const session = ++this.#lastSession;
    const perSecond = request.maxPerSecond ?? defaultPerSecond;
    const bucket = new TokenBucket({ perSecond, burst: perSecond });
    let sampledOut = 0;
    let dropped = 0;
    const timer = setInterval(() => {
      if (sampledOut === 0 && dropped === 0) return;
      const missed: TapMessage = { kind: "missed", sampledOut, dropped };
      sampledOut = 0;
      dropped = 0;
      subscriber.next(missed);
    }, missedEveryMs);
    const tell = (worker: number, message: TapMessage): void => {
      if (message.kind === "missed") {
        sampledOut += message.sampledOut;
        dropped += message.dropped;
      } else if (bucket.waitMs() === 0) {
        bucket.take();
        subscriber.next(named(worker, message));
      } else {
        sampledOut += 1;
      }
    };
    this.#sessions.set(session, { request, tell });
    for (const child of this.#serving()) this.#openIn(child, session, request);
    return () => {
      clearInterval(timer);
      this.#sessions.delete(session);
      for (const child of this.#serving()) this.#ask(child, { kind: "tapClose", session });
    };
  }

  #serving(): readonly Child[] {
    return this.#options.children().filter(({ state }) => state === "serving" || state === "draining");
  }

  #openIn(child: Child, session: number, request: TapRequest): void {
    const own = requestFor(child.id, request);
    if (own !== undefined) this.#ask(child, { kind: "tapOpen", session, request: own });
  }

  #ask(child: Child, ask: Parameters<Child["ask"]>[0]): void {
    const { log, timeoutMs } = this.#options;
    child.ask(ask, timeoutMs).catch((error: unknown) => {
      log.warn({ worker: child.id, reason: messageOf(error), ask: ask.kind }, "a tap misses a worker");
    });
  }
}

/** The request as a worker knows its connections; undefined where another worker is meant. */
function requestFor(worker: number, request: TapRequest): TapRequest | undefined {
  const { of, connection } = /^(?<of>\d+)\.(?<connection>.+)$/.exec(request.connection ?? "")?.groups ?? {};
  if (of === undefined || connection === undefined) return request;
  return Number(of) === worker ? { ...request, connection } : undefined;
}

function named(worker: number, { event }: Extract<TapMessage, { kind: "event" }>): TapMessage {
  const { id, connection } = event;
  return { kind: "event", event: { ...event, id: `${worker}.${id}`, connection: `${worker}.${connection}` } };
}
