import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import type { BatchCursor } from "../../protocol/records/batch-cursor.ts";
import { sequenceAt } from "../../protocol/records/record-batch.ts";

/** Batches of a producer that are known when they come again; clients have at most five in flight. */
const rememberedBatches = 5;

interface AppendedBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: bigint;
}

interface Producer {
  epoch: number;
  appended: AppendedBatch[];
}

/** What is to be done with a batch of an idempotent producer. */
export type ProducerVerdict =
  | { readonly kind: "append" }
  /** It came before, and is in the log at `baseOffset`: to be acknowledged again. */
  | { readonly kind: "duplicate"; readonly baseOffset: bigint }
  | { readonly kind: "refuse"; readonly error: KafkaErrorName };

const append: ProducerVerdict = { kind: "append" };

/** The idempotent producers of one partition (KIP-98), so that no batch is written twice or out of order. */
export class Producers {
  readonly #maxProducers: number;
  /** By id; the one that wrote longest ago first. */
  readonly #producers = new Map<bigint, Producer>();

  constructor(maxProducers: number) {
    this.#maxProducers = maxProducers;
  }

  /** Judges the batch where the cursor stands. One without a producer is always to be appended. */
  check(batch: BatchCursor): ProducerVerdict {
    const { producerId, producerEpoch, baseSequence, lastSequence } = batch;
    if (producerId < 0n) return append;
    const producer = this.#producers.get(producerId);
    // Forgotten or never seen: nothing to hold it against.
    if (producer === undefined) return append;
    if (producerEpoch < producer.epoch) return { kind: "refuse", error: "INVALID_PRODUCER_EPOCH" };
    if (producerEpoch > producer.epoch) return baseSequence === 0 ? append : outOfOrder;
    const again = producer.appended.find(
      (one) => one.firstSequence === baseSequence && one.lastSequence === lastSequence,
    );
    if (again !== undefined) return { kind: "duplicate", baseOffset: again.baseOffset };
    const last = producer.appended.at(-1);
    return last === undefined || sequenceAt(last.lastSequence, 1) === baseSequence ? append : outOfOrder;
  }

  /** Remembers that the batch was appended at `baseOffset`. */
  appended(batch: BatchCursor, baseOffset: bigint): void {
    const { producerId, producerEpoch, baseSequence, lastSequence } = batch;
    if (producerId < 0n) return;
    let producer = this.#producers.get(producerId);
    if (producer === undefined || producer.epoch !== producerEpoch) {
      producer = { epoch: producerEpoch, appended: [] };
    }
    producer.appended.push({ firstSequence: baseSequence, lastSequence, baseOffset });
    if (producer.appended.length > rememberedBatches) producer.appended.shift();
    this.#producers.delete(producerId);
    this.#producers.set(producerId, producer);
    if (this.#producers.size <= this.#maxProducers) return;
    const [oldest] = this.#producers.keys();
    if (oldest !== undefined) this.#producers.delete(oldest);
  }
}

const outOfOrder: ProducerVerdict = { kind: "refuse", error: "OUT_OF_ORDER_SEQUENCE_NUMBER" };
