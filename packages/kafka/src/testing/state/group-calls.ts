import type { MemberFacts } from "./group-member.ts";

/** Kafka's own words, as DescribeGroups says them. */
export type GroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable" | "Dead";

export interface GroupLimits {
  readonly maxMembersPerGroup: number;
  readonly initialRebalanceDelayMs: number;
}

export interface JoinCall extends MemberFacts {
  readonly memberId: string;
  readonly protocolType: string;
  /** A new member is given an id first, and has to come back with it (KIP-394). */
  readonly needsKnownMemberId: boolean;
  readonly canSkipAssignment: boolean;
}

/** Who says so: a member, in the generation that it believes in. */
export interface MemberCall {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly generation: number;
}

/** The leader's call has everybody's share, the others' none. */
export interface SyncCall extends MemberCall {
  /** By member id. */
  readonly assignments: ReadonlyMap<string, Uint8Array>;
}

/** What is to be remembered of who joins. */
export function factsOf(call: JoinCall): MemberFacts {
  const { instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols } = call;
  return { instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols };
}
