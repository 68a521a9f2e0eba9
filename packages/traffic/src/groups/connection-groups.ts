import { noResponse } from "@pagoda/kafka";
import type { KafkaRequest, KafkaResponse } from "@pagoda/kafka";
import { JoinGroup, OffsetCommit, SyncGroup, TxnOffsetCommit } from "@pagoda/kafka/protocol";
import type { SkimmedPartition } from "@pagoda/kafka/protocol";
import type { Outcome, PartitionFacts, WatchedExchange } from "@pagoda/metrics";

import { asksForMemberId, joinBegan, joinEnded } from "./classic.ts";
import type { GroupExchange } from "./group-exchange.ts";
import type { Group } from "./group.ts";
import type { GroupConnection, GroupNames, GroupWatcher } from "./groups.ts";
import { isGroupApi, tellGroup } from "./group-apis.ts";
import type { Member, Origin } from "./members.ts";
import { commitFailed } from "./offsets.ts";
import { Readers } from "./readers.ts";

/** What all connections share. */
export interface GroupsOfListener extends Pick<GroupExchange, "known" | "open" | "drop"> {
  readonly names: GroupNames;
  readonly now: () => number;
  readonly readers: Readers<Group>;
}

/** With the latest timestamp of its records. */
type FetchedPartition = PartitionFacts & Pick<SkimmedPartition, "maxTimestamp">;

/** A JoinGroup or SyncGroup that a broker holds back until the group is ready. */
interface Waiting {
  readonly group: Group;
  readonly member: Member | undefined;
  readonly joins: boolean;
}

/** The watcher of one connection. */
export class ConnectionGroups implements GroupWatcher {
  readonly #watched: GroupConnection;
  readonly #groups: GroupsOfListener;
  readonly #waiting = new Map<KafkaRequest, Waiting>();
  #clientId: string | null | undefined;
  #reader = "";
  #fetches = false;
  // The answer of `readers`, and the version that it is of.
  #version = -1;
  #group: Group | undefined | "ambiguous";

  constructor(watched: GroupConnection, groups: GroupsOfListener) {
    this.#watched = watched;
    this.#groups = groups;
  }

  began({ request }: WatchedExchange): void {
    const { apiKey } = request;
    if (isFetch(apiKey)) {
      this.#is(request.clientId);
      if (this.#fetches) return;
      this.#fetches = true;
      this.#groups.readers.fetches(this.#reader);
    } else if (apiKey === JoinGroup.key || apiKey === SyncGroup.key) this.#waits(request);
  }

  fetched(_: WatchedExchange, { topic, topicId, partition, maxTimestamp }: FetchedPartition): void {
    if (maxTimestamp < 0) return;
    const group = this.#current();
    if (group === undefined || group === "ambiguous") return;
    const name = this.#topicOf({ name: topic, topicId });
    if (name !== undefined) group.positions.fetched(name, partition, maxTimestamp);
  }

  ended({ request, startedMs }: WatchedExchange, { answer, endedMs }: Outcome): void {
    if (!isGroupApi(request.apiKey)) return;
    try {
      if (request.api === null || !request.whole) return;
      if (answer === undefined || answer === noResponse) this.#unanswered(request);
      else if (answer.whole) this.#told(request, answer, Math.max(endedMs - startedMs, 0));
    } finally {
      // Last, so that the answer finds the group as it was while it waited.
      this.#settle(request);
    }
  }

  closed(): void {
    for (const request of this.#waiting.keys()) this.#settle(request);
    this.#is(undefined);
  }

  groupOf(): string | undefined {
    const group = this.#current();
    return group === undefined || group === "ambiguous" ? group : group.name;
  }

  #current(): Group | undefined | "ambiguous" {
    const { readers } = this.#groups;
    if (this.#clientId === undefined) this.#is(this.#watched.session.clientId);
    if (this.#version !== readers.version) {
      this.#group = readers.groupOf(this.#reader);
      this.#version = readers.version;
    }
    return this.#group;
  }

  /** Undefined: nobody any more. */
  #is(clientId: string | null | undefined): void {
    if (clientId === this.#clientId) return;
    const { connection } = this.#watched;
    if (this.#fetches) this.#groups.readers.fetchesNoMore(this.#reader);
    this.#fetches = false;
    this.#clientId = clientId;
    this.#reader = Readers.keyOf(connection.listener, connection.remote.host, clientId ?? "");
    this.#version = -1;
  }

  #told(request: KafkaRequest, answer: KafkaResponse, durationMs: number): void {
    const { known, open, drop, now } = this.#groups;
    const nowMs = now();
    tellGroup({
      request,
      answer,
      origin: this.#originOf(request),
      times: { atMs: nowMs - durationMs, nowMs, durationMs },
      known,
      open,
      drop,
      topicOf: (topic) => this.#topicOf(topic),
    });
  }

  #originOf({ clientId }: KafkaRequest): Origin {
    this.#is(clientId);
    const client = this.#groups.names.client.resolve(clientId ?? "");
    return { reader: this.#reader, host: this.#watched.connection.remote.host, client };
  }

  #topicOf({ name, topicId }: { readonly name: string; readonly topicId?: string }): string | undefined {
    if (name !== "") return name;
    return topicId === undefined ? undefined : this.#watched.topicIds?.nameOf(topicId);
  }

  #unanswered(request: KafkaRequest): void {
    if (!request.is(OffsetCommit) && !request.is(TxnOffsetCommit)) return;
    const group = this.#groups.known(request.body.groupId);
    if (group !== undefined) commitFailed(group);
  }

  #waits(request: KafkaRequest): void {
    if (!request.whole) return;
    const joins = request.is(JoinGroup);
    if (!joins && !request.is(SyncGroup)) return;
    if (request.is(JoinGroup) && asksForMemberId(request.apiVersion, request.body)) return;
    const { groupId, memberId, groupInstanceId } = request.body;
    const group = this.#groups.known(groupId);
    if (group === undefined) return;
    const member = group.members.find(memberId, groupInstanceId);
    if (member !== undefined) member.waiting += 1;
    if (joins) joinBegan(group, this.#groups.now());
    this.#waiting.set(request, { group, member, joins });
  }

  #settle(request: KafkaRequest): void {
    const waiting = this.#waiting.get(request);
    if (waiting === undefined) return;
    this.#waiting.delete(request);
    const { group, member, joins } = waiting;
    if (member !== undefined) member.waiting -= 1;
    if (joins) joinEnded(group);
  }
}

function isFetch(apiKey: number): boolean {
  return apiKey === 1 || apiKey === 78;
}
