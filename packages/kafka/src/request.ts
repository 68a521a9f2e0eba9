import type { FrameStream } from "./frame/frame-stream.ts";
import type { ApiDefinition } from "./protocol/api.ts";
import { encodeRequestFrame } from "./protocol/frame/encode-frame.ts";
import { decodeRequestBody, readRequestFrame } from "./protocol/frame/request-frame.ts";
import type { RequestFrame } from "./protocol/frame/request-frame.ts";
import type { AnyApi } from "./protocol/lookup.ts";
import { Reader } from "./protocol/wire/reader.ts";
import type { UnknownTaggedField } from "./protocol/wire/reader.ts";
import { behindSize, KafkaResponse, withInt32 } from "./response.ts";
import type { NoResponse } from "./response.ts";

/** What a {@link KafkaRequest} is answered with. */
export type KafkaAnswer = KafkaResponse | NoResponse;

/** What a request's header says. */
interface Header {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly api: AnyApi | null;
  readonly unknownTaggedFields: readonly UnknownTaggedField[] | null;
}

/** What a layer says of a request that it makes. */
export interface NewRequest<Request> {
  readonly version: number;
  readonly body: Request;
  /** @default null */
  readonly clientId?: string | null;
}

/**
 * A request of a client, or of a layer. The header was read; the body is decoded when somebody asks
 * for it, once. A request that nobody asked, or only asked, goes on as the very bytes that came.
 *
 * A big one may be on its way still (`whole`): it is handed on as it arrives, and whoever wants its
 * body has to wait for it (`gather`).
 *
 * Immutable. Bodies share memory with the bytes: copy what has to outlive the call.
 *
 * ```ts
 * if (request.is(Produce) && request.body.acks === 1) {
 *   return inner.call(request.withBody({ ...request.body, acks: -1 }), cx);
 * }
 * ```
 */
export class KafkaRequest<Request = unknown, Response = unknown> {
  readonly apiKey: number;
  readonly apiVersion: number;
  /** The client's; 0 for a request of a layer's own, which gets one when it is sent. */
  readonly correlationId: number;
  readonly clientId: string | null;
  /**
   * The API, if this codec knows it in this version. Null otherwise: the request is a header and
   * bytes then, and so is its response.
   */
  readonly api: AnyApi | null;
  /** Made here beside the client's requests, and not one of them. */
  readonly own: boolean;
  /**
   * No request, but a SASL token as it follows SaslHandshake v0: a frame without a header, answered
   * with another, or with `noResponse` where the client goes on without an answer. Its `apiKey` and
   * `apiVersion` are -1, its `api` is null.
   */
  readonly isRawToken: boolean;
  readonly #header: Header;
  // Undefined once the body was replaced.
  readonly #read: RequestFrame | undefined;
  readonly #frame: Uint8Array | undefined;
  #stream: FrameStream | undefined;
  #gathered: Promise<KafkaRequest<Request, Response>> | undefined;
  #body: Request | undefined;
  #expectsResponse: boolean | undefined;

  private constructor(
    header: Header,
    own: boolean,
    read: RequestFrame | undefined,
    frame: Uint8Array | undefined,
    body: Request | undefined,
  ) {
    this.apiKey = header.apiKey;
    this.apiVersion = header.apiVersion;
    this.correlationId = header.correlationId;
    this.clientId = header.clientId;
    this.api = header.api;
    this.own = own;
    this.isRawToken = header === tokenHeader;
    this.#header = header;
    this.#read = read;
    this.#frame = frame;
    this.#body = body;
  }

  /** The request in a frame, its size included. @throws MalformedMessageError */
  static read(frame: Uint8Array): KafkaRequest {
    const read = readRequestFrame(behindSize(frame));
    return new KafkaRequest(read, false, read, frame, undefined);
  }

  /** The request in a frame that is on its way: its head has all that comes before the records. */
  static cut(stream: FrameStream): KafkaRequest {
    const request = KafkaRequest.read(stream.head);
    request.#stream = stream;
    return request;
  }

  /** The raw SASL token in a frame. */
  static ofToken(frame: Uint8Array): KafkaRequest {
    const read = { ...tokenHeader, bodyOffset: -1, bytes: frame.subarray(4) };
    return new KafkaRequest(tokenHeader, false, read, frame, undefined);
  }

  /** A request of a layer's own. */
  static of<Request, Response>(
    api: ApiDefinition<Request, Response>,
    { version, body, clientId = null }: NewRequest<Request>,
  ): KafkaRequest<Request, Response> {
    const header: Header = {
      apiKey: api.key,
      apiVersion: version,
      correlationId: 0,
      clientId,
      api,
      unknownTaggedFields: null,
    };
    return new KafkaRequest<Request, Response>(header, true, undefined, undefined, body);
  }

