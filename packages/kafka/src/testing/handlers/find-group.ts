import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import type { ClusterState } from "../cluster-state.ts";

/** What is wrong with asking broker `nodeId` about a group; NONE if nothing is. */
export function coordinatorError({ nodes }: ClusterState, groupId: string, nodeId: number): KafkaErrorName {
  const coordinator = nodes.coordinatorOf(groupId);
  if (coordinator === undefined) return "COORDINATOR_NOT_AVAILABLE";
  return coordinator.id === nodeId ? "NONE" : "NOT_COORDINATOR";
}

/**
 * Is what a group is to remember above `maxMessageBytes`? Brokers keep it as a record, and answer
 * UNKNOWN_SERVER_ERROR where that is too big.
 */
export function isTooMuch(parts: readonly Uint8Array[], { settings }: ClusterState): boolean {
  return parts.reduce((bytes, part) => bytes + part.length, 0) > settings.maxMessageBytes;
}
