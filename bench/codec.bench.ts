import {
  decodeBatches,
  encodeBatch,
  Fetch,
  Metadata,
  Produce,
  skimFetchResponse,
  skimProduceRequest,
} from "@pagoda/kafka/protocol";

import * as kafkajs from "./codec/kafkajs.ts";
import { perCall } from "./codec/measure.ts";
import * as platformatic from "./codec/platformatic.ts";
import { fetch, metadata, produce, recordBatch, records, topicName, versions } from "./codec/samples.ts";
import type { Bench, BenchReport, Table } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";

const unit = "CPU ns per message";
const fetchTopics = 4;
const fetchPartitions = 6;
const produceTopics = 20;
const producePartitions = 6;

interface Contenders {
  readonly pagoda: () => unknown;
  readonly kafkajs: () => unknown;
  readonly platformatic: () => unknown;
  /** Further rows, by name. */
  readonly more?: Readonly<Record<string, () => unknown>>;
}

function compare(title: string, { pagoda, more = {}, ...peers }: Contenders): Promise<Table> {
  const variants = [
    perCall("pagoda", pagoda),
    ...Object.entries(more).map(([name, work]) => perCall(name, work)),
    perCall("kafkajs", peers.kafkajs),
    perCall("@platformatic/kafka", peers.platformatic),
  ];
  return interleave(variants, { title, unit, baseline: ["pagoda"], rounds: 11, warmups: 4 });
}

/** What all encode has to be the same bytes; returned in memory of its own, as from a socket. */
function same(what: string, mine: Uint8Array, ...others: readonly Uint8Array[]): Buffer {
  for (const other of others) {
    if (Buffer.compare(mine, other) !== 0) throw new Error(`${what}: the codecs write different bytes`);
  }
  return Buffer.from(mine);
}

async function ofMetadata(): Promise<Table[]> {
  const version = versions.metadata;
  const message = metadata();
  const bytes = same(
    "MetadataResponse",
    Metadata.response.encode(message, version),
    kafkajs.encodeMetadata(message),
    platformatic.encodeMetadata(message),
  );
  return [
    await compare(`decode MetadataResponse v${version}, 120 partitions, ${bytes.length} bytes`, {
      pagoda: () => Metadata.response.decode(bytes, version),
      kafkajs: () => kafkajs.decodeMetadata(bytes),
      platformatic: () => platformatic.decodeMetadata(bytes),
    }),
    await compare(`encode MetadataResponse v${version}, the same`, {
      pagoda: () => Metadata.response.encode(message, version),
      kafkajs: () => kafkajs.encodeMetadata(message),
      platformatic: () => platformatic.encodeMetadata(message),
    }),
  ];
}

async function ofProduce(): Promise<Table[]> {
  const version = versions.produce;
  const message = produce(produceTopics, producePartitions);
  const bytes = Buffer.from(Produce.request.encode(message, version));
  const size = `${produceTopics} × ${producePartitions} partitions, ${bytes.length} bytes`;
  const topics = [topicName(0)];
  return [
    await compare(
      `encode ProduceRequest v${version} with its records, 3 partitions of ${records.length} records`,
      {
        pagoda: () => Produce.request.encode(withRecords(3), version),
        kafkajs: () => kafkajs.encodeProduce(topics, 3),
        platformatic: () => platformatic.encodeProduce(topics, 3),
      },
    ),
    await compare(`decode ProduceRequest v${version}, records left as bytes, ${size}`, {
      pagoda: () => Produce.request.decode(bytes, version),
      kafkajs: () => kafkajs.decodeProduce(bytes),
      platformatic: () => platformatic.decodeProduce(bytes),
    }),
    await compare(`skim ProduceRequest v${version}, against decoding and a look into each batch, the same`, {
      pagoda: () => {
        let count = 0;
        skimProduceRequest(bytes, version, (partition) => (count += partition.records));
        return count;
      },
      kafkajs: () => countRecords(kafkajs.decodeProduce(bytes)),
      platformatic: () => countRecords(platformatic.decodeProduce(bytes)),
    }),
  ];
}

/** The records that the (single) batches of a request say they hold. */
function countRecords({ topics }: kafkajs.DecodedProduce): number {
  let count = 0;
  for (const { partitions } of topics) {
    for (const { records: batch } of partitions) count += batch?.readInt32BE(57) ?? 0;
  }
  return count;
}

/** A request whose batches are encoded anew, as the peers do. */
function withRecords(partitions: number): ReturnType<typeof produce> {
  return Produce.request.of({
    acks: -1,
    timeoutMs: 30_000,
    topicData: [
      {
        name: topicName(0),
        partitionData: Array.from({ length: partitions }, (_, index) => ({ index, records: recordBatch() })),
      },
    ],
  });
}

async function ofFetch(): Promise<Table[]> {
  const version = versions.fetch;
  const message = fetch(fetchTopics, fetchPartitions);
  const bytes = same(
    "FetchResponse",
    Fetch.response.encode(message, version),
    platformatic.encodeFetch(message),
  );
  const size = `${fetchTopics} × ${fetchPartitions} partitions of ${records.length} records, ${bytes.length} bytes`;
  const skim = (): number => {
    let count = 0;
    skimFetchResponse(bytes, version, (partition) => (count += partition.records));
    return count;
  };
  if (skim() !== fetchTopics * fetchPartitions * records.length) throw new Error("a skim counts otherwise");
  return [
    await compare(`decode FetchResponse v${version} with its records, ${size}`, {
      pagoda: () => decodeFetchRecords(bytes, version),
      more: { "pagoda, records left as bytes": () => Fetch.response.decode(bytes, version) },
      kafkajs: () => kafkajs.decodeFetch(bytes),
      platformatic: () => platformatic.decodeFetch(bytes),
    }),
    await compare(`encode FetchResponse v${version}, records given as bytes, the same`, {
      pagoda: () => Fetch.response.encode(message, version),
      kafkajs: () => kafkajs.encodeFetch(message),
      platformatic: () => platformatic.encodeFetch(message),
    }),
    await compare(`skim FetchResponse v${version}, against decoding it, the same`, {
      pagoda: skim,
      kafkajs: () => kafkajs.decodeFetch(bytes),
      platformatic: () => platformatic.decodeFetch(bytes),
    }),
  ];
}

function decodeFetchRecords(bytes: Uint8Array, version: number): number {
  let count = 0;
  for (const { partitions } of Fetch.response.decode(bytes, version).responses) {
    for (const { records: field } of partitions) {
      if (field === null) continue;
      for (const batch of decodeBatches(field)) count += batch.records.length;
    }
  }
  return count;
}

export const bench: Bench = {
  about:
    "decodes, encodes and skims Kafka messages, against kafkajs and @platformatic/kafka on the same bytes",
  async run(): Promise<BenchReport> {
    if (encodeBatch({ records: [] }).length === 0) throw new Error("no batch");
    const tables = [...(await ofMetadata()), ...(await ofProduce()), ...(await ofFetch())];
    return {
      tables,
      notes: [
        "Versions that all three have: clients' newer versions are not on the same bytes.",
        "Clients neither encode responses nor decode requests: there, the peers' own Encoder and Decoder " +
          "(kafkajs) or Writer and Reader (@platformatic/kafka) do it, field by field.",
        "A skim tells partition, records, timestamps and compression; the peers have to decode for that.",
      ],
    };
  },
};
