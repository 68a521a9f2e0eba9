import { guard, milliseconds, Scope, service, whole } from "@pagoda/core";
import type { Context, Drain, GuardedService, Service } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";
import type { Duplex } from "node:stream";

import type { MessageReader } from "./pipeline.ts";

export interface ServePipelineOptions<Req, Res> {
  /** What `describe()` prints. */
  readonly name: string;
  readonly reader: () => MessageReader<Req>;
  /** Builds what answers the requests of one connection; everything it opens belongs to `scope`. */
  readonly build: (connection: Connection, scope: Scope) => Service<Req, Res>;
  readonly encode: (answer: Res) => Uint8Array;
  /**
   * What the client is told of a call that failed. Without a request it is told of bytes that are
   * none; the connection ends then.
   */
  readonly encodeError: (error: unknown, request: Req | undefined) => Uint8Array;
  /** True for a request after which the client wants no more. */
  readonly isLast?: (request: Req) => boolean;
  /**
   * Requests of one connection under way at once. At the limit the connection is not read until one
   * is answered.
   * @default 128
   */
  readonly maxInFlight?: number;
  /** What a request takes of `maxInFlightBytes`. */
  readonly bytesOf: (request: Req) => number;
  /**
   * Bytes of the requests of one connection under way at once. From the limit on the connection is
   * not read; one request alone may be larger.
   * @default 16777216 (16 MiB)
   */
  readonly maxInFlightBytes?: number;
  /**
   * Milliseconds that the client has to take the last answers before the connection ends for bytes
   * that are no request.
   * @default 2000
   */
  readonly lingerMs?: number;
  /** When it starts, no further request is taken: what is under way is answered. @default none */
  readonly drain?: Drain | undefined;
}

type Settings<Req, Res> = ServePipelineOptions<Req, Res> & {
  readonly maxInFlight: number;
  readonly maxInFlightBytes: number;
  readonly lingerMs: number;
};

/**
 * Hands the requests of a connection to a service as they come, without waiting for one another, and
 * sends the answers in the order of the requests. Closing `scope` ends the conversation after what
 * is under way.
 */
export function servePipeline<Req, Res>(
  options: ServePipelineOptions<Req, Res>,
): GuardedService<Connection, void> {
  const settings = {
    ...options,
    maxInFlight: whole("maxInFlight", options.maxInFlight ?? 128, 1),
    maxInFlightBytes: whole("maxInFlightBytes", options.maxInFlightBytes ?? 16_777_216, 1),
    lingerMs: milliseconds("lingerMs", options.lingerMs ?? 2_000),
  };
  return service((connection, cx) => new Conversation(connection, settings).hold(cx), { name: options.name });
}

/** A request under way. */
interface Exchange {
  readonly requestBytes: number;
  /** What to send, once it is known. */
  bytes: Uint8Array | undefined;
}

class Conversation<Req, Res> {
  readonly #connection: Connection;
  readonly #settings: Settings<Req, Res>;
  readonly #reader: MessageReader<Req>;
  readonly #stream: Duplex;
  readonly #exchanges: Exchange[] = [];
  readonly #over: PromiseWithResolvers<void> = Promise.withResolvers();
  #inFlightBytes = 0;
  /** No more bytes will come. */
  #ended = false;
  /** No more requests are taken. */
  #stopped = false;
  /** Why it ends, when not in order. */
  #failure: unknown;
  #corked = false;
  #waitsForDrain = false;

  constructor(connection: Connection, settings: Settings<Req, Res>) {
    this.#connection = connection;
    this.#stream = connection.stream;
    this.#settings = settings;
    this.#reader = settings.reader();
  }

