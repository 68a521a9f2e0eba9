import { Context, OverloadedError } from "@pagoda/core";
import type { Scope, ServiceStatus } from "@pagoda/core";
import { closeCauseOf, formatEndpoint } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";

import type { KafkaClientLimits } from "./client.ts";
import { CorrelationError, RequestCutOffError, UpstreamClosedError } from "./errors/upstream-errors.ts";
import { Fifo } from "./frame/fifo.ts";
import { FrameDeadline, FrameTimeoutError } from "./frame/frame-deadline.ts";
import { FrameSplitter } from "./frame/frame-splitter.ts";
import { FrameStream } from "./frame/frame-stream.ts";
import { FrameWriter } from "./frame/frame-writer.ts";
import { PendingRequests } from "./pending-requests.ts";
import type { Pending } from "./pending-requests.ts";
import { FrameTooLargeError } from "./protocol/frame/frame-decoder.ts";
import type { KafkaAnswer, KafkaRequest } from "./request.ts";
import { RequestOrder } from "./request-order.ts";
import type { ResponseFlow } from "./response-flow.ts";
import { KafkaResponse, noResponse } from "./response.ts";

/** One connection to a broker, from before it is opened until it is closed: see `kafkaClient`. */
export class UpstreamConnection {
  readonly #connect: (cx: Context) => Promise<Connection>;
  readonly #scope: Scope;
  readonly #limits: KafkaClientLimits;
  readonly #order: RequestOrder | undefined;
  readonly #pending = new PendingRequests();
  readonly #writer = new FrameWriter();
  readonly #splitter: FrameSplitter;
  readonly #deadline: FrameDeadline;
  readonly #cx = Context.background().fork();
  /** The big request that is being sent, and what waits for its end. */
  #sending: FrameStream | undefined;
  readonly #held = new Fifo<() => void>();
  #wanted = false;
  /** The big response whose pieces are coming. */
  #passing: FrameStream | undefined;
  #connection: Connection | undefined;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(connect: (cx: Context) => Promise<Connection>, scope: Scope, limits: KafkaClientLimits) {
    this.#connect = connect;
    this.#scope = scope;
    this.#limits = limits;
    this.#order = RequestOrder.of(scope);
    this.#order?.keep();
    this.#splitter = new FrameSplitter(limits.maxResponseBytes, limits.cutThroughBytes);
    this.#deadline = new FrameDeadline(this.#splitter, limits.frameTimeoutMs, (error) => this.#fail(error));
    scope.defer(() => this.close());
  }

  get status(): ServiceStatus {
    if (this.#failure !== undefined || this.#closing !== undefined) return "closed";
    return this.#pending.size < this.#limits.maxPending ? "open" : "busy";
  }

  call(request: KafkaRequest, cx: Context): Promise<KafkaAnswer> {
    this.#order?.sent(request);
    if (this.#sending === undefined || this.#pending.size + this.#held.size >= this.#limits.maxPending) {
      return this.#send(request, cx);
    }
    const turn = Promise.withResolvers<KafkaAnswer>();
    this.#held.push(() => turn.resolve(this.#send(request, cx)));
    return cx.race(turn.promise);
  }

  #send(request: KafkaRequest, cx: Context): Promise<KafkaAnswer> {
    if (cx.reason !== undefined) return Promise.reject(cx.reason);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#closing !== undefined) return Promise.reject(new UpstreamClosedError(this.#name, 0));
    const { maxPending } = this.#limits;
    if (this.#pending.size + this.#held.size >= maxPending) {
      return Promise.reject(new OverloadedError(`${maxPending} requests wait for upstream ${this.#name}`));
    }
    const { expectsResponse, stream } = request;
    if (stream?.taken === true) {
      return Promise.reject(new TypeError("a request that was handed on cannot be sent again: gather() it"));
    }
    const correlationId = request.own ? this.#pending.freeId() : request.correlationId;
    const frame = request.toFrame(correlationId);
    if (!this.#wanted) {
      this.#wanted = true;
      void this.#open();
    }
    if (request.isRawToken) this.#splitter.allowEmpty = true;
    else if (this.#pending.first?.request.isRawToken === true && !request.own) this.#goOn();
    this.#writer.push(frame);
    const sent = stream && this.#sendRest(stream);
    if (!expectsResponse) return cx.race(sent ?? this.#writer.taken()).then(() => noResponse);
    sent?.catch(() => {});
    return this.#pending.add(request, correlationId, cx);
  }

  /** A client that sends a request behind a raw token expects no answer to the token (GSSAPI's last one). */
  #goOn(): void {
    this.#pending.shift()?.resolve(noResponse);
  }

  /** Sends a big request as it comes, whoever may have lost interest; others wait. */
  async #sendRest(rest: FrameStream): Promise<void> {
    this.#sending = rest;
    try {
      await this.#writer.pushRest(rest);
    } catch (error) {
      rest.discard();
      this.#fail(new RequestCutOffError(this.#name, rest.totalBytes, error));
      throw this.#failure ?? error;
    } finally {
      this.#sending = undefined;
      while (this.#sending === undefined && this.#held.size > 0) this.#held.shift()?.();
    }
  }

  /** Ends the connection in order: what was taken for it is written first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#deadline.stop();
    const connection = this.#connection;
    if (this.#sending !== undefined && this.#failure === undefined) {
      this.#failure = new RequestCutOffError(this.#name, this.#sending.totalBytes, "it is closed");
      this.#writer.fail(this.#failure);
      connection?.close("io_error", this.#failure);
    }
    this.#failPending();
    if (connection === undefined) {
      const error = this.#failure ?? new UpstreamClosedError(this.#name, 0);
      this.#writer.fail(error);
      this.#cx.cancel(error);
      return;
    }
    if (this.#failure === undefined) {
      this.#writer.flush();
      connection.stream.end();
      // What still comes has nobody to go to, and must be read for the end to be seen.
      connection.stream.resume();
      const timer = setTimeout(() => connection.close("peer_closed"), this.#limits.lingerMs);
      await connection.closed;
      clearTimeout(timer);
    }
  }

  get #name(): string {
    return this.#connection === undefined ? "(not open)" : formatEndpoint(this.#connection.remote);
  }

  async #open(): Promise<void> {
    try {
      const connection = await this.#connect(this.#cx);
      if (this.#closing !== undefined) {
        connection.close("drain");
        return;
      }
      this.#connection = connection;
      const { stream } = connection;
      stream.on("data", (chunk: Buffer) => this.#read(chunk));
      stream.on("end", () => this.#ended());
      void connection.closed.then(({ error }) => this.#ended(error));
      this.#writer.attach(stream);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #read(chunk: Buffer): void {
    if (this.#failure !== undefined || this.#closing !== undefined) return;
    let flow: ResponseFlow | undefined;
    try {
      this.#splitter.push(chunk);
      for (let frame = this.#splitter.next(); frame !== undefined; frame = this.#splitter.next()) {
        if (this.#passing === undefined) flow = this.#answer(frame);
        else this.#passing.push(frame);
        if (this.#splitter.remainingBytes === 0) this.#passing = undefined;
      }
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    if (this.#passing?.full === true) this.#waitForRoom(this.#passing);
    else if (flow?.congested === true) this.#waitFor(flow);
    else this.#deadline.update();
  }

  /** Does not read until whoever sends the big response on has taken some of it. */
  #waitForRoom(passing: FrameStream): void {
    const stream = this.#connection?.stream;
    const { frameTimeoutMs } = this.#limits;
    this.#deadline.stop();
    stream?.pause();
    // A layer may have dropped it, and nobody would ever read on. Who has begun may take his time.
    const abandoned = (): void => {
      if (!passing.taken) this.#fail(new FrameTimeoutError(frameTimeoutMs));
    };
    const timer = passing.taken ? undefined : setTimeout(abandoned, frameTimeoutMs);
    const stop = this.#scope.defer(() => clearTimeout(timer));
    passing.onRoom(() => {
      clearTimeout(timer);
      stop();
      stream?.resume();
      this.#deadline.update();
    });
  }

  /** Gives an answer to the request whose turn it is. */
  #answer(frame: Uint8Array): ResponseFlow | undefined {
    const pending = this.#pending.first;
    if (pending === undefined) {
      const { correlationId } = KafkaResponse.read(frame, opaque);
      throw new CorrelationError(this.#name, null, correlationId);
    }
    const response = this.#responseTo(pending, frame);
    if (response.correlationId !== pending.correlationId) {
      throw new CorrelationError(this.#name, pending.correlationId, response.correlationId);
    }
    this.#pending.shift();
    pending.resolve(response);
    return pending.flow;
  }

  #responseTo({ request, group }: Pending, frame: Uint8Array): KafkaResponse {
    const { remainingBytes } = this.#splitter;
    const { maxGatheredBytes, cutThroughBytes } = this.#limits;
    if (request.isRawToken) {
      if (remainingBytes > 0) throw new FrameTooLargeError(frame.length + remainingBytes, cutThroughBytes);
      return KafkaResponse.ofToken(frame, request);
    }
    if (remainingBytes === 0) return KafkaResponse.read(frame, request);
    this.#passing = new FrameStream(frame, frame.length + remainingBytes, maxGatheredBytes);
    if (group.cx.cancelled) this.#passing.discard();
    return KafkaResponse.cut(this.#passing, request);
  }

  /** Does not read until the one who asked has taken what there is. */
  #waitFor(flow: ResponseFlow): void {
    const stream = this.#connection?.stream;
    this.#deadline.stop();
    stream?.pause();
    flow.onDrain(() => {
      stream?.resume();
      this.#deadline.update();
    });
  }

  #ended(cause?: Error): void {
    if (this.#failure !== undefined || this.#closing !== undefined) return;
    this.#fail(new UpstreamClosedError(this.#name, this.#pending.size, cause));
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined || this.#closing !== undefined) return;
    this.#failure = error;
    this.#writer.fail(error);
    this.#failPending();
    this.#connection?.close(closeCauseOf(error), error);
    void this.#closeScope();
  }

  async #closeScope(): Promise<void> {
    try {
      await this.#scope.close();
    } catch {
      // A release that fails is for whoever owns the scope: closing it again tells.
    }
  }

  #failPending(): void {
    const all = this.#pending.drain();
    const isQuiet = all.length === 0 && this.#passing === undefined && this.#sending === undefined;
    if (isQuiet && this.#held.size === 0) return;
    const error = this.#failure ?? new UpstreamClosedError(this.#name, all.length);
    this.#passing?.fail(error);
    this.#sending?.fail(error);
    while (this.#held.size > 0) this.#held.shift()?.();
    for (const { reject } of all) reject(error);
  }
}

/** For a frame that answers nothing: only its correlation id is read. */
const opaque = { apiKey: -1, apiVersion: -1, api: null } as const;
