import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { encodeRequestFrame } from "../protocol/frame/encode-frame.ts";
import { Fetch, OffsetCommit, Produce } from "../protocol/generated/index.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import { KafkaRequest } from "../request.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import { FrameStream } from "./frame-stream.ts";
import { requestHeadBytes } from "./request-head.ts";

/** Longest that a string of the protocol is. */
const longest = 32_767;

function bigFrame(api: AnyApi, version: number, clientId: string | null, body: unknown): Uint8Array {
  return encodeRequestFrame(api, version, { correlationId: 7, clientId }, body);
}

function produce(version: number, clientId: string | null, transactionalId: string | null): Uint8Array {
  const partitionData = [{ index: 0, records: Buffer.alloc(200_000) }];
  const body = Produce.request.of({
    acks: 0,
    transactionalId,
    topicData: [version >= 13 ? { partitionData } : { name: "orders", partitionData }],
  });
  return bigFrame(Produce, version, clientId, body);
}

/** The first piece of a frame that comes in chunks of `size` bytes, and the request in it. */
function firstPiece(frame: Uint8Array, size: number): { head: Uint8Array; request: KafkaRequest } {
  const splitter = new FrameSplitter(10_000_000, 1, requestHeadBytes);
  for (let at = 0; at < frame.length; at += size) {
    splitter.push(frame.subarray(at, at + size));
    const head = splitter.next();
    if (head === undefined) continue;
    const stream = new FrameStream(head, frame.length, Infinity);
    return {
      head,
      request: splitter.remainingBytes > 0 ? KafkaRequest.cut(stream) : KafkaRequest.read(head),
    };
  }
  throw new Error("no piece");
}

describe("the head of a request that is handed on as it arrives", () => {
  const texts = fc.option(
    fc.integer({ min: 0, max: longest }).map((length) => "x".repeat(length)),
    { nil: null },
  );

  it("has the header, and the acks of Produce, however long its strings and however its bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: Produce.versions.max }),
        texts,
        texts,
        fc.integer({ min: 1, max: 100_000 }),
        (version, clientId, transactionalId, size) => {
          const { request } = firstPiece(produce(version, clientId, transactionalId), size);
          expect(request).toMatchObject({ apiKey: 0, apiVersion: version, correlationId: 7, clientId });
          expect(request.expectsResponse).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is small where the strings are", () => {
    expect(firstPiece(produce(12, "checkout", null), 100).head.length).toBe(1_024);
  });

  it("is the whole request where that has not as many bytes", () => {
    const frame = bigFrame(Fetch, 12, "x".repeat(100), Fetch.request.of());
    expect(firstPiece(frame, 7).head).toHaveLength(frame.length);
  });

  it.each([250_000, 300_000])("has 256 KiB of another API, which layers read: %i bytes", (bytes) => {
    const body = OffsetCommit.request.of({ groupId: "g".repeat(10), topics: [] });
    const topics = Array.from({ length: bytes / 10_000 }, () => ({
      name: "t".repeat(9_990),
      partitions: [],
    }));
    const frame = bigFrame(OffsetCommit, 7, "app", { ...body, topics });
    const { head, request } = firstPiece(frame, 10_000);
    expect(head).toHaveLength(Math.min(frame.length, 262_144));
    expect(request.whole).toBe(bytes < 262_144);
  });

  it("has the longest header that there can be, of an API that nobody knows", () => {
    const frame = Buffer.alloc(200_000);
    frame.writeInt32BE(frame.length - 4);
    frame.writeInt16BE(9_999, 4);
    frame.writeInt16BE(-1, 12);
    expect(firstPiece(frame, 1_000).head.length).toBe(69_632);
  });
});
