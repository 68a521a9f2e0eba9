import { guard, Scope } from "@pagoda/core";
import type { Context, GuardedService } from "@pagoda/core";
import { ConnectionClosedError } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";

import { errorAnswer } from "./errors/error-answer.ts";
import { Fifo } from "./frame/fifo.ts";
import { FrameDeadline } from "./frame/frame-deadline.ts";
import { FrameSplitter } from "./frame/frame-splitter.ts";
import type { FrameStream } from "./frame/frame-stream.ts";
import { FrameWriter } from "./frame/frame-writer.ts";
import { KafkaRequest } from "./request.ts";
import type { KafkaAnswer } from "./request.ts";
import { responseFlow } from "./response-flow.ts";
import { noResponse } from "./response.ts";
import type { BuildKafkaService, ServeKafkaLimits } from "./server.ts";

/** A request under way, in the order of requests. */
interface Exchange {
  readonly request: KafkaRequest;
  readonly bytes: number;
  settled: boolean;
  /** What to send; undefined for a request without an answer. */
  frame: Uint8Array | undefined;
  /** What comes behind `frame`, where that is the beginning of a big one. */
  rest: FrameStream | undefined;
  /** Why there is nothing to send, and the connection ends. */
  failure: unknown;
}

/** A client's side of one connection: see `serveKafka`. */
export class ClientConnection {
  readonly #connection: Connection;
  readonly #limits: ServeKafkaLimits;
  readonly #splitter: FrameSplitter;
  readonly #deadline: FrameDeadline;
  readonly #writer = new FrameWriter();
  readonly #exchanges = new Fifo<Exchange>();
  readonly #over: PromiseWithResolvers<void> = Promise.withResolvers();
  #service: GuardedService<KafkaRequest, KafkaAnswer> | undefined;
  #cx: Context | undefined;
  #inFlightBytes = 0;
  /** No more bytes will come. */
  #ended = false;
  /** No more requests are taken. */
  #stopped = false;
  #finished = false;
  /** For the client to take answers. */
  #waiting = false;

  constructor(connection: Connection, limits: ServeKafkaLimits) {
    this.#connection = connection;
    this.#limits = limits;
    this.#splitter = new FrameSplitter(limits.maxFrameBytes);
    this.#deadline = new FrameDeadline(this.#splitter, limits.frameTimeoutMs, (error) => this.#fail(error));
  }

  async serve(build: BuildKafkaService, cx: Context): Promise<void> {
    const scope = new Scope();
    const requests = cx.fork();
    const stops = [
      scope.defer(() => this.#stop()),
      this.#limits.drain?.onStart(() => this.#stop()),
      cx.onCancel((reason) => this.#abort(reason)),
    ];
    try {
      this.#service = scope.use(guard(build(this.#connection, scope)));
      this.#cx = requests.with(responseFlow, this.#writer);
      this.#listen();
      await this.#over.promise;
    } finally {
      this.#deadline.stop();
      for (const stop of stops) stop?.();
      requests.cancel();
      this.#writer.fail(new ConnectionClosedError("before an answer was written"));
      await scope.close();
    }
  }

  #listen(): void {
    const { stream } = this.#connection;
    this.#writer.attach(stream);
    stream.on("data", (chunk: Buffer) => {
      if (this.#stopped) return;
      this.#splitter.push(chunk);
      this.#pump();
    });
    stream.on("end", () => {
      this.#ended = true;
      this.#pump();
    });
    stream.on("close", () => this.#finish());
    if (stream.destroyed) this.#finish();
  }

  /** Takes requests for as long as there are some and the limits allow. */
  #pump(): void {
    if (this.#stopped) return;
    try {
      while (this.#mayTake()) {
        const frame = this.#splitter.next();
        if (frame === undefined) {
          this.#wantMore();
          return;
        }
        this.#take(frame);
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    // Not reading is what holds the client back.
    this.#connection.stream.pause();
    this.#deadline.stop();
    if (this.#writer.congested && !this.#waiting) {
      this.#waiting = true;
      this.#writer.onDrain(() => {
        this.#waiting = false;
        this.#pump();
      });
    }
  }

  #mayTake(): boolean {
    if (this.#writer.congested) return false;
    const { maxInFlight, maxInFlightBytes } = this.#limits;
    const { size } = this.#exchanges;
    return size === 0 || (size < maxInFlight && this.#inFlightBytes < maxInFlightBytes);
  }

  #wantMore(): void {
    if (this.#ended) {
      this.#splitter.end();
      this.#stop();
      return;
    }
    this.#deadline.update();
    const { stream } = this.#connection;
    if (stream.isPaused()) stream.resume();
  }

  #take(frame: Uint8Array): void {
    const request = KafkaRequest.read(frame);
    const exchange: Exchange = {
      request,
      bytes: frame.length,
      settled: false,
      frame: undefined,
      rest: undefined,
      failure: undefined,
    };
    this.#exchanges.push(exchange);
    this.#inFlightBytes += frame.length;
    (this.#service as GuardedService<KafkaRequest, KafkaAnswer>).call(request, this.#cx as Context).then(
      (answer) => this.#answered(exchange, answer),
      (error: unknown) => this.#failed(exchange, error),
    );
  }

  #answered(exchange: Exchange, answer: KafkaAnswer): void {
    if (answer !== noResponse && !answer.whole && this.#exchanges.first !== exchange) {
      // Not its turn. Were it left unread, so would be whatever an answer before it may wait for.
      answer.gather().then(
        (whole) => this.#answered(exchange, whole),
        (error: unknown) => this.#failed(exchange, error),
      );
      return;
    }
    try {
      exchange.rest = answer === noResponse ? undefined : answer.stream;
      exchange.frame = frameOf(exchange.request, answer);
    } catch (error) {
      exchange.failure = error;
    }
    this.#settle(exchange);
  }

  /** The one place where a failed call becomes an answer, or the end of the connection. */
  #failed(exchange: Exchange, error: unknown): void {
    const { request } = exchange;
    try {
      exchange.frame = errorAnswer(request, error)?.toFrame(request.correlationId);
      if (exchange.frame === undefined) exchange.failure = error;
    } catch (unreadable) {
      exchange.failure = unreadable;
    }
    this.#settle(exchange);
  }

