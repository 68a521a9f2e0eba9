import { service } from "@pagoda/core";
import type { GuardedService, Service } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";

import { UnsupportedVersionError } from "../protocol/errors/message-errors.ts";
import { errorResponse } from "../protocol/errors/error-response.ts";
import { ApiVersions } from "../protocol/generated/api-versions.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { KafkaResponse, noResponse } from "../response.ts";
import { serveKafka } from "../server.ts";
import type { ClusterModel } from "./cluster-model.ts";
import { codeOf } from "./handler.ts";

export interface BrokerServiceOptions {
  /** Largest request, in bytes. A bigger one ends the connection before it is buffered. */
  readonly maxFrameBytes: number;
}

/**
 * One broker of the model, on connections.
 *
 * As a real broker does it, one request of a connection is served at a time, and answered before the
 * next is looked at; meanwhile the socket is not read.
 */
export function brokerService(
  model: ClusterModel,
  nodeId: number,
  { maxFrameBytes }: BrokerServiceOptions,
): Service<Connection, void> {
  return serveKafka(({ remote }) => brokerRequests(model, nodeId, remote.host), {
    maxFrameBytes,
    maxInFlight: 1,
  });
}

/**
 * One broker of the model as a service of requests: the ground of a stack without any network.
 * @param host where the client is, as DescribeGroups tells it.
 */
export function brokerRequests(
  model: ClusterModel,
  nodeId: number,
  host: string,
): GuardedService<KafkaRequest, KafkaAnswer> {
  return service(
    async (came: KafkaRequest, cx) => {
      const { api, apiKey, apiVersion, clientId } = came;
      if (api === null) return refusal(came);
      const { body: request } = await came.gather();
      const body = await model.handle(nodeId, api, apiVersion, request, { clientId, host }, cx);
      return body === null ? noResponse : KafkaResponse.of({ apiKey, apiVersion, api }, body);
    },
    { name: "memoryBroker" },
  );
}

/**
 * The one request that has to be answered in whatever version it comes (KIP-511). Any other of an API
 * or version that nobody knows ends the connection, as a broker ends it.
 */
function refusal({ apiKey, apiVersion }: KafkaRequest): KafkaResponse {
  if (apiKey !== ApiVersions.key)
    throw new UnsupportedVersionError(`api key ${apiKey}`, apiVersion, [-1, -1]);
  const body = errorResponse(ApiVersions, 0, codeOf("UNSUPPORTED_VERSION"), ApiVersions.request.of());
  return KafkaResponse.of({ apiKey, apiVersion, api: ApiVersions }, body);
}