  /** Is it a request of `api`, in a version that can be read? Its body has the type then. */
  is<Req, Res>(api: ApiDefinition<Req, Res>): this is KafkaRequest<Req, Res> {
    return this.api !== null && this.apiKey === api.key;
  }

  /** True when all of it is in memory, as it is but for big ones that nobody gathered. */
  get whole(): boolean {
    return this.#stream === undefined;
  }

  /** The rest of a request that is not whole: for whoever sends it. */
  get stream(): FrameStream | undefined {
    return this.#stream;
  }

  /**
   * Says that it will not be sent on. A layer need not: what nobody took when the request is
   * answered is read and dropped.
   */
  discard(): void {
    this.#stream?.discard();
  }

  /**
   * The same request with all of it in memory. A layer that may send a request twice needs that:
   * one that is not `whole` can be sent once.
   * @throws FrameTooLargeError when it is larger than `maxGatheredBytes` of `serveKafka`
   */
  gather(): Promise<KafkaRequest<Request, Response>> {
    this.#gathered ??= this.#gather();
    return this.#gathered;
  }

  async #gather(): Promise<KafkaRequest<Request, Response>> {
    if (this.#stream === undefined) return this;
    return KafkaRequest.read(await this.#stream.gather()) as KafkaRequest<Request, Response>;
  }

  /**
   * The decoded body.
   * @throws TypeError where it is not `whole`: `gather` first
   * @throws UnsupportedVersionError where `api` is null
   * @throws MalformedMessageError
   */
  get body(): Request {
    if (this.#stream !== undefined) {
      throw new TypeError(
        `a request of ${this.#stream.totalBytes} bytes is not in memory: gather() it first`,
      );
    }
    this.#body ??= decodeRequestBody(this.#read as RequestFrame) as Request;
    return this.#body;
  }

  /** The same request with another body. Its bytes are made when it is sent. */
  withBody(body: Request): KafkaRequest<Request, Response> {
    return new KafkaRequest<Request, Response>(this.#header, this.own, undefined, undefined, body);
  }

  /** The SASL token, where `isRawToken`; else undefined. It is a secret: never log it. */
  get token(): Uint8Array | undefined {
    return this.isRawToken ? this.#frame?.subarray(4) : undefined;
  }

  /** An answer to it, made here. */
  respond(body: Response): KafkaResponse<Response> {
    return KafkaResponse.of(this, body);
  }

  /** False for Produce with acks=0: its answer is `noResponse`. @throws MalformedMessageError */
  get expectsResponse(): boolean {
    this.#expectsResponse ??= this.apiKey !== produceKey || this.api === null || this.#acks() !== 0;
    return this.#expectsResponse;
  }

  /** True while the bytes are those that came. */
  get untouched(): boolean {
    return this.#frame !== undefined;
  }

  /** Bytes of the frame, its size included, whether they came already or not; 0 for one not encoded yet. */
  get byteLength(): number {
    return this.#stream?.totalBytes ?? this.#frame?.length ?? 0;
  }

  /**
   * The frame to send, its size included, with that correlation id; what came of it first where it
   * is not `whole`.
   * @throws InvalidMessageError when the body that was given cannot be sent
   */
  toFrame(correlationId: number = this.correlationId): Uint8Array {
    if (this.#frame !== undefined) {
      return correlationId === this.correlationId ? this.#frame : withInt32(this.#frame, 8, correlationId);
    }
    const header = { ...this.#header, correlationId };
    return encodeRequestFrame(this.api as AnyApi, this.apiVersion, header, this.#body);
  }

  #acks(): number {
    if (this.#body === undefined && this.#read !== undefined) {
      const acks = peekAcks(this.#read);
      if (acks !== undefined) return acks;
      // Says what is wrong with it, also where it is not whole.
      decodeRequestBody(this.#read);
    }
    return (this.body as { readonly acks: number }).acks;
  }
}

const tokenHeader: Header = {
  apiKey: -1,
  apiVersion: -1,
  correlationId: 0,
  clientId: null,
  api: null,
  unknownTaggedFields: null,
};
const produceKey = 0;
const reader = new Reader();

/** The acks of a Produce request, without the records behind it; undefined if that cannot be read. */
function peekAcks({ bytes, bodyOffset, apiVersion }: RequestFrame): number | undefined {
  try {
    reader.reset(bytes.subarray(bodyOffset));
    if (apiVersion >= 9) reader.compactNullableString();
    else if (apiVersion >= 3) reader.nullableString();
    const acks = reader.int16();
    reader.check();
    return acks;
  } catch {
    // Whoever decodes the body says what is wrong, and where.
    return undefined;
  } finally {
    reader.release();
  }
}
