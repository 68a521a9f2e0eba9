import type { TopicIds } from "@pagoda/kafka";

import type { AnswerCounts, FlowCounts, TopicState } from "../state/state.ts";
import { AnswerCounter, FlowCounter } from "./counters.ts";
import { PartitionRecord } from "./partition-record.ts";
import type { Timeline } from "./partition-record.ts";
import type { Row } from "./table.ts";

/** Partitions of one topic that are kept; what goes to others is counted for the topic alone. */
const maxPartitions = 1_000;

/** Knows how many partitions topics have. */
type PartitionCounts = Pick<TopicIds, "partitionsOf">;

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
  readonly #isOne: boolean;
  #counts: PartitionCounts | undefined;
  #name = "";
  // Most topics of many are as they were when they were last asked for.
  #state: TopicState | undefined;
  #answered: AnswerCounts | undefined;
  #flowed: FlowCounts | undefined;

  /** @param isOne false for topics that share a name, whose partitions cannot be told apart */
  constructor(listener: string, topic: string, newTimeline: () => Timeline, isOne: boolean) {
    this.listener = listener;
    this.topic = topic;
    this.#newTimeline = newTimeline;
    this.#isOne = isOne;
  }

  /** Where to ask, and by which name, how many partitions it has. */
  countedBy(counts: PartitionCounts, name: string): void {
    if (!this.#isOne) return;
    this.#counts = counts;
    this.#name = name;
  }

  partition(partition: number): PartitionRecord | undefined {
    let record = this.#partitions.get(partition);
    if (record === undefined && this.#isOne && this.#partitions.size < maxPartitions) {
      record = new PartitionRecord(partition, this.#newTimeline());
      this.#partitions.set(partition, record);
    }
    return record;
  }

  state(): TopicState {
    const answers = this.answers.state();
    const flow = this.flow.state();
    if (this.#state !== undefined && answers === this.#answered && flow === this.#flowed) {
      if (this.#isAsIn(this.#state)) return this.#state;
    }
    this.#answered = answers;
    this.#flowed = flow;
    return (this.#state = {
      listener: this.listener,
      topic: this.topic,
      ...answers,
      ...flow,
      lastProducedMs: this.lastProducedMs,
      partitionCount: this.#partitionCount(),
      partitions: Array.from(this.#partitions.values(), (partition) => partition.state()).toSorted(
        (a, b) => a.partition - b.partition,
      ),
    });
  }

  #partitionCount(): number {
    return Math.max(this.#counts?.partitionsOf(this.#name) ?? 0, this.#partitions.size);
  }

  #isAsIn({ lastProducedMs, partitionCount, partitions }: TopicState): boolean {
    if (lastProducedMs !== this.lastProducedMs || partitionCount !== this.#partitionCount()) return false;
    if (partitions.length !== this.#partitions.size) return false;
    return partitions.every((state) => this.#partitions.get(state.partition)?.state() === state);
  }
}