  async hold(cx: Context): Promise<void> {
    const { build, drain } = this.#settings;
    const scope = new Scope();
    const calls = cx.fork();
    const stops = [
      scope.defer(() => this.#stop()),
      drain?.onStart(() => this.#stop()),
      cx.onCancel((reason) => this.#over.reject(reason)),
    ];
    try {
      this.#listen(scope.use(guard(build(this.#connection, scope))), calls);
      await this.#over.promise;
    } finally {
      this.#stopped = true;
      for (const stop of stops) stop?.();
      calls.cancel();
      calls.release();
      await scope.close();
    }
  }

  #listen(answering: GuardedService<Req, Res>, cx: Context): void {
    const pump = (): void => this.#pump(answering, cx);
    this.#stream.on("data", (chunk: Buffer) => {
      if (this.#stopped) return;
      this.#reader.push(chunk);
      pump();
    });
    this.#stream.on("end", () => {
      this.#ended = true;
      pump();
    });
    this.#stream.on("drain", () => {
      this.#waitsForDrain = false;
      pump();
    });
    this.#stream.on("close", () => this.#over.resolve());
    if (this.#stream.destroyed) this.#over.resolve();
  }

  /** Takes requests for as long as there are some and the limits allow. */
  #pump(answering: GuardedService<Req, Res>, cx: Context): void {
    const { bytesOf, isLast, encodeError } = this.#settings;
    try {
      while (this.#mayTake()) {
        const request = this.#reader.next();
        if (request === undefined) return this.#wantMore();
        const exchange: Exchange = { requestBytes: bytesOf(request), bytes: undefined };
        this.#exchanges.push(exchange);
        this.#inFlightBytes += exchange.requestBytes;
        void this.#answer(request, exchange, answering, cx);
        if (isLast?.(request) === true) this.#stop();
      }
    } catch (error) {
      this.#failure = error;
      this.#exchanges.push({ requestBytes: 0, bytes: encodeError(error, undefined) });
      this.#stop();
      this.#send();
      return;
    }
    // Not reading is what holds the client back.
    if (!this.#stopped) this.#stream.pause();
  }

  #mayTake(): boolean {
    if (this.#stopped || this.#waitsForDrain) return false;
    const { maxInFlight, maxInFlightBytes } = this.#settings;
    return this.#exchanges.length < maxInFlight && this.#inFlightBytes < maxInFlightBytes;
  }

  #wantMore(): void {
    if (!this.#ended) {
      this.#stream.resume();
      return;
    }
    this.#reader.end();
    this.#stop();
  }

  async #answer(
    request: Req,
    exchange: Exchange,
    answering: GuardedService<Req, Res>,
    cx: Context,
  ): Promise<void> {
    const { encode, encodeError } = this.#settings;
    try {
      exchange.bytes = encode(await answering.call(request, cx));
    } catch (error) {
      exchange.bytes = encodeError(error, request);
    }
    this.#send();
    this.#pump(answering, cx);
  }

  /** Sends the answers whose turn it is. */
  #send(): void {
    for (let first = this.#exchanges[0]; first?.bytes !== undefined; first = this.#exchanges[0]) {
      this.#exchanges.shift();
      this.#inFlightBytes -= first.requestBytes;
      this.#write(first.bytes);
    }
    if (this.#stopped && this.#exchanges.length === 0) this.#finish();
  }

  /** All that one turn of the event loop brings goes out in one write. */
  #write(bytes: Uint8Array): void {
    if (this.#stream.destroyed) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#stream.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#stream.uncork();
      });
    }
    if (!this.#stream.write(bytes)) this.#waitsForDrain = true;
  }

  /** Takes no more requests, and is over once those under way are answered. */
  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#exchanges.length === 0) this.#finish();
  }

  #finish(): void {
    if (this.#failure === undefined) {
      this.#over.resolve();
      return;
    }
    // What rejects closes at once: the client shall have read why.
    const timer = setTimeout(() => end(), this.#settings.lingerMs);
    const end = (): void => {
      clearTimeout(timer);
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- as the reader threw it
      this.#over.reject(this.#failure);
    };
    this.#stream.write("", end);
  }
}
