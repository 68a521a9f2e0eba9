import { mapRequest, mapResponse, stack } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";

import { Metadata } from "../protocol/generated/metadata.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import type { KafkaResponse } from "../response.ts";

/**
 * A layer of Kafka requests as one of texts, which `layerContract` holds to what every layer promises:
 *
 * ```ts
 * layerContract("denyApis", () => amongTexts(denyApis({ apis: ["DeleteTopics"] })));
 * ```
 *
 * A text travels as the client id of a Metadata request, and as the cluster id of its response.
 */
export function amongTexts(layer: SameLayer<KafkaRequest, KafkaAnswer>): SameLayer<string, string> {
  return (inner) =>
    stack<string, string>()
      .push(mapRequest(made))
      .push(mapResponse(clusterIdOf))
      .push(layer)
      .push(mapResponse(answered))
      .push(mapRequest(({ clientId }: KafkaRequest) => clientId ?? ""))
      .service(inner);
}

function made(clientId: string): KafkaRequest {
  return KafkaRequest.of(Metadata, { version: 12, body: Metadata.request.of(), clientId });
}

function answered(clusterId: string): KafkaAnswer {
  return made("").respond(Metadata.response.of({ clusterId }));
}

function clusterIdOf(answer: KafkaAnswer): string {
  return ((answer as KafkaResponse).body as { clusterId: string }).clusterId;
}
