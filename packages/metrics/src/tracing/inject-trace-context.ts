import { randomBytes } from "node:crypto";

import { layer, whole } from "@pagoda/core";
import type { Context, SameLayer } from "@pagoda/core";
import type { KafkaAnswer, KafkaRequest, TopicIds } from "@pagoda/kafka";
import { FrameTooLargeError, Produce, ProtocolError } from "@pagoda/kafka/protocol";
import type { ProduceRequest, ProduceRequestTopicProduceData, ProduceResponse } from "@pagoda/kafka/protocol";

import { countRecords, injectIntoRecords } from "./inject-batches.ts";
import type { InjectBounds, Injected, NextContext } from "./inject-batches.ts";
import { currentTrace } from "./request-trace.ts";

/** Records that `injectTraceContext` has dealt with: for `pagoda_records_transformed_total`. */
export interface TransformedRecords {
  readonly layer: "trace-inject";
  /** Undefined where it is not known: a request that is not whole, or a topic id that nobody has named. */
  readonly topic: string | undefined;
  /** `ok`, they have a context now; `skipped`, they were to be left alone; `failed`, they could not be read. */
  readonly outcome: keyof Injected;
  /** How many; 1 for a request that was not read. */
  readonly records: number;
}

export interface InjectTraceContextOptions {
  /** Told what became of the records of each topic of a request. @default nobody */
  readonly onTransformed?: (records: TransformedRecords) => void;
  /** Names of the topics that newer requests have ids of. Topics without a name are left alone. */
  readonly topicIds?: Pick<TopicIds, "nameOf">;
  /**
   * Largest batch in bytes. One that is bigger, or would become so, is left alone: its broker would
   * refuse it with MESSAGE_TOO_LARGE. Not above `max.message.bytes` of the topics.
   * @default 1048588 (Kafka's own default of `max.message.bytes`)
   */
  readonly maxBatchBytes?: number;
  /**
   * Most bytes that one batch may decompress to. A bigger one is left alone.
   * @default 16777216 (16 MiB)
   */
  readonly maxDecompressedBytes?: number;
  /**
   * Largest request, in bytes, that is gathered where it would be handed on as it arrives. A bigger one
   * is left alone; so is one above `maxGatheredBytes` of `serveKafka`. 0: none is gathered.
   * @default 2097152 (2 MiB: twice what Kafka's own producer sends at most)
   */
  readonly maxGatheredBytes?: number;
}

/**
 * Gives every produced record without a `traceparent` one, so that consumers can tell where it comes
 * from though its producer knows nothing of tracing. What a producer wrote is never changed, in
 * whatever case it wrote the key.
 *
 * The context is the span of the request, where it has one; else each record gets a new trace that is
 * not sampled. Batches are decompressed, made anew and compressed for it: off unless somebody wants it.
 *
 * Left alone: control batches, topics that begin with `__`, message formats 0 and 1, what is too big, and
 * what cannot be read. A request that is not `whole` is gathered up to `maxGatheredBytes`; a bigger one
 * passes as it comes.
 *
 * Inside of `kafkaTracing`. What it changed is encoded when it is sent.
 */
export function injectTraceContext(
  options: InjectTraceContextOptions = {},
): SameLayer<KafkaRequest, KafkaAnswer> {
  const { onTransformed, topicIds } = options;
  const bounds: InjectBounds = {
    maxBatchBytes: whole("maxBatchBytes", options.maxBatchBytes ?? 1_048_588, 1),
    maxDecompressedBytes: whole("maxDecompressedBytes", options.maxDecompressedBytes ?? 16_777_216, 1),
  };
  const maxGatheredBytes = whole("maxGatheredBytes", options.maxGatheredBytes ?? 2_097_152, 0);
  const tell = (topic: string | undefined, counts: Injected): void => {
    for (const outcome of outcomes) {
      const records = counts[outcome];
      if (records > 0) onTransformed?.({ layer: "trace-inject", topic, outcome, records });
    }
  };

  const injected = (request: KafkaRequest<ProduceRequest, ProduceResponse>, cx: Context): KafkaRequest => {
    let body: typeof request.body;
    try {
      body = request.body;
    } catch (error) {
      // Whoever has to read it says what is wrong with it.
      if (error instanceof ProtocolError) return request;
      throw error;
    }
    const next = contexts(cx);
    const topicData = body.topicData.map((topic) => {
      const name = topic.name === "" ? topicIds?.nameOf(topic.topicId) : topic.name;
      const counts: Injected = { ok: 0, skipped: 0, failed: 0 };
      const isLeftAlone = name === undefined || name.startsWith("__");
      const made = isLeftAlone ? leftAlone(topic, counts) : withContexts(topic, next, { bounds, counts });
      tell(name, counts);
      return made;
    });
    const changed = topicData.some((topic, index) => topic !== body.topicData[index]);
    return changed ? request.withBody({ ...body, topicData }) : request;
  };

  const gathered = (request: KafkaRequest): Promise<KafkaRequest> =>
    request.gather().catch((error: unknown) => {
      // Said before anything was read.
      if (error instanceof FrameTooLargeError) return request;
      throw error;
    });

  return layer("injectTraceContext", (inner) => {
    const send = (request: KafkaRequest, cx: Context): Promise<KafkaAnswer> => {
      if (!request.is(Produce)) return inner.call(request, cx);
      if (request.whole) return inner.call(injected(request, cx), cx);
      tell(undefined, { ok: 0, skipped: 1, failed: 0 });
      return inner.call(request, cx);
    };

    return (request: KafkaRequest, cx: Context) => {
      const waits = !request.whole && request.is(Produce) && request.byteLength <= maxGatheredBytes;
      if (!waits) return send(request, cx);
      return cx.race(gathered(request)).then((whole) => send(whole, cx));
    };
  });
}

const outcomes = ["ok", "skipped", "failed"] as const;

function leftAlone(topic: ProduceRequestTopicProduceData, counts: Injected): ProduceRequestTopicProduceData {
  for (const { records } of topic.partitionData) counts.skipped += countRecords(records);
  return topic;
}

function withContexts(
  topic: ProduceRequestTopicProduceData,
  next: NextContext,
  { bounds, counts }: { bounds: InjectBounds; counts: Injected },
): ProduceRequestTopicProduceData {
  let changed = false;
  const partitionData = topic.partitionData.map((partition) => {
    if (partition.records === null) return partition;
    const records = injectIntoRecords(partition.records, next, bounds, counts);
    if (records === partition.records) return partition;
    changed = true;
    return { ...partition, records };
  });
  return changed ? { ...topic, partitionData } : topic;
}

/** Contexts drawn at once: a batch needs many. */
const drawnAtOnce = 64;
const idBytes = 24;

function contexts(cx: Context): NextContext {
  const span = cx.get(currentTrace)?.spanContext;
  if (span !== undefined) return () => span;
  let drawn = "";
  let at = 0;
  return () => {
    if (at >= drawn.length) {
      drawn = randomBytes(idBytes * drawnAtOnce).toString("hex");
      at = 0;
    }
    const traceId = drawn.slice(at, at + 32);
    const spanId = drawn.slice(at + 32, at + 48);
    at += 48;
    return { traceId, spanId, traceFlags: 0 };
  };
}
