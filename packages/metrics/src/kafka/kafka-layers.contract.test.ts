import { mapRequest, mapResponse, stack } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import { layerContract } from "@pagoda/core/testing";
import { KafkaRequest, KafkaSession } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaResponse } from "@pagoda/kafka";
import { Metadata } from "@pagoda/kafka/protocol";

import { Tier } from "../../test/kafka-tier.ts";
import { kafkaMetrics } from "./client-tier.ts";
import { timedLayer } from "./timed-layer.ts";
import { upstreamKafkaMetrics } from "./upstream-tier.ts";

/** A text travels as the client id of a request, and as the cluster id of a response. */
function amongTexts(layer: SameLayer<KafkaRequest, KafkaAnswer>): SameLayer<string, string> {
  const made = (clientId: string) =>
    KafkaRequest.of(Metadata, { version: 12, body: Metadata.request.of(), clientId });
  const clusterIdOf = (answer: KafkaAnswer) =>
    ((answer as KafkaResponse).body as { clusterId: string }).clusterId;
  return (inner) =>
    stack<string, string>()
      .push(mapRequest(made))
      .push(mapResponse(clusterIdOf))
      .push(layer)
      .push(
        mapResponse((clusterId: string): KafkaAnswer =>
          made("").respond(Metadata.response.of({ clusterId })),
        ),
      )
      .push(mapRequest((request: KafkaRequest) => request.clientId ?? ""))
      .service(inner);
}

const nodeId = () => "1";

layerContract("kafkaMetrics", () => {
  const { metrics, connection } = new Tier();
  return amongTexts(kafkaMetrics({ metrics, connection, session: new KafkaSession(connection), nodeId }));
});
layerContract("upstreamKafkaMetrics", () => {
  const { metrics, connection } = new Tier();
  return amongTexts(upstreamKafkaMetrics({ metrics, connection, nodeId }));
});
layerContract("timedLayer", () => {
  const { metrics, connection } = new Tier();
  return amongTexts(timedLayer("nothing", (inner) => inner, { metrics, connection }));
});
