// Administration of the cluster: its brokers, controllers, versions, features and configuration.

import { Admin } from "@platformatic/kafka";
import { ConfigResourceTypes } from "kafkajs";
import { expect } from "vitest";

import { eventually } from "../support/eventually.ts";
import { kafkajs as kafkajsClient } from "../support/kafkajs.ts";
import { javaOn, linesOf, rowsOf } from "./java.ts";
import { newTopic, platformaticBase } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

const brokerIds = [1, 2, 3];

export const kafkajs: Scenario = {
  run: async (route) => {
    const topic = await newTopic(route, "configured");
    const admin = kafkajsClient(route.bootstrap).admin();
    await admin.connect();
    const { brokers, clusterId } = await admin.describeCluster();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    });
    await admin.disconnect();
    return {
      brokers: brokers.map(({ nodeId, host, port }) => `${nodeId} at ${host}:${port}`).toSorted(),
      clusterId,
      configs: resources.map(({ errorCode, resourceName, configEntries }) => {
        return { errorCode, resourceName, configEntries };
      }),
    };
  },
  sees: {
    brokers: brokerIds.map((nodeId) => `${nodeId} at <broker ${nodeId}>`),
    clusterId: expect.stringMatching(/^[-\w]{22}$/),
    configs: [{ errorCode: 0, resourceName: "configured-~", configEntries: expect.any(Array) }],
  },
};

export const platformatic: Scenario = {
  needs: "kafka",
  run: async (route) => {
    const topic = await newTopic(route, "configured");
    const admin = new Admin(platformaticBase(route));
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic };
    const setting = { name: "retention.ms", value: "600000", configOperation: 0 } as const;
    await admin.incrementalAlterConfigs({ resources: [{ ...resource, configs: [setting] }] });
    let configs: unknown;
    // The broker that is asked hears of it from the controller, in its own time.
    await eventually(async () => {
      const [described] = await admin.describeConfigs({
        resources: [{ ...resource, configurationKeys: ["retention.ms"] }],
      });
      configs = described?.configs.map(({ name, value, configSource }) => ({ name, value, configSource }));
      expect(configs).toMatchObject([{ value: setting.value }]);
    });
    const logDirs = await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0] }] });
    await admin.close();
    return {
      configs,
      logDirs: logDirs
        .map(({ broker, results }) => {
          const topics = results.flatMap((each) => each.topics.map(({ name }) => name));
          return { broker, topics };
        })
        .toSorted((a, b) => a.broker - b.broker),
    };
  },
  sees: {
    configs: [{ name: "retention.ms", value: "600000" }],
    logDirs: brokerIds.map((broker) => ({ broker, topics: ["configured-~"] })),
  },
};

/** Settings whose values are addresses of the cluster. What becomes of them is the proxy's own affair. */
const addressSettings = new Set(["advertised.listeners", "controller.quorum.voters", "listeners"]);

export const java: Scenario = {
  needs: "kafka",
  run: async (route) => {
    const run = javaOn(route);
    const endpoints = rowsOf(await run("cluster", "list-endpoints")).slice(1);
    const configs = await run("configs", "--describe --entity-type brokers --entity-name 1 --all");
    const status = rowsOf(await run("metadata-quorum", "describe --status"));
    const replication = rowsOf(await run("metadata-quorum", "describe --replication")).slice(1);
    const features = linesOf(await run("features", "describe"));
    return {
      clusterId: await run("cluster", "cluster-id"),
      endpoints: endpoints.map(([id, host, port, , state]) => `${id} at ${host}:${port} is ${state}`),
      configs: linesOf(configs).flatMap(settingOf),
      quorum: Object.fromEntries(status.flatMap(statusOf)),
      voters: replication.map(([id, , , , , , state]) => `${id} ${state}`).toSorted(),
      features: features.map((line) => line.replace(/\s+Epoch: \d+/, "")),
      versions: brokersOf(await run("broker-api-versions", "")).map(withoutBrokerApis),
    };
  },
  sees: {
    endpoints: brokerIds.map((nodeId) => `${nodeId} at <broker ${nodeId}> is unfenced`),
    configs: expect.arrayContaining(["node.id=1", "advertised.listeners", "broker.session.timeout.ms=3000"]),
    quorum: {
      "LeaderId:": expect.stringMatching(/^[123]$/),
      "CurrentVoters:": '[{"id": 1}, {"id": 2}, {"id": 3}]',
    },
    voters: expect.arrayContaining([expect.stringMatching(/^[123] Leader$/)]),
    features: expect.arrayContaining([expect.stringContaining("share.version")]),
    versions: brokerIds.map((nodeId) => expect.stringContaining(`<broker ${nodeId}> (id: ${nodeId} rack`)),
  },
};

/**
 * Without what only brokers say to one another: it is hidden from clients, and so are the versions of
 * AddPartitionsToTxn that are for brokers.
 */
function withoutBrokerApis(versions: string): string {
  const hidden = /^\s*(?:AddPartitionsToTxn|AddRaftVoter|\w+ShareGroupState\w*)\(\d+\): .*$/gm;
  return versions.replaceAll(hidden, "");
}

/** What does not change by the moment. Where the controllers are is hidden from clients. */
function statusOf([name = "", ...values]: readonly string[]): (readonly [string, string])[] {
  if (name === "HighWatermark:" || name.startsWith("MaxFollowerLag")) return [];
  return [[name, values.join(" ").replaceAll(/, "endpoints": \[[^\]]*\]/g, "")]];
}

/** A setting as in `node.id=1`. */
function settingOf(line: string): string[] {
  const [, name, value] = /^\s+([\w.]+)=(.*?) sensitive=/.exec(line) ?? [];
  if (name === undefined) return [];
  return [addressSettings.has(name) ? name : `${name}=${value}`];
}

/** The output for each broker, by broker. */
function brokersOf(output: string): string[] {
  const brokers = output.split(/\n(?=\S+ \(id: )/).map((text) => text.trim());
  return brokers.toSorted((a, b) => idIn(a) - idIn(b));
}

function idIn(text: string): number {
  return Number(/\(id: (\d+)/.exec(text)?.[1]);
}
