// A share group: consumers take records, not partitions, and each record is taken once.

import { expect } from "vitest";

import { kcat as runKcat } from "../support/kcat.ts";
import { javaOn, linesOf, tidyLinesOf } from "./java.ts";
import { newTopic } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

export const java: Scenario = {
  needs: "kafka",
  run: async (route) => {
    const run = javaOn(route);
    const topic = await newTopic(route, "shared");
    const group = route.name("share");
    await runKcat(["-b", route.bootstrap, "-P", "-t", topic], "a\nb\nc\nd\ne\nf\n");
    const setting = "share.auto.offset.reset=earliest";
    await run("configs", `--alter --entity-type groups --entity-name ${group} --add-config ${setting}`);
    const consume = `--topic ${topic} --group ${group} --timeout-ms 30000 --max-messages`;
    const first = linesOf(await run("console-share-consumer", `${consume} 4`));
    const second = linesOf(await run("console-share-consumer", `${consume} 2`));
    const described = tidyLinesOf(await run("share-groups", `--describe --group ${group} --state`));
    return { first, second, described };
  },
  sees: {
    first: ["a", "b", "c", "d"],
    second: ["e", "f"],
    described: [expect.any(String), "share-~ <broker with this id> Empty 0"],
  },
};
