import { apis, Fetch, kafkaErrorNamed, Metadata, Produce, ShareFetch } from "@pagoda/kafka/protocol";
import type { AnyApi } from "@pagoda/kafka/protocol";
import { describe, expect, it } from "vitest";

import { batch } from "../../test/kafka-tier.ts";
import { StreamWalk } from "./stream-walk.ts";

interface Told {
  readonly topics: string[];
  readonly codes: number[];
  readonly batches: (readonly [number, number])[];
  bytes: number;
  throttleMs: number;
  acks: number;
  ended: boolean;
}

/** What a walk over `bytes`, cut into pieces of so many, tells. */
function walk(
  schema: AnyApi["request"]["schema"],
  version: number,
  bytes: Uint8Array,
  pieceBytes: number,
): Told {
  const told: Told = { topics: [], codes: [], batches: [], bytes: 0, throttleMs: 0, acks: 99, ended: false };
  const walking = new StreamWalk(
    schema,
    version,
    {
      topic: (name, id) => told.topics.push(name ?? id ?? ""),
      errorCode: (code) => code !== 0 && told.codes.push(code),
      batch: ({ records, codec }) => told.batches.push([records, codec]),
      records: (length) => (told.bytes += length),
      throttleTimeMs: (ms) => (told.throttleMs = ms),
      acks: (acks) => (told.acks = acks),
    },
    (failed) => (told.ended = !failed),
  );
  // One piece of memory for all, as a socket may use it: what the walk keeps it has to copy.
  const piece = Buffer.alloc(pieceBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const length = piece.write(Buffer.from(bytes.subarray(at, at + pieceBytes)).toString("latin1"), "latin1");
    walking.push(piece.subarray(0, length));
    piece.fill(0xff);
  }
  return told;
}

const id = "AAAAAAAAAAAAAAAAAAAAAg";
const two = Buffer.concat([batch(5, "gzip"), batch(2)]);
const sizes = [1, 7, 61, 4_096];

describe("a walk over a message in pieces", () => {
  it.each(sizes)("tells of a Fetch response what a skim tells, in pieces of %i bytes", (pieceBytes) => {
    for (let version = 4; version <= Fetch.versions.max; version++) {
      const named = version >= 13 ? { topicId: id } : { topic: "orders" };
      const partitions = [{ errorCode: 6 }, { partitionIndex: 1, records: two, preferredReadReplica: 2 }];
      const body = Fetch.response.of({
        throttleTimeMs: 30,
        responses: [
          { ...named, partitions: version < 11 ? [{ errorCode: 6 }, { records: two }] : partitions },
        ],
      });
      expect(walk(Fetch.response.schema, version, Fetch.response.encode(body, version), pieceBytes)).toEqual({
        topics: [version >= 13 ? id : "orders"],
        codes: [6],
        batches: [
          [5, 1],
          [2, 0],
        ],
        bytes: two.length,
        throttleMs: 30,
        acks: 99,
        ended: true,
      });
    }
  });

  it.each(sizes)("tells of a Produce request, in pieces of %i bytes", (pieceBytes) => {
    for (let version = 3; version <= Produce.versions.max; version++) {
      const named = version >= 13 ? { topicId: id } : { name: "orders" };
      const partitionData = [{ index: 3, records: two }];
      const body = Produce.request.of({
        transactionalId: "t",
        acks: -1,
        topicData: [{ ...named, partitionData }],
      });
      const told = walk(Produce.request.schema, version, Produce.request.encode(body, version), pieceBytes);
      expect(told).toMatchObject({
        acks: -1,
        batches: [
          [5, 1],
          [2, 0],
        ],
        bytes: two.length,
        ended: true,
      });
    }
  });

  it("finds the errors of a ShareFetch, and of a Metadata response", () => {
    const code = kafkaErrorNamed("TOPIC_AUTHORIZATION_FAILED").code;
    const shared = ShareFetch.response.of({
      responses: [{ topicId: id, partitions: [{ acknowledgeErrorCode: code, records: two }] }],
    });
    const version = ShareFetch.versions.max;
    const bytes = ShareFetch.response.encode(shared, version);
    expect(walk(ShareFetch.response.schema, version, bytes, 9)).toMatchObject({ codes: [code], ended: true });
    const metadata = Metadata.response.of({
      brokers: [{ nodeId: 1, host: "a", port: 2 }],
      topics: [{ name: "x", errorCode: code, partitions: [{ errorCode: 5, replicaNodes: [1, 2] }] }],
    });
    for (const at of [1, 8, 12]) {
      const whole = Metadata.response.encode(metadata, at);
      expect(walk(Metadata.response.schema, at, whole, 3)).toMatchObject({ codes: [code, 5], ended: true });
    }
  });

  it("comes to the end of every response, in every version", () => {
    for (const api of Object.values(apis) as unknown as AnyApi[]) {
      for (let version = api.versions.min; version <= api.versions.max; version++) {
        const bytes = api.response.encode(api.response.of({}), version);
        expect(`${api.name} v${version} ${walk(api.response.schema, version, bytes, 5).ended}`).toBe(
          `${api.name} v${version} true`,
        );
      }
    }
  });

  it("ends in silence at bytes that are no message", () => {
    expect(walk(Fetch.response.schema, 12, Buffer.alloc(64, 0xff), 5)).toMatchObject({ ended: false });
  });
});
