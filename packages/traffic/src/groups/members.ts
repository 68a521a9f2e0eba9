import type { GroupMemberState } from "../state/state.ts";
import { groupBounds } from "./bounds.ts";

/** Where a request came from. */
export interface Origin {
  /** Whose fetches it may be: listener, host and client id as one. */
  readonly reader: string;
  readonly host: string;
  /** As it is shown. */
  readonly client: string;
}

export interface Member {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly kind: "classic" | "consumer" | "share";
  origin: Origin;
  readonly joinedMs: number;
  seenMs: number;
  sessionTimeoutMs: number;
  /** Of members of the newer protocols: the epoch that the broker said last. */
  epoch: number;
  /** Its requests that wait for the group: while there are any, it is there. */
  waiting: number;
}

export interface SeenMember extends Pick<Member, "memberId" | "kind" | "origin"> {
  /** `group.instance.id` of a static member (KIP-345). @default null */
  readonly instanceId?: string | null;
  /** @default the one known, or 45 s */
  readonly sessionTimeoutMs?: number;
}

/** The members of one group, as far as their requests passed by. */
export class Members {
  readonly #byId = new Map<string, Member>();
  readonly #byInstance = new Map<string, Member>();

  get size(): number {
    return this.#byId.size;
  }

  get(memberId: string): Member | undefined {
    return this.#byId.get(memberId);
  }

  values(): IterableIterator<Member> {
    return this.#byId.values();
  }

  /** A broker took a request of it. A static member that comes back has another id, and is who it was. */
  seen(
    { memberId, kind, origin, instanceId = null, sessionTimeoutMs }: SeenMember,
    nowMs: number,
  ): Member | undefined {
    const known = this.#byId.get(memberId);
    if (known?.kind === kind) {
      known.origin = origin;
      known.seenMs = nowMs;
      if (sessionTimeoutMs !== undefined) known.sessionTimeoutMs = sessionTimeoutMs;
      return known;
    }
    const former = known ?? (instanceId === null ? undefined : this.#byInstance.get(instanceId));
    if (former !== undefined) this.remove(former);
    const { maxMembers, maxIdLength } = groupBounds;
    const tooLong = memberId.length > maxIdLength || (instanceId?.length ?? 0) > maxIdLength;
    if (memberId === "" || tooLong || this.#byId.size >= maxMembers) return undefined;
    const member: Member = {
      memberId,
      instanceId,
      kind,
      origin,
      joinedMs: former?.joinedMs ?? nowMs,
      seenMs: nowMs,
      sessionTimeoutMs: sessionTimeoutMs ?? former?.sessionTimeoutMs ?? groupBounds.sessionTimeoutMs,
      epoch: former?.epoch ?? -1,
      waiting: 0,
    };
    this.#byId.set(memberId, member);
    if (instanceId !== null) this.#byInstance.set(instanceId, member);
    return member;
  }

  /** By its id, or by that of its instance where an administrator says who has to go. */
  find(memberId: string, instanceId: string | null = null): Member | undefined {
    return this.#byId.get(memberId) ?? (instanceId === null ? undefined : this.#byInstance.get(instanceId));
  }

  remove(member: Member): void {
    const { memberId, instanceId } = member;
    if (this.#byId.get(memberId) === member) this.#byId.delete(memberId);
    if (instanceId !== null && this.#byInstance.get(instanceId) === member)
      this.#byInstance.delete(instanceId);
  }

  /** Those that were silent for longer than the broker waits for them. */
  silent(nowMs: number): readonly Member[] {
    const gone: Member[] = [];
    for (const member of this.#byId.values()) {
      if (member.waiting === 0 && nowMs - member.seenMs > member.sessionTimeoutMs) gone.push(member);
    }
    return gone;
  }

  state(): readonly GroupMemberState[] {
    return [...this.#byId.values()].map(({ memberId, origin, joinedMs, seenMs }) => ({
      memberId,
      client: origin.client,
      host: origin.host,
      joinedMs,
      seenMs,
    }));
  }
}
