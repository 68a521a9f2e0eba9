import type { Endpoint } from "@pagoda/tcp";

import { carriesAddresses, mapAddresses } from "../protocol/fields/addresses.ts";
import type { BrokerAddress } from "../protocol/fields/addresses.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import type { KafkaResponse } from "../response.ts";

/** What is done with the addresses of a response. */
export interface AddressRewriting {
  readonly learn: (address: BrokerAddress) => void;
  readonly advertise: (nodeId: number) => Endpoint;
}

/** May a response to `version` of `api` have an address that clients must not see? */
export function rewritesBody(api: AnyApi | null, version: number): boolean {
  return api !== null && carriesAddresses(api.response, version);
}

/** The body of the response with other addresses; the body itself if it has none. */
export function rewriteBody(response: KafkaResponse, { learn, advertise }: AddressRewriting): unknown {
  const { api, apiVersion, body } = response;
  if (api === null) return body;
  const nodes = new Map<number, Endpoint | undefined>();
  mapAddresses(api.response, apiVersion, body, (address) => {
    if (address.nodeId >= 0) {
      learn(address);
      nodes.set(address.nodeId, undefined);
    }
    return address;
  });
  // In this order, replicas of the proxy give the same slots to the same nodes.
  for (const nodeId of [...nodes.keys()].toSorted((a, b) => a - b)) nodes.set(nodeId, advertise(nodeId));
  return mapAddresses(api.response, apiVersion, body, ({ nodeId }) => nodes.get(nodeId) ?? nowhere);
}

/** For a host without a node: it cannot be advertised, and must not be seen. */
const nowhere: Endpoint = { host: "", port: -1 };
