import { anything, assert, constantFrom, dictionary, property } from "fast-check";
import { describe, expect, it } from "vitest";

import { readReply, readRequest, toWire } from "./protocol.ts";
import type { Ask } from "./protocol.ts";

const asks: readonly Ask[] = [
  { kind: "ping" },
  { kind: "drain", deadlineMs: 1 },
  { kind: "logLevel", level: "debug" },
  { kind: "traffic" },
  { kind: "clusters" },
  { kind: "connections" },
  { kind: "tapOpen", session: 1, request: { topic: "orders" } },
  { kind: "tapClose", session: 1 },
];

describe("the messages of primary and worker", () => {
  it.each(asks)("carry the question %j", (ask) => {
    expect(readRequest(toWire({ type: "request", id: 1, ask }))).toEqual({ type: "request", id: 1, ask });
  });

  it("are told apart from those of others", () => {
    assert(
      property(anything(), (message) => {
        expect(readRequest(message)).toBe("other");
        expect(readReply(message)).toBe("other");
      }),
    );
  });

  it("make no sense with fields of other shapes", () => {
    const { mark } = toWire({ type: "serving" }) as { mark: string };
    assert(
      property(dictionary(constantFrom("type", "id", "ask", "error"), anything()), (fields) => {
        expect(readRequest({ ...fields, mark })).toBe("malformed");
      }),
    );
    const error = { message: "no" };
    expect(readReply({ mark, type: "answer", id: 1, error })).toBe("malformed");
    expect(readReply({ mark, type: "failed" })).toBe("malformed");
    for (const told of [undefined, null, { kind: "event" }, { kind: "missed", dropped: 1 }, { kind: "x" }]) {
      expect(readReply({ mark, type: "tap", session: 1, message: told })).toBe("malformed");
    }
    const message = { kind: "missed", sampledOut: 1, dropped: 0 };
    expect(readReply({ mark, type: "tap", session: "1", message })).toBe("malformed");
    expect(readReply({ mark, type: "tap", session: 1, message })).toEqual({
      type: "tap",
      session: 1,
      message,
    });
    expect(readReply({ mark, type: "answer", id: "1" })).toBe("malformed");
  });
});
