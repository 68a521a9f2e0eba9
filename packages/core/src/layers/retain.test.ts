import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { Drain } from "../drain.ts";
import { fakeTime, layerContract, mockService } from "../testing/index.ts";
import { retain } from "./retain.ts";

layerContract("retain", () => retain({ drain: new Drain() }));

describe("retain", () => {
  fakeTime();

  it("keeps the drain from ending until the last call has", async () => {
    const drain = new Drain();
    const inner = mockService<string, string>();
    const outer = retain<string, string>({ drain })(inner.service);
    const answers = [outer.call("a", Context.background()), outer.call("b", Context.background())];
    const settled = Promise.allSettled(answers);
    const drained = drain.start({ deadlineMs: 1_000 });

    inner.calls[0]?.respond("a");
    await answers[0];
    expect(drain.state).toBe("draining");
    inner.calls[1]?.fail(new Error("b failed"));
    await settled;
    await expect(drained).resolves.toBe("drained");
  });

  it("refuses new calls with DRAINING once the drain has begun", async () => {
    const drain = new Drain();
    const inner = mockService<string, string>();
    const outer = retain<string, string>({ drain })(inner.service);
    await drain.start({ deadlineMs: 1_000 });
    await expect(outer.call("ping", Context.background())).rejects.toMatchObject({
      code: "DRAINING",
      kind: "unavailable",
      retriable: true,
    });
    expect(inner.calls).toEqual([]);
  });

  it("lets go of the drain when the call is cancelled", async () => {
    const drain = new Drain();
    const outer = retain<string, string>({ drain })(mockService<string, string>().service);
    const cx = Context.background().fork();
    const settled = expect(outer.call("ping", cx)).rejects.toThrow("gone");
    expect(drain.retained).toBe(1);
    cx.cancel(new Error("gone"));
    await settled;
    expect(drain.retained).toBe(0);
  });
});
