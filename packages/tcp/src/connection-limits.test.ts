import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { Admission } from "./connection-limits.ts";

describe("Admission", () => {
  const time = fakeTime();

  it("lets in as many as it may, and one more when one has left", () => {
    const admission = new Admission("main", { maxConnections: 2 });
    expect([admission.enter("a"), admission.enter("b")]).toEqual([undefined, undefined]);
    expect(admission.enter("c")).toMatchObject({
      code: "CONNECTION_LIMIT",
      kind: "overload",
      maxConnections: 2,
    });
    admission.leave("a");
    expect(admission.enter("c")).toBeUndefined();
    expect(admission.open).toBe(2);
  });

  it("counts each address, and a network of IPv6 as one", () => {
    const admission = new Admission("main", { maxConnectionsPerAddress: 1 });
    expect(admission.enter("2001:db8::1")).toBeUndefined();
    expect(admission.enter("2001:db8::2")).toMatchObject({
      code: "CONNECTION_LIMIT_PER_ADDRESS",
      maxConnectionsPerAddress: 1,
    });
    expect(admission.enter("192.0.2.1")).toBeUndefined();
    admission.leave("2001:db8::1");
    expect(admission.enter("2001:db8::2")).toBeUndefined();
  });

  it("lets so many per second in, and says when the next may come", async () => {
    const admission = new Admission("main", { maxConnectionsPerSecond: 2 });
    expect([admission.enter("a"), admission.enter("a")]).toEqual([undefined, undefined]);
    expect(admission.enter("a")).toMatchObject({ code: "CONNECTION_RATE", retryAfterMs: 500 });
    await time.advance(500);
    expect(admission.enter("a")).toBeUndefined();
    expect(admission.open).toBe(3);
  });

  it("takes no token for one that another limit refuses", () => {
    const admission = new Admission("main", { maxConnectionsPerAddress: 1, maxConnectionsPerSecond: 2 });
    admission.enter("a");
    for (let n = 0; n < 10; n++) expect(admission.enter("a")).toBeDefined();
    expect(admission.enter("b")).toBeUndefined();
  });

  it("goes by new limits at once, those that are open staying", () => {
    const admission = new Admission("main", {});
    for (let n = 0; n < 3; n++) admission.enter("a");
    admission.replace({ maxConnections: 2 });
    admission.leave("a");
    expect(admission.enter("a")).toMatchObject({ code: "CONNECTION_LIMIT" });
    admission.replace({ maxConnectionsPerAddress: 3 });
    expect(admission.enter("a")).toBeUndefined();
    expect(admission.enter("a")).toMatchObject({ code: "CONNECTION_LIMIT_PER_ADDRESS" });
  });

  it("does not let a burst through because limits were replaced by the same", () => {
    const admission = new Admission("main", { maxConnectionsPerSecond: 1 });
    admission.enter("a");
    admission.replace({ maxConnectionsPerSecond: 1 });
    expect(admission.enter("a")).toMatchObject({ code: "CONNECTION_RATE" });
    admission.replace({});
    expect(admission.enter("a")).toBeUndefined();
  });

  it.each(["maxConnections", "maxConnectionsPerAddress", "maxConnectionsPerSecond"])(
    "refuses %s of 0, and keeps the limits it has",
    (name) => {
      const admission = new Admission("main", { maxConnections: 1 });
      expect(() => admission.replace({ maxConnections: 5, [name]: 0 })).toThrow(`${name} must be`);
      admission.enter("a");
      expect(admission.enter("a")).toMatchObject({ code: "CONNECTION_LIMIT" });
    },
  );
});
