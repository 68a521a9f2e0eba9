import type { KafkaSession, TopicIds } from "@pagoda/kafka";
import type { ExchangeWatcher } from "@pagoda/metrics";
import type { Connection } from "@pagoda/tcp";

import type { GroupState } from "../state/state.ts";
import { groupBounds } from "./bounds.ts";
import { ConnectionGroups } from "./connection-groups.ts";
import { Group } from "./group.ts";
import { Readers } from "./readers.ts";

/** Bounds the names of one kind, as `LabelLimiter` does. */
export interface NameLimiter {
  resolve(name: string): string;
}

/** What names of groups, topics and clients are shown as. */
export interface GroupNames {
  readonly group: NameLimiter;
  readonly topic: NameLimiter;
  readonly client: NameLimiter;
}

export interface GroupsOptions {
  readonly names: GroupNames;
  /** Unix milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** What is needed of a client's connection. */
export interface GroupConnection {
  readonly connection: Pick<Connection, "listener" | "remote">;
  readonly session: Pick<KafkaSession, "clientId">;
  /** For commits and fetches that name topics by ids alone; without it those say nothing. */
  readonly topicIds?: Pick<TopicIds, "nameOf"> | undefined;
}

/** Learns of groups from the exchanges of one connection. */
export interface GroupWatcher extends ExchangeWatcher {
  /**
   * The group that fetches of this connection are for, as it is shown: that of the members at the same
   * host with the same client id. Undefined where there is none; `ambiguous` where there are several.
   */
  groupOf(): string | undefined;
}

/**
 * What a proxy can know of consumer groups from what passes by: their members and state, rebalances,
 * and where they are. It is what was seen through this proxy; members that go elsewhere are unseen.
 *
 * A group is known from the first request of it that a broker has taken. All that is kept is bounded:
 * see `groupBounds`. Nothing needs a timer; members and groups that are gone are looked for when
 * something of the group passes by, and with `state`.
 */
export class Groups {
  readonly #names: GroupNames;
  readonly #now: () => number;
  readonly #readers = new Readers<Group>();
  readonly #byName = new Map<string, Group>();
  /** Those whose name is theirs alone, or who had it first. */
  readonly #byId = new Map<string, Group>();

  constructor({ names, now = Date.now }: GroupsOptions) {
    this.#names = names;
    this.#now = now;
  }

  /** Its watcher must be told when the connection has closed. */
  watch(connection: GroupConnection): GroupWatcher {
    const { listener } = connection.connection;
    return new ConnectionGroups(connection, {
      names: this.#names,
      now: this.#now,
      readers: this.#readers,
      known: (id) => this.#known(listener, id),
      open: (id) => this.#open(listener, id),
      drop: (id) => {
        const group = this.#byId.get(keyOf(listener, id));
        if (group !== undefined) this.#drop(group);
      },
    });
  }

  /** Topics that a group has offsets of, some of them more than once. */
  *topics(): Iterable<{ readonly listener: string; readonly topic: string }> {
    for (const { listener, positions } of this.#byName.values()) {
      for (const topic of positions.topics()) yield { listener, topic };
    }
  }

  state(): readonly GroupState[] {
    const nowMs = this.#now();
    this.#sweep(nowMs);
    return Array.from(this.#byName.values(), (group) => group.snapshot(nowMs));
  }

  /** Does not ask for a name: what brokers refuse must take none away. */
  #known(listener: string, id: string): Group | undefined {
    const group = this.#byId.get(keyOf(listener, id));
    group?.sweep(this.#now());
    return group;
  }

  #open(listener: string, id: string): Group | undefined {
    const nowMs = this.#now();
    const name = this.#names.group.resolve(id);
    const key = keyOf(listener, name);
    let group = this.#byName.get(key);
    if (group === undefined) {
      if (this.#byName.size >= groupBounds.maxGroups) this.#sweep(nowMs);
      if (this.#byName.size >= groupBounds.maxGroups) return undefined;
      const isShown = (topic: string): boolean => this.#names.topic.resolve(topic) === topic;
      group = new Group({ listener, name, id, readers: this.#readers, isShown });
      this.#byName.set(key, group);
      this.#byId.set(keyOf(listener, id), group);
    }
    group.isSeenAs(id);
    group.sweep(nowMs);
    group.seenMs = nowMs;
    return group;
  }

  #sweep(nowMs: number): void {
    this.#readers.sweep(nowMs);
    const abandoned: Group[] = [];
    for (const group of this.#byName.values()) {
      group.sweep(nowMs);
      if (!group.isIdle(nowMs)) continue;
      if (group.isAbandoned(nowMs)) abandoned.push(group);
      else this.#drop(group);
    }
    if (abandoned.length <= groupBounds.maxAbandoned) return;
    abandoned.sort((one, other) => other.seenMs - one.seenMs);
    for (const group of abandoned.slice(groupBounds.maxAbandoned)) this.#drop(group);
  }

  #drop(group: Group): void {
    const { listener, name, id } = group;
    this.#readers.forget(group);
    this.#byName.delete(keyOf(listener, name));
    if (this.#byId.get(keyOf(listener, id)) === group) this.#byId.delete(keyOf(listener, id));
  }
}

/** Names of listeners have no NUL: what is behind the first is the group's, whatever it is. */
function keyOf(listener: string, name: string): string {
  return `${listener}\0${name}`;
}
