import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { layerContract, mockService } from "../testing/index.ts";
import { mapResponse } from "./map-response.ts";

layerContract("mapResponse", () => mapResponse((response: string) => response));

describe("mapResponse", () => {
  it("answers with what the function makes of the response", async () => {
    const inner = mockService<string, number>();
    const outer = mapResponse<string, string, number>((response, request) => `${request}:${response}`)(
      inner.service,
    );
    const answer = outer.call("ping", Context.background());
    inner.calls[0]?.respond(7);
    await expect(answer).resolves.toBe("ping:7");
  });

  it("rejects with what the function throws", async () => {
    const inner = mockService<string, string>();
    const outer = mapResponse<string, string>((response) => {
      throw new Error(`cannot read ${response}`);
    })(inner.service);
    const answer = outer.call("ping", Context.background());
    inner.calls[0]?.respond("pong");
    await expect(answer).rejects.toThrow("cannot read pong");
  });

  it("leaves failures alone", async () => {
    const inner = mockService<string, string>();
    const failure = new Error("inner failed");
    const mapped: string[] = [];
    const outer = mapResponse<string, string>((response) => {
      mapped.push(response);
      return response;
    })(inner.service);
    const answer = outer.call("ping", Context.background());
    inner.calls[0]?.fail(failure);
    await expect(answer).rejects.toBe(failure);
    expect(mapped).toEqual([]);
  });

  it("refuses something that is not a function", () => {
    expect(() => mapResponse(undefined as never)).toThrow("map must be a function, got undefined");
  });
});
