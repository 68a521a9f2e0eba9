import type { ProxyError } from "@pagoda/core";
import { apiOfKey, correlationIdOf } from "@pagoda/kafka/protocol";
import type { AnyApi } from "@pagoda/kafka/protocol";

import { decodeRequest, decodeResponse } from "../decode-frame.ts";
import type { DecodedFrame } from "../decode-frame.ts";
import type { JsonObject, WalkOptions } from "../walk-message.ts";
import { FrameCutter } from "./frame-cutter.ts";
import { correlationIdIn, looksLikeRequest, looksLikeTls } from "./looks-like.ts";
import type { TcpSegment } from "./tcp-segment.ts";
import { TcpStream } from "./tcp-stream.ts";

/** What of a connection is no Kafka that can be read. */
export type Unread = "TLS" | "not Kafka" | "not recognised";

/** What a conversation came to. */
export interface Counts {
  requests: number;
  responses: number;
  unanswered: number;
  lostBytes: number;
}

interface Asked {
  readonly api: AnyApi | undefined;
  readonly key: number;
  readonly version: number;
  readonly atMs: number;
}

interface Side {
  readonly stream: TcpStream;
  readonly cutter: FrameCutter;
}

/** Requests that wait for their responses; one more, and the oldest is forgotten. */
const maxAsked = 10_000;
const saslHandshakeKey = 17;
const produceKey = 0;

/** One connection of a capture: its frames as JSON, responses with the requests that they answer. */
export class Conversation {
  readonly counts: Counts = { requests: 0, responses: 0, unanswered: 0, lostBytes: 0 };
  readonly #id: number;
  readonly #options: WalkOptions;
  readonly #emit: (line: JsonObject) => void;
  readonly #sides = new Map<string, Side>();
  readonly #asked = new Map<number, Asked>();
  #client: string | undefined;
  #server: string | undefined;
  #unread: Unread | undefined;
  #saidSomething = false;
  /** SaslHandshake v0 was said: tokens without a header may follow. */
  #rawTokens = false;

  constructor(id: number, options: WalkOptions, emit: (line: JsonObject) => void) {
    this.#id = id;
    this.#options = options;
    this.#emit = emit;
  }

  /** Why nothing of it is decoded; undefined where something is. */
  get unread(): Unread | undefined {
    return this.#unread ?? (this.#saidSomething && this.#client === undefined ? "not recognised" : undefined);
  }

  get heldBytes(): number {
    return [...this.#sides.values()].reduce(
      (sum, { stream, cutter }) => sum + stream.heldBytes + cutter.heldBytes,
      0,
    );
  }

  /** Has somebody said something? Then a SYN begins another connection with the same addresses. */
  get isUnderWay(): boolean {
    return this.#saidSomething;
  }

