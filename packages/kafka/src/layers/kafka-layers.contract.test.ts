import { layerContract } from "@pagoda/core/testing";

import { KafkaSession } from "../session/kafka-session.ts";
import { kafkaSession } from "../session/watch-session.ts";
import { amongTexts } from "../testing/among-texts.ts";
import { TopicIds } from "../topics/topic-ids.ts";
import { watchTopicIds } from "../topics/watch-topic-ids.ts";
import { denyApis } from "./deny-apis.ts";
import { negotiateVersions } from "./negotiate-versions.ts";
import { plain } from "../sasl/plain.ts";
import { reauthenticate } from "../sasl/reauthenticate.ts";
import { refuseBrokerApis } from "./refuse-broker-apis.ts";
import { refuseSasl } from "./refuse-sasl.ts";

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
