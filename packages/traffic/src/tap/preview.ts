import {
  BatchCursor,
  decodeBatch,
  isControl,
  offsetOf,
  Produce,
  ProtocolError,
} from "@pagoda/kafka/protocol";
import type { BatchRecord, RecordBatch } from "@pagoda/kafka/protocol";
import type { Outcome, WatchedExchange } from "@pagoda/metrics";

import type { TapRecord } from "../view/tap-event.ts";
import { isTold, readable, unlessUnreadable } from "./exchange-details.ts";
import type { ExchangeDetails } from "./exchange-details.ts";
import type { Redaction } from "./redaction.ts";
import { shorten, shortName } from "./text.ts";

/** Bytes that are read, and decompressed, for the records of one event. */
const maxPreviewBytes = 1024 * 1024;
/** Records in a batch that is read: all of one are decoded, however few are shown. */
const maxBatchRecords = 10_000;
const maxKeyChars = 200;
const maxValueChars = 500;
const maxHeaders = 50;

export interface PreviewSettings {
  readonly maxRecords: number;
  readonly values: boolean;
  readonly redaction: Redaction;
}

/** A records field, and where it was found. */
interface Field {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Uint8Array;
  /** What the records' offsets are counted from; undefined where the batches say it. */
  readonly base: bigint | null | undefined;
}

/**
 * The first records of a Produce request, or of a Fetch or ShareFetch answer. Messages that are not
 * whole have none, nor have batches that are damaged or bigger than what is left of 1 MiB for the event.
 */
export function previewRecords(
  exchange: WatchedExchange,
  outcome: Outcome,
  details: ExchangeDetails,
  settings: PreviewSettings,
): readonly TapRecord[] {
  const shown: TapRecord[] = [];
  let leftBytes = maxPreviewBytes;
  unlessUnreadable(() => {
    for (const field of fieldsOf(exchange, outcome, details)) {
      const cursor = new BatchCursor(field.bytes);
      while (shown.length < settings.maxRecords && cursor.next()) {
        if (cursor.size > leftBytes) continue;
        const batch = decode(cursor, leftBytes);
        leftBytes -= cursor.size;
        if (batch === undefined || isControl(batch)) continue;
        if (cursor.compressionId !== 0) leftBytes -= sizeOf(batch);
        for (const record of batch.records) {
          if (shown.length === settings.maxRecords) break;
          shown.push(show(field, batch, record, settings));
        }
      }
      if (shown.length === settings.maxRecords || leftBytes <= 0) return;
    }
  });
  return shown;
}

function* fieldsOf(
  { request }: WatchedExchange,
  outcome: Outcome,
  details: ExchangeDetails,
): Generator<Field> {
  if (request.is(Produce)) {
    if (!request.whole) return;
    for (const { name, topicId, partitionData } of request.body.topicData) {
      const topic = details.nameOf(name, topicId);
      for (const { index: partition, records: bytes } of partitionData) {
        const base = details.offsetOf(topic, partition);
        if (bytes !== null) {
          yield { topic, partition, bytes, base: base === undefined ? null : BigInt(base) };
        }
      }
    }
    return;
  }
  const answer = isTold(request.apiKey) ? readable(outcome.answer) : undefined;
  if (answer === undefined) return;
  for (const { topic, topicId, partitions } of (answer.body as FetchBody).responses) {
    const name = details.nameOf(topic, topicId);
    for (const { partitionIndex: partition, records: bytes } of partitions) {
      if (bytes !== null) yield { topic: name, partition, bytes, base: undefined };
    }
  }
}

/** Of Fetch or ShareFetch. */
interface FetchBody {
  readonly responses: readonly {
    readonly topic?: string;
    readonly topicId: string;
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly records: Uint8Array | null;
    }[];
  }[];
}

function decode(cursor: BatchCursor, maxDecompressedBytes: number): RecordBatch | undefined {
  try {
    return decodeBatch(cursor, {
      maxDecompressedBytes,
      maxRecords: maxBatchRecords,
      maxHeaders: maxBatchRecords,
      verifyChecksums: false,
    });
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

function sizeOf({ records }: RecordBatch): number {
  let bytes = 0;
  for (const { key, value } of records) bytes += (key?.length ?? 0) + (value?.length ?? 0);
  return bytes;
}

function show(
  { topic, partition, base }: Field,
  batch: RecordBatch,
  record: BatchRecord,
  { values, redaction }: PreviewSettings,
): TapRecord {
  const { key, value } = record;
  const offset = base === undefined ? offsetOf(batch, record) : base;
  return {
    topic: shortName(topic),
    partition,
    offset:
      offset === null ? null : Number(base === undefined ? offset : offset + BigInt(record.offsetDelta)),
    key: key === null ? null : redaction.show(key, topic, "key", maxKeyChars),
    headers: record.headers.slice(0, maxHeaders).map((header) => ({
      key: shorten(header.key, maxKeyChars),
      value:
        header.value === null ? null : redaction.show(header.value, topic, "header", maxKeyChars, header.key),
    })),
    ...(values && { value: value === null ? null : redaction.show(value, topic, "value", maxValueChars) }),
  };
}
