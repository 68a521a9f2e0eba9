import { FindCoordinator } from "../../protocol/generated/find-coordinator.ts";
import type { FindCoordinatorResponseCoordinator } from "../../protocol/generated/find-coordinator.ts";
import type { ClusterState } from "../cluster-state.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";

const groupKey = 0;

/** Which broker looks after a group. */
export const findCoordinator: ServedApi = serveApi(
  FindCoordinator,
  [0, 6],
  ({ cluster, version, request }) => {
    const keyType = version >= 1 ? request.keyType : groupKey;
    if (version < 4) return coordinatorOf(cluster, request.key, keyType);
    return { coordinators: request.coordinatorKeys.map((key) => coordinatorOf(cluster, key, keyType)) };
  },
);

function coordinatorOf(
  { nodes }: ClusterState,
  key: string,
  keyType: number,
): Omit<FindCoordinatorResponseCoordinator, "unknownTaggedFields"> {
  const nobody = { key, nodeId: -1, host: "", port: -1 };
  if (keyType !== groupKey) {
    const errorMessage = "the in-memory cluster coordinates consumer groups only";
    return { ...nobody, errorCode: codeOf("INVALID_REQUEST"), errorMessage };
  }
  const node = nodes.coordinatorOf(key);
  if (node === undefined)
    return { ...nobody, errorCode: codeOf("COORDINATOR_NOT_AVAILABLE"), errorMessage: null };
  return { key, nodeId: node.id, host: node.host, port: node.port, errorCode: 0, errorMessage: null };
}
