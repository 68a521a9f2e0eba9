import {
  apiOfKey,
  correlationIdOf,
  decodeRequestBody,
  decodeResponseBody,
  FrameDecoder,
  MalformedFrameError,
  readRequestFrame,
  readResponseFrame,
} from "@pagoda/kafka/protocol";
import type { RequestFrame, ResponseFrame } from "@pagoda/kafka/protocol";

import { topicNamesOf } from "../../packages/kafka/test/frame-differences.ts";
import type { CapturedConnection, Segment } from "./capture.ts";

/** A request and what the broker answered. */
export interface Exchange {
  readonly client: string;
  /** Which of the captured connections. */
  readonly connection: number;
  readonly request: RequestFrame;
  /** Null if there is none: to a produce request with acks=0, or since the client left before it came. */
  readonly response: ResponseFrame | null;
}

/**
 * The requests of all connections, each with its response: a broker answers in the order of the
 * requests.
 *
 * @throws {Error} at a frame that cannot be read, and at a response that no request asked for.
 */
export function exchangesOf(connections: readonly CapturedConnection[]): Exchange[] {
  return connections.flatMap((captured, connection) => {
    const responses = framesOf(captured, "server");
    let answered = 0;
    const exchanges = framesOf(captured, "client").map((bytes): Exchange => {
      const request = readRequestFrame(bytes);
      const next = responses[answered];
      const isAnswer = next !== undefined && correlationIdOf(next) === request.correlationId;
      if (isAnswer) answered++;
      const response = isAnswer ? readResponse(next, request) : null;
      return { client: captured.client, connection, request, response };
    });
    if (answered !== responses.length) {
      throw new Error(`${responses.length - answered} responses of ${captured.client} without a request`);
    }
    return exchanges;
  });
}

function readResponse(bytes: Uint8Array, { apiKey, apiVersion }: RequestFrame): ResponseFrame {
  const api = apiOfKey(apiKey);
  if (api === undefined) throw new Error(`no api has the key ${apiKey}`);
  return readResponseFrame(bytes, api, apiVersion);
}

function framesOf({ segments }: CapturedConnection, from: Segment["from"]): Uint8Array[] {
  const decoder = new FrameDecoder();
  const frames = segments
    .filter((segment) => segment.from === from)
    .flatMap(({ bytes }) => decoder.push(bytes));
  try {
    decoder.end();
  } catch (error) {
    // Whoever leaves may be cut off in the middle of a response.
    if (!(error instanceof MalformedFrameError && from === "server")) throw error;
  }
  return frames;
}

/** One frame as this codec reads it. */
export interface ReadFrame {
  readonly connection: number;
  readonly from: Segment["from"];
  /** Bytes without the size. */
  readonly length: number;
  readonly correlationId: number;
  /** The API, and the version asked for. */
  readonly api: { readonly key: number; readonly version: number };
  /** As in `MetadataRequest`. */
  readonly message: string;
  readonly topicNames: readonly (string | null)[];
}

/** What of the exchanges a dissector reads too. */
export function readFrames(exchanges: readonly Exchange[]): ReadFrame[] {
  return exchanges.flatMap(({ connection, request, response }) => {
    const { api, apiVersion } = request;
    const both = { connection, api: { key: request.apiKey, version: apiVersion } };
    const name = apiOfKey(request.apiKey)?.name ?? "Unknown";
    const frames: ReadFrame[] = [
      {
        ...both,
        from: "client",
        length: request.bytes.length,
        correlationId: request.correlationId,
        message: `${name}Request`,
        topicNames: api === null ? [] : topicNamesOf(api.request, apiVersion, decodeRequestBody(request)),
      },
    ];
    if (response === null) return frames;
    const { bodyVersion } = response;
    frames.push({
      ...both,
      from: "server",
      length: response.bytes.length,
      correlationId: response.correlationId,
      message: `${name}Response`,
      topicNames:
        api === null ? [] : topicNamesOf(api.response, bodyVersion, decodeResponseBody(response, api)),
    });
    return frames;
  });
}
