import { describe, expect, it } from "vitest";

import {
  clientRow,
  groupRow,
  listenerRow,
  partitionRow,
  startMs,
  stateAt,
  topicRow,
} from "../../test/traffic-states.ts";
import { History } from "../history/history.ts";
import type { ClientState, TopicState, TrafficState } from "../state/state.ts";
import { problemKinds } from "../view/rows.ts";
import type { Problem, ProblemKind } from "../view/rows.ts";
import { detectors } from "./detectors.ts";

interface Scenario {
  readonly rows: (second: number) => Partial<TrafficState>;
  /** Begins of the summary. */
  readonly says: string;
  readonly subject: string;
  /** Seconds that it is played. */
  readonly lasts?: number;
}

/** What a producer does in `second` seconds that gives no cause for complaint, but for `row`. */
function client(second: number, row: Partial<ClientState>): Partial<TrafficState> {
  return { clients: [clientRow({ client: "app", requests: 10 * second, ...row })] };
}

function topic(row: Partial<TopicState>): Partial<TrafficState> {
  return { topics: [topicRow({ topic: "orders", ...row })] };
}

/** Seconds at which the group was rebalanced, of those so far. */
function rebalanced(seconds: readonly number[], second: number): Partial<TrafficState> {
  const rebalancedMs = seconds
    .filter((at) => at <= second)
    .map((at) => ({ at: startMs + at * 1_000, trigger: "session_timeout" }) as const);
  return { groups: [groupRow({ rebalancedMs })] };
}

const scenarios: Readonly<Record<ProblemKind, Scenario>> = {
  "tiny-batches": {
    rows: (s) => client(s, { producedBatches: 35 * s, producedRecords: 38.5 * s, producedBytes: 4_000 * s }),
    says: "1.1 records a batch, 2.1k batches in 1m",
    subject: "app",
  },
  "no-compression": {
    rows: (s) =>
      client(s, {
        producedBatches: 100 * s,
        uncompressedBatches: 100 * s,
        producedRecords: 5_000 * s,
        producedBytes: 1024 * 1024 * s,
      }),
    says: "60MiB uncompressed in 1m, 100% of batches",
    subject: "app",
  },
  "acks-0": {
    rows: (s) => client(s, { produceRequests: s, unacknowledged: s }),
    says: "60 Produce requests with acks=0 in 1m",
    subject: "app",
  },
  "metadata-storm": {
    rows: (s) => client(s, { metadataRequests: 6 * s }),
    says: "360 Metadata requests in 1m, 120 a connection",
    subject: "app",
  },
  "reconnect-loop": {
    rows: (s) => client(s, { connections: 2, opened: 3 * s, metadataRequests: 3 * s }),
    says: "180 connections opened in 1m, 2 open",
    subject: "app",
  },
  "rebalance-loop": {
    rows: (s) =>
      rebalanced(
        Array.from({ length: 15 }, (_, n) => 100 + n * 40),
        s,
      ),
    says: "13 rebalances in",
    subject: "billing",
    lasts: 700,
  },
  "hot-partition": {
    rows: (s) =>
      topic({
        requests: s,
        producedRecords: 100 * s,
        partitions: [
          partitionRow({ partition: 0, producedRecords: 5 * s, producedBytes: 500 * s }),
          partitionRow({ partition: 1, producedRecords: 5 * s, producedBytes: 500 * s }),
          partitionRow({ partition: 2, producedRecords: 90 * s, producedBytes: 9_000 * s }),
        ],
      }),
    says: "orders/2 has 90% of 586KiB in 1m, of 3 partitions",
    subject: "orders",
  },
  "empty-fetches": {
    rows: (s) => client(s, { fetchRequests: 210 * s, emptyFetches: 200 * s }),
    says: "200 empty fetches a second, of 210 fetches",
    subject: "app",
  },
  "commit-per-record": {
    rows: (s) => client(s, { fetchedRecords: 20 * s, fetchRequests: 2 * s, commits: 20 * s }),
    says: "1.2k commits for 1.2k records in 1m",
    subject: "app",
  },
  "old-protocol": {
    rows: (s) => client(s, { oldVersions: ["Fetch/v3", "Produce/v2"], software: ["librdkafka/0.9.5"] }),
    says: "speaks Fetch/v3, Produce/v2, by librdkafka/0.9.5",
    subject: "app",
  },
  plaintext: {
    rows: () => ({ listeners: [listenerRow({ plaintextRemote: 2 })] }),
    says: "2 connections from other machines without TLS since the start",
    subject: "main",
  },
  "leader-moves": {
    rows: (s) =>
      topic({
        requests: s,
        partitions: [partitionRow({ partition: 3, leaderMoves: Math.floor(s / 100) }), partitionRow()],
      }),
    says: "orders/3: leader moved 4× in",
    subject: "orders",
    lasts: 450,
  },
};

