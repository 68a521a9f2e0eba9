import { KafkaRequest } from "@pagoda/kafka";
import { encodeRequestFrame, Produce, zeroUuid } from "@pagoda/kafka/protocol";
import { expect, it } from "vitest";

import { headOfProduce } from "./head-of-produce.ts";

const topicId = "AAAAAAAAAAAAAAAAAAAAAQ";

function request(version: number, topics: number, partitions: number): KafkaRequest {
  const partitionData = Array.from({ length: partitions }, (_, n) => ({
    index: n + 4,
    records: Buffer.alloc(9),
  }));
  const topic = version >= 13 ? { topicId } : { name: "orders" };
  const topicData = Array.from({ length: topics }, () => ({ ...topic, partitionData }));
  const body = Produce.request.of({ topicData, ...(version >= 3 && { transactionalId: "t" }) });
  return KafkaRequest.read(encodeRequestFrame(Produce, version, { correlationId: 1, clientId: "c" }, body));
}

const { min, max } = Produce.versions;
const versions = Array.from({ length: max - min + 1 }, (_, n) => min + n);

it.each(versions)("reads the one topic of version %i", (version) => {
  const topic = version >= 13 ? { name: "", topicId } : { name: "orders", topicId: zeroUuid };
  expect(headOfProduce(request(version, 1, 1))).toEqual({ ...topic, partition: 4 });
  expect(headOfProduce(request(version, 1, 2))).toEqual({ ...topic, partition: undefined });
  expect(headOfProduce(request(version, 2, 1))).toBeUndefined();
  expect(headOfProduce(request(version, 0, 0))).toBeUndefined();
});
