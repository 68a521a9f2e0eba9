import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { messageNameOf, readVectors } from "../../../test/message-vectors.ts";
import {
  Fetch,
  messageOfName,
  Produce,
  skimFetchResponse,
  skimProduceRequest,
  skimProduceResponse,
  skimShareFetchResponse,
} from "../index.ts";
import type { SkimmedPartition } from "../index.ts";

/** What the skims are held against: the same from the decoded message. */
interface Decoded {
  readonly topicData?: readonly DecodedTopic[];
  readonly responses?: readonly DecodedTopic[];
}

interface DecodedTopic {
  readonly name?: string;
  readonly topic?: string;
  readonly topicId: string;
  readonly partitionData?: readonly DecodedPartition[];
  readonly partitionResponses?: readonly DecodedPartition[];
  readonly partitions?: readonly DecodedPartition[];
}

interface DecodedPartition {
  readonly index?: number;
  readonly partitionIndex?: number;
  readonly errorCode?: number;
  readonly highWatermark?: bigint;
  readonly baseOffset?: bigint;
  readonly records?: Uint8Array | null;
}

function expected(message: Decoded): Partial<SkimmedPartition>[] {
  return (message.topicData ?? message.responses ?? []).flatMap((topic) =>
    (topic.partitionData ?? topic.partitionResponses ?? topic.partitions ?? []).map((partition) => ({
      topic: topic.name ?? topic.topic ?? "",
      topicId: topic.topicId,
      partition: partition.index ?? partition.partitionIndex ?? -1,
      errorCode: partition.errorCode ?? 0,
      highWatermark: Number(partition.highWatermark ?? -1n),
      ...(partition.baseOffset === undefined ? {} : { baseOffset: Number(partition.baseOffset) }),
      recordsBytes: partition.records?.length ?? 0,
    })),
  );
}

const skims = {
  ProduceRequest: skimProduceRequest,
  ProduceResponse: skimProduceResponse,
  FetchResponse: skimFetchResponse,
  ShareFetchResponse: skimShareFetchResponse,
};

const vectors = ["vectors.jsonl.gz", "legacy-vectors.jsonl.gz"]
  .flatMap((file) => readVectors(join(import.meta.dirname, "../../../test/vectors", file)))
  .filter((vector) => !vector.unstable);

describe.each(Object.entries(skims))("the skim of %s", (name, skim) => {
  it("tells what decoding tells, in every version", () => {
    const own = vectors.filter((vector) => messageNameOf(vector) === name);
    expect(own.length).toBeGreaterThan(5);
    for (const { hex, version } of own) {
      const bytes = Buffer.from(hex, "hex");
      const decoded = messageOfName(name)?.decode(bytes, version) as Decoded;
      const told: SkimmedPartition[] = [];
      const head = skim(bytes, version, (partition) => told.push({ ...partition }));
      expect(told).toMatchObject(expected(decoded));
      expect(decoded).toMatchObject(head);
    }
  });

  it("fails as decoding does on bytes that are cut", () => {
    const first = vectors.find((vector) => messageNameOf(vector) === name && vector.profile === "full");
    const bytes = Buffer.from(first?.hex ?? "", "hex").subarray(0, -1);
    expect(() => skim(bytes, first?.version ?? 0, () => {})).toThrow(
      expect.objectContaining({ code: "MALFORMED_MESSAGE", messageName: name }),
    );
    expect(() => skim(bytes, 99, () => {})).toThrow(expect.objectContaining({ code: "UNSUPPORTED_VERSION" }));
  });
});

/** A version 2 batch with nothing in it but what its header says. */
function batch(records: number, maxTimestamp: bigint, codec: number): Buffer {
  const bytes = Buffer.alloc(70);
  bytes.writeBigInt64BE(maxTimestamp * 2n, 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes[16] = 2;
  bytes.writeInt16BE(codec, 21);
  bytes.writeBigInt64BE(maxTimestamp - 5n, 27);
  bytes.writeBigInt64BE(maxTimestamp, 35);
  bytes.writeInt32BE(records, 57);
  return bytes;
}

/** An uncompressed message of format 1. */
function message(timestamp: bigint): Buffer {
  const bytes = Buffer.alloc(34);
  bytes.writeBigInt64BE(timestamp * 2n, 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes[16] = 1;
  bytes.writeBigInt64BE(timestamp, 18);
  return bytes;
}

function skimmed(records: Buffer | null): SkimmedPartition {
  const bytes = Fetch.response.encode(
    Fetch.response.of({ responses: [{ topic: "a", partitions: [{ records }] }] }),
    12,
  );
  let told: SkimmedPartition | undefined;
  skimFetchResponse(bytes, 12, (partition) => (told = { ...partition }));
  if (told === undefined) throw new Error("no partition was told");
  return told;
}

describe("the records of a skim", () => {
  it("are counted from the batches' headers", () => {
    expect(skimmed(Buffer.concat([batch(3, 1000n, 4), batch(2, 900n, 0)]))).toMatchObject({
      recordsBytes: 140,
      batches: 2,
      records: 5,
      baseOffset: 2000,
      baseTimestamp: 995,
      maxTimestamp: 1000,
      codec: 4,
      magic: 2,
    });
  });

  it("are counted in old message sets", () => {
    expect(skimmed(Buffer.concat([message(7n), message(9n)]))).toMatchObject({
      batches: 2,
      records: 2,
      baseOffset: 14,
      baseTimestamp: 7,
      maxTimestamp: 9,
      codec: 0,
      magic: 1,
    });
  });

  it("end before a batch that is cut off", () => {
    const bytes = Buffer.concat([batch(3, 1000n, 0), batch(2, 2000n, 0).subarray(0, 69)]);
    expect(skimmed(bytes)).toMatchObject({ recordsBytes: 139, batches: 1, records: 3, maxTimestamp: 1000 });
  });

  it.each([
    ["null", null, 0],
    ["empty", Buffer.alloc(0), 0],
    ["zeros", Buffer.alloc(100), 100],
    ["of a negative size", Buffer.alloc(100, 0xff), 100],
  ])("may be %s", (_, bytes, recordsBytes) => {
    expect(skimmed(bytes)).toMatchObject({
      recordsBytes,
      batches: 0,
      records: 0,
      baseOffset: -1,
      maxTimestamp: -1,
      codec: -1,
    });
  });
});

describe("a skim within a skim", () => {
  it("does not disturb the outer one", () => {
    const body = Produce.request.of({
      topicData: [{ name: "a", partitionData: [{ index: 1 }, { index: 2 }] }],
    });
    const bytes = Produce.request.encode(body, 9);
    const told: number[] = [];
    skimProduceRequest(bytes, 9, (outer) => {
      skimProduceRequest(bytes, 9, () => {});
      told.push(outer.partition);
    });
    expect(told).toEqual([1, 2]);
  });
});