  #settle(exchange: Exchange): void {
    exchange.settled = true;
    if (this.#exchanges.first !== exchange || this.#finished) return;
    for (let next = this.#exchanges.first; next?.settled; next = this.#exchanges.first) {
      if (next.rest !== undefined) {
        void this.#sendRest(next, next.rest);
        return;
      }
      this.#exchanges.shift();
      this.#inFlightBytes -= next.bytes;
      if (next.failure !== undefined) {
        this.#fail(next.failure);
        return;
      }
      if (next.frame !== undefined) this.#writer.push(next.frame);
    }
    if (!this.#stopped) this.#pump();
    else if (this.#exchanges.size === 0) this.#finish();
  }

  /** Sends a big answer as it comes; those behind it wait. */
  async #sendRest(exchange: Exchange, rest: FrameStream): Promise<void> {
    try {
      this.#writer.push(exchange.frame as Uint8Array);
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as they come
      for (let piece = await rest.read(); piece !== undefined; piece = await rest.read()) {
        this.#writer.push(piece);
        // oxlint-disable-next-line no-await-in-loop -- as fast as the client takes them
        await this.#writer.taken();
      }
      exchange.frame = undefined;
      exchange.rest = undefined;
      this.#settle(exchange);
    } catch (error) {
      // The client has a part of it: there is no other way to tell.
      this.#fail(error);
    }
  }

  /** Takes no more requests, and is over once those under way are answered. */
  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#deadline.stop();
    if (!this.#ended) this.#connection.stream.pause();
    if (this.#exchanges.size === 0) this.#finish();
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#stopped = true;
    this.#writer.flush();
    this.#over.resolve();
  }

  #abort(reason: Error): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#stopped = true;
    this.#over.reject(reason);
  }

  /** Ends the connection for `error`, once the client has taken the answers before it. */
  #fail(error: unknown): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#stopped = true;
    const { stream } = this.#connection;
    stream.pause();
    this.#deadline.stop();
    const timer = setTimeout(() => end(), this.#limits.lingerMs);
    const end = (): void => {
      clearTimeout(timer);
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- as the call failed
      this.#over.reject(error);
    };
    this.#writer.flush();
    if (stream.writableLength === 0 || stream.destroyed) end();
    else stream.write("", end);
  }
}

function frameOf(request: KafkaRequest, answer: KafkaAnswer): Uint8Array | undefined {
  if (!request.expectsResponse) return undefined;
  if (answer === noResponse) throw new TypeError(`${show(request)} was answered without a response`);
  if (answer.apiKey !== request.apiKey || answer.apiVersion !== request.apiVersion) {
    throw new TypeError(`${show(request)} was answered with a response to ${show(answer)}`);
  }
  return answer.toFrame(request.correlationId);
}

function show({ api, apiKey, apiVersion }: Pick<KafkaRequest, "api" | "apiKey" | "apiVersion">): string {
  return `${api?.name ?? `api key ${apiKey}`} v${apiVersion}`;
}
