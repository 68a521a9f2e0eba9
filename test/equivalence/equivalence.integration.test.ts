// Whoever works with Kafka through the proxy sees what they would see without it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { describeWith } from "../support/needs.ts";
import type { Need } from "../support/needs.ts";
import * as produce from "./produce.ts";
import { runOnBoth } from "./route.ts";
import type { Scenario } from "./scenario.ts";
import { memoryTestbed, realTestbed } from "./testbed.ts";
import type { Testbed } from "./testbed.ts";
import * as topics from "./topics.ts";
import { directWay, openProxiedWay } from "./ways.ts";
import type { ProxiedWay } from "./ways.ts";

/** What is done, and by which clients: each scenario runs against the cluster and through the proxy. */
const scenarios: Readonly<Record<string, Readonly<Record<string, Scenario>>>> = {
  "topics are made, described, grown and removed": topics,
  "records are produced with every acknowledgement and compression": produce,
};

const testbeds: readonly { name: string; needs: readonly Need[]; open: () => Promise<Testbed> }[] = [
  { name: "a real Kafka of three brokers", needs: ["kafka", "kcat"], open: realTestbed },
  { name: "the in-memory cluster", needs: ["kcat"], open: memoryTestbed },
];

for (const { name, needs, open } of testbeds) {
  describeWith(needs, `${name}, directly and through the proxy`, () => {
    let testbed: Testbed;
    let proxied: ProxiedWay;

    beforeAll(async () => {
      testbed = await open();
      proxied = await openProxiedWay(testbed);
    });
    afterAll(async () => {
      await proxied[Symbol.asyncDispose]();
      await testbed[Symbol.asyncDispose]();
    });

    for (const [theme, clients] of Object.entries(scenarios)) {
      describe(theme, () => {
        for (const [client, scenario] of Object.entries(clients)) {
          if (scenario.needs === "kafka" && !needs.includes("kafka")) continue;
          it(client, async () => {
            const ways = { direct: directWay(testbed), proxied };
            const seen = await runOnBoth(testbed, ways, scenario.run);
            expect(seen.direct, "seen directly").toMatchObject(scenario.sees as object);
            expect(seen.proxied, "seen through the proxy, compared with directly").toEqual(seen.direct);
          });
        }
      });
    }

    it("tells no client an address of the cluster", () => {
      expect(proxied.watch.sentBytes).toBeGreaterThan(10_000);
      expect(proxied.watch.sightings).toEqual([]);
    });
  });
}
