import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";

/** A way of sharing partitions out that a member knows, with what the leader has to know for it. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

/** What a member is told when it has joined, or why it could not. */
export interface Joined {
  readonly error: KafkaErrorName;
  readonly memberId: string;
  readonly generation: number;
  readonly protocolName: string | null;
  readonly leader: string;
  /** Everyone, for the leader; empty for the others. */
  readonly members: readonly GroupMember[];
  /** The leader need not assign again: it came back as the static member it was (KIP-814). */
  readonly skipAssignment: boolean;
}

/** What a member is to work on, or why it is not told. */
export interface Synced {
  readonly error: KafkaErrorName;
  readonly protocolName: string | null;
  readonly assignment: Uint8Array;
}

export interface MemberFacts {
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocols: readonly MemberProtocol[];
}

/** A member of a classic consumer group, with the answers that it waits for. */
export class GroupMember {
  readonly id: string;
  facts: MemberFacts;
  assignment: Uint8Array = new Uint8Array(0);
  readonly #onExpire: (member: GroupMember) => void;
  #joining: ((joined: Joined) => void) | undefined;
  #syncing: ((synced: Synced) => void) | undefined;
  #session: NodeJS.Timeout | undefined;

  constructor(id: string, facts: MemberFacts, onExpire: (member: GroupMember) => void) {
    this.id = id;
    this.facts = facts;
    this.#onExpire = onExpire;
  }

  get isJoining(): boolean {
    return this.#joining !== undefined;
  }

  /** Puts the session's end off: the member was heard of. */
  alive(): void {
    clearTimeout(this.#session);
    // While it waits for an answer of ours it has no reason to say anything.
    if (this.#joining !== undefined || this.#syncing !== undefined) return;
    this.#session = setTimeout(() => this.#onExpire(this), this.facts.sessionTimeoutMs);
  }

  /** The answer to JoinGroup, for later. One it waited for already is answered now, for good. */
  waitForJoin(): Promise<Joined> {
    this.joined({ ...notJoined("REBALANCE_IN_PROGRESS"), memberId: this.id });
    const { promise, resolve } = Promise.withResolvers<Joined>();
    this.#joining = resolve;
    this.alive();
    return promise;
  }

  joined(joined: Joined): void {
    const resolve = this.#joining;
    this.#joining = undefined;
    resolve?.(joined);
    if (resolve !== undefined) this.alive();
  }

  /** The answer to SyncGroup, for later. */
  waitForSync(): Promise<Synced> {
    this.synced(notSynced("REBALANCE_IN_PROGRESS"));
    const { promise, resolve } = Promise.withResolvers<Synced>();
    this.#syncing = resolve;
    this.alive();
    return promise;
  }

  synced(synced: Synced): void {
    const resolve = this.#syncing;
    this.#syncing = undefined;
    resolve?.(synced);
    if (resolve !== undefined) this.alive();
  }

  /** Answers what it waits for, and forgets its session. */
  remove(error: KafkaErrorName): void {
    this.joined({ ...notJoined(error), memberId: this.id });
    this.synced(notSynced(error));
    clearTimeout(this.#session);
  }

  metadataFor(protocolName: string | null): Uint8Array {
    return this.facts.protocols.find(({ name }) => name === protocolName)?.metadata ?? new Uint8Array(0);
  }
}

export function notJoined(error: KafkaErrorName): Joined {
  return {
    error,
    memberId: "",
    generation: -1,
    protocolName: null,
    leader: "",
    members: [],
    skipAssignment: false,
  };
}

export function notSynced(error: KafkaErrorName): Synced {
  return { error, protocolName: null, assignment: new Uint8Array(0) };
}
