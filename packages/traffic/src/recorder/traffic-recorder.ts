import { joinWatchers } from "@pagoda/metrics";
import type { ExchangeWatcher } from "@pagoda/metrics";

import type { GroupState, TrafficState } from "../state/state.ts";
import { Clock } from "./clock.ts";
import { ConnectionRecorder } from "./connection-recorder.ts";
import type { WatchedConnection } from "./connection-recorder.ts";
import type { Names } from "./names.ts";
import type { Timeline } from "./partition-record.ts";
import { Tables } from "./tables.ts";

/** What learns of groups: `Groups`. */
export interface GroupsLike {
  watch(connection: WatchedConnection): ExchangeWatcher & { groupOf(): string | undefined };
  state(): readonly GroupState[];
  /** Topics that a group is somewhere in: their ends are needed for its lag. */
  topics(): Iterable<{ readonly listener: string; readonly topic: string }>;
}

export interface TrafficRecorderOptions {
  /** Names are shown, and bounded, as in the labels of the metrics. */
  readonly names: Names;
  readonly groups: GroupsLike;
  /** Keeps the ends of one partition: an `OffsetTimeline`. */
  readonly newTimeline: () => Timeline;
  /** Unix milliseconds; asked with each `state`, by which moments are told. @default Date.now */
  readonly now?: () => number;
}

/**
 * Counts what passes through this process: by listener, API and client, topic and partition, client,
 * broker, and from whom to whom. One for all connections.
 *
 * ```ts
 * const recorder = new TrafficRecorder({ names: series, groups, newTimeline: () => new OffsetTimeline() });
 * kafkaMetrics({ ..., watcher: recorder.watch({ connection, session, direction, topicIds, nodeId }) });
 * ```
 *
 * - Rows of topics, clients and edges go after 15 minutes without an update; a client stays while it is
 *   connected, a topic while a group is known that has offsets of it. Of topics and edges there are 5,000 at most, of clients and of APIs by client 2,000, of
 *   partitions 1,000 a topic. What is more is counted under `__other__`.
 * - Durations are without long polls that ended with nothing, and without JoinGroup and SyncGroup. Those
 *   of a broker are its own, the others are what the client waited.
 * - A fetch goes from its topic to the group of the client; while nobody can tell that, to the client.
 */
export class TrafficRecorder {
  readonly #options: TrafficRecorderOptions;
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #startedMs: number;

  constructor(options: TrafficRecorderOptions) {
    this.#options = options;
    this.#clock = new Clock(options.now ?? Date.now);
    this.#startedMs = this.#clock.set();
    this.#tables = new Tables(options.newTimeline);
  }

  /** What is to be told of the exchanges of one connection, and that it has closed. */
  watch(watched: WatchedConnection): ExchangeWatcher {
    const { names, groups } = this.#options;
    const group = groups.watch(watched);
    const recorder = new ConnectionRecorder(watched, {
      tables: this.#tables,
      names,
      clock: this.#clock,
      groupOf: () => group.groupOf(),
    });
    // Groups first: a fetch is for the group that its client has just joined.
    return joinWatchers(group, recorder);
  }

  /** All that was counted, as plain JSON. */
  state(): TrafficState {
    const atMs = this.#clock.set();
    const { listeners, apis, topics, clients, brokers, edges } = this.#tables;
    const groups = this.#options.groups.state();
    for (const { listener, topic } of this.#options.groups.topics()) {
      this.#tables.keepTopic(listener, topic, atMs);
    }
    return {
      atMs,
      startedMs: this.#startedMs,
      listeners: listeners.map((row) => row.state()),
      apis: apis.rows(atMs).map((row) => row.state()),
      topics: topics.rows(atMs).map((row) => row.state()),
      clients: clients.rows(atMs).map((row) => row.state()),
      brokers: brokers.rows(atMs).map((row) => row.state()),
      edges: edges.rows(atMs).map((row) => row.state()),
      groups,
    };
  }
}
