import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { mockService } from "../testing/index.ts";
import { Endpoint } from "./endpoint.ts";
import { Member } from "./fleet.ts";
import type { Load } from "./load.ts";

describe("Endpoint", () => {
  function build() {
    const told: [beganMs: number, outcome: string][] = [];
    const load: Load = { value: 7, begin: () => 42, end: (...end) => told.push(end) };
    const mock = mockService<string, string>();
    const endpoint = new Endpoint(new Member(mock.service), load);
    return { told, mock, endpoint, cx: Context.background().fork() };
  }

  it("tells its load how a call ended, whichever way", async () => {
    const { told, mock, endpoint, cx } = build();
    const gone = cx.fork();
    const calls = [endpoint.call("a", cx), endpoint.call("b", cx), endpoint.call("c", gone)];
    const settled = Promise.allSettled(calls);
    mock.calls[0]?.respond("A");
    await calls[0];
    mock.calls[1]?.fail(new Error("failed"));
    await Promise.allSettled(calls.slice(0, 2));
    gone.cancel();
    await settled;
    expect(told).toEqual([
      [42, "succeeded"],
      [42, "failed"],
      [42, "cancelled"],
    ]);
  });

  it("counts its calls under way", async () => {
    const { mock, endpoint, cx } = build();
    const answer = endpoint.call("a", cx);
    expect(endpoint.member.calls).toBe(1);
    mock.calls[0]?.respond("A");
    await answer;
    expect(endpoint.member.calls).toBe(0);
  });

  it("shows its load, and the status of its service", () => {
    const { mock, endpoint } = build();
    mock.status = "busy";
    expect([endpoint.load, endpoint.status()]).toEqual([7, "busy"]);
  });
});
