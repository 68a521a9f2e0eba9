import { describe, expect, it } from "vitest";

import { Fetch, JoinGroup, messages, Metadata, Produce, UpdateFeatures } from "./index.ts";

const topic = "AAAAAAAAAAAAAAAAAAAAAQ";

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

describe("decode", () => {
  it("gives absent fields their defaults", () => {
    const message = Fetch.request.decode(Fetch.request.encode(Fetch.request.of(), 0), 0);
    expect(message).toMatchObject({
      maxBytes: 0x7fff_ffff,
      sessionEpoch: -1,
      replicaState: { replicaId: -1 },
    });
  });

  it("gives views of what it was given", () => {
    const body = Produce.request.of({
      topicData: [{ name: "a", partitionData: [{ records: Uint8Array.of(1, 2, 3) }] }],
    });
    const bytes = Produce.request.encode(body, 9);
    const records = Produce.request.decode(bytes, 9).topicData[0]?.partitionData[0]?.records;
    expect(records?.buffer).toBe(bytes.buffer);
  });

  it.each([
    // throttleTimeMs, then one broker: nodeId, host of 5 bytes.
    ["a string that is cut", "00000000 02 00000001 06 6162", "brokers[0].host", 10],
    ["a number that is cut", "00000000 02 00000001 03 6162 0000", "brokers[0].port", 12],
    ["null where none is allowed", "00000000 02 00000001 00", "brokers[0].host", 9],
    ["a count above the bytes left", "00000000 ffffffff07", "brokers", 9],
    ["the first field cut", "0000", "throttleTimeMs", 0],
    ["nothing at all", "", "throttleTimeMs", 0],
  ])("says in which field and where it found %s", (_, bytes, path, offset) => {
    const long = bytesOf(`${bytes}${"00".repeat(64)}`).subarray(0, bytesOf(bytes).length);
    for (const given of [bytesOf(bytes), long]) {
      expect(() => Metadata.response.decode(given, 9)).toThrow(
        expect.objectContaining({
          code: "MALFORMED_MESSAGE",
          messageName: "MetadataResponse",
          version: 9,
          path,
          offset,
        }),
      );
    }
  });

  it("refuses bytes left over", () => {
    const bytes = Buffer.concat([Metadata.response.encode(Metadata.response.of(), 9), Buffer.alloc(3)]);
    expect(() => Metadata.response.decode(bytes, 9)).toThrow("3 bytes left over");
  });

  it("names message, version, field, byte and reason in words", () => {
    expect(() => Metadata.response.decode(bytesOf("00000000 02 00000001 00"), 9)).toThrow(
      "malformed MetadataResponse v9: brokers[0].host at byte 9: null, where null is not allowed",
    );
  });

  it.each([-1, 14, 1.5, Number.NaN])("does not know version %d", (version) => {
    const error = expect.objectContaining({ code: "UNSUPPORTED_VERSION", version });
    expect(() => Metadata.request.decode(bytesOf(""), version)).toThrow(error);
    expect(() => Metadata.request.encode(Metadata.request.of(), version)).toThrow(error);
    expect(() => Metadata.request.toJson(Metadata.request.of(), version)).toThrow(error);
    expect(() => Metadata.request.fromJson({}, version)).toThrow(error);
  });
});

describe("tagged fields", () => {
  it("that are unknown stay at their struct", () => {
    const unknownTaggedFields = [{ tag: 200, data: Uint8Array.of(7) }];
    const message = Metadata.request.of({ topics: [{ name: "a", unknownTaggedFields }] });
    const bytes = Metadata.request.encode(message, 12);
    const again = Metadata.request.decode(bytes, 12);
    expect(again.topics?.[0]?.unknownTaggedFields).toEqual(unknownTaggedFields);
    expect(hex(Metadata.request.encode(again, 12))).toBe(hex(bytes));
  });

  it("that a later version defines are unknown before it", () => {
    // FetchRequest v12 does not have replicaState (tag 1, since 15).
    const plain = hex(Fetch.request.encode(Fetch.request.of(), 12)).slice(0, -2);
    const bytes = bytesOf(`${plain} 01 01 02 abcd`);
    const message = Fetch.request.decode(bytes, 12);
    expect(message.replicaState.replicaId).toBe(-1);
    expect(message.unknownTaggedFields).toEqual([{ tag: 1, data: Uint8Array.of(0xab, 0xcd) }]);
    expect(hex(Fetch.request.encode(message, 12))).toBe(hex(bytes));
    // In a version that defines it the two would be one.
    expect(() => Fetch.request.encode(message, 15)).toThrow(
      expect.objectContaining({ code: "INVALID_MESSAGE", path: "unknownTaggedFields[0].tag" }),
    );
  });

  it("that are known have to be of their size", () => {
    const plain = hex(Fetch.request.encode(Fetch.request.of(), 12)).slice(0, -2);
    // clusterId (tag 0) "a" in 3 bytes instead of 2.
    expect(() => Fetch.request.decode(bytesOf(`${plain} 01 00 03 0261 00`), 12)).toThrow(
      expect.objectContaining({ path: "clusterId" }),
    );
  });

  it("at their default are not written", () => {
    const set = Fetch.request.of({ replicaState: { replicaId: 4 } });
    expect(Fetch.request.encode(set, 15).length).toBeGreaterThan(
      Fetch.request.encode(Fetch.request.of(), 15).length,
    );
    expect(Fetch.request.decode(Fetch.request.encode(set, 15), 15).replicaState.replicaId).toBe(4);
  });

  it("cannot be in a version that has none", () => {
    const message = { ...Metadata.request.of(), unknownTaggedFields: [{ tag: 1, data: Uint8Array.of() }] };
    expect(() => Metadata.request.encode(message, 8)).toThrow(
      expect.objectContaining({ code: "INVALID_MESSAGE", path: "unknownTaggedFields" }),
    );
  });
});