  add({ source, target, sequence, acknowledged, isSyn, isAck, payload, atMs }: TcpSegment): void {
    if (isSyn) {
      this.#setClient(isAck ? target : source, isAck ? source : target);
      if (!this.#sides.has(source)) this.#sideOf(source, true).stream.begin(sequence);
    }
    if (isAck) this.#sides.get(target)?.stream.acknowledged(acknowledged);
    if (payload.length === 0 || this.#unread !== undefined) return;
    this.#saidSomething = true;
    if (this.#client === undefined && looksLikeRequest(payload)) this.#setClient(source, target);
    this.#sideOf(source, false).stream.add(isSyn ? (sequence + 1) >>> 0 : sequence, payload, atMs);
  }

  /** The capture, or the connection, is over. */
  end(): void {
    for (const { stream, cutter } of this.#sides.values()) {
      stream.end();
      cutter.end(0);
    }
    this.counts.unanswered += this.#asked.size;
    this.#asked.clear();
    this.#sides.clear();
  }

  #setClient(client: string, server: string): void {
    this.#client ??= client;
    this.#server ??= server;
  }

  #sideOf(source: string, isAligned: boolean): Side {
    const known = this.#sides.get(source);
    if (known !== undefined) return known;
    let isFirst = isAligned;
    const cutter = new FrameCutter(
      {
        frame: (bytes, atMs) => this.#frame(source, bytes, atMs),
        lost: (bytes, reason, atMs) => this.#lost(source, bytes, reason, atMs),
        isBeginning: (bytes) => this.#mayBegin(source, bytes),
      },
      isAligned,
    );
    const stream = new TcpStream({
      bytes: (bytes, atMs) => {
        if (isFirst && source === this.#client && !this.#isKafka(bytes)) return;
        isFirst = false;
        if (this.#unread === undefined) cutter.bytes(bytes, atMs);
      },
      gap: (bytes, atMs) => cutter.gap(bytes, atMs),
    });
    const side = { stream, cutter };
    this.#sides.set(source, side);
    return side;
  }

  /** Judges a client by its first bytes. */
  #isKafka(bytes: Uint8Array): boolean {
    // Some clients send the size by itself: the frame will tell.
    if (bytes.length < 12 ? !looksLikeTls(bytes) : looksLikeRequest(bytes)) return true;
    this.#leave(looksLikeTls(bytes) ? "TLS" : "not Kafka");
    return false;
  }

  #leave(unread: Unread): void {
    this.#unread = unread;
    this.#sides.clear();
    this.#asked.clear();
  }

  #mayBegin(source: string, bytes: Uint8Array): boolean {
    if (source === this.#client) return looksLikeRequest(bytes);
    const id = correlationIdIn(bytes);
    return id !== undefined && this.#asked.has(id);
  }

  #frame(source: string, bytes: Uint8Array, atMs: number): void {
    // Its size is judged already: what follows it decides here.
    if (source === this.#client) this.#request(bytes, atMs);
    else this.#response(bytes, atMs);
  }

  #request(bytes: Uint8Array, atMs: number): void {
    const key = bytes.length < 2 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getInt16(0);
    const api = apiOfKey(key);
    if (this.#rawTokens && api === undefined) {
      this.#line({ frame: "saslToken", from: "client", size: bytes.length }, atMs);
      return;
    }
    if (this.counts.requests === 0 && api === undefined) {
      this.#leave("not Kafka");
      return;
    }
    const decoded = decodeRequest(bytes, 0, this.#options);
    this.counts.requests++;
    this.#decoded("client", decoded, atMs, {});
    if (bytes.length < 8) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const version = view.getInt16(2);
    if (key === saslHandshakeKey && version === 0) this.#rawTokens = true;
    if (key === produceKey && isUnanswered(decoded)) return;
    const [oldest] = this.#asked.keys();
    if (this.#asked.size >= maxAsked && oldest !== undefined) {
      this.#asked.delete(oldest);
      this.counts.unanswered++;
    }
    this.#asked.set(view.getInt32(4), { api, key, version, atMs });
  }

  #response(bytes: Uint8Array, atMs: number): void {
    const id = bytes.length < 4 ? undefined : correlationIdOf(bytes);
    const asked = id === undefined ? undefined : this.#asked.get(id);
    if (id === undefined || asked === undefined) {
      if (this.#rawTokens) this.#line({ frame: "saslToken", from: "server", size: bytes.length }, atMs);
      else
        this.#lost(
          "",
          bytes.length + 4,
          `a response (correlation id ${id}) whose request was not seen`,
          atMs,
        );
      return;
    }
    this.#asked.delete(id);
    this.counts.responses++;
    const latencyMs = Math.round((atMs - asked.atMs) * 1_000) / 1_000;
    if (asked.api === undefined) {
      const json = { frame: "response", size: bytes.length, apiKey: asked.key, version: asked.version };
      this.#line({ from: "server", ...json, latencyMs, header: { correlationId: id } }, atMs);
      return;
    }
    const answered = { api: asked.api, version: asked.version };
    this.#decoded("server", decodeResponse(bytes, 0, answered, this.#options), atMs, { latencyMs });
  }

  #decoded(from: string, { json, error }: DecodedFrame, atMs: number, more: JsonObject): void {
    const { header, body, ...rest } = json;
    this.#line(
      {
        from,
        ...rest,
        ...more,
        ...(header !== undefined && { header }),
        ...(body !== undefined && { body }),
        ...(error !== undefined && { error: errorJson(error) }),
      },
      atMs,
    );
  }

  #lost(source: string, bytes: number, reason: string, atMs: number): void {
    this.counts.lostBytes += bytes;
    if (this.#client === undefined) return;
    const from = source === this.#client ? "client" : "server";
    this.#line({ from, lost: { bytes, reason } }, atMs);
  }

  #line(json: JsonObject, atMs: number): void {
    this.#emit({
      connection: this.#id,
      ...(atMs > 0 && { atMs: Math.round(atMs * 1_000) / 1_000 }),
      client: this.#client ?? null,
      server: this.#server ?? null,
      ...json,
    });
  }
}

/** An error as JSON: what, where, and why. */
export function errorJson(error: ProxyError): JsonObject {
  return {
    code: error.code,
    message: error.message,
    ...("path" in error && typeof error.path === "string" && { path: error.path }),
    ...("offset" in error && typeof error.offset === "number" && { offset: error.offset }),
    ...("batchAt" in error && typeof error.batchAt === "number" && { offset: error.batchAt }),
  };
}

/** Produce with acks=0 gets no response. */
function isUnanswered({ json }: DecodedFrame): boolean {
  const { acks } = (json["body"] ?? {}) as JsonObject;
  const value = typeof acks === "object" && acks !== null && !Array.isArray(acks) ? acks["value"] : acks;
  return value === 0;
}
