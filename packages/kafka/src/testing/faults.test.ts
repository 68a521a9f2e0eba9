import { Context } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { ask } from "../ask.ts";
import { Metadata } from "../protocol/generated/metadata.ts";
import { brokerRequests } from "./broker-service.ts";
import { ClusterModel } from "./cluster-model.ts";
import type { Fault } from "./state/faults.ts";

const request = { version: 12, body: Metadata.request.of({ topics: [{ name: "orders" }] }) };

describe("a slow broker of an in-memory cluster", () => {
  const time = fakeTime();

  function asking(fault: Fault) {
    const cluster = new ClusterModel({ topics: { orders: {} } });
    const takeBack = cluster.fail(fault);
    const broker = brokerRequests(cluster, 1, "192.0.2.1");
    const cx = Context.background().fork();
    let answered: string | undefined;
    const done = ask(broker, Metadata, request, cx).then(
      ({ topics }) => (answered = String(topics[0]?.errorCode)),
      (error: unknown) => (answered = String(error)),
    );
    return { broker, cx, takeBack, done, answered: () => answered };
  }

  it("answers after the delay, as it would have", async () => {
    const { answered, done } = asking({ api: "Metadata", delayMs: 500 });
    await time.advance(499);
    expect(answered()).toBeUndefined();
    await time.advance(1);
    await done;
    expect(answered()).toBe("0");
    expect(time.timers).toBe(0);
  });

  it("answers an error after the delay where it is told both", async () => {
    const { answered, done } = asking({ api: "Metadata", delayMs: 500, error: "UNKNOWN_TOPIC_OR_PARTITION" });
    await time.advance(500);
    await done;
    expect(answered()).toBe("3");
  });

  it("hangs for ever, until its client goes away", async () => {
    const { answered, done, cx } = asking({ api: "Metadata", delayMs: Infinity });
    await time.advance(86_400_000);
    expect(answered()).toBeUndefined();
    cx.cancel();
    await done;
    expect(answered()).toContain("cancelled");
  });

  it("is quick again once the fault was used up", async () => {
    const { broker, done } = asking({ api: "Metadata", delayMs: 500 });
    const { topics } = await ask(broker, Metadata, request, Context.background());
    expect(topics).toHaveLength(1);
    await time.advance(500);
    await done;
  });

  it.each([{}, { delayMs: 0 }, { delayMs: -1 }, { error: "NONE", times: 0 }] as const)(
    "refuses %j",
    (fault) => {
      expect(() => new ClusterModel().fail({ api: "Fetch", ...fault })).toThrow(RangeError);
    },
  );
});
