import { guard, Scope } from "@pagoda/core";
import type { Context, GuardedService } from "@pagoda/core";
import { connectionDrain, ConnectionClosedError } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";

import { Answers } from "./answers.ts";
import type { Exchange } from "./answers.ts";
import { FrameDeadline } from "./frame/frame-deadline.ts";
import { FrameSplitter } from "./frame/frame-splitter.ts";
import { FrameStream } from "./frame/frame-stream.ts";
import { FrameWriter } from "./frame/frame-writer.ts";
import { requestHeadBytes } from "./frame/request-head.ts";
import { FrameTooLargeError } from "./protocol/frame/frame-decoder.ts";
import { KafkaRequest } from "./request.ts";
import type { KafkaAnswer } from "./request.ts";
import { announcesTokens, isAccepted, RawTokens } from "./raw-tokens.ts";
import { RequestOrder } from "./request-order.ts";
import { responseFlow } from "./response-flow.ts";
import type { BuildKafkaService, ServeKafkaLimits } from "./server.ts";

/** A big request whose pieces are coming. */
interface Incoming {
  readonly stream: FrameStream;
  readonly exchange: Exchange;
}

/** A client's side of one connection: see `serveKafka`. */
export class ClientConnection {
  readonly #connection: Connection;
  readonly #limits: ServeKafkaLimits;
  readonly #splitter: FrameSplitter;
  readonly #deadline: FrameDeadline;
  readonly #writer = new FrameWriter();
  readonly #answers: Answers;
  readonly #tokens = new RawTokens();
  readonly #over: PromiseWithResolvers<void> = Promise.withResolvers();
  #order: RequestOrder | undefined;
  #service: GuardedService<KafkaRequest, KafkaAnswer> | undefined;
  #cx: Context | undefined;
  #incoming: Incoming | undefined;
  /** No more bytes will come. */
  #ended = false;
  /** No more requests are taken; one that is coming is taken to its end. */
  #stopped = false;
  #finished = false;
  /** For the client to take answers. */
  #waiting = false;

