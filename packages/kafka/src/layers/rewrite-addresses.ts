import { callable, layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import type { Endpoint } from "@pagoda/tcp";

import type { BrokerAddress } from "../protocol/fields/addresses.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { noResponse } from "../response.ts";
import type { KafkaResponse } from "../response.ts";
import { rewriteBody, rewritesBody } from "./rewrite-addresses-body.ts";

export interface RewriteAddressesOptions {
  /** Told every address before it is rewritten, so that it is known when the client comes for it. */
  readonly cluster: { learn(address: BrokerAddress): void };
  /** Where this client shall find a node. What it throws, the client is told as the answer. */
  readonly advertise: (nodeId: number) => Endpoint;
}

/**
 * Gives clients the proxy's addresses in the place of the brokers', wherever a response has one.
 *
 * Which responses those are is known from the protocol's schema. Others pass untouched and undecoded.
 */
export function rewriteAddresses(options: RewriteAddressesOptions): SameLayer<KafkaRequest, KafkaAnswer> {
  const { cluster } = options;
  const advertise = callable("advertise", options.advertise);

  return layer("rewriteAddresses", (inner) => {
    const rewrite = (response: KafkaResponse): KafkaResponse => {
      const body = rewriteBody(response, { learn: (address) => cluster.learn(address), advertise });
      return body === response.body ? response : response.withBody(body);
    };
    return (request, cx) => {
      const answer = inner.call(request, cx);
      if (!rewritesBody(request.api, request.apiVersion)) return answer;
      return answer.then((response) => {
        if (response === noResponse) return response;
        return response.whole ? rewrite(response) : response.gather().then(rewrite);
      });
    };
  });
}
