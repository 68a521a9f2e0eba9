import { Drain } from "@pagoda/core";
import { describe, expect, it } from "vitest";

import { listening, notDraining, readiness } from "./readiness.ts";

const holds = { name: "listener", failing: () => undefined };
const fails = { name: "upstream", failing: () => "kafka:9092: connection refused" };
const plain = { verbose: false, reasons: true };

describe("readiness", () => {
  it("is 200 while every check holds", () => {
    expect(readiness([holds], plain)).toMatchObject({ status: 200, body: "ready\n" });
  });

  it("is 503 with each reason when one does not", () => {
    expect(readiness([holds, fails], plain)).toMatchObject({
      status: 503,
      body: "upstream: kafka:9092: connection refused\n",
    });
  });

  it("lists every check as JSON when asked to", () => {
    const { status, body } = readiness([holds, fails], { verbose: true, reasons: true });
    expect(status).toBe(503);
    expect(JSON.parse(body)).toEqual({
      ready: false,
      checks: [
        { name: "listener", ok: true },
        { name: "upstream", ok: false, reason: "kafka:9092: connection refused" },
      ],
    });
  });

  it("tells nobody of an upstream who may not know, only that it fails", () => {
    expect(readiness([fails], { verbose: false, reasons: false }).body).toBe("upstream: failing\n");
    const { body } = readiness([fails], { verbose: true, reasons: false });
    expect(JSON.parse(body)).toEqual({ ready: false, checks: [{ name: "upstream", ok: false }] });
  });

  it("says which listeners do not serve, and why", () => {
    const at = { address: { host: "127.0.0.1", port: 19_092 }, connections: 0 };
    const checks = listening([
      { ...at, name: "main", state: "serving" },
      { ...at, name: "late", state: "initializing" },
      { ...at, name: "taken", state: "failed", reason: "the port is in use" },
    ]);
    expect(readiness(checks, plain)).toMatchObject({
      status: 503,
      body: "listener late: initializing\nlistener taken: failed: the port is in use\n",
    });
  });

  it("ends with the first moment of a drain, and says how far that is", async () => {
    const drain = new Drain();
    const address = { host: "127.0.0.1", port: 1 };
    const check = notDraining(drain, [{ name: "main", address, state: "draining", connections: 1 }]);
    expect(check.failing()).toBeUndefined();
    const release = drain.retain();
    const drained = drain.start({ deadlineMs: 60_000 });
    expect(check.failing()).toBe("draining (1 connections left)");
    release();
    await drained;
    expect(check.failing()).toBe("drained");
  });
});