function play(rows: Scenario["rows"], seconds: number): readonly Problem[] {
  const history = new History();
  for (let second = 1; second <= seconds; second++) history.push(stateAt(second, rows(second)));
  return history.view("1m").problems;
}

describe("a problem", () => {
  it("has a detector for each kind, and one alone", () => {
    expect(detectors.map(({ kind }) => kind).toSorted()).toEqual(problemKinds.toSorted());
  });

  for (const [kind, { rows, says, subject, lasts = 90 }] of Object.entries(scenarios)) {
    it(`of kind ${kind} is raised by its traffic, and no other`, () => {
      const problems = play(rows, lasts);
      expect(problems.map((problem) => problem.kind)).toEqual([kind]);
      const [problem] = problems;
      expect(problem?.summary.slice(0, says.length)).toBe(says);
      expect(problem?.subject.name).toBe(subject);
      expect(problem?.advice).toMatch(/\.$/);
    });

    it(`of kind ${kind} is not said of names that are counted together`, () => {
      const folded = (second: number): Partial<TrafficState> => {
        const { clients = [], topics = [], groups = [] } = rows(second);
        return {
          clients: clients.map((row) => ({ ...row, client: "__other__" })),
          topics: topics.map((row) => ({ ...row, topic: "__other__" })),
          groups: groups.map((row) => ({ ...row, group: "__other__" })),
        };
      };
      expect(play(folded, lasts)).toEqual([]);
    });
  }

  it("is seen within a quarter of a minute of a new proxy's life", () => {
    const busy: Scenario["rows"] = (s) => client(s, { producedBatches: 25 * s, producedRecords: 25 * s });
    expect(play(busy, 15)).toMatchObject([
      { kind: "tiny-batches", summary: "1 record in each batch, 375 batches in 15s" },
    ]);
  });

  it("is shown with the client that has it", () => {
    const history = new History();
    const { rows } = scenarios["acks-0"];
    for (let second = 1; second <= 30; second++) history.push(stateAt(second, rows(second)));
    expect(history.view("15m").clients[0]?.problems).toEqual(["acks-0"]);
  });
});

describe("no problem", () => {
  const harmless: Readonly<Record<string, Scenario["rows"]>> = {
    "is a producer that sends a record now and then": (s) =>
      client(s, { producedBatches: s, producedRecords: s, producedBytes: 100 * s, uncompressedBatches: s }),
    "are a few records a second that go alone": (s) =>
      client(s, { producedBatches: 9 * s, producedRecords: 9 * s, producedBytes: 900 * s }),
    "is a burst of records that go alone, in a minute without others": (s) =>
      client(s, { producedBatches: s < 120 ? 0 : 500, producedRecords: s < 120 ? 0 : 500 }),
    "are large batches, compressed but for a few": (s) =>
      client(s, {
        producedBatches: 100 * s,
        uncompressedBatches: 50 * s,
        producedRecords: 9_000 * s,
        producedBytes: 2 ** 20 * s,
      }),
    "are many connections opened once": (s) =>
      client(s, { connections: 300, opened: 300, metadataRequests: 300 }),
    "are a few hundred consumers that wait for records": (s) =>
      client(s, { connections: 300, opened: 300, fetchRequests: 600 * s, emptyFetches: 600 * s }),
    "is a commit each five seconds of consumers that read little": (s) =>
      client(s, { connections: 40, commits: 8 * s, fetchedRecords: s }),
    "is a commit each five seconds without records": (s) => client(s, { connections: 1, commits: s / 5 }),
    "are members that join one by one at the start": (s) => rebalanced([1, 4, 9, 20, 40, 55], s),
    "is a deployment, member by member": (s) => rebalanced([1, 200, 215, 230, 245, 260], s),
    "is one broker that restarts": (s) =>
      topic({ requests: s, partitions: [partitionRow({ leaderMoves: Math.min(Math.floor(s / 50), 2) })] }),
    "is a topic of two partitions, one of them busy": (s) =>
      topic({
        producedRecords: 100 * s,
        partitions: [partitionRow(), partitionRow({ partition: 1, producedBytes: 9_000 * s })],
      }),
    "is a topic of small records without keys, which fill a batch for one partition at a time": (s) =>
      topic({
        producedRecords: 100 * s,
        partitionCount: 6,
        partitions: [partitionRow({ producedBytes: 8_000 * s })],
      }),
    "is a hot partition of a topic with next to no records": (s) =>
      topic({
        producedRecords: s,
        partitions: [0, 1, 2].map((partition) =>
          partitionRow({ partition, producedBytes: partition === 1 ? 90 * s : 0 }),
        ),
      }),
    "are old protocols of a client that is silent": () => ({
      clients: [clientRow({ requests: 5, opened: 1, oldVersions: ["Fetch/v3"] })],
    }),
  };

  for (const [name, rows] of Object.entries(harmless)) {
    it(name, () => {
      // Long past a start that is busier than the rest.
      expect(play(rows, 300)).toEqual([]);
    });
  }
});
