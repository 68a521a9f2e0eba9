// Administration of groups: who is in them, how far they have come, and where they are to go on.

import { Admin } from "@platformatic/kafka";
import { expect } from "vitest";

import { kafkajs as kafkajsClient } from "../support/kafkajs.ts";
import { kcat as runKcat } from "../support/kcat.ts";
import { javaOn, linesOf, rowsOf, tidyLinesOf } from "./java.ts";
import type { Route } from "./route.ts";
import { newTopic, platformaticBase } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

/** A group that has read two of a topic's three records. */
async function groupOf(route: Route): Promise<{ readonly topic: string; readonly groupId: string }> {
  const topic = await newTopic(route, "read");
  const groupId = route.name("group");
  await runKcat(["-b", route.bootstrap, "-P", "-t", topic], "a\nb\nc\n");
  const settings = ["-X", "auto.offset.reset=earliest", "-X", "heartbeat.interval.ms=100"];
  await runKcat(["-b", route.bootstrap, "-G", groupId, "-c", "2", "-q", ...settings, topic]);
  return { topic, groupId };
}

export const kafkajs: Scenario = {
  run: async (route) => {
    const { topic, groupId } = await groupOf(route);
    const admin = kafkajsClient(route.bootstrap).admin();
    await admin.connect();
    const own = async () => (await admin.listGroups()).groups.filter((group) => group.groupId === groupId);
    const listed = await own();
    const { groups: described } = await admin.describeGroups([groupId]);
    const offsets = await admin.fetchOffsets({ groupId });
    const byTime = await admin.fetchTopicOffsetsByTimestamp(topic, 1_000);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "1" }] });
    const topicOffsets = await admin.fetchTopicOffsets(topic);
    await admin.deleteGroups([groupId]);
    const left = await own();
    await admin.disconnect();
    return { listed, described, offsets, byTime, topicOffsets, left };
  },
  sees: {
    listed: [{ groupId: "group-~", protocolType: "consumer" }],
    described: [{ groupId: "group-~", state: "Empty", members: [] }],
    offsets: [{ topic: "read-~", partitions: [{ partition: 0, offset: "2" }] }],
    byTime: [{ partition: 0, offset: "0" }],
    topicOffsets: [{ partition: 0, low: "1", high: "3" }],
    left: [],
  },
};

export const platformatic: Scenario = {
  run: async (route) => {
    const { groupId } = await groupOf(route);
    const admin = new Admin(platformaticBase(route));
    const described = (await admin.describeGroups({ groups: [groupId] })).get(groupId);
    const listed = (await admin.listGroups()).get(groupId);
    const [offsets] = await admin.listConsumerGroupOffsets({ groups: [groupId] });
    const [coordinator] = await admin.findCoordinator({ keyType: 0, keys: [groupId] } as never);
    await admin.close();
    return {
      described: { state: described?.state, members: described?.members.size },
      listed,
      offsets: offsets?.topics.map(({ name, partitions }) => ({ name, at: partitions[0]?.committedOffset })),
      coordinator: `${coordinator?.host}:${coordinator?.port} (${coordinator?.nodeId})`,
    };
  },
  sees: {
    described: { state: "Empty", members: 0 },
    offsets: [{ name: "read-~", at: 2n }],
    coordinator: "<broker with this id>",
  },
};

export const java: Scenario = {
  needs: "kafka",
  run: async (route) => {
    const run = javaOn(route);
    const { topic, groupId } = await groupOf(route);
    const of = `--group ${groupId}`;
    const listed = rowsOf(await run("groups", "--list")).filter(([id]) => id === groupId);
    const offsets = rowsOf(await run("consumer-groups", `--describe ${of} --offsets`));
    const state = tidyLinesOf(await run("consumer-groups", `--describe ${of} --state`));
    const toEnd = `--reset-offsets ${of} --topic ${topic} --to-latest --execute`;
    const reset = rowsOf(await run("consumer-groups", toEnd));
    const removed = await run("consumer-groups", `--delete ${of}`);
    const ends = linesOf(await run("get-offsets", `--topic ${topic}`));
    return {
      listed,
      offsets,
      state,
      reset: reset.slice(-1),
      removed,
      ends,
    };
  },
  sees: {
    listed: [["group-~", "Classic", "consumer"]],
    offsets: [expect.any(Array), ["group-~", "read-~", "0", "2", "3", "1", "-", "-", "-"]],
    state: [expect.any(String), "group-~ <broker with this id> - Empty 0"],
    reset: [["group-~", "read-~", "0", "3"]],
    ends: ["read-~:0:3"],
  },
};
