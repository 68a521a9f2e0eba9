/**
 * @platformatic/kafka's codec, by the paths of its files: what it does itself where it has it, and
 * its Writer and Reader where a client has no need (a response's encoder, a request's decoder).
 */
import type { FetchResponse, MetadataResponse } from "@pagoda/kafka/protocol";

import type { DecodedProduce } from "./kafkajs.ts";
import { records, versions } from "./samples.ts";

interface Reader {
  readInt16(): number;
  readInt32(): number;
  readNullableString(compact: boolean): string | null;
  readBytes(compact: boolean): Buffer;
  readArray<T>(read: (reader: Reader) => T, compact: boolean, tagged: boolean): T[];
}

interface Writer {
  readonly buffer: Buffer;
  appendInt16(value: number): this;
  appendInt32(value: number): this;
  appendInt64(value: bigint): this;
  appendBoolean(value: boolean): this;
  appendString(value: string | null, compact: boolean): this;
  appendBytes(value: Uint8Array | null, compact: boolean): this;
  appendArray<T>(
    values: readonly T[],
    write: (writer: Writer, value: T) => void,
    compact: boolean,
    tagged: boolean,
  ): this;
}

interface Api {
  createRequest(...fields: unknown[]): Writer;
  parseResponse(correlationId: number, apiKey: number, apiVersion: number, reader: Reader): unknown;
}

const main = import.meta.resolve("@platformatic/kafka");

async function file<T>(path: string): Promise<T> {
  return (await import(new URL(path, main).href)) as T;
}

const { Reader: KafkaReader } = await file<{ Reader: { from(bytes: Buffer): Reader } }>("protocol/reader.js");
const { Writer: KafkaWriter } = await file<{ Writer: { create(): Writer } }>("protocol/writer.js");
const metadataApi = await file<Api>(`apis/metadata/metadata-v${versions.metadata}.js`);
const fetchApi = await file<Api>(`apis/consumer/fetch-v${versions.fetch}.js`);
const produceApi = await file<Api>(`apis/producer/produce-v${versions.produce}.js`);

export function decodeMetadata(bytes: Buffer): unknown {
  return metadataApi.parseResponse(0, 3, versions.metadata, KafkaReader.from(bytes));
}

/** Records and all. */
export function decodeFetch(bytes: Buffer): unknown {
  return fetchApi.parseResponse(0, 1, versions.fetch, KafkaReader.from(bytes));
}

/** Builds the record batches and the request around them. */
export function encodeProduce(topics: readonly string[], partitions: number): Buffer {
  const messages = topics.flatMap((topic) =>
    Array.from({ length: partitions }, (_, partition) =>
      records.map(({ key, value, timestamp }) => ({
        topic,
        partition,
        key,
        value,
        timestamp: BigInt(timestamp),
      })),
    ).flat(),
  );
  return produceApi.createRequest(-1, 30_000, messages).buffer;
}

/** The request, its records left as bytes. */
export function decodeProduce(bytes: Buffer): DecodedProduce {
  const reader = KafkaReader.from(bytes);
  const request = {
    transactionalId: reader.readNullableString(false),
    acks: reader.readInt16(),
    timeout: reader.readInt32(),
    topics: reader.readArray(
      (topic) => ({
        name: topic.readNullableString(false),
        partitions: topic.readArray(
          (partition) => ({ index: partition.readInt32(), records: partition.readBytes(false) }),
          false,
          false,
        ),
      }),
      false,
      false,
    ),
  };
  return request;
}

function appendInt32(writer: Writer, value: number): void {
  writer.appendInt32(value);
}

export function encodeMetadata(message: MetadataResponse): Buffer {
  return KafkaWriter.create()
    .appendInt32(message.throttleTimeMs)
    .appendArray(
      message.brokers,
      (w, { nodeId, host, port, rack }) =>
        w.appendInt32(nodeId).appendString(host, false).appendInt32(port).appendString(rack, false),
      false,
      false,
    )
    .appendString(message.clusterId, false)
    .appendInt32(message.controllerId)
    .appendArray(
      message.topics,
      (w, { errorCode, name, isInternal, partitions }) =>
        w
          .appendInt16(errorCode)
          .appendString(name, false)
          .appendBoolean(isInternal)
          .appendArray(
            partitions,
            (w, partition) =>
              w
                .appendInt16(partition.errorCode)
                .appendInt32(partition.partitionIndex)
                .appendInt32(partition.leaderId)
                .appendArray(partition.replicaNodes, appendInt32, false, false)
                .appendArray(partition.isrNodes, appendInt32, false, false)
                .appendArray(partition.offlineReplicas, appendInt32, false, false),
            false,
            false,
          ),
      false,
      false,
    ).buffer;
}

/** Its records given as bytes. */
export function encodeFetch(message: FetchResponse): Buffer {
  return KafkaWriter.create()
    .appendInt32(message.throttleTimeMs)
    .appendInt16(message.errorCode)
    .appendInt32(message.sessionId)
    .appendArray(
      message.responses,
      (w, { topic, partitions }) =>
        w
          .appendString(topic, false)
          .appendArray(
            partitions,
            (w, partition) =>
              w
                .appendInt32(partition.partitionIndex)
                .appendInt16(partition.errorCode)
                .appendInt64(partition.highWatermark)
                .appendInt64(partition.lastStableOffset)
                .appendInt64(partition.logStartOffset)
                .appendInt32(0)
                .appendInt32(partition.preferredReadReplica)
                .appendBytes(partition.records, false),
            false,
            false,
          ),
      false,
      false,
    ).buffer;
}
