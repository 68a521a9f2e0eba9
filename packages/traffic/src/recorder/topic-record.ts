import type { TopicState } from "../state/state.ts";
import { AnswerCounter, FlowCounter } from "./counters.ts";
import { PartitionRecord } from "./partition-record.ts";
import type { Timeline } from "./partition-record.ts";
import type { Row } from "./table.ts";

/** Partitions of one topic that are kept; what goes to others is counted for the topic alone. */
const maxPartitions = 1_000;

/** What passes of one topic. */
export class TopicRecord implements Row {
  readonly listener: string;
  readonly topic: string;
  readonly answers: AnswerCounter = new AnswerCounter();
  readonly flow: FlowCounter = new FlowCounter();
  readonly held = 0;
  lastMs = 0;
  dropped = false;
  lastProducedMs = -1;
  readonly #newTimeline: () => Timeline;
  readonly #partitions = new Map<number, PartitionRecord>();
  readonly #keepsPartitions: boolean;

  /** @param isOne false for topics that share a name, whose partitions cannot be told apart */
  constructor(listener: string, topic: string, newTimeline: () => Timeline, isOne: boolean) {
    this.listener = listener;
    this.topic = topic;
    this.#newTimeline = newTimeline;
    this.#keepsPartitions = isOne;
  }

  partition(partition: number): PartitionRecord | undefined {
    let record = this.#partitions.get(partition);
    if (record === undefined && this.#keepsPartitions && this.#partitions.size < maxPartitions) {
      record = new PartitionRecord(partition, this.#newTimeline());
      this.#partitions.set(partition, record);
    }
    return record;
  }

  state(): TopicState {
    return {
      listener: this.listener,
      topic: this.topic,
      ...this.answers.state(),
      ...this.flow.state(),
      lastProducedMs: this.lastProducedMs,
      partitions: Array.from(this.#partitions.values(), (partition) => partition.state()).toSorted(
        (a, b) => a.partition - b.partition,
      ),
    };
  }
}
