import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import type { GroupMember, MemberProtocol } from "./group-member.ts";

/** Who is in a group, who may come back, and who is who over a restart. */
export class GroupMembers {
  readonly #members = new Map<string, GroupMember>();
  /** Member id by group.instance.id (KIP-345). */
  readonly #static = new Map<string, string>();
  /** Ids given out to members that have not come back with them, until their session is over. */
  readonly #expected = new Map<string, NodeJS.Timeout>();

  get all(): readonly GroupMember[] {
    return [...this.#members.values()];
  }

  /** Members, and those that may come back with an id that they were given. */
  get size(): number {
    return this.#members.size + this.#expected.size;
  }

  /** Is anyone to come back with an id that it was given? */
  get expectsSomebody(): boolean {
    return this.#expected.size > 0;
  }

  get protocols(): readonly (readonly MemberProtocol[])[] {
    return this.all.map(({ facts }) => facts.protocols);
  }

  get rebalanceTimeoutMs(): number {
    return Math.max(0, ...this.all.map(({ facts }) => facts.rebalanceTimeoutMs));
  }

  get(memberId: string): GroupMember | undefined {
    return this.#members.get(memberId);
  }

  /** The static member of this instance. */
  ofInstance(instanceId: string | null): GroupMember | undefined {
    const memberId = instanceId === null ? undefined : this.#static.get(instanceId);
    return memberId === undefined ? undefined : this.#members.get(memberId);
  }

  /** What is wrong with who this says it is; NONE if nothing is. */
  identityError(memberId: string, instanceId: string | null): KafkaErrorName {
    const fenced = instanceId !== null && (this.#static.get(instanceId) ?? memberId) !== memberId;
    if (fenced) return "FENCED_INSTANCE_ID";
    return this.#members.has(memberId) ? "NONE" : "UNKNOWN_MEMBER_ID";
  }

  add(member: GroupMember): void {
    this.forget(member.id);
    this.#members.set(member.id, member);
    const { instanceId } = member.facts;
    if (instanceId !== null) this.#static.set(instanceId, member.id);
  }

  /** Takes a member out; what it waits for is answered with `error`. */
  remove(member: GroupMember, error: KafkaErrorName): void {
    this.#members.delete(member.id);
    const { instanceId } = member.facts;
    if (instanceId !== null && this.#static.get(instanceId) === member.id) this.#static.delete(instanceId);
    member.remove(error);
  }

  /** Expects somebody to come with this id; `onExpire` is called, once it is forgotten, if nobody did. */
  expect(memberId: string, timeoutMs: number, onExpire: () => void): void {
    const timer = setTimeout(() => {
      this.forget(memberId);
      onExpire();
    }, timeoutMs);
    this.#expected.set(memberId, timer);
  }

  expects(memberId: string): boolean {
    return this.#expected.has(memberId);
  }

  /** Expects this id no more. */
  forget(memberId: string): void {
    clearTimeout(this.#expected.get(memberId));
    this.#expected.delete(memberId);
  }

  /** Takes everybody out. */
  clear(error: KafkaErrorName): void {
    for (const memberId of this.#expected.keys()) this.forget(memberId);
    for (const member of this.all) this.remove(member, error);
  }
}
