import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { describe as describeStack, stack } from "../stack.ts";
import { layerContract, mockService } from "../testing/index.ts";
import { mapRequest } from "./map-request.ts";

layerContract("mapRequest", () => mapRequest((request: string) => request));

describe("mapRequest", () => {
  it("hands the inner service what the function makes of the request", async () => {
    const inner = mockService<number, string>();
    const outer = mapRequest<string, number, string>((request) => request.length)(inner.service);
    const answer = outer.call("four", Context.background());
    expect(inner.calls[0]?.request).toBe(4);
    inner.calls[0]?.respond("answer");
    await expect(answer).resolves.toBe("answer");
  });

  it("gives the function the context of the call", async () => {
    const deadlineMs = performance.now() + 1_000;
    const inner = mockService<number, string>();
    const outer = mapRequest<string, number, string>((_request, cx) => cx.deadlineMs)(inner.service);
    const answer = outer.call("ping", Context.background().fork({ deadlineMs }));
    expect(inner.calls[0]?.request).toBe(deadlineMs);
    inner.calls[0]?.respond("pong");
    await answer;
  });

  it("rejects with what the function throws, without calling the inner service", async () => {
    const inner = mockService<string, string>();
    const outer = mapRequest<string, string, string>((request) => {
      throw new Error(`cannot read ${request}`);
    })(inner.service);
    await expect(outer.call("ping", Context.background())).rejects.toThrow("cannot read ping");
    expect(inner.calls).toEqual([]);
  });

  it("is called after its function in describe()", () => {
    const built = stack<string, number>()
      .push(mapRequest(encodeRequest))
      .push(mapRequest((bytes) => bytes.length))
      .service(async (length) => length);
    expect(describeStack(built)).toBe("mapRequest(encodeRequest)\n└ mapRequest\n  └ (function)");
  });

  it("refuses something that is not a function", () => {
    expect(() => mapRequest("decode" as never)).toThrow('map must be a function, got "decode"');
  });
});

function encodeRequest(request: string): Buffer {
  return Buffer.from(request);
}
