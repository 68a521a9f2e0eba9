import { errorAnswer, isAnswerable } from "./errors/error-answer.ts";
import { Fifo } from "./frame/fifo.ts";
import type { FrameStream } from "./frame/frame-stream.ts";
import type { FrameWriter } from "./frame/frame-writer.ts";
import type { KafkaAnswer, KafkaRequest } from "./request.ts";
import { noResponse } from "./response.ts";

/** A request under way, in the order of requests. */
export interface Exchange {
  readonly request: KafkaRequest;
  /** What it holds in memory. */
  bytes: number;
  /** Has all of the request come? It is not answered before that. */
  complete: boolean;
  settled: boolean;
  /** What to send; undefined for a request without an answer. */
  frame: Uint8Array | undefined;
  /** What comes behind `frame`, where that is the beginning of a big one. */
  rest: FrameStream | undefined;
  /** Why there is nothing to send, and the connection ends. */
  failure: unknown;
}

/** Who is told how the answers go. */
export interface AnswersOwner {
  /** Some were sent: there is room for more requests. */
  sent(): void;
  /** There is no answer for the request whose turn it is, or it broke off. */
  failed(error: unknown): void;
}

/** The answers of one connection, which are sent in the order of the requests. */
export class Answers {
  readonly #writer: FrameWriter;
  readonly #owner: AnswersOwner;
  readonly #maxHeldBytes: number;
  readonly #exchanges = new Fifo<Exchange>();
  #bytes = 0;
  /** Big answers that are being sent or wait. */
  #big = 0;
  #sending = false;
  #closed = false;

  constructor(writer: FrameWriter, owner: AnswersOwner, maxHeldBytes: number) {
    this.#writer = writer;
    this.#owner = owner;
    this.#maxHeldBytes = maxHeldBytes;
  }

  /** Requests under way. */
  get size(): number {
    return this.#exchanges.size;
  }

  /** What they hold in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a request that will be answered, and is `bytes` long so far. */
  add(request: KafkaRequest, bytes: number): Exchange {
    const exchange: Exchange = {
      request,
      bytes,
      complete: request.whole,
      settled: false,
      frame: undefined,
      rest: undefined,
      failure: undefined,
    };
    this.#exchanges.push(exchange);
    this.#bytes += bytes;
    return exchange;
  }

  /** The last piece of its request came. */
  completed(exchange: Exchange): void {
    const { stream } = exchange.request;
    exchange.complete = true;
    if (stream?.gathered === true) {
      this.#bytes += stream.totalBytes - exchange.bytes;
      exchange.bytes = stream.totalBytes;
    }
    if (exchange.settled) this.#send();
  }

  answered(exchange: Exchange, answer: KafkaAnswer): void {
    try {
      exchange.frame = frameOf(exchange.request, answer);
      if (answer !== noResponse && exchange.frame !== undefined) exchange.rest = answer.stream;
    } catch (error) {
      exchange.failure = error;
    }
    this.#settle(exchange);
  }

  /** The one place where a failed call becomes an answer, or the end of the connection. */
  failed(exchange: Exchange, error: unknown): void {
    const { request } = exchange;
    const { stream } = request;
    if (stream === undefined || stream.taken || !isAnswerable(error)) {
      this.#refuse(exchange, request, error);
      return;
    }
    // What the answer repeats of the request has to come first.
    request.gather().then(
      (whole) => this.#refuse(exchange, whole, error),
      () => this.#refuse(exchange, request, error),
    );
  }

  /** Sends nothing more. */
  close(): void {
    this.#closed = true;
    for (const { rest } of this.#exchanges) rest?.discard();
  }

  #refuse(exchange: Exchange, request: KafkaRequest, error: unknown): void {
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
    if (this.#closed) exchange.rest?.discard();
    if (exchange.rest !== undefined) this.#big += 1;
    // Nobody wants the request, and the rest of it is in the way of the next one.
    if (exchange.request.stream?.taken === false) exchange.request.discard();
    if (this.#exchanges.first === exchange) this.#send();
    if (this.#big > 0) this.#hold();
  }

  #send(): void {
    if (this.#sending || this.#closed) return;
    for (let next = this.#exchanges.first; next?.settled; next = this.#exchanges.first) {
      if (next.failure !== undefined) {
        this.#owner.failed(next.failure);
        return;
      }
      // Clients are not made for an answer to what they have not sent yet.
      if (!next.complete) return;
      if (next.frame !== undefined) this.#writer.push(next.frame);
      if (next.rest !== undefined) {
        void this.#sendRest(next, next.rest);
        return;
      }
      this.#exchanges.shift();
      this.#bytes -= next.bytes;
    }
    this.#owner.sent();
  }

  /** Sends a big answer as it comes; those behind it wait. */
  async #sendRest(exchange: Exchange, rest: FrameStream): Promise<void> {
    this.#sending = true;
    try {
      await this.#writer.pushRest(rest);
    } catch (error) {
      // The client has a part of it: there is no other way to tell.
      if (!this.#closed) this.#owner.failed(error);
      return;
    }
    this.#sending = false;
    this.#big -= 1;
    exchange.frame = undefined;
    exchange.rest = undefined;
    this.#send();
  }

  /**
   * Big answers whose turn has not come stay where they are, and the connection to the broker is not
   * read. But one before them that is not there yet may wait for something behind them, which a
   * layer asked the broker for: then they are taken into memory, up to a limit.
   */
  #hold(): void {
    let missing = false;
    let roomBytes = this.#maxHeldBytes;
    for (const { settled, rest } of this.#exchanges) {
      if (!settled) missing = true;
      if (rest === undefined) continue;
      if (missing) {
        rest.hold(roomBytes);
        roomBytes -= rest.waitingBytes;
      } else {
        rest.take();
        rest.hold();
      }
    }
  }
}

function frameOf(request: KafkaRequest, answer: KafkaAnswer): Uint8Array | undefined {
  if (!request.expectsResponse) return undefined;
  if (answer === noResponse && request.isRawToken) return undefined;
  if (answer === noResponse) throw new TypeError(`${show(request)} was answered without a response`);
  if (answer.apiKey !== request.apiKey || answer.apiVersion !== request.apiVersion) {
    throw new TypeError(`${show(request)} was answered with a response to ${show(answer)}`);
  }
  return answer.toFrame(request.correlationId);
}

function show({ api, apiKey, apiVersion }: Pick<KafkaRequest, "api" | "apiKey" | "apiVersion">): string {
  return `${api?.name ?? `api key ${apiKey}`} v${apiVersion}`;
}
