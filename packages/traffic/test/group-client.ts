import { KafkaRequest, KafkaResponse } from "@pagoda/kafka";
import type { ApiDefinition, Partially } from "@pagoda/kafka/protocol";
import {
  ConsumerGroupHeartbeat,
  Fetch,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  OffsetCommit,
  SyncGroup,
} from "@pagoda/kafka/protocol";
import type { Outcome, WatchedExchange } from "@pagoda/metrics";

import { Groups } from "../src/groups/groups.ts";
import type { GroupWatcher } from "../src/groups/groups.ts";
import type { GroupState } from "../src/state/state.ts";

const asIs = { resolve: (name: string) => name };

/** Groups with a clock that is set by hand. */
export class World {
  nowMs = 1_700_000_000_000;
  readonly groups: Groups;

  constructor(names: Partial<ConstructorParameters<typeof Groups>[0]["names"]> = {}) {
    this.groups = new Groups({
      names: { group: asIs, topic: asIs, client: asIs, ...names },
      now: () => this.nowMs,
    });
  }

  later(ms: number): void {
    this.nowMs += ms;
  }

  group(name = "billing"): GroupState {
    const found = this.groups.state().find(({ group }) => group === name);
    if (found === undefined) throw new Error(`no group ${name}`);
    return found;
  }

  client(clientId = "billing-1", host = "192.0.2.1"): Client {
    return new Client(this, clientId, host);
  }
}

/** What a test says of a request and its answer. */
interface Said<Req, Res> {
  readonly version?: number;
  readonly request?: Partially<Req>;
  readonly answer?: Partially<Res>;
  readonly durationMs?: number;
}

/** One connection of a client; requests and answers go through their bytes. */
export class Client {
  readonly watcher: GroupWatcher;
  readonly #world: World;
  readonly #clientId: string;
  readonly topicNames = new Map<string, string>();

  constructor(world: World, clientId: string, host: string) {
    this.#world = world;
    this.#clientId = clientId;
    this.watcher = world.groups.watch({
      connection: { listener: "main", remote: { host, port: 50_000 } },
      session: { clientId },
      topicIds: { nameOf: (id) => this.topicNames.get(id) },
    });
  }

  /** A request comes by. @returns what to call with its answer; without one, it is never answered */
  begin<Req, Res>(
    api: ApiDefinition<Req, Res>,
    body?: Partially<Req>,
    version: number = api.versions.max,
  ): (answer?: Partially<Res>) => void {
    const made = KafkaRequest.of(api, { version, body: api.request.of(body), clientId: this.#clientId });
    const request = KafkaRequest.read(made.toFrame(7));
    const exchange: WatchedExchange = {
      request,
      startedMs: this.#world.nowMs,
      sentMs: 0,
      receivedMs: 0,
      answeredBy: undefined,
    };
    this.watcher.began?.(exchange);
    return (answer) => {
      const made = answer && request.respond(api.response.of(answer));
      const frame = made?.toFrame(7);
      this.watcher.ended?.(exchange, outcome(this.#world.nowMs, frame && KafkaResponse.read(frame, request)));
    };
  }

  exchange<Req, Res>(api: ApiDefinition<Req, Res>, said: Said<Req, Res> = {}): void {
    const end = this.begin(api, said.request, said.version);
    this.#world.later(said.durationMs ?? 0);
    end(said.answer ?? ({} as Partially<Res>));
  }

  /** Fetches, and gets records of that age from a partition of `orders`. */
  fetch(partition = 0, maxTimestamp: number = this.#world.nowMs): void {
    const request = KafkaRequest.of(Fetch, {
      version: 12,
      body: Fetch.request.of({}),
      clientId: this.#clientId,
    });
    const exchange = { request, startedMs: 0, sentMs: 0, receivedMs: 0, answeredBy: undefined };
    this.watcher.began?.(exchange);
    const facts = { topic: "orders", topicId: "", partition, errorCode: 0, recordsBytes: 1, batches: 1 };
    this.watcher.fetched?.(exchange, { ...facts, records: 1, codec: 0, maxTimestamp } as never);
    this.watcher.ended?.(exchange, outcome(this.#world.nowMs, undefined));
  }

  join(memberId: string, generationId: number, more: { instance?: string; asked?: string } = {}): void {
    const { instance: groupInstanceId = null, asked = memberId } = more;
    this.exchange(JoinGroup, {
      request: { groupId: "billing", memberId: asked, groupInstanceId, sessionTimeoutMs: 10_000 },
      answer: { memberId, generationId, leader: "", protocolType: "consumer", protocolName: "range" },
    });
  }

  sync(memberId: string, generationId: number, errorCode = 0): void {
    const request = { groupId: "billing", memberId, generationId };
    this.exchange(SyncGroup, { request, answer: { errorCode } });
  }

  heartbeat(memberId: string, generationId: number, errorCode = 0, groupId = "billing"): void {
    this.exchange(Heartbeat, { request: { groupId, memberId, generationId }, answer: { errorCode } });
  }

  leave(memberId: string): void {
    const members = [{ memberId, groupInstanceId: null }];
    this.exchange(LeaveGroup, { request: { groupId: "billing", members }, answer: { members } });
  }

  /** A heartbeat of the newer protocol (KIP-848). */
  beat(
    memberId: string,
    asked: number,
    memberEpoch: number,
    more: { errorCode?: number; assigned?: boolean } = {},
  ): void {
    const assignment = more.assigned === true ? { topicPartitions: [] } : null;
    this.exchange(ConsumerGroupHeartbeat, {
      request: { groupId: "billing", memberId, memberEpoch: asked },
      answer: { memberId, memberEpoch, errorCode: more.errorCode ?? 0, assignment },
    });
  }

  /** Commits an offset of `orders` by name. */
  commit(
    offset: number,
    more: {
      groupId?: string;
      memberId?: string;
      generation?: number;
      partition?: number;
      errorCode?: number;
    } = {},
  ): void {
    const { groupId = "billing", memberId = "", generation = -1, partition = 0, errorCode = 0 } = more;
    const committed = { partitionIndex: partition, committedOffset: BigInt(offset) };
    this.exchange(OffsetCommit, {
      version: 9,
      request: {
        groupId,
        memberId,
        generationIdOrMemberEpoch: generation,
        topics: [{ name: "orders", partitions: [committed] }],
      },
      answer: { topics: [{ name: "orders", partitions: [{ partitionIndex: partition, errorCode }] }] },
    });
  }
}

function outcome(endedMs: number, answer: KafkaResponse | undefined): Outcome {
  const classification = answer === undefined ? "aborted" : "success";
  return { classification, waited: false, endedMs, throttleMs: 0, answer, failure: undefined };
}
