import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { layerContract, mockService } from "../testing/index.ts";
import { filter } from "./filter.ts";

layerContract("filter", () => filter({ allow: () => true }));

describe("filter", () => {
  it("refuses with FILTERED, without calling the inner service", async () => {
    const inner = mockService<string, string>();
    const outer = filter<string, string>({ allow: () => false, rule: "no pings" })(inner.service);
    await expect(outer.call("ping", Context.background())).rejects.toMatchObject({
      code: "FILTERED",
      kind: "denied",
      retriable: false,
      rule: "no pings",
      message: "refused by no pings",
    });
    expect(inner.calls).toEqual([]);
  });

  it("asks the rule for each request", async () => {
    const outer = filter<string, string>({ allow: (request) => request !== "bad" })({
      call: async (request) => request,
    });
    await expect(outer.call("good", Context.background())).resolves.toBe("good");
    await expect(outer.call("bad", Context.background())).rejects.toThrow("refused by filter");
  });

  it("refuses with the error that the rule answers", async () => {
    const refusal = new Error("not on a Sunday");
    const outer = filter<string, string>({ allow: () => refusal })(mockService<string, string>().service);
    await expect(outer.call("ping", Context.background())).rejects.toBe(refusal);
  });

  it("refuses when the rule throws", async () => {
    const outer = filter<string, string>({
      allow: () => {
        throw new Error("the rule is broken");
      },
    })(mockService<string, string>().service);
    await expect(outer.call("ping", Context.background())).rejects.toThrow("the rule is broken");
  });

  it("lets through on nothing but true, not on a promise of it", async () => {
    const inner = mockService<string, string>();
    const verdicts = fc.oneof(
      fc.anything().filter((verdict) => verdict !== true),
      fc.constant(Promise.resolve(true)),
    );
    await fc.assert(
      fc.asyncProperty(verdicts, async (verdict) => {
        const outer = filter<string, string>({ allow: () => verdict as boolean })(inner.service);
        await expect(outer.call("ping", Context.background())).rejects.toThrow();
      }),
    );
    expect(inner.calls).toEqual([]);
  });
});
