import type { AnswerCounts, FlowCounts, TopicState } from "../state/state.ts";
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
  // Most topics of many are as they were when they were last asked for.
  #state: TopicState | undefined;
  #answered: AnswerCounts | undefined;
  #flowed: FlowCounts | undefined;

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
      partitions: Array.from(this.#partitions.values(), (partition) => partition.state()).toSorted(
        (a, b) => a.partition - b.partition,
      ),
    });
  }

  #isAsIn({ lastProducedMs, partitions }: TopicState): boolean {
    if (lastProducedMs !== this.lastProducedMs || partitions.length !== this.#partitions.size) return false;
    return partitions.every((state) => this.#partitions.get(state.partition)?.state() === state);
  }
}
