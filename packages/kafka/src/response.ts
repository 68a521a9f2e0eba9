import type { ApiDefinition } from "./protocol/api.ts";
import { encodeResponseFrame } from "./protocol/frame/encode-frame.ts";
import { correlationIdOf, decodeResponseBody, readResponseFrame } from "./protocol/frame/response-frame.ts";
import { int32At } from "./frame/frame-splitter.ts";
import type { FrameStream } from "./frame/frame-stream.ts";
import type { ResponseFrame } from "./protocol/frame/response-frame.ts";
import { UnsupportedVersionError } from "./protocol/errors/message-errors.ts";
import type { AnyApi } from "./protocol/lookup.ts";
import type { UnknownTaggedField } from "./protocol/wire/reader.ts";

/** What a request without an answer is answered with: Produce with acks=0. */
export const noResponse: unique symbol = Symbol("noResponse");
export type NoResponse = typeof noResponse;

/** The request that a response belongs to, as far as reading and writing the response needs it. */
export interface Answered {
  readonly apiKey: number;
  readonly apiVersion: number;
  /** Null if this codec does not know the API in this version: the response is bytes then. */
  readonly api: AnyApi | null;
}

/**
 * A response of a broker, or of a layer. Its body is decoded when somebody asks for it, once; a
 * response that nobody asked, or only asked, goes on as the very bytes that came.
 *
 * A big one may be on its way still (`whole`): it is handed on as it arrives, and whoever wants its
 * body has to wait for it (`gather`).
 *
 * Immutable. Bodies share memory with the bytes: copy what has to outlive the call.
 */
export class KafkaResponse<Body = unknown> {
  readonly apiKey: number;
  /** The version that was asked for. */
  readonly apiVersion: number;
  readonly api: AnyApi | null;
  readonly correlationId: number;
  // Size included. Undefined once the body was replaced.
  readonly #frame: Uint8Array | undefined;
  #token: Uint8Array | undefined;
  #header: ResponseFrame | undefined;
  #stream: FrameStream | undefined;
  #gathered: Promise<KafkaResponse<Body>> | undefined;
  #taggedFields: readonly UnknownTaggedField[] | null = null;
  #body: Body | undefined;

  private constructor(
    { apiKey, apiVersion, api }: Answered,
    correlationId: number,
    frame: Uint8Array | undefined,
    body: Body | undefined,
  ) {
    this.apiKey = apiKey;
    this.apiVersion = apiVersion;
    this.api = api;
    this.correlationId = correlationId;
    this.#frame = frame;
    this.#body = body;
  }

  /**
   * The response in a frame, its size included. Nothing but the correlation id is read.
   * @throws MalformedMessageError
   */
  static read(frame: Uint8Array, to: Answered): KafkaResponse {
    return new KafkaResponse<unknown>(to, correlationIdIn(frame), frame, undefined);
  }

  /**
   * The response in a frame that is on its way. Nothing but the correlation id is read.
   * @throws MalformedMessageError
   */
  static cut(stream: FrameStream, to: Answered): KafkaResponse {
    const response = KafkaResponse.read(stream.head, to);
    response.#stream = stream;
    return response;
  }

  /** The raw SASL token in a frame, as the answer to one: see `isRawToken` of `KafkaRequest`. */
  static ofToken(frame: Uint8Array, to: Answered): KafkaResponse {
    const response = new KafkaResponse<unknown>(to, 0, frame, undefined);
    response.#token = frame.subarray(4);
    return response;
  }

  /** A response made here. Its correlation id is that of the request when it is sent. */
  static of<Body>(to: Answered, body: Body): KafkaResponse<Body> {
    return new KafkaResponse<Body>(to, 0, undefined, body);
  }

  /** Is it a response of `api`, in a version that can be read? Its body has the type then. */
  is<Req, Res>(api: ApiDefinition<Req, Res>): this is KafkaResponse<Res> {
    return this.api !== null && this.apiKey === api.key;
  }

  /** The broker's SASL token, where it answers a raw one; else undefined. */
  get token(): Uint8Array | undefined {
    return this.#token;
  }

