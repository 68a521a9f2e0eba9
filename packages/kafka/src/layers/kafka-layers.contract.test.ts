import { mapRequest, mapResponse, stack } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import { layerContract } from "@pagoda/core/testing";

import { Metadata } from "../protocol/generated/metadata.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import type { KafkaResponse } from "../response.ts";
import { KafkaSession } from "../session/kafka-session.ts";
import { kafkaSession } from "../session/watch-session.ts";
import { TopicIds } from "../topics/topic-ids.ts";
import { watchTopicIds } from "../topics/watch-topic-ids.ts";
import { denyApis } from "./deny-apis.ts";
import { negotiateVersions } from "./negotiate-versions.ts";
import { plain } from "../sasl/plain.ts";
import { reauthenticate } from "../sasl/reauthenticate.ts";
import { refuseBrokerApis } from "./refuse-broker-apis.ts";
import { refuseSasl } from "./refuse-sasl.ts";

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

layerContract("negotiateVersions", () => amongTexts(negotiateVersions()));
layerContract("denyApis", () => amongTexts(denyApis({ apis: ["DeleteTopics"] })));
layerContract("refuseBrokerApis", () => amongTexts(refuseBrokerApis()));
layerContract("kafkaSession", () => amongTexts(kafkaSession(new KafkaSession({ tls: undefined }))));
layerContract("watchTopicIds", () => amongTexts(watchTopicIds(new TopicIds())));
layerContract("refuseSasl", () => amongTexts(refuseSasl()));
layerContract("reauthenticate", () =>
  amongTexts(
    reauthenticate({
      begin: plain({ username: "a", password: "b" }),
      session: () => undefined,
      onFailed: () => {},
    }),
  ),
);
