import { randomUUID } from "node:crypto";

import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import { CommittedOffsets } from "./committed-offsets.ts";
import { GroupMember, notJoined, notSynced } from "./group-member.ts";
import { GroupMembers } from "./group-members.ts";
import type { Joined, Synced } from "./group-member.ts";
import { factsOf } from "./group-calls.ts";
import type { GroupLimits, GroupState, JoinCall, MemberCall, SyncCall } from "./group-calls.ts";
import { chooseProtocol, sameProtocols } from "./group-protocols.ts";

/**
 * A classic consumer group: members join, the leader shares the work out, all are told by sync, and
 * whoever comes or goes begins it again.
 *
 *     Empty ─join→ PreparingRebalance ─all joined→ CompletingRebalance ─leader synced→ Stable
 *       ↑ nobody left       ↑ join, leave, session over ←─────────────────────────────────┘
 */
export class Group {
  readonly id: string;
  readonly offsets: CommittedOffsets = new CommittedOffsets();
  readonly #limits: GroupLimits;
  readonly #members = new GroupMembers();
  #state: GroupState = "Empty";
  #generation = 0;
  #protocolType = "";
  #protocolName: string | null = null;
  #leader = "";
  #rebalance: NodeJS.Timeout | undefined;
  /** The first rebalance of an empty group waits for its delay, even when all have joined. */
  #delaying = false;

  constructor(id: string, limits: GroupLimits) {
    this.id = id;
    this.#limits = limits;
  }

  get state(): GroupState {
    return this.#state;
  }

  get generation(): number {
    return this.#generation;
  }

  get protocolType(): string {
    return this.#protocolType;
  }

  get protocolName(): string | null {
    return this.#protocolName;
  }

  get members(): readonly GroupMember[] {
    return this.#members.all;
  }

  /** Has it nobody and nothing to remember? */
  get isVacant(): boolean {
    return this.#members.size === 0 && this.offsets.isEmpty;
  }

