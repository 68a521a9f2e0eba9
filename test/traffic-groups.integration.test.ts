// Members that join and leave, as the admin server tells it.

import { spawn } from "node:child_process";
import { once } from "node:events";

import type { GroupRow } from "@pagoda/traffic/view";
import { afterAll, beforeAll, expect, it } from "vitest";

import { toolPath } from "../scripts/tools.ts";
import { eventually } from "./support/eventually.ts";
import { realKafka, uniqueName } from "./support/kafka.ts";
import type { SharedKafka } from "./support/kafka.ts";
import { kafkajs, readWith } from "./support/kafkajs.ts";
import { scrape } from "./support/metrics.ts";
import { describeWith } from "./support/needs.ts";
import type { PagodaProcess } from "./support/pagoda.ts";
import { edgesOf, groupOf, trafficOf } from "./support/traffic.ts";
import {
  createTopics,
  javaMember,
  kcatMember,
  kcatProduce,
  lines,
  proxyOf,
} from "./support/traffic-clients.ts";

describeWith(["kafka", "kcat"], "groups of a real Kafka behind pagoda run", () => {
  const topic = uniqueName("grouped");
  let kafka: SharedKafka;
  let proxy: PagodaProcess;
  const members: { leave(): Promise<void> }[] = [];

  beforeAll(async () => {
    kafka = await realKafka();
    [proxy] = await Promise.all([proxyOf(kafka), createTopics(kafka, topic)]);
  });
  afterAll(async () => {
    await Promise.all(members.map((member) => member.leave()));
    await proxy[Symbol.asyncDispose]();
  });

  async function row(group: string): Promise<GroupRow> {
    return groupOf(await trafficOf(proxy.admin), group);
  }

  /** How often a group was rebalanced for what, on the page of metrics. */
  async function rebalancesOf(group: string): Promise<Record<string, number>> {
    const sum = await scrape(proxy.admin);
    const triggers = ["join", "leave", "session_timeout", "error"];
    return Object.fromEntries(
      triggers.map((trigger) => [trigger, sum("pagoda_group_rebalances_total", { group, trigger })]),
    );
  }

  /** Waits until a group has so many members and is at rest. */
  async function settled(group: string, count: number): Promise<GroupRow> {
    await eventually(async () => {
      const { state, members: there } = await row(group);
      expect({ state, there: there.length }).toEqual({ state: count > 0 ? "Stable" : "Empty", there: count });
    });
    return row(group);
  }

  /** librdkafka as a member that stays. */
  function rdMember(clientId: string, group: string): { leave(): Promise<void> } {
    const args = kcatMember({ bootstrap: proxy.address, clientId }, group, topic);
    const child = spawn(toolPath("kcat"), args, { stdio: "ignore" });
    const ended = once(child, "close");
    const member = {
      leave: async () => {
        child.kill("SIGTERM");
        await ended;
      },
    };
    members.push(member);
    return member;
  }

  it("tells who joins and leaves a classic group, and counts each rebalance once", async () => {
    const group = uniqueName("classic");
    const one = rdMember("rd-one", group);
    await settled(group, 1);
    const two = rdMember("rd-two", group);
    const { protocol, members: both } = await settled(group, 2);
    expect(protocol).toBe("classic");
    const seen = both.map(({ client, host }) => `${client} ${host}`);
    expect(seen.toSorted()).toEqual(["rd-one 127.0.0.1", "rd-two 127.0.0.1"]);
    expect(await rebalancesOf(group)).toEqual({ join: 2, leave: 0, session_timeout: 0, error: 0 });
    await two.leave();
    expect(await settled(group, 1)).toMatchObject({ rebalances: 3, lastRebalance: { trigger: "leave" } });
    await one.leave();
    expect((await settled(group, 0)).rebalances).toBe(3);
    expect(await rebalancesOf(group)).toEqual({ join: 2, leave: 1, session_timeout: 0, error: 0 });
    const kinds = new Set((await row(group)).timeline.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(["join", "rebalance", "sync", "heartbeat", "leave"]));
  });

  it("counts as many rebalances as the members of a classic group were told of", async () => {
    const group = uniqueName("told");
    const kafkaOf = (name: string) => kafkajs(proxy.address, name);
    const first = await readWith(kafkaOf("kjs-one"), topic, group);
    let told = 1;
    first.consumer.on(first.consumer.events.GROUP_JOIN, () => void (told += 1));
    await settled(group, 1);
    const second = await readWith(kafkaOf("kjs-two"), topic, group);
    await settled(group, 2);
    await second.consumer.disconnect();
    await settled(group, 1);
    await eventually(async () => expect((await row(group)).rebalances).toBe(told));
    expect(told).toBeGreaterThanOrEqual(3);
    await first.consumer.disconnect();
    await settled(group, 0);
  });

  it("tells who joins and leaves a group by the newer protocol (KIP-848)", async () => {
    const group = uniqueName("newer");
    const join = (clientId: string) => {
      const client = { bootstrap: proxy.address, clientId };
      const member = javaMember(kafka.tools, client, { name: group, protocol: "consumer" }, topic);
      members.push(member);
      return member;
    };
    const one = join("java-one");
    await settled(group, 1);
    const two = join("java-two");
    const { protocol, members: both, timeline } = await settled(group, 2);
    expect(protocol).toBe("consumer");
    expect(both.map(({ client }) => client).toSorted()).toEqual(["java-one", "java-two"]);
    expect(timeline.map(({ kind }) => kind)).toContain("rebalance");
    const joined = await rebalancesOf(group);
    expect(joined).toMatchObject({ leave: 0, session_timeout: 0, error: 0 });
    expect(joined["join"]).toBeGreaterThanOrEqual(2);
    await two.leave();
    await eventually(async () => {
      await settled(group, 1);
      expect(await rebalancesOf(group)).toEqual({ ...joined, leave: 1 });
    });
    await one.leave();
    await settled(group, 0);
    expect(await rebalancesOf(group)).toEqual({ ...joined, leave: 1 });
  });

  it("says so when a client id is in several groups, for as long as it is", async () => {
    const [a, b] = [uniqueName("shared-a"), uniqueName("shared-b")];
    const clientId = "shared";
    await kcatProduce({ bootstrap: proxy.address, clientId: "filler" }, topic, lines(10));
    const [one, two] = [rdMember(clientId, a), rdMember(clientId, b)];
    await Promise.all([settled(a, 1), settled(b, 1)]);
    await eventually(async () => {
      for (const group of [a, b]) {
        const { ambiguous, lag } = await row(group);
        expect(ambiguous).toContain(`"${clientId}" at 127.0.0.1 is in the groups ${a} and ${b}`);
        expect(lag).toBeNull();
      }
    });
    expect((await scrape(proxy.admin))("pagoda_group_lag_records", { group: a })).toBe(0);
    await two.leave();
    await settled(b, 0);
    await eventually(async () => expect((await row(a)).ambiguous).toBeNull());
    await kcatProduce({ bootstrap: proxy.address, clientId: "filler" }, topic, lines(25));
    // Which of the two groups the first records went to, nobody can tell: the edge leads to the client.
    await eventually(async () => {
      const edges = edgesOf(await trafficOf(proxy.admin), topic);
      expect(edges.find(({ to }) => to === `group ${a}`)?.records).toBe(25);
    });
    await one.leave();
  });
});
