import { describe, expect, it } from "vitest";

import type { Context } from "../context.ts";
import { fakeTime } from "../testing/index.ts";
import { backoff } from "./backoff.ts";
import { Connector } from "./connector.ts";

describe("Connector", () => {
  const time = fakeTime();

  function build() {
    const attempts: { cx: Context; made: (value: string) => void; failed: (error: Error) => void }[] = [];
    const told: string[] = [];
    const connector = new Connector<string>({
      connect: (cx) =>
        new Promise((made, failed) => {
          attempts.push({ cx, made, failed });
        }),
      timeoutMs: 500,
      pause: backoff({ baseMs: 10, maxMs: 100, jitter: 0 }),
      onMade: (made) => told.push(`made ${made}`),
      onFailed: (error) => told.push(`failed: ${(error as Error).message}`),
      onLate: (made) => told.push(`late ${made}`),
    });
    const fail = async (): Promise<void> => {
      connector.begin();
      attempts.at(-1)?.failed(new Error("refused"));
      await time.advance(0);
    };
    return { connector, attempts, told, fail };
  }

  it("tells what it made", async () => {
    const { connector, attempts, told } = build();
    connector.begin();
    expect(connector.connecting).toBe(true);
    attempts[0]?.made("a");
    await time.advance(0);
    expect({
      told,
      connecting: connector.connecting,
      pauseMs: connector.pauseMs,
      timers: time.timers,
    }).toEqual({
      told: ["made a"],
      connecting: false,
      pauseMs: 0,
      timers: 0,
    });
  });

  it("pauses after a failure, longer after each one", async () => {
    const { connector, told, fail } = build();
    await fail();
    expect(connector.pauseMs).toBe(10);
    await time.advance(10);
    expect(connector.pauseMs).toBe(0);
    await fail();
    await fail();
    expect(connector.pauseMs).toBe(40);
    expect(told).toEqual(["failed: refused", "failed: refused", "failed: refused"]);
    expect(connector.lastFailure).toEqual(new Error("refused"));
  });

  it("pauses briefly again after a success that lasted", async () => {
    const { connector, fail } = build();
    await fail();
    await fail();
    connector.succeeded();
    await fail();
    expect(connector.pauseMs).toBe(10);
  });

  it("gives an attempt up that takes too long, and hands over what comes late", async () => {
    const { connector, attempts, told } = build();
    connector.begin();
    await time.advance(500);
    expect(attempts[0]?.cx.reason).toMatchObject({ code: "TIMEOUT" });
    expect({ connecting: connector.connecting, pauseMs: connector.pauseMs }).toEqual({
      connecting: false,
      pauseMs: 10,
    });
    attempts[0]?.made("a");
    await time.advance(0);
    expect(told).toEqual(["failed: no response within 500 ms", "late a"]);
  });

  it("cancels the attempt when it is closed, and waits for its end", async () => {
    const { connector, attempts, told } = build();
    connector.begin();
    let closed = false;
    const closing = connector.close(new Error("over")).then(() => {
      closed = true;
    });
    expect(attempts[0]?.cx.reason).toEqual(new Error("over"));
    await time.advance(0);
    expect(closed).toBe(false);
    attempts[0]?.made("a");
    await closing;
    expect({ told, timers: time.timers }).toEqual({ told: ["late a"], timers: 0 });
  });

  it("keeps quiet about a failure after it was closed", async () => {
    const { connector, attempts, told } = build();
    connector.begin();
    const closing = connector.close(new Error("over"));
    attempts[0]?.failed(new Error("refused"));
    await closing;
    expect(told).toEqual([]);
  });
});
