import { describe, expect, it } from "vitest";

import { readiness } from "./readiness.ts";

const holds = { name: "listener", failing: () => undefined };
const fails = { name: "upstream", failing: () => "kafka:9092: connection refused" };

describe("readiness", () => {
  it("is 200 while every check holds", () => {
    expect(readiness([holds], false)).toMatchObject({ status: 200, body: "ready\n" });
  });

  it("is 503 with each reason when one does not", () => {
    expect(readiness([holds, fails], false)).toMatchObject({
      status: 503,
      body: "upstream: kafka:9092: connection refused\n",
    });
  });

  it("lists every check as JSON when asked to", () => {
    const { status, body } = readiness([holds, fails], true);
    expect(status).toBe(503);
    expect(JSON.parse(body)).toEqual({
      ready: false,
      checks: [
        { name: "listener", ok: true },
        { name: "upstream", ok: false, reason: "kafka:9092: connection refused" },
      ],
    });
  });
});
