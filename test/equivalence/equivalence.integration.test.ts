// Whoever works with Kafka through the proxy sees what they would see without it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { watchClients } from "../support/client-watch.ts";
import { kcat } from "../support/kcat.ts";
import { describeWith } from "../support/needs.ts";
import type { Need } from "../support/needs.ts";
import * as adminCluster from "./admin-cluster.ts";
import * as adminGroups from "./admin-groups.ts";
import { brokerRestart, leaderChange, topicMadeAnew } from "./changes.ts";
import * as fetch from "./fetch.ts";
import { brokerGroups, classicGroups } from "./groups.ts";
import * as produce from "./produce.ts";
import { runOnBoth } from "./route.ts";
import type { Scenario } from "./scenario.ts";
import * as share from "./share.ts";
import { memoryTestbed, realTestbed } from "./testbed.ts";
import type { Testbed } from "./testbed.ts";
import * as topics from "./topics.ts";
import * as transactions from "./transactions.ts";
import { directWay, openProxiedWay } from "./ways.ts";
import type { ProxiedWay } from "./ways.ts";

/**
 * What is done, and by which clients. Java is Kafka's own tools; raw is a connection of ours. A client
 * that is left out cannot do it, or another row has it.
 */
const scenarios: Readonly<Record<string, Readonly<Record<string, Scenario>>>> = {
  "topics are made, described, grown and removed": {
    kcat: topics.kcat,
    java: topics.java,
    kafkajs: topics.kafkajs,
    platformatic: topics.platformatic,
  },
  "records are produced with every acknowledgement and compression": {
    kcat: produce.kcat,
    java: produce.java,
    kafkajs: produce.kafkajs,
    platformatic: produce.platformatic,
  },
  "transactions are committed and aborted": {
    kcat: transactions.kcat,
    java: transactions.java,
    kafkajs: transactions.kafkajs,
    platformatic: transactions.platformatic,
  },
  "records are fetched": {
    kcat: fetch.kcat,
    java: fetch.java,
    "raw, by topic name": fetch.byName,
    "raw, by topic id": fetch.byId,
    "raw, in a long poll": fetch.longPoll,
    "raw, in a session": fetch.session,
  },
  "members of a classic consumer group come and go": {
    kcat: classicGroups.kcat,
    java: classicGroups.java,
    kafkajs: classicGroups.kafkajs,
    platformatic: classicGroups.platformatic,
  },
  "members of a consumer group come and go, and the broker gives out partitions": {
    java: brokerGroups.java,
    platformatic: brokerGroups.platformatic,
  },
  "a share group takes each record once": {
    java: share.java,
  },
  "the cluster is described": {
    java: adminCluster.java,
    kafkajs: adminCluster.kafkajs,
    platformatic: adminCluster.platformatic,
  },
  "groups are described, reset and removed": {
    java: adminGroups.java,
    kafkajs: adminGroups.kafkajs,
    platformatic: adminGroups.platformatic,
  },
  "a leader changes while records are produced and consumed": {
    kcat: leaderChange.kcat,
    java: leaderChange.java,
    kafkajs: leaderChange.kafkajs,
    platformatic: leaderChange.platformatic,
  },
  "a broker restarts while records are produced and consumed": {
    kcat: brokerRestart.kcat,
    java: brokerRestart.java,
    kafkajs: brokerRestart.kafkajs,
    platformatic: brokerRestart.platformatic,
  },
  "a topic is removed and made anew while a producer lives": {
    kcat: topicMadeAnew.kcat,
    java: topicMadeAnew.java,
    kafkajs: topicMadeAnew.kafkajs,
    platformatic: topicMadeAnew.platformatic,
  },
};

const testbeds: readonly { name: string; needs: readonly Need[]; open: () => Promise<Testbed> }[] = [
  { name: "a real Kafka of three brokers", needs: ["kafka", "kcat"], open: realTestbed },
  { name: "the in-memory cluster", needs: ["kcat"], open: memoryTestbed },
];

for (const { name, needs, open } of testbeds) {
  describeWith(needs, `${name}, directly and through the proxy`, () => {
    const opened: AsyncDisposable[] = [];
    let testbed: Testbed;
    let proxied: ProxiedWay;

    beforeAll(async () => {
      testbed = await open();
      opened.push(testbed);
      proxied = await openProxiedWay(testbed);
      opened.push(proxied);
    });
    afterAll(async () => {
      await Promise.all(opened.map((each) => each[Symbol.asyncDispose]()));
    });

    for (const [theme, clients] of Object.entries(scenarios)) {
      const served = Object.entries(clients).filter(([, { needs: need }]) => !need || needs.includes(need));
      if (served.length === 0) continue;
      describe(theme, () => {
        for (const [client, scenario] of served) {
          it(client, async () => {
            const seen = await runOnBoth(testbed, { direct: directWay(testbed), proxied }, scenario.run);
            expect(seen.direct, "seen directly").toMatchObject(scenario.sees as object);
            expect(seen.proxied, "seen through the proxy, compared with directly").toEqual(seen.direct);
          });
        }
      });
    }

    it("tells no client an address of the cluster, in all that was sent by now", () => {
      expect(proxied.watch.sentBytes).toBeGreaterThan(10_000);
      expect(proxied.watch.sightings).toEqual([]);
    });

    it("leaves a proxy that is well", () => {
      expect(proxied.pagoda.stderr).toBe("");
      expect(proxied.pagoda.log.filter(({ level }) => level === "error" || level === "fatal")).toEqual([]);
    });

    it("sees those addresses where a broker tells them itself", async () => {
      const [broker] = testbed.brokers;
      const { host, port } = broker ?? { host: "", port: 0 };
      const brokers = testbed.brokers.map((each) => `${each.host}:${each.port}`);
      const watched = { host: "127.0.77.2", ports: [port], servedBy: host };
      await using watch = await watchClients({ ...watched, forbidden: testbed.addresses });
      await kcat(["-b", `127.0.77.2:${port}`, "-L"]);
      expect(watch.sightings.map(({ address }) => address)).toEqual(expect.arrayContaining(brokers));
    });
  });
}
