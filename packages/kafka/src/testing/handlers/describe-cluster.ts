import { DescribeCluster } from "../../protocol/generated/describe-cluster.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";

const brokers = 1;

/** The brokers. There are no controllers apart from them. */
export const describeCluster: ServedApi = serveApi(
  DescribeCluster,
  [0, 2],
  ({ cluster, version, request }) => {
    if (version >= 1 && request.endpointType !== brokers) {
      return {
        errorCode: codeOf("UNSUPPORTED_ENDPOINT_TYPE"),
        errorMessage: "only brokers can be described",
      };
    }
    const { nodes, clusterId } = cluster;
    return {
      clusterId,
      controllerId: nodes.controllerId,
      brokers: nodes.up.map(({ id: brokerId, host, port }) => ({ brokerId, host, port, rack: null })),
    };
  },
);
