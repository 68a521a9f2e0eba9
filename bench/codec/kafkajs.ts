/**
 * kafkajs's codec, by the paths of its files: what it does itself where it has it, and its Encoder
 * and Decoder where a client has no need (a response's encoder, a request's decoder).
 */
import { createRequire } from "node:module";

import type { FetchResponse, MetadataResponse } from "@pagoda/kafka/protocol";

import { records, versions } from "./samples.ts";

const require = createRequire(import.meta.url);

/** As much of a request as the benchmark looks at. */
export interface DecodedProduce {
  readonly topics: readonly { readonly partitions: readonly { readonly records: Buffer | null }[] }[];
}

interface Decoder {
  readInt16(): number;
  readInt32(): number;
  readString(): string | null;
  readBytes(): Buffer | null;
  readArray<T>(read: (decoder: Decoder) => T): T[];
}

interface Encoder {
  readonly buffer: Buffer;
  writeInt16(value: number): this;
  writeInt32(value: number): this;
  writeInt64(value: bigint): this;
  writeBoolean(value: boolean): this;
  writeString(value: string | null): this;
  writeBytes(value: Uint8Array | null): this;
  writeArray(values: readonly unknown[], type?: string): this;
}

interface ResponseCodec {
  decode(bytes: Buffer): Promise<unknown>;
}

type RequestCodec = (fields: object) => { encode(): Promise<Encoder> };

function file(path: string): unknown {
  return require(`kafkajs/src/protocol/${path}`);
}

const KafkaDecoder = file("decoder.js") as new (bytes: Buffer) => Decoder;
const KafkaEncoder = file("encoder.js") as new () => Encoder;
const metadataResponse = file(`requests/metadata/v${versions.metadata}/response.js`) as ResponseCodec;
const fetchResponse = file(`requests/fetch/v${versions.fetch}/response.js`) as ResponseCodec;
const produceRequest = file(`requests/produce/v${versions.produce}/request.js`) as RequestCodec;

export function decodeMetadata(bytes: Buffer): Promise<unknown> {
  return metadataResponse.decode(bytes);
}

/** Records and all. */
export function decodeFetch(bytes: Buffer): Promise<unknown> {
  return fetchResponse.decode(bytes);
}

/** Builds the record batches and the request around them. */
export async function encodeProduce(topics: readonly string[], partitions: number): Promise<Buffer> {
  const request = produceRequest({
    acks: -1,
    timeout: 30_000,
    topicData: topics.map((topic) => ({
      topic,
      partitions: Array.from({ length: partitions }, (_, partition) => ({ partition, messages: records })),
    })),
  });
  return (await request.encode()).buffer;
}

/** The request, its records left as bytes. */
export function decodeProduce(bytes: Buffer): DecodedProduce {
  const decoder = new KafkaDecoder(bytes);
  const request = {
    transactionalId: decoder.readString(),
    acks: decoder.readInt16(),
    timeout: decoder.readInt32(),
    topics: decoder.readArray((topic) => ({
      name: topic.readString(),
      partitions: topic.readArray((partition) => ({
        index: partition.readInt32(),
        records: partition.readBytes(),
      })),
    })),
  };
  return request;
}

export function encodeMetadata(message: MetadataResponse): Buffer {
  const { throttleTimeMs, brokers, clusterId, controllerId, topics } = message;
  return new KafkaEncoder()
    .writeInt32(throttleTimeMs)
    .writeArray(
      brokers.map(({ nodeId, host, port, rack }) =>
        new KafkaEncoder().writeInt32(nodeId).writeString(host).writeInt32(port).writeString(rack),
      ),
    )
    .writeString(clusterId)
    .writeInt32(controllerId)
    .writeArray(
      topics.map(({ errorCode, name, isInternal, partitions }) =>
        new KafkaEncoder()
          .writeInt16(errorCode)
          .writeString(name)
          .writeBoolean(isInternal)
          .writeArray(
            partitions.map((partition) =>
              new KafkaEncoder()
                .writeInt16(partition.errorCode)
                .writeInt32(partition.partitionIndex)
                .writeInt32(partition.leaderId)
                .writeArray(partition.replicaNodes)
                .writeArray(partition.isrNodes)
                .writeArray(partition.offlineReplicas),
            ),
          ),
      ),
    ).buffer;
}

/** Its records given as bytes. */
export function encodeFetch(message: FetchResponse): Buffer {
  return new KafkaEncoder()
    .writeInt32(message.throttleTimeMs)
    .writeInt16(message.errorCode)
    .writeInt32(message.sessionId)
    .writeArray(
      message.responses.map(({ topic, partitions }) =>
        new KafkaEncoder()
          .writeString(topic)
          .writeArray(
            partitions.map((partition) =>
              new KafkaEncoder()
                .writeInt32(partition.partitionIndex)
                .writeInt16(partition.errorCode)
                .writeInt64(partition.highWatermark)
                .writeInt64(partition.lastStableOffset)
                .writeInt64(partition.logStartOffset)
                .writeArray([])
                .writeInt32(partition.preferredReadReplica)
                .writeBytes(partition.records),
            ),
          ),
      ),
    ).buffer;
}