  /** True when all of it is in memory, as it is but for big ones that nobody gathered. */
  get whole(): boolean {
    return this.#stream === undefined;
  }

  /** The rest of a response that is not whole: for whoever sends it. */
  get stream(): FrameStream | undefined {
    return this.#stream;
  }

  /**
   * Says that it will not be sent on: for a layer that answers something else. A response that is
   * not `whole` must be sent, gathered or discarded, or the connection to the broker stands still.
   */
  discard(): void {
    this.#stream?.discard();
  }

  /**
   * The same response with all of it in memory.
   * @throws FrameTooLargeError when it is larger than `maxGatheredBytes` of `kafkaClient`
   */
  gather(): Promise<KafkaResponse<Body>> {
    this.#gathered ??= this.#gather();
    return this.#gathered;
  }

  async #gather(): Promise<KafkaResponse<Body>> {
    if (this.#stream === undefined) return this;
    const frame = await this.#stream.gather();
    return new KafkaResponse<Body>(this, this.correlationId, frame, undefined);
  }

  /**
   * The decoded body.
   * @throws TypeError where it is not `whole`: `gather` first
   * @throws UnsupportedVersionError where `api` is null
   * @throws MalformedMessageError
   */
  get body(): Body {
    this.#body ??= decodeResponseBody(this.#read(), codecOf(this)) as Body;
    return this.#body;
  }

  /** The same response with another body. Its bytes are made when it is sent. */
  withBody(body: Body): KafkaResponse<Body> {
    const changed = new KafkaResponse<Body>(codecFor(this), this.correlationId, undefined, body);
    changed.#taggedFields = this.#frame === undefined ? this.#taggedFields : this.#read().unknownTaggedFields;
    return changed;
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
   * The frame to send, its size included, as the answer to the request of that id; what is there of
   * it where it is not `whole`.
   * @throws InvalidMessageError when the body that was given cannot be sent
   */
  toFrame(correlationId: number): Uint8Array {
    if (this.#frame !== undefined) {
      return correlationId === this.correlationId ? this.#frame : withInt32(this.#frame, 4, correlationId);
    }
    const header = { correlationId, unknownTaggedFields: this.#taggedFields };
    return encodeResponseFrame(codecOf(this), this.#bodyVersion(), header, this.#body);
  }

  #read(): ResponseFrame {
    if (this.#stream !== undefined) {
      throw new TypeError(
        `a response of ${this.#stream.totalBytes} bytes is not in memory: gather() it first`,
      );
    }
    const frame = this.#frame ?? new Uint8Array(0);
    this.#header ??= readResponseFrame(frame.subarray(4), codecOf(this), this.apiVersion);
    return this.#header;
  }

  /** A broker that does not know the version of ApiVersions asked for answers in version 0 (KIP-511). */
  #bodyVersion(): number {
    const refused =
      this.apiKey === apiVersionsKey &&
      (this.#body as { readonly errorCode?: number }).errorCode === unsupportedVersion;
    return refused ? 0 : this.apiVersion;
  }
}

const apiVersionsKey = 18;
const unsupportedVersion = 35;

/** The bytes of a frame behind its size. Not `subarray`, which costs several times that. */
export function behindSize({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset + 4, length - 4);
}

/** @throws MalformedMessageError */
function correlationIdIn(frame: Uint8Array): number {
  return frame.length < 8 ? correlationIdOf(behindSize(frame)) : int32At(frame, 4);
}

/** A copy of `frame` with another int32 at `offset`. */
export function withInt32(frame: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = Buffer.from(frame);
  copy.writeInt32BE(value, offset);
  return copy;
}

function codecFor(response: Answered): Answered & { readonly api: AnyApi } {
  return { apiKey: response.apiKey, apiVersion: response.apiVersion, api: codecOf(response) };
}

function codecOf({ api, apiKey, apiVersion }: Answered): AnyApi {
  if (api === null) throw new UnsupportedVersionError(`api key ${apiKey}`, apiVersion, [-1, -1]);
  return api;
}