  async join(call: JoinCall): Promise<Joined> {
    const refusal = this.#refusal(call);
    if (refusal !== "NONE") return { ...notJoined(refusal), memberId: call.memberId };
    if (call.memberId === "") return this.#joinAnew(call);
    if (this.#members.expects(call.memberId)) return this.#add(call.memberId, call);
    const error = this.#identityError(call.memberId, call.instanceId);
    const member = this.#members.get(call.memberId);
    if (error !== "NONE" || member === undefined) return { ...notJoined(error), memberId: call.memberId };

    const unchanged = sameProtocols(member.facts.protocols, call.protocols);
    member.facts = factsOf(call);
    const isLeader = member.id === this.#leader;
    // It has not got the last answer, or asks without need: what it would be told has not changed.
    if (unchanged && (this.#state === "CompletingRebalance" || (this.#state === "Stable" && !isLeader))) {
      member.alive();
      return this.#joinedAs(member);
    }
    return this.#rejoin(member);
  }

  async sync(call: SyncCall): Promise<Synced> {
    const error = this.#memberError(call);
    const member = this.#members.get(call.memberId);
    if (error !== "NONE" || member === undefined) return notSynced(error);
    if (this.#state === "PreparingRebalance") return notSynced("REBALANCE_IN_PROGRESS");
    if (this.#state === "Stable") {
      member.alive();
      return this.#syncedAs(member);
    }
    const answer = member.waitForSync();
    if (member.id === this.#leader) {
      this.#state = "Stable";
      for (const one of this.members) {
        one.assignment = call.assignments.get(one.id) ?? new Uint8Array(0);
        one.synced(this.#syncedAs(one));
      }
    }
    return answer;
  }

  heartbeat(call: MemberCall): KafkaErrorName {
    const error = this.#memberError(call);
    if (error !== "NONE") return error;
    this.#members.get(call.memberId)?.alive();
    return this.#state === "PreparingRebalance" ? "REBALANCE_IN_PROGRESS" : "NONE";
  }

  leave(memberId: string, instanceId: string | null): KafkaErrorName {
    if (this.#members.expects(memberId)) {
      this.#members.forget(memberId);
      this.#completeIfAllJoined();
      return "NONE";
    }
    // An administrator removes a static member by its instance id alone.
    const known = memberId === "" ? (this.#members.ofInstance(instanceId)?.id ?? "") : memberId;
    const error = this.#identityError(known, instanceId);
    const member = this.#members.get(known);
    if (error !== "NONE" || member === undefined) return error;
    this.#remove(member);
    return "NONE";
  }

  /** What keeps offsets from being committed so; NONE if nothing does. */
  commitError(call: MemberCall): KafkaErrorName {
    // A consumer that assigns itself its partitions: only where no members do it by the group.
    if (call.generation < 0 && call.memberId === "") {
      return this.members.length === 0 ? "NONE" : "UNKNOWN_MEMBER_ID";
    }
    const error = this.#memberError(call);
    if (error !== "NONE") return error;
    if (this.#state === "CompletingRebalance") return "REBALANCE_IN_PROGRESS";
    this.#members.get(call.memberId)?.alive();
    return "NONE";
  }

  /** Ends it: whoever waits is told, and no timer is left. */
  close(error: KafkaErrorName): void {
    this.#state = "Dead";
    clearTimeout(this.#rebalance);
    this.#members.clear(error);
  }

  #refusal({ memberId, protocolType, protocols }: JoinCall): KafkaErrorName {
    if (this.#state === "Dead") return "COORDINATOR_NOT_AVAILABLE";
    if (protocolType === "" || protocols.length === 0) return "INCONSISTENT_GROUP_PROTOCOL";
    const others = this.members.filter(({ id }) => id !== memberId);
    if (others.length === 0) return "NONE";
    const shared = chooseProtocol([...others.map(({ facts }) => facts.protocols), protocols]);
    return protocolType === this.#protocolType && shared !== null ? "NONE" : "INCONSISTENT_GROUP_PROTOCOL";
  }

  #joinAnew(call: JoinCall): Promise<Joined> | Joined {
    const memberId = `${call.clientId}-${randomUUID()}`;
    const replaced = this.#members.ofInstance(call.instanceId);
    if (replaced !== undefined) return this.#replace(replaced, memberId, call);
    if (this.#members.size >= this.#limits.maxMembersPerGroup) {
      return notJoined("GROUP_MAX_SIZE_REACHED");
    }
    if (!call.needsKnownMemberId || call.instanceId !== null) return this.#add(memberId, call);
    this.#members.expect(memberId, call.sessionTimeoutMs, () => this.#completeIfAllJoined());
    return { ...notJoined("MEMBER_ID_REQUIRED"), memberId };
  }

  /** A static member is back under a new id, the old one is fenced. Nobody else need notice. */
  #replace(old: GroupMember, memberId: string, call: JoinCall): Promise<Joined> | Joined {
    const member = new GroupMember(memberId, factsOf(call), this.#expire);
    member.assignment = old.assignment;
    const wasLeader = this.#leader === old.id;
    this.#members.remove(old, "FENCED_INSTANCE_ID");
    this.#members.add(member);
    if (wasLeader) this.#leader = memberId;
    if (this.#state !== "Stable" || !sameProtocols(old.facts.protocols, call.protocols)) {
      return this.#rejoin(member);
    }
    member.alive();
    const joined = this.#joinedAs(member);
    if (!wasLeader) return joined;
    // An old client that heard it leads would assign: it is told the leader's old name instead.
    return call.canSkipAssignment
      ? { ...joined, skipAssignment: true }
      : { ...joined, leader: old.id, members: [] };
  }

  #add(memberId: string, call: JoinCall): Promise<Joined> {
    const member = new GroupMember(memberId, factsOf(call), this.#expire);
    this.#members.add(member);
    this.#protocolType = call.protocolType;
    return this.#rejoin(member);
  }

  #rejoin(member: GroupMember): Promise<Joined> {
    const answer = member.waitForJoin();
    this.#prepare();
    this.#completeIfAllJoined();
    return answer;
  }

  readonly #expire = (member: GroupMember): void => this.#remove(member);

  #remove(member: GroupMember): void {
    this.#members.remove(member, "UNKNOWN_MEMBER_ID");
    this.#prepare();
    this.#completeIfAllJoined();
  }

  /** Begins a rebalance, unless one has begun. */
  #prepare(): void {
    if (this.#state === "PreparingRebalance" || this.#state === "Dead") return;
    if (this.#state === "CompletingRebalance") {
      for (const member of this.members) member.synced(notSynced("REBALANCE_IN_PROGRESS"));
    }
    const { initialRebalanceDelayMs } = this.#limits;
    this.#delaying = this.#state === "Empty" && initialRebalanceDelayMs > 0;
    this.#state = "PreparingRebalance";
    this.#completeIn(this.#delaying ? initialRebalanceDelayMs : this.#members.rebalanceTimeoutMs);
  }

  #completeIn(delayMs: number): void {
    clearTimeout(this.#rebalance);
    this.#rebalance = setTimeout(() => this.#complete(), delayMs);
  }

  #completeIfAllJoined(): void {
    if (this.#state !== "PreparingRebalance" || this.#delaying || this.#members.expectsSomebody) return;
    if (this.members.every(({ isJoining }) => isJoining)) this.#complete();
  }

  /** Ends the joining: who is not there is out, but for static members, whose session decides. */
  #complete(): void {
    clearTimeout(this.#rebalance);
    this.#delaying = false;
    for (const member of this.members) {
      if (member.isJoining || member.facts.instanceId !== null) continue;
      this.#members.remove(member, "UNKNOWN_MEMBER_ID");
    }
    const joining = this.members.filter(({ isJoining }) => isJoining);
    if (this.members.length > 0 && joining.length === 0) {
      this.#completeIn(this.#members.rebalanceTimeoutMs);
      return;
    }
    this.#generation += 1;
    if (joining.length === 0) {
      this.#state = "Empty";
      this.#leader = "";
      this.#protocolName = null;
      return;
    }
    this.#state = "CompletingRebalance";
    this.#protocolName = chooseProtocol(this.#members.protocols);
    if (!joining.some(({ id }) => id === this.#leader)) this.#leader = joining[0]?.id ?? "";
    for (const member of joining) {
      member.assignment = new Uint8Array(0);
      member.joined(this.#joinedAs(member));
    }
  }

  #joinedAs(member: GroupMember): Joined {
    return {
      error: "NONE",
      memberId: member.id,
      generation: this.#generation,
      protocolName: this.#protocolName,
      leader: this.#leader,
      members: member.id === this.#leader ? this.members : [],
      skipAssignment: false,
    };
  }

  #syncedAs(member: GroupMember): Synced {
    return { error: "NONE", protocolName: this.#protocolName, assignment: member.assignment };
  }

  #identityError(memberId: string, instanceId: string | null): KafkaErrorName {
    if (this.#state === "Dead") return "COORDINATOR_NOT_AVAILABLE";
    return this.#members.identityError(memberId, instanceId);
  }

  #memberError({ memberId, instanceId, generation }: MemberCall): KafkaErrorName {
    const error = this.#identityError(memberId, instanceId);
    if (error !== "NONE") return error;
    return generation === this.#generation ? "NONE" : "ILLEGAL_GENERATION";
  }
}
