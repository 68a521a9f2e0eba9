import { describe, expect, it } from "vitest";

import { mockService } from "../testing/index.ts";
import { Fleet } from "./fleet.ts";

describe("Fleet", () => {
  function build() {
    const fleet = new Fleet<string, string>();
    const mocks = [mockService<string, string>(), mockService<string, string>()] as const;
    return { fleet, mocks, members: mocks.map(({ service }) => fleet.add(service)) };
  }

  it("disposes an idle member as soon as it is retired", () => {
    const { fleet, mocks, members } = build();
    for (const member of members.slice(0, 1)) fleet.retire(member);
    expect(mocks.map(({ disposals }) => disposals)).toEqual([1, 0]);
  });

  it("disposes a retired member after its last call", () => {
    const { fleet, mocks, members } = build();
    const [member] = members;
    member?.enter();
    member?.enter();
    if (member !== undefined) fleet.retire(member);
    member?.leave();
    expect(mocks[0].disposals).toBe(0);
    member?.leave();
    expect(mocks[0].disposals).toBe(1);
  });

  it("disposes all members when it is disposed, each once", async () => {
    const { fleet, mocks, members } = build();
    for (const member of members) member.enter();
    for (const member of members.slice(0, 1)) fleet.retire(member);
    await fleet.dispose();
    for (const member of members) member.leave();
    await fleet.dispose();
    expect(mocks.map(({ disposals }) => disposals)).toEqual([1, 1]);
  });

  it("closes the others when one fails to close, and says so", async () => {
    const fleet = new Fleet<string, string>();
    const last = mockService<string, string>();
    const failing = (message: string) => ({
      call: async () => "pong",
      [Symbol.asyncDispose]: () => Promise.reject(new Error(message)),
    });
    fleet.add(failing("first"));
    fleet.add(last.service);
    await expect(fleet.dispose()).rejects.toThrow("first");
    expect(last.disposals).toBe(1);
    fleet.add(failing("second"));
    await expect(fleet.dispose()).rejects.toThrow("2 services failed to close");
  });

  it("keeps quiet about a retired member that fails to close", async () => {
    const fleet = new Fleet<string, string>();
    const failing = fleet.add({
      call: async () => "pong",
      [Symbol.asyncDispose]: () => Promise.reject(new Error("failed to close")),
    });
    fleet.retire(failing);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    await expect(fleet.dispose()).resolves.toBeUndefined();
  });
});