  constructor(connection: Connection, limits: ServeKafkaLimits) {
    this.#connection = connection;
    this.#limits = limits;
    this.#splitter = new FrameSplitter(limits.maxFrameBytes, limits.cutThroughBytes, requestHeadBytes);
    this.#deadline = new FrameDeadline(this.#splitter, limits.frameTimeoutMs, (error) => this.#fail(error));
    const owner = { sent: () => this.#answersSent(), failed: (error: unknown) => this.#fail(error) };
    this.#answers = new Answers(this.#writer, owner, limits.maxHeldBytes);
  }

  async serve(build: BuildKafkaService, cx: Context): Promise<void> {
    const scope = new Scope();
    this.#order = new RequestOrder(scope, () => this.#pump());
    const requests = cx.fork();
    const stops = [
      scope.defer(() => this.#stop()),
      this.#limits.drain?.onStart(() => this.#stop()),
      cx.get(connectionDrain)?.onStart(() => this.#stop()),
      cx.onCancel((reason) => this.#end(() => this.#over.reject(reason))),
    ];
    try {
      this.#service = scope.use(guard(build(this.#connection, scope)));
      this.#cx = requests.with(responseFlow, this.#writer);
      this.#listen();
      await this.#over.promise;
    } finally {
      this.#deadline.stop();
      for (const stop of stops) stop?.();
      this.#incoming?.stream.fail(new ConnectionClosedError("within a request"));
      requests.cancel();
      this.#writer.fail(new ConnectionClosedError("before an answer was written"));
      await scope.close();
    }
  }

  #listen(): void {
    const { stream } = this.#connection;
    this.#writer.attach(stream);
    stream.on("data", (chunk: Buffer) => {
      if (this.#finished || (this.#stopped && this.#incoming === undefined)) return;
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
    if (this.#finished || (this.#stopped && this.#incoming === undefined)) return;
    try {
      while (this.#mayTake()) {
        const frame = this.#splitter.next();
        if (frame === undefined) {
          this.#wantMore();
          return;
        }
        if (this.#incoming === undefined) this.#take(frame);
        else this.#takePiece(this.#incoming, frame);
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    // Not reading is what holds the client back.
    this.#connection.stream.pause();
    this.#deadline.stop();
    if (this.#stopped && this.#incoming === undefined) return;
    if (this.#incoming?.stream.full === true) {
      this.#incoming.stream.onRoom(() => this.#pump());
    } else if (this.#writer.congested && !this.#waiting) {
      this.#waiting = true;
      this.#writer.onDrain(() => {
        this.#waiting = false;
        this.#pump();
      });
    }
  }

  #mayTake(): boolean {
    if (this.#finished) return false;
    if (this.#incoming !== undefined) return !this.#incoming.stream.full;
    if (this.#stopped || this.#writer.congested || this.#tokens.undecided) return false;
    const { maxInFlight, maxInFlightBytes } = this.#limits;
    const { size } = this.#answers;
    if (size === 0) return true;
    return size < maxInFlight && this.#answers.bytes < maxInFlightBytes && this.#order?.mayTake !== false;
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
    const { remainingBytes } = this.#splitter;
    if (remainingBytes === 0) {
      const request = this.#tokens.isToken(frame) ? KafkaRequest.ofToken(frame) : KafkaRequest.read(frame);
      this.#call(request, this.#answers.add(request, frame.length));
      return;
    }
    const totalBytes = frame.length + remainingBytes;
    if (this.#tokens.isToken(frame)) throw new FrameTooLargeError(totalBytes, this.#limits.cutThroughBytes);
    const stream = new FrameStream(frame, totalBytes, this.#limits.maxGatheredBytes);
    const request = KafkaRequest.cut(stream);
    const exchange = this.#answers.add(request, frame.length);
    this.#incoming = { stream, exchange };
    this.#call(request, exchange);
  }

  #takePiece({ stream, exchange }: Incoming, piece: Uint8Array): void {
    stream.push(piece);
    if (this.#splitter.remainingBytes > 0) return;
    this.#incoming = undefined;
    this.#answers.completed(exchange);
  }

  #call(request: KafkaRequest, exchange: Exchange): void {
    const service = this.#service as GuardedService<KafkaRequest, KafkaAnswer>;
    const order = this.#order as RequestOrder;
    order.taken(request);
    const answer = service.call(request, this.#cx as Context);
    const decided = announcesTokens(request) ? this.#decideTokens(answer) : answer;
    decided.then(
      (answer) => {
        order.settled(request);
        this.#answers.answered(exchange, answer);
      },
      (error: unknown) => {
        order.settled(request);
        this.#answers.failed(exchange, error);
      },
    );
  }

  /** Takes nothing more until it is known what comes behind SaslHandshake v0. */
  async #decideTokens(answer: Promise<KafkaAnswer>): Promise<KafkaAnswer> {
    this.#tokens.undecided = true;
    try {
      const response = await answer;
      if (isAccepted(response)) {
        this.#splitter.allowEmpty = true;
        this.#tokens.begin();
      }
      return response;
    } finally {
      this.#tokens.undecided = false;
    }
  }

  #answersSent(): void {
    if (!this.#stopped) this.#pump();
    else if (this.#answers.size === 0) this.#finish();
  }

  /** Takes no more requests, and is over once those under way are answered. */
  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#incoming === undefined) {
      this.#deadline.stop();
      if (!this.#ended) this.#connection.stream.pause();
    }
    if (this.#answers.size === 0) this.#finish();
  }

  #finish(): void {
    this.#end(() => {
      this.#writer.flush();
      this.#over.resolve();
    });
  }

  /** Ends the connection for `error`, once the client has taken the answers before it. */
  #fail(error: unknown): void {
    this.#end(() => {
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
    });
  }

  /** Does the last thing, if nothing else was it. */
  #end(last: () => void): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#stopped = true;
    this.#answers.close();
    last();
  }
}
