import { layerContract } from "@pagoda/core/testing";
import { KafkaSession } from "@pagoda/kafka";
import { amongTexts } from "@pagoda/kafka/testing";

import { Tier } from "../../test/kafka-tier.ts";
import { kafkaMetrics } from "./client-tier.ts";
import { timedLayer } from "./timed-layer.ts";
import { upstreamKafkaMetrics } from "./upstream-tier.ts";

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
