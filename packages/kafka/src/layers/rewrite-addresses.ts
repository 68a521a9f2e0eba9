import { callable, layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import type { Endpoint } from "@pagoda/tcp";

import { AddressEraser } from "../protocol/fields/address-eraser.ts";
import type { BrokerAddress } from "../protocol/fields/addresses.ts";
import { mayHaveAddresses } from "../protocol/fields/probe-addresses.ts";
import type { WalkProgram } from "../protocol/fields/walk-program.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { KafkaResponse, noResponse } from "../response.ts";
import type { Answered } from "../response.ts";
import { rewriteBody } from "./rewrite-addresses-body.ts";
import { planOf } from "./rewrite-addresses-plan.ts";

export interface RewriteAddressesOptions {
  /** Told every address before it is rewritten, so that it is known when the client comes for it. */
  readonly cluster: { learn(address: BrokerAddress): void };
  /** Where this client shall find a node. What it throws, the client is told as the answer. */
  readonly advertise: (nodeId: number) => Endpoint;
  /**
   * Told when addresses were hidden from a client, not rewritten: once for each big response that is
   * handed on as it arrives and turns out to have some. Must not throw.
   */
  readonly onHidden?: (response: Answered) => void;
}

/**
 * Gives clients the proxy's addresses in the place of the brokers', wherever a response has one, and
 * takes out those of controllers, which no client needs. Nodes keep their ids.
 *
 * Which responses those are is known from the protocol's schema; others pass untouched. Those with
 * records are decoded only when a walk over their bytes finds an address (KIP-951: the new leader of
 * a partition that moved). One that is handed on as it arrives stays so: by then the client has its
 * size, so an address at its end is hidden, and the client asks for metadata, as it does of a broker
 * that tells no address.
 *
 * It belongs inside of what shall see what the client gets (a leak detector), outside of what needs
 * to know where brokers really are. A Metadata request of the proxy's own, sent through it, teaches it
 * the cluster.
 *
 * ```ts
 * const advertiser = portPerNode({ bootstrapPort: 19_092, ports: portsFrom(19_093, 20) });
 * rewriteAddresses({ cluster, advertise: (nodeId) => advertiser.addressOf(nodeId, connection) });
 * ```
 */
export function rewriteAddresses(options: RewriteAddressesOptions): SameLayer<KafkaRequest, KafkaAnswer> {
  const { cluster, onHidden } = options;
  const advertise = callable("advertise", options.advertise);
  const learn = (address: BrokerAddress): void => cluster.learn(address);

  const decoded = (response: KafkaResponse): KafkaResponse => {
    const body = rewriteBody(response, { learn, advertise });
    return body === response.body ? response : response.withBody(body);
  };

  const gathered = async (response: KafkaResponse): Promise<KafkaResponse> => {
    try {
      return decoded(await response.gather());
    } catch (error) {
      response.discard();
      throw error;
    }
  };

  const probed = (response: KafkaResponse, program: WalkProgram): KafkaResponse => {
    if (!response.whole) return hidden(response, program, onHidden);
    if (!response.untouched) return decoded(response);
    const frame = response.toFrame(response.correlationId);
    return mayHaveAddresses(program, frame) ? decoded(response) : response;
  };

  return layer("rewriteAddresses", (inner) => (request, cx) => {
    const plan = planOf(request.api, request.apiVersion);
    const answer = inner.call(request, cx);
    if (plan === "pass") return answer;
    return answer.then((response) => {
      if (response === noResponse) return response;
      if (plan !== "decode") return probed(response, plan);
      return response.whole ? decoded(response) : gathered(response);
    });
  });
}

/** The response with what it has of addresses hidden as it passes. */
function hidden(
  response: KafkaResponse,
  program: WalkProgram,
  onHidden: RewriteAddressesOptions["onHidden"],
): KafkaResponse {
  const { stream } = response;
  if (stream === undefined) return response;
  const eraser = new AddressEraser(program, stream.totalBytes);
  let told = false;
  stream.mapPieces((piece) => {
    const safe = eraser.hide(piece);
    if (eraser.found && !told) {
      told = true;
      onHidden?.(response);
    }
    return safe;
  });
  return KafkaResponse.cut(stream, response);
}
