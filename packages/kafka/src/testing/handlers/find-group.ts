import type { KafkaErrorName } from "../../protocol/errors/error-codes.ts";
import type { ClusterState } from "../cluster-state.ts";

/** What is wrong with asking broker `nodeId` about a group; NONE if nothing is. */
export function coordinatorError({ nodes }: ClusterState, groupId: string, nodeId: number): KafkaErrorName {
  const coordinator = nodes.coordinatorOf(groupId);
  if (coordinator === undefined) return "COORDINATOR_NOT_AVAILABLE";
  return coordinator.id === nodeId ? "NONE" : "NOT_COORDINATOR";
}
