import type { Endpoint } from "@pagoda/tcp";

import { mapAddresses } from "../protocol/fields/addresses.ts";
import type { BrokerAddress } from "../protocol/fields/addresses.ts";
import { dropStructs } from "../protocol/fields/drop-structs.ts";
import { DescribeCluster } from "../protocol/generated/describe-cluster.ts";
import { DescribeConfigs } from "../protocol/generated/describe-configs.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import type { KafkaResponse } from "../response.ts";
import { hideListeners } from "./rewrite-addresses-configs.ts";

/** What is done with the addresses of a response. */
export interface AddressRewriting {
  readonly learn: (address: BrokerAddress) => void;
  readonly advertise: (nodeId: number) => Endpoint;
}

/** `endpointType` of a DescribeCluster response whose nodes are controllers (KIP-919). */
const controllers = 2;

/** The body of the response without upstream addresses; the body itself if it has none. */
export function rewriteBody(response: KafkaResponse, rewriting: AddressRewriting): unknown {
  const { api, apiVersion } = response;
  if (response.is(DescribeCluster) && response.body.endpointType === controllers) {
    return response.body.brokers.length === 0 ? response.body : { ...response.body, brokers: [] };
  }
  if (response.is(DescribeConfigs)) return hideListeners(response.body);
  if (api === null) return response.body;
  const body = rewriteBrokers(api, apiVersion, response.body, rewriting);
  // Where nodes reach each other: nothing a client can use through the proxy.
  return dropStructs(api.response.schema, apiVersion, body, "nodeHost");
}

function rewriteBrokers(
  { response: codec }: AnyApi,
  version: number,
  body: unknown,
  { learn, advertise }: AddressRewriting,
): unknown {
  const nodes = new Map<number, Endpoint>();
  mapAddresses(codec, version, body, (address) => {
    if (address.nodeId >= 0) {
      learn(address);
      nodes.set(address.nodeId, nowhere);
    }
    return address;
  });
  // In this order, replicas of the proxy give the same slots to the same nodes.
  for (const nodeId of [...nodes.keys()].toSorted((a, b) => a - b)) nodes.set(nodeId, advertise(nodeId));
  return mapAddresses(codec, version, body, ({ nodeId }) => nodes.get(nodeId) ?? nowhere);
}

/** For a host without a node: it cannot be advertised, and must not be seen. */
const nowhere: Endpoint = { host: "", port: -1 };
