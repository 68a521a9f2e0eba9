import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { Fetch, Produce } from "@pagoda/kafka/protocol";
import type { ExchangeWatcher } from "@pagoda/metrics";

import { answerEmpty, answerOf, batch, Tier } from "../../metrics/test/kafka-tier.ts";
import type { TierOptions } from "../../metrics/test/kafka-tier.ts";
import type { Timeline } from "../src/recorder/partition-record.ts";
import { TrafficRecorder } from "../src/recorder/traffic-recorder.ts";
import type { TrafficState } from "../src/state/state.ts";

export const ordersId = "AAAAAAAAAAAAAAAAAAAAAg";

function newTimeline(): Timeline {
  const entries: [number, number][] = [];
  return {
    seen: (end, atMs) => entries.push([end, atMs]),
    get end() {
      return entries.at(-1)?.[0] ?? -1;
    },
    entries: () => [...entries],
  };
}

/** A recorder, with a clock that is set by hand and a group that is said. */
export class Rig {
  nowMs = 1_000_000;
  group: string | undefined;
  /** Topics that groups have offsets of. */
  groupTopics: readonly { readonly listener: string; readonly topic: string }[] = [];
  readonly recorder: TrafficRecorder;

  constructor(shown: (name: string) => string = (name) => name) {
    const limiter = { resolve: shown };
    this.recorder = new TrafficRecorder({
      names: { topic: limiter, client: limiter, group: limiter },
      groups: {
        watch: () => ({ groupOf: () => this.group }),
        state: () => [],
        topics: () => this.groupTopics,
      },
      newTimeline,
      now: () => this.nowMs,
    });
  }

  /** The tiers of one more connection. */
  connect(options: TierOptions = {}, node: () => string = () => "1"): Tier {
    let watcher: ExchangeWatcher | undefined;
    const late: Required<ExchangeWatcher> = {
      began: (exchange) => watcher?.began?.(exchange),
      produced: (exchange, partition, acks) => watcher?.produced?.(exchange, partition, acks),
      acknowledged: (exchange, partition) => watcher?.acknowledged?.(exchange, partition),
      fetched: (exchange, partition) => watcher?.fetched?.(exchange, partition),
      error: (exchange, code) => watcher?.error?.(exchange, code),
      ended: (exchange, outcome) => watcher?.ended?.(exchange, outcome),
      closed: () => watcher?.closed?.(),
    };
    const tier = new Tier({ broker, nodeId: node, ...options, watcher: late });
    const { connection, session, topicIds } = tier;
    watcher = this.recorder.watch({ connection, session, direction: "inbound", topicIds, nodeId: node });
    return tier;
  }

  /** As another process gets it. */
  get state(): TrafficState {
    return JSON.parse(JSON.stringify(this.recorder.state())) as TrafficState;
  }
}

/** Takes all records, and has two for whoever fetches. */
function broker(request: KafkaRequest): KafkaAnswer {
  if (request.is(Produce)) {
    if (request.body.acks === 0) return answerEmpty(request);
    const partitionResponses = [
      { index: 0, baseOffset: 40n },
      { index: 1, errorCode: 6 },
    ];
    return answerOf(request, Produce, { responses: [{ name: "orders", partitionResponses }] });
  }
  if (!request.is(Fetch)) return answerEmpty(request);
  const partitions = [{ partitionIndex: 0, highWatermark: 43n, records: batch(2) }];
  const topic = request.apiVersion >= 13 ? { topicId: ordersId } : { topic: "orders" };
  return answerOf(request, Fetch, { responses: [{ ...topic, partitions }] });
}

/** Records for two partitions of `orders`. */
export function produceOf(acks: number) {
  const partitionData = [
    { index: 0, records: batch(3) },
    { index: 1, records: batch(2, "gzip") },
  ];
  return { version: 12, body: { acks, topicData: [{ name: "orders", partitionData }] } };
}
