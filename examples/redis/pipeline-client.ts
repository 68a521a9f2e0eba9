import { Context, milliseconds, OverloadedError, ProxyError, service, whole } from "@pagoda/core";
import type { GuardedService, Scope, ServiceStatus } from "@pagoda/core";
import { closeCauseOf, ConnectionClosedError } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";

import type { MessageReader } from "./pipeline.ts";

export interface PipelineClientOptions<Req, Res> {
  /** What `describe()` prints. */
  readonly name: string;
  /** Opens the connection, for the first request. The context is cancelled when `scope` closes. */
  readonly connect: (cx: Context) => Promise<Connection>;
  /** Closed when the connection ends: it has a state that another one would not have. */
  readonly scope: Scope;
  readonly reader: () => MessageReader<Res>;
  readonly encode: (request: Req) => Uint8Array;
  /**
   * Requests that may wait for an answer, cancelled ones included until theirs comes. One more fails
   * with OVERLOADED.
   * @default 10000
   */
  readonly maxPending?: number;
  /** Milliseconds that the server has to close in turn once the connection is ended. @default 2000 */
  readonly lingerMs?: number;
}

/** The server answered what nobody asked. */
class UnaskedAnswerError extends ProxyError {
  readonly code = "UNASKED_ANSWER";
  readonly retriable = false;
  readonly kind = "protocol";
  constructor() {
    super("an answer came to no request");
  }
}

/**
 * The service on the ground: sends requests over one connection, and matches the answers by their
 * order. When the connection ends, every request under way fails, and every later one.
 *
 * It has no time limits for answers: push `timeout` above it.
 */
export function pipelineClient<Req, Res>(options: PipelineClientOptions<Req, Res>): GuardedService<Req, Res> {
  const upstream = new Upstream({
    ...options,
    maxPending: whole("maxPending", options.maxPending ?? 10_000, 1),
    lingerMs: milliseconds("lingerMs", options.lingerMs ?? 2_000),
  });
  return service((request, cx) => upstream.call(request, cx), {
    name: options.name,
    status: () => upstream.status,
    dispose: () => upstream.close(),
  });
}

interface Pending<Res> {
  readonly resolve: (answer: Res) => void;
  readonly reject: (error: Error) => void;
  readonly stop: () => void;
}

class Upstream<Req, Res> {
  readonly #options: Required<PipelineClientOptions<Req, Res>>;
  readonly #reader: MessageReader<Res>;
  readonly #cx = Context.background().fork();
  /** In the order of the requests. A cancelled one waits on: its answer comes all the same. */
  #pending: Pending<Res>[] = [];
  /** Requests that wait for the connection. */
  #unsent: Uint8Array[] | undefined;
  #connection: Connection | undefined;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;
  #corked = false;

  constructor(options: Required<PipelineClientOptions<Req, Res>>) {
    this.#options = options;
    this.#reader = options.reader();
    options.scope.defer(() => this.close());
  }

  get status(): ServiceStatus {
    if (this.#failure !== undefined) return "closed";
    return this.#pending.length < this.#options.maxPending ? "open" : "busy";
  }

  call(request: Req, cx: Context): Promise<Res> {
    const { maxPending, encode, name } = this.#options;
    cx.throwIfCancelled();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#pending.length >= maxPending) {
      throw new OverloadedError(`${name}: ${maxPending} requests wait for an answer`);
    }
    const bytes = encode(request);
    this.#send(bytes);
    return new Promise<Res>((resolve, reject) => {
      this.#pending.push({ resolve, reject, stop: cx.onCancel(reject) });
    });
  }

  /** Ends the connection: what was taken for it is written first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#fail(new ConnectionClosedError("on our side"), "in order");
    const connection = this.#connection;
    if (connection === undefined) return;
    const timer = setTimeout(() => connection.close("peer_closed"), this.#options.lingerMs);
    await connection.closed;
    clearTimeout(timer);
  }

  #send(bytes: Uint8Array): void {
    const stream = this.#connection?.stream;
    if (stream === undefined) {
      if (this.#unsent === undefined) void this.#open();
      this.#unsent ??= [];
      this.#unsent.push(bytes);
      return;
    }
    if (!this.#corked) {
      this.#corked = true;
      stream.cork();
      process.nextTick(() => {
        this.#corked = false;
        stream.uncork();
      });
    }
    stream.write(bytes);
  }

  async #open(): Promise<void> {
    try {
      const connection = await this.#options.connect(this.#cx);
      if (this.#failure !== undefined) {
        connection.close("drain");
        return;
      }
      this.#connection = connection;
      connection.stream.on("data", (chunk: Buffer) => this.#read(chunk));
      connection.stream.on("end", () => this.#fail(this.#closed()));
      void connection.closed.then(({ error }) => this.#fail(this.#closed(error)));
      for (const bytes of this.#unsent ?? []) this.#send(bytes);
      this.#unsent = [];
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #read(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    try {
      this.#reader.push(chunk);
      for (let answer = this.#reader.next(); answer !== undefined; answer = this.#reader.next()) {
        const pending = this.#pending.shift();
        if (pending === undefined) throw new UnaskedAnswerError();
        pending.stop();
        pending.resolve(answer);
      }
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #closed(cause?: Error): ConnectionClosedError {
    return new ConnectionClosedError(`with ${this.#pending.length} requests unanswered`, { cause });
  }

  #fail(error: Error, how: "at once" | "in order" = "at once"): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#cx.cancel(error);
    const connection = this.#connection;
    if (how === "at once") connection?.close(closeCauseOf(error), error);
    else {
      connection?.stream.end();
      // What still comes has nobody to go to, and must be read for the end to be seen.
      connection?.stream.resume();
    }
    for (const { stop, reject } of this.#pending.splice(0)) {
      stop();
      reject(error);
    }
    if (how === "at once") void this.#closeScope();
  }

  async #closeScope(): Promise<void> {
    try {
      await this.#options.scope.close();
    } catch {
      // A release that fails is for whoever owns the scope: closing it again tells.
    }
  }
}