describe("encode", () => {
  it.each([
    ["a number out of range", { acks: 40_000 }, "acks"],
    ["a number for a bigint's sake", { timeoutMs: 5n }, "timeoutMs"],
    ["a field that is missing", { topicData: undefined }, "topicData"],
    [
      "null where none is allowed",
      { topicData: [{ name: null, topicId: topic, partitionData: [] }] },
      "topicData[0].name",
    ],
    ["no array", { topicData: 7 }, "topicData"],
    [
      "no bytes",
      { topicData: [{ name: "a", topicId: topic, partitionData: [{ index: 0, records: "x" }] }] },
      "topicData[0].partitionData[0].records",
    ],
    ["a text too long", { transactionalId: "x".repeat(32_768) }, "transactionalId"],
  ])("names the field for %s", (_, change, path) => {
    const message = { ...Produce.request.of(), ...change } as unknown as ReturnType<
      typeof Produce.request.of
    >;
    expect(() => Produce.request.encode(message, 9)).toThrow(
      expect.objectContaining({ code: "INVALID_MESSAGE", messageName: "ProduceRequest", version: 9, path }),
    );
    expect(Produce.request.validate(message, 9)[0]?.path).toBe(path);
  });

  it("refuses what the version would lose, unless it may be ignored", () => {
    const forgotten = Fetch.request.of({ forgottenTopicsData: [{ topic: "a" }] });
    expect(() => Fetch.request.encode(forgotten, 6)).toThrow(
      expect.objectContaining({ path: "forgottenTopicsData" }),
    );
    const ignorable = Fetch.request.of({ rackId: "r" });
    expect(Fetch.request.decode(Fetch.request.encode(ignorable, 10), 10).rackId).toBe("");
  });

  it("leaves nothing of a failure in the next message", () => {
    const good = hex(JoinGroup.request.encode(JoinGroup.request.of(), 5));
    const bad = { ...JoinGroup.request.of(), protocols: null } as unknown as ReturnType<
      typeof JoinGroup.request.of
    >;
    expect(() => JoinGroup.request.encode(bad, 5)).toThrow();
    expect(hex(JoinGroup.request.encode(JoinGroup.request.of(), 5))).toBe(good);
  });

  it("gives each message memory that later ones leave alone", () => {
    const first = Metadata.request.encode(Metadata.request.of({ topics: [{ name: "a" }] }), 9);
    const before = hex(first);
    for (let i = 0; i < 10_000; i++)
      Metadata.request.encode(Metadata.request.of({ topics: [{ name: "b" }] }), 9);
    expect(hex(first)).toBe(before);
  });
});

describe("of", () => {
  it("fills in defaults at every level", () => {
    expect(UpdateFeatures.request.of({ featureUpdates: [{ feature: "f" }] })).toEqual({
      timeoutMs: 60_000,
      featureUpdates: [{ feature: "f", maxVersionLevel: 0, allowDowngrade: false, upgradeType: 1 }],
      validateOnly: false,
    });
  });

  it("makes a message that can be encoded in every version, for every message", () => {
    for (const codec of Object.values(messages)) {
      const { min, max } = codec.validVersions;
      for (let version = min; version <= max; version++) {
        const message = codec.of() as never;
        expect(codec.validate(message, version), `${codec.name} v${version}`).toEqual([]);
        codec.decode(codec.encode(message, version), version);
      }
    }
  });
});

describe("JSON", () => {
  it("prints int64 as a number while that is exact", () => {
    const message = messages.EndTxnRequest.of({ producerId: 2n ** 53n - 1n });
    expect(messages.EndTxnRequest.toJson(message, 0)).toMatchObject({ producerId: 2 ** 53 - 1 });
    const large = messages.EndTxnRequest.of({ producerId: -(2n ** 63n) });
    expect(messages.EndTxnRequest.toJson(large, 0)).toMatchObject({ producerId: "-9223372036854775808" });
  });

  it.each([
    ["a field that is missing", { topics: undefined }, "topics"],
    ["a field that does not exist", { more: 1 }, "more"],
    [
      "a field of another version",
      { includeTopicAuthorizedOperations: true },
      "includeTopicAuthorizedOperations",
    ],
    ["a value of another type", { topics: [{ name: 7 }] }, "topics[0].name"],
    ["no array", { topics: {} }, "topics"],
  ])("with %s is refused with its path", (_, change, path) => {
    const json = { topics: [], allowAutoTopicCreation: true, ...change };
    expect(() => Metadata.request.fromJson(json, 4)).toThrow(
      expect.objectContaining({ code: "INVALID_MESSAGE", path }),
    );
  });
});
