import { kafkaErrorOf } from "@pagoda/kafka/protocol";

import type { GroupEventState, GroupState } from "../state/state.ts";
import { groupBounds } from "./bounds.ts";
import { GroupTimeline } from "./group-timeline.ts";
import { Members } from "./members.ts";
import type { Member, SeenMember } from "./members.ts";
import { Positions } from "./positions.ts";
import type { Readers } from "./readers.ts";
import { Rebalances } from "./rebalances.ts";

/** One request of a group, and its answer. */
export interface Told {
  /** Unix milliseconds when it came. */
  readonly atMs: number;
  readonly nowMs: number;
  readonly durationMs: number;
  readonly memberId: string;
  readonly client: string;
  readonly errorCode: number;
}

export interface GroupParts {
  readonly listener: string;
  readonly name: string;
  /** The id that it was first seen with. */
  readonly id: string;
  readonly readers: Readers<Group>;
  readonly isShown: (topic: string) => boolean;
}

const unknownMemberId = 25;
const illegalGeneration = 22;
const fencedMemberEpoch = 110;

/** One group, as seen through this proxy. What its requests mean is in the files of its protocols. */
export class Group {
  readonly listener: string;
  readonly name: string;
  readonly id: string;
  readonly members: Members = new Members();
  readonly positions: Positions;
  readonly rebalances: Rebalances = new Rebalances();
  readonly timeline: GroupTimeline = new GroupTimeline();
  state: GroupState["state"] = "Unknown";
  /** What it was before a JoinGroup that is not answered yet. */
  stateBefore: GroupState["state"] = "Unknown";
  /** JoinGroup requests that are not answered yet, and when the first of them came. */
  joining = 0;
  joiningSinceMs = 0;
  protocol: GroupState["protocol"] = "simple";
  commits = 0;
  failedCommits = 0;
  seenMs = 0;
  readonly #readers: Readers<Group>;
  readonly #clients = new Set<string>();
  #several = false;
  #sweptMs = 0;

  constructor({ listener, name, id, readers, isShown }: GroupParts) {
    this.listener = listener;
    this.name = name;
    this.id = id;
    this.#readers = readers;
    this.positions = new Positions((topic) => !this.#several && isShown(topic));
  }

  /** Other groups may be shown under the same name: they have one row, and no positions. */
  isSeenAs(id: string): void {
    if (this.#several || id === this.id) return;
    this.#several = true;
    this.positions.clear();
  }

  /** A broker took a request of a member. */
  seen(member: SeenMember, nowMs: number): Member | undefined {
    const { kind, origin } = member;
    this.#readers.claims(origin.reader, this, nowMs);
    if (this.#clients.size < groupBounds.maxClients) this.#clients.add(origin.client);
    const isNewer = this.protocol === "consumer" || this.protocol === "share";
    // Members of both protocols are in a group while it is moved from one to the other (KIP-848).
    if (kind !== "classic" || !isNewer || this.members.size === 0) this.protocol = kind;
    return this.members.seen(member, nowMs);
  }

  /** A broker took offsets from one who is no member, and where there is none. */
  seenAt(reader: string, nowMs: number): void {
    this.#readers.claims(reader, this, nowMs);
  }

  /** It is no member any more. */
  left(member: Member): void {
    this.members.remove(member);
    const { reader } = member.origin;
    for (const other of this.members.values()) if (other.origin.reader === reader) return;
    this.#readers.releases(reader, this);
  }

  /** After members have left, or were found to be gone. */
  shrunk(trigger: "leave" | "session_timeout"): void {
    if (this.members.size > 0) {
      this.rebalances.because(trigger);
      return;
    }
    this.rebalances.forgetCause();
    if (this.joining === 0) this.state = "Empty";
    this.stateBefore = "Empty";
  }

  /** What a broker does not let a member do says what happened to it. */
  refused(errorCode: number, memberId: string): void {
    if (errorCode === illegalGeneration || errorCode === fencedMemberEpoch) this.rebalances.because("error");
    if (errorCode !== unknownMemberId) return;
    const member = this.members.get(memberId);
    // One that was found to be gone before comes back as a new one.
    if (member === undefined) return;
    this.left(member);
    // It will join anew: what follows is on account of it, also where it was the last one.
    this.rebalances.because("session_timeout");
    if (this.members.size === 0 && this.joining === 0) this.state = "Empty";
  }

  counted(generation: number, told: Told, sinceMs: number): void {
    const trigger = this.rebalances.count(generation, told.nowMs);
    this.tell(
      "rebalance",
      { ...told, atMs: sinceMs, durationMs: told.nowMs - sinceMs, errorCode: 0 },
      trigger,
    );
  }

  tell(kind: GroupEventState["kind"], told: Told, trigger?: GroupEventState["trigger"]): void {
    const { atMs, memberId, client, durationMs, errorCode } = told;
    this.timeline.add({
      atMs,
      kind,
      memberId: memberId.slice(0, groupBounds.maxIdLength),
      client,
      durationMs,
      ...(errorCode !== 0 && { error: kafkaErrorOf(errorCode).name }),
      ...(trigger !== undefined && { trigger }),
    });
  }

  /** Looks for members that are gone. */
  sweep(nowMs: number): void {
    if (Math.abs(nowMs - this.#sweptMs) < groupBounds.sweepEveryMs) return;
    this.#sweptMs = nowMs;
    const silent = this.members.silent(nowMs);
    if (silent.length === 0) return;
    for (const member of silent) this.left(member);
    this.shrunk("session_timeout");
  }

  /** Nobody is in it, and nobody asked for it for a while. */
  isIdle(nowMs: number): boolean {
    return this.members.size === 0 && nowMs - this.seenMs > groupBounds.idleMs;
  }

  /** It has offsets, and nobody has gone on from them for less than a day. */
  isAbandoned(nowMs: number): boolean {
    return this.positions.size > 0 && nowMs - this.seenMs <= groupBounds.abandonedMs;
  }

  snapshot(nowMs: number): GroupState {
    const { listener, state, protocol, commits, failedCommits } = this;
    return {
      listener,
      group: this.name,
      state,
      protocol,
      members: this.members.state(),
      clients: [...this.#clients],
      partitions: this.positions.state(),
      commits,
      failedCommits,
      rebalances: this.rebalances.counts(),
      rebalancedMs: this.rebalances.lately(nowMs),
      ambiguous: this.#several
        ? `several groups are shown as ${this.name}: their offsets cannot be told apart`
        : this.#readers.ambiguityOf(this),
      timeline: this.timeline.state(),
    };
  }
}
